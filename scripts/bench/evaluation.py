#!/usr/bin/python3
"""Compares evaluating the test set with the same network's bare forward pass in Python's torch.

    apt-get install python3-torch python3-numpy
    scripts/bench/evaluation.py [--data DIR] [--model FILE] [--threads N] [--runs N]

Runs both in turn on the same images and threads, and prints their seconds per image and the ratio
of the medians: mnist-eval's own figure (images_per_second: network, calibration, probabilities),
and the network only, in Python, in the memory layout and batch size that are fastest for it.
"""
import argparse
import gzip
import json
import pathlib
import statistics
import struct
import subprocess
import sys
import time

import numpy as np
import torch

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import mnist_model  # noqa: E402


def read_images(folder):
    path = folder / "t10k-images-idx3-ubyte"
    data = path.read_bytes() if path.exists() else gzip.open(f"{path}.gz").read()
    _, count, rows, columns = struct.unpack(">4i", data[:16])
    pixels = np.frombuffer(data, np.uint8, offset=16).reshape(count, 1, rows, columns)
    return torch.from_numpy(pixels.copy())


def python_seconds(network, images, batch):
    with torch.inference_mode():
        start = time.perf_counter()
        for part in images.split(batch):
            network(part.float().div(255))
        return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "data/mnist")
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / "models/digits.safetensors")
    parser.add_argument("--eval", default=str(ROOT / "build/release/bin/mnist-eval"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=7)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    images = read_images(arguments.data)
    network = mnist_model.load(arguments.model).to(memory_format=torch.channels_last)
    batches = (100, 250, 500, 1000)
    python = {batch: [] for batch in batches}
    ours = []
    for run in range(arguments.runs + 1):
        for batch in batches:
            seconds = python_seconds(network, images, batch)
            if run:  # the first warms up
                python[batch].append(seconds / len(images))
        output = subprocess.run(
            [arguments.eval, "--model", arguments.model, "--data", arguments.data, "--threads",
             str(arguments.threads), "--format", "json"], check=True, capture_output=True).stdout
        if run:
            ours.append(1 / json.loads(output)["images_per_second"])
    best = min(batches, key=lambda batch: statistics.median(python[batch]))
    theirs = statistics.median(python[best])
    print(f"mnist-eval      {1e6 * statistics.median(ours):6.1f} microseconds per image")
    print(f"Python's torch  {1e6 * theirs:6.1f} microseconds per image (batches of {best})")
    print(f"ratio           {statistics.median(ours) / theirs:6.2f} (at most 1.5)")


if __name__ == "__main__":
    main()
