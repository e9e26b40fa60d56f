#!/usr/bin/env python3
"""Searches for the picture of a given size in bytes that costs mnist-predict most time or memory.

    scripts/bench/worst-picture.py [--bytes N] [--tries N] [--by seconds|memory] [--keep FILE]

Pictures are described by a few numbers (format, size, depth, what is drawn on them and how
densely), and a description is changed at random for as long as the picture gets worse: a hill climb
from several starts. It measures the processor time, or the largest resident memory, of
`mnist-predict --all --threads 1`. Needs Pillow and NumPy.
"""
import argparse
import io
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image, ImageDraw

Image.MAX_IMAGE_PIXELS = None
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

FORMATS = {
    "png": {"format": "PNG", "optimize": False},
    "png-interlaced": {"format": "PNG", "interlace": 1},
    "jpeg": {"format": "JPEG", "quality": 60},
    "jpeg-progressive": {"format": "JPEG", "quality": 40, "progressive": True},
    "tiff-g4": {"format": "TIFF", "compression": "group4"},
    "tiff-lzw": {"format": "TIFF", "compression": "tiff_lzw"},
    "gif": {"format": "GIF"},
    "webp": {"format": "WEBP", "quality": 40},
    "webp-lossless": {"format": "WEBP", "lossless": True},
    "bmp": {"format": "BMP"},
}
CONTENTS = ["blank", "noise", "strokes", "digits", "lines", "rings", "tiles"]
MODES = ["1", "L", "RGB", "RGBA"]
MOST_PIXELS = 1_000_000_000


def start(rng):
    return {"format": rng.choice(list(FORMATS)), "mode": rng.choice(MODES),
            "width": int(2 ** rng.uniform(4, 15)), "height": int(2 ** rng.uniform(4, 15)),
            "content": rng.choice(CONTENTS), "size": 2 ** rng.uniform(1, 7),
            "density": rng.uniform(0.01, 1), "seed": rng.randrange(1000)}


def changed(one, rng):
    other = dict(one)
    for key in rng.sample(list(one), rng.choice([1, 1, 2, 3])):
        if key in ("width", "height"):
            other[key] = max(1, int(one[key] * 2 ** rng.gauss(0, 0.7)))
        elif key == "size":
            other[key] = min(400, max(1, one[key] * 2 ** rng.gauss(0, 0.5)))
        elif key == "density":
            other[key] = min(1, max(0.001, one[key] * 2 ** rng.gauss(0, 0.5)))
        else:
            other[key] = start(rng)[key]
    return other


def draw_content(one, canvas, rng):
    draw = ImageDraw.Draw(canvas)
    width, height = canvas.size
    size = one["size"]
    count = min(20000, int(one["density"] * width * height / (size * size + 1)))
    for _ in range(count):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        pen = max(1, int(size / 8))
        if one["content"] == "strokes":
            draw.line([x, y, x + rng.gauss(0, size), y + rng.gauss(0, size)], 0, pen)
        elif one["content"] == "digits":
            draw.text((x, y), str(rng.randrange(10)), 0)
        elif one["content"] == "lines":
            draw.line([x, y, x + size, y], 0, pen)
            draw.line([x, y, x, y + size], 0, pen)
        else:
            draw.ellipse([x, y, x + size, y + size], outline=0, width=pen)


def picture(one):
    """The bytes of a picture, or nothing if no picture fits this description."""
    if one["width"] * one["height"] > MOST_PIXELS // 4:
        return None
    rng = random.Random(one["seed"])
    # Large pictures repeat a small one, so making them takes no longer.
    patch = (min(one["width"], 2048), min(one["height"], 2048))
    canvas = Image.new("L", patch, 255)
    if one["content"] == "noise":
        noise = np.random.default_rng(one["seed"]).random(patch[::-1])
        canvas = Image.fromarray(np.where(noise < one["density"] / 2, 0, 255).astype(np.uint8))
    elif one["content"] == "tiles":
        small = Image.new("L", (max(4, int(one["size"])),) * 2, 255)
        ImageDraw.Draw(small).text((0, 0), str(one["seed"] % 10), 0)
        for x in range(0, patch[0], small.width):
            for y in range(0, patch[1], small.height):
                canvas.paste(small, (x, y))
    elif one["content"] != "blank":
        draw_content(one, canvas, rng)
    pixels = np.asarray(canvas)
    repeat = (-(-one["height"] // patch[1]), -(-one["width"] // patch[0]))
    pixels = np.tile(pixels, repeat)[:one["height"], :one["width"]]
    image = Image.fromarray(pixels)
    mode = "1" if one["format"] == "tiff-g4" else one["mode"]
    if one["format"].startswith("jpeg") and mode in ("1", "RGBA"):
        mode = "RGB"
    file = io.BytesIO()
    try:
        image.convert(mode).save(file, **FORMATS[one["format"]])
    except (OSError, ValueError, struct.error):
        return None
    return file.getvalue()


def cost(options, data, work):
    path = work / "picture"
    path.write_bytes(data)
    process = subprocess.Popen([options.bin / "mnist-predict", "--all", "--threads", "1", path],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime if options.by == "seconds" else usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bytes", type=int, default=100_000)
    parser.add_argument("--tries", type=int, default=300)
    parser.add_argument("--by", choices=["seconds", "memory"], default="seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path, help="where the worst picture is written")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "release" / "bin")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    unit = "s" if options.by == "seconds" else "MiB"
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        plain = cost(options, picture({"format": "png", "mode": "L", "width": 28, "height": 28,
                                       "content": "blank", "size": 1, "density": 1, "seed": 1}), work)
        print(f"a blank of 28x28: {plain:.2f} {unit}", flush=True)
        best, climb, stuck = (plain, None), (0, start(rng)), 0
        for attempt in range(options.tries):
            if stuck > 40:
                climb, stuck = (0, start(rng)), 0
            one = start(rng) if climb[0] == 0 else changed(climb[1], rng)
            data = picture(one)
            if data is None or len(data) > options.bytes:
                stuck += 1
                continue
            value = cost(options, data, work)
            if value > climb[0]:
                climb, stuck = (value, one), 0
            else:
                stuck += 1
            if value > best[0]:
                best = (value, one)
                print(f"{attempt}: {value:.2f} {unit}, {len(data)} bytes: {one}", flush=True)
                if options.keep:
                    options.keep.write_bytes(data)
    print(f"worst: {best[0]:.2f} {unit}, {best[0] - plain:.2f} {unit} beyond a blank: {best[1]}")


if __name__ == "__main__":
    sys.exit(main())
