"""What the measurements share: running a program to its end and measuring its time and memory."""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def arguments(description):
    parser = argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--data", default=os.environ.get("MNIST_DATA_DIR", str(ROOT / "data" / "mnist")),
                        help="folder of the MNIST files")
    parser.add_argument("--bin", default=str(ROOT / "build" / "release" / "bin"),
                        help="folder of the programs")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--peer", default=os.environ.get("MNIST_PEER"),
                        help="a script 'PEER one-epoch DATA --threads N --seed N' that prints JSON "
                             "lines with train_seconds and test_accuracy; default: $MNIST_PEER")
    return parser


class Finished:
    """One run of a program: its stdout, wall seconds, and largest resident memory in MiB."""

    def __init__(self, command):
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.out, errors = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = time.perf_counter() - start
        self.mebibytes = usage.ru_maxrss / 1024
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit code {process.returncode}\n{errors}")


class Training(Finished):
    """A run of mnist-train: also seconds of training only, images/s, test accuracy in per cent."""

    def __init__(self, options, config, settings=(), seed=None):
        with tempfile.TemporaryDirectory() as folder:
            run = os.path.join(folder, "run")
            command = [os.path.join(options.bin, "mnist-train"), "--config", str(config), "--quiet",
                       "--data", options.data, "--threads", str(options.threads), "--out", run]
            for setting in settings:
                command += ["--set", setting]
            if seed is not None:
                command += ["--seed", str(seed)]
            super().__init__(command)
            with open(os.path.join(run, "metrics.jsonl"), encoding="utf-8") as rows:
                self.epochs = [json.loads(row) for row in rows]
        self.training_seconds = sum(epoch["seconds"] for epoch in self.epochs)
        images = sum(epoch["seconds"] * epoch["images_per_second"] for epoch in self.epochs)
        self.images_per_second = images / self.training_seconds
        self.accuracy = float(self.out.split()[2])  # test accuracy 99.12 % (…


class Peer(Finished):
    """A run of the peer, with the same figures."""

    def __init__(self, options, seed=1):
        runner = [] if os.access(options.peer, os.X_OK) else [sys.executable]
        super().__init__([*runner, options.peer, "one-epoch", options.data, "--threads", str(options.threads),
                          "--seed", str(seed)])
        last = json.loads(self.out.splitlines()[-1])
        self.training_seconds = last["train_seconds"]
        self.images_per_second = 60000 * last["epoch"] / self.training_seconds
        self.accuracy = 100 * last["test_accuracy"]


def summary(values, digits=2):
    """Mean, and the smallest and largest: '99.15 (99.12 to 99.20)'."""
    return (f"{statistics.mean(values):.{digits}f} "
            f"({min(values):.{digits}f} to {max(values):.{digits}f})")
