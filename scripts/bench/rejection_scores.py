#!/usr/bin/python3
"""How well do different scores tell digits from other things? Prints a table of AUROC, and of how
many outliers are still accepted when one digit in 200 is turned away.

    apt-get install python3-torch python3-numpy python3-sklearn
    /usr/bin/python3 scripts/bench/rejection_scores.py data/mnist [--epochs N] [--bin build/release/bin]

Trains on the first 50 000 images of MNIST's training set: three networks without outliers, one with.
Scores are compared on the other 10 000 and on 5 000 generated outliers that no network has seen. The
test set is not used.

    maximum softmax    the highest of the ten probabilities
    energy             logsumexp(logits) of a network trained without outliers (Liu et al., 2020)
    feature distance   Mahalanobis, last hidden layer, one covariance (Lee et al., 2018)
    ensemble, mean     the highest mean probability of three networks
    ensemble, spread   their disagreement: entropy of the mean less mean of the entropies
    acceptance         sigmoid(logsumexp(logits)) of the network trained with outliers: what ships
"""
import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.metrics import roc_auc_score

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import mnist_model  # noqa: E402

TRAINING = 50_000
OUTLIERS = 5_000
TURNED_AWAY = 0.005


def read_idx(folder, stem):
    for name, opener in ((stem, open), (stem + ".gz", gzip.open)):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            with opener(path, "rb") as file:
                content = file.read()
            dimensions = content[3]
            shape = np.frombuffer(content, ">u4", dimensions, 4)
            return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)
    raise SystemExit(f"{folder}: no {stem}")


def write_idx(path, array):
    with open(path, "wb") as file:
        file.write(bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes())
        file.write(array.tobytes())


def train(args, folder, name, epochs, *settings):
    run = os.path.join(folder, name)
    command = [os.path.join(args.bin, "mnist-train"), "--config", "configs/default.json", "--quiet",
               "--data", folder, "--out", run, "--set", "data.validation=0",
               "--set", f"training.epochs={epochs}"]
    for setting in settings:
        command += ["--set", setting]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return mnist_model.load(os.path.join(run, "best.safetensors"))


@torch.no_grad()
def outputs(network, images):
    """Logits and the inputs of the last layer."""
    features = []
    hook = network.output.register_forward_pre_hook(lambda _, inputs: features.append(inputs[0]))
    ink = torch.from_numpy(images.copy()).float().div(255).unsqueeze(1)
    logits = torch.cat([network(part) for part in ink.split(1000)])
    hook.remove()
    return logits.double(), torch.cat(features).double()


def distances(network, training, labels, images):
    """Minus the least squared Mahalanobis distance to a class's mean."""
    _, known = outputs(network, training)
    labels = torch.from_numpy(labels.astype(np.int64))
    means = torch.stack([known[labels == c].mean(0) for c in range(10)])
    centred = known - means[labels]
    covariance = centred.T @ centred / len(known) + 1e-6 * torch.eye(known.shape[1]).double()
    precision = torch.linalg.inv(covariance)
    _, features = outputs(network, images)
    gaps = features[:, None] - means[None]
    return -torch.einsum("ncf,fg,ncg->nc", gaps, precision, gaps).min(1).values


def entropy(probabilities):
    return -(probabilities * probabilities.clamp_min(1e-300).log()).sum(-1)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("data")
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--epochs", type=float, default=6)
    args = parser.parse_args()
    images, labels = (read_idx(args.data, f"train-{kind}-ubyte")
                      for kind in ("images-idx3", "labels-idx1"))
    with tempfile.TemporaryDirectory() as folder:
        write_idx(os.path.join(folder, "train-images-idx3-ubyte"), images[:TRAINING])
        write_idx(os.path.join(folder, "train-labels-idx1-ubyte"), labels[:TRAINING])
        generated = os.path.join(folder, "generated")
        subprocess.run([os.path.join(args.bin, "mnist-generate"), "--out", generated, "--quiet",
                        "--train", "10", "--test", "10", "--outliers", str(OUTLIERS),
                        "--seed", "987654321"], check=True, stdout=subprocess.DEVNULL)
        outliers = read_idx(generated, "outliers-images-idx3-ubyte")
        plain = [train(args, folder, f"plain-{seed}", args.epochs, "data.outliers=0",
                       f"seed={seed}") for seed in (1, 2, 3)]
        with_outliers = train(args, folder, "outliers", args.epochs, "data.outliers=8000")
    both = np.concatenate([images[TRAINING:], outliers])
    logits = torch.stack([outputs(network, both)[0] for network in plain])
    probabilities = F.softmax(logits, 2)
    mean = probabilities.mean(0)
    trained = outputs(with_outliers, both)[0]
    scores = {
        "maximum softmax": probabilities[0].max(1).values,
        "energy": logits[0].logsumexp(1),
        "feature distance": distances(plain[0], images[:TRAINING:5], labels[:TRAINING:5], both),
        "ensemble, mean": mean.max(1).values,
        "ensemble, spread": -(entropy(mean) - entropy(probabilities).mean(0)),
        "trained with outliers, maximum softmax": F.softmax(trained, 1).max(1).values,
        "trained with outliers, acceptance": trained.logsumexp(1).sigmoid(),
    }
    digits = len(images) - TRAINING
    truth = np.arange(len(both)) < digits
    result = {}
    print(f"{'score':40} AUROC   outliers taken at {TURNED_AWAY:.1%} of digits turned away")
    for name, score in scores.items():
        score = score.numpy()
        threshold = np.quantile(score[:digits], TURNED_AWAY)
        taken = float((score[digits:] >= threshold).mean())
        result[name] = {"auroc": float(roc_auc_score(truth, score)), "outliers_taken": taken}
        print(f"{name:40} {result[name]['auroc']:.4f}  {taken:.1%}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
