"""Runs in Python what export_test.cpp put into a folder, and leaves the answers beside it.

Usage: run_torch.py MODULE_FOLDER FOLDER

FOLDER holds images.f32 (float32 [N,1,28,28]), NAME.safetensors and NAME.pt. Written are NAME.logits
by scripts/mnist_model.py, NAME.back (the model file saved again by it), and NAME.pt.OUTPUT for each
output of the TorchScript module, all float32.
"""

import pathlib
import sys

import torch

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import mnist_model  # noqa: E402

folder = pathlib.Path(sys.argv[2])
torch.set_num_threads(1)
images = torch.frombuffer(bytearray((folder / "images.f32").read_bytes()), dtype=torch.float32)
images = images.reshape(-1, 1, 28, 28)


def write(path, tensor):
    path.write_bytes(tensor.detach().contiguous().numpy().tobytes())


for path in sorted(folder.glob("*.safetensors")):
    network = mnist_model.load(path)
    write(path.with_suffix(".logits"), network(images))
    mnist_model.save(network, path.with_suffix(".back"))

for path in sorted(folder.glob("*.pt")):
    module = torch.jit.load(str(path)).eval()
    outputs = module(images)
    for name, tensor in outputs.items():
        write(pathlib.Path(f"{path}.{name}"), tensor)
    alone = module(images[:1])["probabilities"]  # another batch size
    assert (alone - outputs["probabilities"][:1]).abs().max() < 1e-5
    model = mnist_model.load(path.with_suffix(".safetensors"))
    assert set(module.state_dict()) == set(model.state_dict()), module.state_dict().keys()
