"""mnist-toolkit's model files in Python: read into a torch.nn.Module, and written back.

    import mnist_model
    network = mnist_model.load("runs/fast/best.safetensors")
    probabilities = network.probabilities(ink)     # ink: float32 [N,1,28,28] in [0,1], ink 1, paper 0
    mnist_model.save(network, "tuned.safetensors") # mnist-predict --model tuned.safetensors

A file is safetensors; docs/formats.md lists its metadata. It is read and written here in a few
lines, so that torch alone is needed; `safetensors.torch.load_file` reads the same tensors.

Run as a program, it says what a model file holds:

    python3 scripts/mnist_model.py models/digits.safetensors
"""

import argparse
import json
import os
import struct
import sys

import torch
import torch.nn.functional as F

MEAN, STD = 0.1307, 0.3081  # of the ink in MNIST's training images
DEFAULT_OPTIONS = {  # ConvNetOptions in lib/mnist/model/network.h
    "channels": [32, 64], "convolutions": 1, "kernel": 3, "hidden": 128, "dropout": 0.0, "crop": 2,
    "space_to_depth": True, "padding": True, "batch_norm": True, "pooling": True, "pool_last": True,
}
TYPES = {"F32": torch.float32, "I64": torch.int64}


def compact(value):
    """JSON as the C++ programs write it into metadata."""
    return json.dumps(value, separators=(",", ":"))


class ConvNet(torch.nn.Module):
    """The network of lib/mnist/model/network.h: ink [N,1,28,28] in [0,1] -> logits [N,10].

    Its parameters and buffers carry the names of the model file. `metadata` are the file's, all
    strings; `temperature` is read from them.
    """

    def __init__(self, metadata=None, **options):
        super().__init__()
        self.options = {**DEFAULT_OPTIONS, **options}
        if not self.options["pooling"]:
            del self.options["pool_last"]
        self.metadata = {
            "format": "mnist-toolkit model 1", "network": "convnet",
            "classes": compact([str(digit) for digit in range(10)]),
            "mean": compact(MEAN), "std": compact(STD),
            "temperature": "1.0", "reject_below": "0.5", "accept_above": "0.0", "training": "{}",
            **(metadata or {}),
        }
        o = self.options
        channels, side = (4, (28 - 2 * o["crop"]) // 2) if o["space_to_depth"] else (1, 28 - 2 * o["crop"])
        count = 0
        for block, width in enumerate(o["channels"]):
            for _ in range(o["convolutions"]):
                count += 1
                setattr(self, f"conv{count}", torch.nn.Conv2d(
                    channels, width, o["kernel"], padding=o["kernel"] // 2 if o["padding"] else 0,
                    bias=not o["batch_norm"]))
                if o["batch_norm"]:
                    setattr(self, f"norm{count}", torch.nn.BatchNorm2d(width))
                channels = width
                side -= 0 if o["padding"] else o["kernel"] - 1
            if self.pools_after(block):
                side //= 2
        features = channels * side * side
        if o["hidden"]:
            self.hidden = torch.nn.Linear(features, o["hidden"])
            features = o["hidden"]
        self.output = torch.nn.Linear(features, 10)

    def pools_after(self, block):
        o = self.options
        return o["pooling"] and (o["pool_last"] or block + 1 < len(o["channels"]))

    @property
    def temperature(self):
        return json.loads(self.metadata["temperature"])

    def forward(self, ink):
        o = self.options
        x = ink[:, :, o["crop"]:28 - o["crop"], o["crop"]:28 - o["crop"]]
        x = (x - MEAN) / STD
        if o["space_to_depth"]:
            x = F.pixel_unshuffle(x, 2)
        count = 0
        for block in range(len(o["channels"])):
            for _ in range(o["convolutions"]):
                count += 1
                x = getattr(self, f"conv{count}")(x)
                if o["batch_norm"]:
                    x = getattr(self, f"norm{count}")(x)
                x = F.relu(x)
            if self.pools_after(block):
                x = F.max_pool2d(x, 2)
        x = x.flatten(1)
        if o["hidden"]:
            x = F.relu(self.hidden(x))
        return self.output(F.dropout(x, o["dropout"], self.training))

    @torch.no_grad()
    def probabilities(self, ink):
        """Calibrated probabilities [N,10]."""
        return F.softmax(self(ink) / self.temperature, dim=1)


def read_safetensors(path):
    """(tensors by name, metadata) of a safetensors file. ValueError if it is not one, or damaged."""
    with open(path, "rb") as file:
        content = bytearray(file.read())
    try:
        (length,) = struct.unpack_from("<Q", content)
        header = json.loads(content[8:8 + length])
        metadata = header.pop("__metadata__", {})
        tensors = {}
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            data = content[8 + length + begin:8 + length + end]
            tensor = torch.frombuffer(data, dtype=TYPES[entry["dtype"]])
            tensors[name] = tensor.reshape(entry["shape"])
    except (struct.error, LookupError, TypeError, AttributeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{path}: no safetensors file, damaged, or of other types") from error
    return tensors, metadata


def write_safetensors(path, tensors, metadata):
    header, blocks, offset = {"__metadata__": metadata}, [], 0
    # Wider types first keeps every tensor aligned, as the safetensors library does.
    for name, tensor in sorted(tensors.items(), key=lambda item: (-item[1].element_size(), item[0])):
        tensor = tensor.detach().cpu().contiguous()
        data = tensor.numpy().tobytes()
        dtype = next(key for key, value in TYPES.items() if value == tensor.dtype)
        header[name] = {"dtype": dtype, "shape": list(tensor.shape),
                        "data_offsets": [offset, offset + len(data)]}
        blocks.append(data)
        offset += len(data)
    text = compact(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blocks))


def load(path):
    """The network in a model file, or in the folder of a run, in evaluation mode.

    OSError if it cannot be read, ValueError if it is no model file.
    """
    if os.path.isdir(path):
        path = os.path.join(path, "best.safetensors")
    tensors, metadata = read_safetensors(path)
    if metadata.get("format") != "mnist-toolkit model 1" or metadata.get("network") != "convnet":
        raise ValueError(f"{path}: not a model file of mnist-toolkit")
    try:
        network = ConvNet(metadata, **json.loads(metadata["options"]))
        network.load_state_dict(tensors)
    except (LookupError, TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{path}: its tensors are not those of its options") from error
    return network.eval()


def save(network, path):
    """Writes `network` so that mnist-predict and the other programs read it.

    After further training, set metadata["temperature"] anew (a JSON number in a string): "1.0"
    takes the logits as they are.
    """
    metadata = {**network.metadata, "options": compact(network.options)}
    write_safetensors(path, network.state_dict(), metadata)


def main():
    parser = argparse.ArgumentParser(description="Says what is in a model file of mnist-toolkit.")
    parser.add_argument("model", nargs="+", help="model file or run folder")
    try:
        for name in parser.parse_args().model:
            model = load(name)
            print(model)
            for key, value in sorted(model.metadata.items()):
                print(f"{key}: {value}")
        sys.stdout.flush()
    except BrokenPipeError:  # | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError) as error:
        sys.exit(f"mnist_model.py: {error}")


if __name__ == "__main__":
    main()
