#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets to corpus/<target>/<name>, beside this script.

Run it after adding a seed. Other files in the folders are former findings: keep them.
"""

import base64
import gzip
import json
import struct
import zlib
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"

# Written by libjpeg at quality 20; JPEG is the one format here too long to spell out.
JPEG_GREY = (
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKra"
    "rYqMyP/L2u71////m8H////6/+b9//j/wAALCAAYABABAREA/8QAFwAAAwEAAAAAAAAAAAAAAAAAAgMEBf/EACUQ"
    "AAAEBgEEAwAAAAAAAAAAAAECAxEABBITITEUBSJhgSNBUf/aAAgBAQAAPwDRmOZWHHsUNm47v6hKK85zwl1gQais"
    "RI+tffmLoj6d8t6b1fNgPwpcB7h82morKqJpUgY5ae7WdwaSYJJETK4gQoFB/Ef/2Q=="
)
JPEG_PROGRESSIVE = (
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKra"
    "rYqMyP/L2u71////m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4"
    "+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wgARCAAYABADASIAAhEBAxEB/8QAGAAAAgMAAAAAAAAAAAAAAAAA"
    "AAMBAgT/xAAUAQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIQAxAAAAHRR6Rkgf/EABoQAQACAwEAAAAAAAAAAAAA"
    "AAEAAgMREiH/2gAIAQEAAQUCt3Bv3MfssLUNH//EABQRAQAAAAAAAAAAAAAAAAAAABD/2gAIAQMBAT8BP//EABQR"
    "AQAAAAAAAAAAAAAAAAAAABD/2gAIAQIBAT8BP//EABwQAAIBBQEAAAAAAAAAAAAAAAABEQIQEiJRgf/aAAgBAQAG"
    "PwLWPTFxZ1dGkQf/xAAcEAACAgIDAAAAAAAAAAAAAAABEQAhEEFhgaH/2gAIAQEAAT8hs0xxrdY7P4IohkK4gDQU"
    "/9oADAMBAAIAAwAAABDxz//EABQRAQAAAAAAAAAAAAAAAAAAABD/2gAIAQMBAT8QP//EABQRAQAAAAAAAAAAAAAA"
    "AAAAABD/2gAIAQIBAT8QP//EAB0QAAICAgMBAAAAAAAAAAAAAAERACExYRBBgVH/2gAIAQEAAT8Qo9O7N+RKBby+"
    "Md741uIfKB7FItIvME+ECB6n/9k="
)
JPEG_EXIF_ROTATED = (
    "/9j/4AAQSkZJRgABAQAAAQABAAD/4QAiRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAD/2wBDACgcHiMe"
    "GSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H////6/+b9//j/wAALCAAY"
    "ABABAREA/8QAFwAAAwEAAAAAAAAAAAAAAAAAAgMEBf/EACUQAAAEBgEEAwAAAAAAAAAAAAECAxEABBITITEUBSJh"
    "gSNBUf/aAAgBAQAAPwDRmOZWHHsUNm47v6hKK85zwl1gQaisRI+tffmLoj6d8t6b1fNgPwpcB7h82morKqJpUgY5"
    "ae7WdwaSYJJETK4gQoFB/Ef/2Q=="
)
JPEG_CMYK = (
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAoHB4jHhkoIyEjLSsoMDxkQTw3Nzx7WF1JZJGAmZaPgIyKoLTmw6Cq2q2K"
    "jMj/y9ru9f///5vB////+v/m/f/4/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EABQAAQAAAAAAAAAAAAAAAAAAAAX/"
    "xAAcEAACAgIDAAAAAAAAAAAAAAAAERITARQEIYH/2gAOBEMATQBZAEsAAD8AZGRkR5G5PGvRBd2Nvw//2Q=="
)


def idx(*sizes, payload, element_type=8):
    header = bytes([0, 0, element_type, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes)
    return header + payload


def idx_seeds():
    images = idx(2, 2, 3, payload=bytes(range(12)))
    labels = idx(5, payload=bytes(range(5)))
    return {
        "images": images,
        "labels": labels,
        "empty": b"",
        "images-truncated": images[:-1],
        "images-trailing": images + b"\0",
        "images-zero-rows": idx(2, 0, 3, payload=b""),
        "images-product-overflows": idx(1 << 31, 1 << 31, 4, payload=b""),
        "images-over-2-gib": idx(1 << 31, 1, 2, payload=b""),
        "labels-header-cut": labels[:6],
        "labels-of-floats": idx(1, payload=bytes(4), element_type=0x0D),
        "not-idx": b"<html>404</html>",
    }


def gzip_seeds():
    one = gzip.compress(b"seven" * 9, mtime=0)
    two = gzip.compress(bytes(3000), mtime=0)
    named = b"\x1f\x8b\x08\x1e\0\0\0\0\0\xff\x02\0ABname\0comment\0"
    named += struct.pack("<H", zlib.crc32(named) & 0xFFFF) + one[10:]
    bomb = gzip.compress(bytes(1 << 19), mtime=0)
    return {
        "one": one,
        "stored": gzip.compress(b"stored", 0, mtime=0),
        "several": one + two + one,
        "nothing-in-it": gzip.compress(b"", mtime=0),
        "all-header-fields": named,
        "bomb": bomb,
        "truncated": one[:-5],
        "trailing": one + b"rest",
        "wrong-checksum": one[:-8] + bytes(4) + one[-4:],
        "wrong-length": one[:-4] + bytes(4),
        "second-damaged": one + two[:12] + b"\xff" + two[13:],
        "header-only": one[:10],
    }


def safetensors(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def tensor(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def safetensors_seeds():
    two = {
        "__metadata__": {"format": "pt", "note": "\u00e9\n"},
        "conv1.weight": tensor("F32", [2, 1], 0, 8),
        "bias": tensor("U8", [3], 8, 11),
    }
    sound = safetensors(two, bytes(11))
    types = {
        "i": tensor("I64", [], 0, 8),
        "d": tensor("F64", [1], 8, 16),
        "h": tensor("BF16", [2], 16, 20),
        "e": tensor("F32", [0], 20, 20),
    }
    entry = json.dumps(tensor("U8", [1], 0, 1))
    return {
        "two": sound,
        "types": safetensors(types, bytes(20)),
        "no-tensors": safetensors({}),
        "truncated": sound[:-1],
        "header-cut": sound[:40],
        "trailing": sound + b"\0",
        "length-huge": b"\xff" * 8 + b"{}",
        "hole": safetensors({"w": tensor("U8", [1], 1, 2)}, bytes(2)),
        "overlap": safetensors(
            {"a": tensor("U8", [2], 0, 2), "b": tensor("U8", [2], 1, 3)}, bytes(3)
        ),
        "offsets-reversed": safetensors({"w": tensor("U8", [1], 1, 0)}, bytes(1)),
        "shape-overflows": safetensors({"w": tensor("F32", [1 << 32, 1 << 32], 0, 0)}),
        "shape-negative": safetensors({"w": tensor("F32", [-1], 0, 4)}, bytes(4)),
        "unknown-type": safetensors({"w": tensor("F16", [1], 0, 2)}, bytes(2)),
        "duplicate-key": safetensors(f'{{"w":{entry},"w":{entry}}}'.encode(), bytes(1)),
        "nested": safetensors(b'{"w":' + b"[" * 500),
        "zero-byte": safetensors(b"{}\0{}"),
        "not-json": safetensors(b"{'w': 1}"),
    }


def json_document_seeds():
    config = b"""{
  // comments are allowed
  "$schema": "../docs/config.schema.json",
  "model": {"name": "conv", "channels": [32, 64], "dropout": 0.25},
  "training": {"epochs": 3, "seed": 1, "amsgrad": false} /* and here */
}
"""
    return {
        "config": config,
        "empty": b"",
        "empty-object": b"{}",
        "array": b"[1, 2]",
        "cut": config[:90],
        "duplicate-key": b'{"a": 1,\n "a": 2}',
        "dotted-key": b'{"a.b": 1, "a": {"b": 2}}',
        "numbers": b'{"a": [1e999, -0, 18446744073709551616]}',
        "escapes": b'{"\\u0000\\n\\ud83d\\ude00": "\\ud800"}',
        "nested": b'{"a":' * 100,
        "open-comment": b"{} /*",
        "zero-byte": b'{"a": 1}\0{',
    }


def png(width, height, colour, depth, rows, chunks=(), interlace=0):
    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    parts = [chunk(b"IHDR", header)]
    for name, data in chunks:
        parts.append(chunk(name, data))
    parts += [chunk(b"IDAT", zlib.compress(rows, 9)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_seeds():
    def rows(row_bytes, height):
        return b"".join(
            b"\0" + bytes((31 * x + 7 * y) % 256 for x in range(row_bytes)) for y in range(height)
        )

    palette = [(b"PLTE", bytes(range(12)))]
    grey = png(4, 3, 0, 8, rows(4, 3))
    # Adam7 of a 3 x 3 picture: passes of 1x1, 0, 0, 1x1 (4), 2x1 (5), 1x2 (6), 3x1 (7).
    adam7 = rows(1, 1) + rows(1, 1) + rows(2, 1) + rows(1, 2) + rows(3, 1)
    return {
        "png-grey": grey,
        "png-grey-1-bit": png(9, 2, 0, 1, rows(2, 2)),
        "png-grey-16-bit": png(3, 2, 0, 16, rows(6, 2)),
        "png-grey-alpha": png(3, 2, 4, 8, rows(6, 2)),
        "png-rgb": png(3, 2, 2, 8, rows(9, 2)),
        "png-rgb-transparent": png(3, 2, 2, 8, rows(9, 2), [(b"tRNS", bytes(6))]),
        "png-rgba-16-bit": png(2, 2, 6, 16, rows(16, 2)),
        "png-palette": png(4, 2, 3, 2, rows(1, 2), palette),
        "png-palette-alpha": png(4, 2, 3, 2, rows(1, 2), palette + [(b"tRNS", b"\0\x80")]),
        "png-interlaced": png(3, 3, 0, 8, adam7, interlace=1),
        "png-wide": png(1 << 30, 1, 0, 8, b""),
        "png-too-many-pixels": png(300, 300, 0, 8, b""),
        "png-truncated": grey[:-20],
        "png-wrong-checksum": grey[:29] + bytes(4) + grey[33:],
        "png-signature-only": grey[:8],
    }


def image_seeds():
    jpegs = {
        "jpeg-grey": base64.b64decode(JPEG_GREY),
        "jpeg-progressive": base64.b64decode(JPEG_PROGRESSIVE),
        "jpeg-exif-rotated": base64.b64decode(JPEG_EXIF_ROTATED),
        "jpeg-cmyk": base64.b64decode(JPEG_CMYK),
    }
    # The last scan again and again: each costs a pass over the picture.
    progressive = jpegs["jpeg-progressive"]
    last_scan = progressive[progressive.rindex(b"\xff\xda") : -2]
    jpegs["jpeg-many-scans"] = progressive[:-2] + last_scan * 40 + b"\xff\xd9"
    jpegs["jpeg-truncated"] = jpegs["jpeg-grey"][:-20]
    jpegs["jpeg-header-only"] = jpegs["jpeg-grey"][:30]
    pnms = {
        "pnm-p1": b"P1\n# a comment\n3 2\n0 1 0\n101\n",
        "pnm-p2": b"P2 2 2 15 0 5 10 15",
        "pnm-p3": b"P3 1 2 255 1 2 3 4 5 6",
        "pnm-p4": b"P4 9 2\n\xaa\x80\x55\x00",
        "pnm-p5": b"P5 3 2 255\n\0\x40\x80\xc0\xff\x01",
        "pnm-p5-16-bit": b"P5 1 2 65535\n\x12\x34\xff\xff",
        "pnm-p6": b"P6 1 1 255\nabc",
        "pnm-truncated": b"P5 3 2 255\n\0",
        "pnm-too-many-pixels": b"P5 65536 65536 255\n",
        "pnm-size-overflows": b"P5 99999999999999999999 1 255\n",
        "pnm-maxval-zero": b"P2 1 1 0 0",
        "pnm-sample-over-maxval": b"P2 1 1 7 9",
    }
    return {**png_seeds(), **jpegs, **pnms, "not-a-picture": b"GIF89a"}


def request_body_seeds():
    png = b"\x89PNG\r\n\x1a\n and more"
    base64 = b"iVBORw0KGgogYW5kIG1vcmU="
    json = b"application/json\n"
    form = b"multipart/form-data; boundary=b\n"
    part = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a \\"b\\".png"\r\n\r\n'
    return {
        "raw": b"image/jpg\n" + png,
        "nothing": b"",
        "text": b"text/plain\nhello",
        "json": json + b'{"image": "' + base64 + b'"}',
        "json-data-url": json + b'{"image": "data:image/png;base64,' + base64 + b'"}',
        "json-data-url-cut": json + b'{"image": "data:"}',
        "json-nested": json + b"[" * 1000,
        "form": form + part + png + b"\r\n--b--\r\n",
        "form-text": form + b"--b\r\ncontent-disposition:form-data;name=image\r\n\r\n" + base64 + b"\r\n--b--",
        "form-preamble": form + b"hello\r\n" + part + b"\r\n--b--\r\nbye",
        "form-cut": form + part + png,
        "form-no-boundary": b'multipart/form-data; boundary="\n' + part,
        "form-only-boundaries": form + b"--b\r\n" * 10,
    }


def main():
    targets = {
        "decode_image": image_seeds(),
        "gzip": gzip_seeds(),
        "idx": idx_seeds(),
        "json_document": json_document_seeds(),
        "request_body": request_body_seeds(),
        "safetensors": safetensors_seeds(),
    }
    for target, seeds in targets.items():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in seeds.items():
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
