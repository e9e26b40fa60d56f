"""mnist-toolkit's model files in Python: read into a torch.nn.Module, and written back.

    import mnist_model
    network = mnist_model.load("runs/fast/best.safetensors")
    probabilities = network.probabilities(ink)     # ink: float32 [N,1,28,28] in [0,1], ink 1, paper 0
    mnist_model.save(network, "tuned.safetensors") # mnist-predict --model tuned.safetensors

A file is safetensors; docs/formats.md lists its metadata. It is read and written here in a few
lines, so that only torch is needed; `safetensors.torch.load_file` reads the same tensors.

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
TYPES = {"F32": torch.float32, "I64": torch.int64}


def compact(value):
    """JSON as the C++ programs write it into metadata."""
    return json.dumps(value, separators=(",", ":"))


class Classifier(torch.nn.Module):
    """A network that classifies digits: ink [N,1,28,28] in [0,1] -> logits [N,10].

    Its parameters and buffers carry the names of the model file. `metadata` are the file's, all
    strings; `temperature` is read from them.
    """

    def __init__(self, metadata, options):
        super().__init__()
        self.options = {**self.DEFAULT_OPTIONS, **options}
        self.metadata = {
            "format": "mnist-toolkit model 1", "network": self.NAME,
            "classes": compact([str(digit) for digit in range(10)]),
            "mean": compact(MEAN), "std": compact(STD),
            "temperature": "1.0", "reject_below": "0.5", "accept_above": "0.0", "training": "{}",
            **(metadata or {}),
        }

    @property
    def temperature(self):
        return json.loads(self.metadata["temperature"])

    @torch.no_grad()
    def probabilities(self, ink):
        """Calibrated probabilities [N,10]."""
        return F.softmax(self(ink) / self.temperature, dim=1)


class ConvNet(Classifier):
    """The network of lib/mnist/model/convnet.h."""

    NAME = "convnet"
    DEFAULT_OPTIONS = {
        "channels": [32, 64], "convolutions": 1, "kernel": 3, "hidden": 128, "dropout": 0.0,
        "crop": 2, "space_to_depth": True, "padding": True, "batch_norm": True, "pooling": True,
        "pool_last": True,
    }

    def __init__(self, metadata=None, **options):
        super().__init__(metadata, options)
        o = self.options
        if not o["pooling"]:
            del o["pool_last"]
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


class Residual(Classifier):
    """The network of lib/mnist/model/residual_network.h."""

    NAME = "residual"
    DEFAULT_OPTIONS = {"channels": [128, 256, 512], "blocks": 1, "dropout": 0.0}

    def __init__(self, metadata=None, **options):
        super().__init__(metadata, options)
        widths = [w for w in self.options["channels"] for _ in range(self.options["blocks"])]
        before = widths[0]
        self.stem = torch.nn.Conv2d(1, before, 3, padding=1, bias=False)
        for number, width in enumerate(widths, 1):
            stride = self.stride(number)
            self.add_module(f"norm{number}a", torch.nn.BatchNorm2d(before))
            if stride != 1 or width != before:
                self.add_module(f"shortcut{number}",
                                torch.nn.Conv2d(before, width, 1, stride, bias=False))
            self.add_module(f"conv{number}a",
                            torch.nn.Conv2d(before, width, 3, stride, 1, bias=False))
            self.add_module(f"norm{number}b", torch.nn.BatchNorm2d(width))
            self.add_module(f"conv{number}b", torch.nn.Conv2d(width, width, 3, 1, 1, bias=False))
            before = width
        self.norm = torch.nn.BatchNorm2d(before)
        self.output = torch.nn.Linear(before, 10)

    def stride(self, number):
        """Of block `number`, from 1: the first of each stage except the first halves the side."""
        return 2 if number > 1 and (number - 1) % self.options["blocks"] == 0 else 1

    def forward(self, ink):
        part = self._modules
        x = self.stem((ink - MEAN) / STD)
        for number in range(1, len(self.options["channels"]) * self.options["blocks"] + 1):
            activated = F.relu(part[f"norm{number}a"](x))
            shortcut = part.get(f"shortcut{number}")
            if shortcut is not None:
                x = shortcut(activated)
            inner = F.relu(part[f"norm{number}b"](part[f"conv{number}a"](activated)))
            x = x + part[f"conv{number}b"](inner)
        x = F.relu(self.norm(x)).mean(dim=(2, 3))
        return self.output(F.dropout(x, self.options["dropout"], self.training))


NETWORKS = {network.NAME: network for network in (ConvNet, Residual)}


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
    # Wider types first, as in the safetensors library: this keeps every tensor aligned.
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

    OSError if it cannot be read, ValueError if it is not a model file.
    """
    if os.path.isdir(path):
        path = os.path.join(path, "best.safetensors")
    tensors, metadata = read_safetensors(path)
    if metadata.get("format") != "mnist-toolkit model 1":
        raise ValueError(f"{path}: not a model file of mnist-toolkit")
    if metadata.get("network") not in NETWORKS:
        raise ValueError(f"{path}: its network {metadata.get('network')!r} does not classify digits")
    try:
        network = NETWORKS[metadata["network"]](metadata, **json.loads(metadata["options"]))
        network.load_state_dict(tensors)
    except (LookupError, TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{path}: its tensors are not those of its options") from error
    return network.eval()


def save(network, path):
    """Writes `network` so that mnist-predict and the other programs read it.

    After further training, set metadata["temperature"] again (a JSON number in a string): "1.0"
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
