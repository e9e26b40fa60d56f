#!/usr/bin/env python3
"""Images trained on per second for the shipped configs, next to the peer.

    scripts/bench/throughput.py --peer PEER [--rounds 3] [CONFIG…]

One epoch of each in each round, in turn; each config also without its augmentation, if it has one:
the difference is what varied images cost.
"""
import json
import pathlib
import statistics

import common

AUGMENTATION = ("shift", "rotation", "scale", "shear", "elastic", "thickness", "blur", "contrast",
                "erasing")


def main():
    parser = common.arguments(__doc__.splitlines()[0])
    parser.add_argument("configs", nargs="*", metavar="CONFIG",
                        default=[str(common.ROOT / "configs" / name)
                                 for name in ("fast.json", "default.json")])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()

    plain = ["augmentation." + key + "=0" for key in AUGMENTATION]
    one_epoch = ["training.epochs=1", "training.early_stopping=0"]
    contests = {}
    for config in options.configs:
        name = pathlib.Path(config).name
        contests[name] = lambda config=config: common.Training(options, config, one_epoch)
        dry = common.Finished([options.bin + "/mnist-train", "--config", config, "--data",
                               options.data, "--dry-run"])
        augmentation = json.loads(dry.out)["config"]["augmentation"]
        if any(augmentation[key] > 0 for key in AUGMENTATION):
            contests[name + ", no augmentation"] = (
                lambda config=config: common.Training(options, config, one_epoch + plain))
    if options.peer:
        contests["peer"] = lambda: common.Peer(options)

    rates = {name: [] for name in contests}
    for _ in range(options.rounds):
        for name, run in contests.items():
            rates[name].append(run().images_per_second)
    print(f"{options.threads} threads, {options.rounds} rounds; images/s, median (and range)")
    for name, values in rates.items():
        line = f"{name:40} {statistics.median(values):9.0f} ({min(values):.0f} to {max(values):.0f})"
        if "peer" in rates:
            line += f"  {statistics.median(values) / statistics.median(rates['peer']):6.2f} x peer"
        print(line)


if __name__ == "__main__":
    main()
