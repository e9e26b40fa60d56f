#!/usr/bin/python3
"""Makes tests/unit/model/shipped_logits.json: what the shipped model says about a few drawn
images, computed here using only NumPy, straight from the definitions. A C++ test holds the library
to it.

    apt-get install python3-numpy
    /usr/bin/python3 scripts/reference/logits_reference.py > tests/unit/model/shipped_logits.json
"""
import json
import math
import os
import struct

import numpy as np

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SIDE = 28
TYPES = {"F32": "<f4", "I64": "<i8"}
EPSILON = 1e-5  # of batch normalisation


def read_model(path):
    with open(path, "rb") as file:
        content = file.read()
    (size,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + size])
    metadata = header.pop("__metadata__")
    data = content[8 + size :]
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[begin:end], TYPES[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).astype(np.float64)
    return metadata, tensors


def convolve(x, weight, padding):
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    kernel = weight.shape[2]
    side = x.shape[1] - kernel + 1
    out = np.zeros((weight.shape[0], side, side))
    for row in range(kernel):
        for column in range(kernel):
            part = x[:, row : row + side, column : column + side]
            out += np.einsum("oi,iyx->oyx", weight[:, :, row, column], part)
    return out


def pool(x):
    side = x.shape[1] // 2
    return x[:, : 2 * side, : 2 * side].reshape(-1, side, 2, side, 2).max((2, 4))


def logits(ink, metadata, tensors):
    options = json.loads(metadata["options"])
    crop = options["crop"]
    x = ink[crop : SIDE - crop, crop : SIDE - crop]
    x = ((x - json.loads(metadata["mean"])) / json.loads(metadata["std"]))[None]
    if options["space_to_depth"]:
        x = np.stack([x[0, row::2, column::2] for row in (0, 1) for column in (0, 1)])
    number = 0
    for block, _ in enumerate(options["channels"]):
        for _ in range(options["convolutions"]):
            number += 1
            weight = tensors[f"conv{number}.weight"]
            x = convolve(x, weight, weight.shape[2] // 2 if options["padding"] else 0)
            if options["batch_norm"]:
                mean, variance, scale, shift = (
                    tensors[f"norm{number}.{part}"][:, None, None]
                    for part in ("running_mean", "running_var", "weight", "bias")
                )
                x = (x - mean) / np.sqrt(variance + EPSILON) * scale + shift
            else:
                x = x + tensors[f"conv{number}.bias"][:, None, None]
            x = np.maximum(x, 0)
        last = block + 1 == len(options["channels"])
        if options.get("pooling", True) and (options.get("pool_last", True) or not last):
            x = pool(x)
    x = x.reshape(-1)
    if options["hidden"] > 0:
        x = np.maximum(tensors["hidden.weight"] @ x + tensors["hidden.bias"], 0)
    return tensors["output.weight"] @ x + tensors["output.bias"]


def stroke(distance):
    """Ink of a stroke three pixels wide, from the distance to its middle."""
    return min(1.0, max(0.0, 2.0 - distance))


def drawings():
    """The same formulas are in tests/unit/model/shipped_model_test.cpp."""
    centre = 13.5
    grid = [(x - centre, y - centre) for y in range(SIDE) for x in range(SIDE)]
    return {
        "ring": [stroke(abs(math.hypot(1.4 * x, y) - 8.5)) for x, y in grid],
        "bar": [stroke(abs(x)) if abs(y) < 10 else 0.0 for x, y in grid],
        "cross": [stroke(min(abs(x), abs(y))) if max(abs(x), abs(y)) < 9 else 0.0 for x, y in grid],
        "paper": [0.0 for _ in grid],
    }


def main():
    metadata, tensors = read_model(os.path.join(ROOT, "models", "digits.safetensors"))
    answers = {
        name: list(logits(np.array(ink).reshape(SIDE, SIDE), metadata, tensors))
        for name, ink in drawings().items()
    }
    print(json.dumps(answers, indent=1))


if __name__ == "__main__":
    main()
