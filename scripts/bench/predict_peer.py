"""The loop people write first: Pillow opens each PNG, PyTorch classifies it, one by one.

The network is like the shipped one (two convolutions with batch normalisation and pooling, two
linear layers), with random weights: only the time matters here.
"""

import pathlib
import sys

import numpy
import torch
from PIL import Image

network = torch.nn.Sequential(
    torch.nn.Conv2d(1, 32, 3, padding=1), torch.nn.BatchNorm2d(32), torch.nn.ReLU(),
    torch.nn.MaxPool2d(2),
    torch.nn.Conv2d(32, 64, 3, padding=1), torch.nn.BatchNorm2d(64), torch.nn.ReLU(),
    torch.nn.MaxPool2d(2), torch.nn.Flatten(),
    torch.nn.Linear(64 * 7 * 7, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10),
).eval()

lines = []
with torch.no_grad():
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.png")):
        pixels = numpy.asarray(Image.open(path).convert("L"), dtype=numpy.float32) / 255
        probabilities = network(torch.from_numpy(pixels)[None, None]).softmax(1)[0]
        digit = int(probabilities.argmax())
        lines.append(f"{path}\t{digit}\t{probabilities[digit]:.4f}")
