#!/usr/bin/env python3
"""The largest resident memory of mnist-train, next to the peer.

    scripts/bench/memory.py --peer PEER [CONFIG…]

One epoch of each: memory does not grow with the number of epochs.
"""
import pathlib

import common


def main():
    parser = common.arguments(__doc__.splitlines()[0])
    parser.add_argument("configs", nargs="*", metavar="CONFIG",
                        default=[str(common.ROOT / "configs" / name)
                                 for name in ("fast.json", "default.json")])
    options = parser.parse_args()
    for config in options.configs:
        run = common.Training(options, config, ["training.epochs=1"])
        print(f"{pathlib.Path(config).name:20} {run.mebibytes:6.0f} MiB", flush=True)
    if options.peer:
        print(f"{'peer':20} {common.Peer(options).mebibytes:6.0f} MiB")


if __name__ == "__main__":
    main()
