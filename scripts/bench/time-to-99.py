#!/usr/bin/env python3
"""Training time and test accuracy of a config over some seeds, each next to the peer's run.

    scripts/bench/time-to-99.py --peer PEER [--config configs/fast.json] [--seeds 5]

The two take turns so that whatever else the machine does slows both alike. 'training' is the time
of the training steps; 'whole' is the command from start to end, reading, validation, test and
writing included.
"""
import statistics

import common


def main():
    parser = common.arguments(__doc__.splitlines()[0])
    parser.add_argument("--config", default=str(common.ROOT / "configs" / "fast.json"))
    parser.add_argument("--seeds", type=int, default=5, help="seeds 1 to this")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    options = parser.parse_args()

    ours, peers = [], []
    print(f"{'seed':>4}  {'training s':>10}  {'whole s':>8}  {'accuracy %':>10}"
          f"  {'peer training s':>15}  {'peer accuracy %':>15}  {'ratio':>6}")
    for seed in range(1, options.seeds + 1):
        run = common.Training(options, options.config, options.set, seed)
        ours.append(run)
        line = f"{seed:4}  {run.training_seconds:10.2f}  {run.seconds:8.2f}  {run.accuracy:10.2f}"
        if options.peer:
            peer = common.Peer(options, seed)
            peers.append(peer)
            line += (f"  {peer.training_seconds:15.2f}  {peer.accuracy:15.2f}"
                     f"  {run.training_seconds / peer.training_seconds:6.3f}")
        print(line, flush=True)

    print(f"\ntest accuracy    {common.summary([r.accuracy for r in ours])} %")
    print(f"training         {common.summary([r.training_seconds for r in ours])} s")
    print(f"whole command    {common.summary([r.seconds for r in ours])} s")
    if not peers:
        print("no peer to compare with: give --peer or set MNIST_PEER")
        return
    print(f"peer's accuracy  {common.summary([p.accuracy for p in peers])} %")
    print(f"peer's training  {common.summary([p.training_seconds for p in peers])} s")
    ratios = [r.training_seconds / p.training_seconds for r, p in zip(ours, peers)]
    print(f"ratio            {common.summary(ratios, 3)}, that is 1/{1 / statistics.mean(ratios):.1f}"
          f" (median 1/{1 / statistics.median(ratios):.1f})")


if __name__ == "__main__":
    main()
