"""Runs in OpenCV's dnn what export_test.cpp put into a folder, and leaves the answers beside it.

Usage: run_opencv.py FOLDER

FOLDER holds images.f32 (float32 [N,1,28,28]) and NAME.onnx. Written is NAME.onnx.OUTPUT for each
output, float32.
"""

import pathlib
import sys

import cv2
import numpy

folder = pathlib.Path(sys.argv[1])
images = numpy.fromfile(folder / "images.f32", numpy.float32).reshape(-1, 1, 28, 28)


def answers(network, batch):
    names = network.getUnconnectedOutLayersNames()
    network.setInput(batch)
    return dict(zip(names, (output.copy() for output in network.forward(names))))


for path in sorted(folder.glob("*.onnx")):
    outputs = answers(cv2.dnn.readNetFromONNX(str(path)), images)
    for name, output in outputs.items():
        pathlib.Path(f"{path}.{name}").write_bytes(output.astype(numpy.float32).tobytes())
    network = cv2.dnn.readNetFromONNX(str(path))  # another batch size
    alone = answers(network, images[:1])["probabilities"]
    assert abs(alone - outputs["probabilities"][:1]).max() < 1e-5
