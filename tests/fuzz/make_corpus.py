#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets to corpus/<target>/<name>, beside this script.

Run it after adding a seed. Other files in the folders are former findings: keep them.
"""
# Longer than 400 lines: a hundred of them are pictures in base64, and the seeds of one format are
# parts of those of others.

import base64
import gzip
import json
import struct
import zlib
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"

# Written by libjpeg at quality 20, libwebp, libheif and libtiff: too long to spell out.
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

WEBP_LOSSLESS = (
    "UklGRjoAAABXRUJQVlA4TC0AAAAvD8ACAJmM6H9sohhF6H+ASNtm/jVOyvjZMUG2bWjbiU4gaYu3/TEBHsbafhcA"
)
WEBP_LOSSY_EXIF = (
    "UklGRsIAAABXRUJQVlA4WAoAAAAIAAAADwAACwAAVlA4IE4AAABwAgCdASoQAAwAAIAIJbACdLoB+AH6gAIVddIAAP7r"
    "Zs3Ns6adOo61lfuav/3NVfDFAXi43+C6//EJpK//IIrWuZ72DcQBh/535D+AAABFWElGTgAAAElJKgAIAAAABAASAQMA"
    "AQAAAAYAAAAaAQUAAQAAAD4AAAAbAQUAAQAAAEYAAAAoAQMAAQAAAAIAAAAAAAAA+AcAAAoAAADUAwAACgAAAA=="
)
WEBP_ANIMATED = (
    "UklGRnIAAABXRUJQVlA4WAoAAAACAAAADwAACwAAQU5JTQYAAAAAAAAAAABBTk1GRgAAAAAAAAAAAA8AAAsAAGQAAABW"
    "UDhMLQAAAC8PwAIAmYzof2yiGEXof4BI22b+NU7K+NkxQbZtaNuJTiBpi7f9MQEextp+FwA="
)
WEBP_ALPHA = (
    "UklGRjYAAABXRUJQVlA4TCoAAAAvAUAAEB9AIGmLt/0KAQRAQaMgbQMWtjtCAkK1WHQ9AFT/2x0/QIjofwQ="
)
HEIF_HEVC = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUxtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAA"
    "AAAAAAAAAA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFwAAEAAAAAAAACgQAAACNpaW5mAAAAAAABAAAA"
    "FWluZmUCAAAAAAEAAGh2YzEAAAAAzGlwcnAAAACtaXBjbwAAAHhodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEA"
    "GEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgQEDAgAAAMACAAA"
    "AwAIQCIAAQAHRAHBcrAiQAAAAAlpcm90AwAAABRpc3BlAAAAAAAAAEAAAABAAAAAEHBpeGkAAAAAAwgICAAAABdpcG1h"
    "AAAAAAAAAAEAAQSBAgOEAAACiW1kYXQAAAJ9KAGvBjjkeczl7Ohh82PGyGIUK9Pc5L5415BxoCmZ77RN9FteyKQKB+c4"
    "EBeJntq8wyh48DCAai1TzxZa6RD172d9fxufkJ+5QBb//a40OM05bVoefQw9t2sWVLeMfDxcsWXH9Sul6lc7OMZ4PvLn"
    "eYpP+npkzn+cmwHecqVls0wkqpmHugjwZ85POi2SvL7uWvzKqzuTIUvo++VxeKT7tJylOR5chJNosrYhqi4XgAFNC/DJ"
    "DNx3q8e9EedmqnHWlmAVjA9ODyl3Yl1FAPtaF2okJ2VpGTHEIQMSVhZw+VM7MUleXI3uL49cmKYrCCLCZikby+HgaTvv"
    "k3BYUsf+cqFQ5SvDteXlBzcKJ2ZpcYuynsp3NT9dnZTxfJmmgcVEYZZRhD0dkc0UZ1P+fK/nG5SkEE9aeniaqCjIn4dh"
    "RSKNY0SGI33lGJqQLSODEx40uvjoaCVGo3QQyG1UwAGSweqe4/BgVBEt3tt70sPl0F5yXzUinUu+uXQCGLC2PbcW6dMZ"
    "7h/PkjeuYX7aSa48IBBTZo5aR+nJwGxbyC4bMTkQ7faJUjRyWuX3zdYM8aBnrZ7QTbMfVUL+Suxip4Y8I5fow4nLLtQj"
    "bhPJzpxmmzfzgnfQUCwnX3JXCI4BoU9mg1tWQznFbPIMtuoMUbPt0MelRfNVE0UEaU05Ijxd0OlFCqfk8utWZuhxcLx3"
    "2Y1HdHHk+mlfQ6AY4e3/kd2apz7zyrNM8WXPgu7K0Qf4I0ip2TgH8HULnden3S3x1IrcT0uqRXg8dY7wssqa083NXGsX"
    "eNkFEf71bqpi7BFFfVbg1crqutZsCyB23o+tsFHWYibvTDLryuh8//f//w=="
)
HEIF_AV1 = (
    "AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAP5tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAA"
    "AAAAAAAAAA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAEiAAEAAAAAAAABZQAAACNpaW5mAAAAAAABAAAA"
    "FWluZmUCAAAAAAEAAGF2MDEAAAAAfmlwcnAAAABdaXBjbwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EADAAAAAAJ"
    "aXJvdAMAAAAJaW1pcgEAAAAUaXNwZQAAAAAAAABAAAAAQAAAABBwaXhpAAAAAAMICAgAAAAZaXBtYQAAAAAAAAABAAEG"
    "gYIDBAWGAAABbW1kYXQSAAoJGBV//YIEBA0IMtUCEYAAAEDdK1SXYr3COeD5X4PEVh90n/2wk5dMI0TQAokBalXmfday"
    "0sbmndB8xJIruTRxEMOd1H+eG9PJbL9+VZEH5sqHhm9/YkLrSmE537/J5Wq9jZfCw05zSYCgJq/ZY+1NeRIv0FsF27cV"
    "d0e9bnhmx0xaemBvm94gVqTxL5ia69BNO4F6kF/TjRSMCjXXfd4qkxKRFsVdaVCR4UqhEhTsDfPBJs27lXSn9ER3+UZ1"
    "Q1JrXjLxm5QWqF+4sTcvZh8P1LnC5qOtRO5UL6MuBdKKVGUnaHN5edWPnwhwZjIlJ1RxlQu/rx3m8iNJMCdUrXBoyDv5"
    "qRbSkL0XplMhDqz4l7Cf9kRCdIv2J3XuFv/SAILRzuvrJXaHVT70dkvHc17g1Bib+ASd/UY1vpfxS7qydoZSZm/YK6iP"
    "cuPq2nHY8+i0OqLmv4gtH8pftc2kUach9FQ="
)
TIFF_FAX_3 = (
    "SUkqACQAAAAAF3btuAC7t23ABd27bgAu7dtwAXdu24ALu3bcDwAAAQMAAQAAABgAAAABAQMAAQAAAAYAAAACAQMAAQAA"
    "AAEAAAADAQMAAQAAAAMAAAAGAQMAAQAAAAAAAAARAQQAAQAAAAgAAAASAQMAAQAAAAYAAAAVAQMAAQAAAAEAAAAWAQMA"
    "AQAAABAAAAAXAQQAAQAAABwAAAAaAQUAAQAAAN4AAAAbAQUAAQAAAOYAAAAcAQMAAQAAAAEAAAAoAQMAAQAAAAIAAABT"
    "AQMAAQAAAAEAAAAAAAAAzAAAAAEAAABiAAAAAQAAAA=="
)
TIFF_FAX_4 = (
    "SUkqABQAAAAuzbNv/////8AEAEAPAAABAwABAAAAGAAAAAEBAwABAAAABgAAAAIBAwABAAAAAQAAAAMBAwABAAAABAAA"
    "AAYBAwABAAAAAAAAABEBBAABAAAACAAAABIBAwABAAAABgAAABUBAwABAAAAAQAAABYBAwABAAAAEAAAABcBBAABAAAA"
    "DAAAABoBBQABAAAAzgAAABsBBQABAAAA1gAAABwBAwABAAAAAQAAACgBAwABAAAAAgAAAFMBAwABAAAAAQAAAAAAAADM"
    "AAAAAQAAAGIAAAABAAAA"
)
TIFF_LZW_BIG = (
    "SUkrAAgAAAA8AAAAAAAAAIATYFA4JBYNB4RCYVC4ZDYdD4hEYlE4pFYtF4xFICCAE2BQOCQWDQeEQSAgDAAAAAAAAAAA"
    "AQMAAQAAAAAAAAAUAAAAAAAAAAEBAwABAAAAAAAAABIAAAAAAAAAAgEDAAEAAAAAAAAACAAAAAAAAAADAQMAAQAAAAAA"
    "AAAFAAAAAAAAAAYBAwABAAAAAAAAAAEAAAAAAAAAEQEQAAIAAAAAAAAAPAEAAAAAAAASAQMAAQAAAAAAAAABAAAAAAAA"
    "ABUBAwABAAAAAAAAAAEAAAAAAAAAFgEDAAEAAAAAAAAAEAAAAAAAAAAXAQMAAgAAAAAAAAAfAA0AAAAAABwBAwABAAAA"
    "AAAAAAEAAAAAAAAAUwEDAAEAAAAAAAAAAQAAAAAAAAAAAAAAAAAAABAAAAAAAAAALwAAAAAAAAA="
)
TIFF_JPEG = (
    "SUkqAEAAAAD/2P/AABEIAAwAEAMBIgACEQEDEQH/2gAMAwEAAhEDEQA/ANBJKspJWchNWUJr56OEifJ0qCP/2Q4AAAED"
    "AAEAAAAQAAAAAQEDAAEAAAAMAAAAAgEDAAMAAADuAAAAAwEDAAEAAAAHAAAABgEDAAEAAAAGAAAAEQEEAAEAAAAIAAAA"
    "EgEDAAEAAAABAAAAFQEDAAEAAAADAAAAFgEDAAEAAAAQAAAAFwEEAAEAAAA4AAAAHAEDAAEAAAABAAAAUwEDAAMAAAD0"
    "AAAAWwEHAD4CAAAqAQAAFAIFAAYAAAD6AAAAAAAAAAgACAAIAAEAAQABAAAAAAABAAAA/wAAAAEAAACAAAAAAQAAAP8A"
    "AAABAAAAgAAAAAEAAAD/AAAAAQAAAP/Y/9sAQwAIBgYHBgUIBwcHCQkICgwUDQwLCwwZEhMPFB0aHx4dGhwcICQuJyAi"
    "LCMcHCg3KSwwMTQ0NB8nOT04MjwuMzQy/9sAQwEJCQkMCwwYDQ0YMiEcITIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIy"
    "MjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIy/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIE"
    "AwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RF"
    "RkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXG"
    "x8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QA"
    "tREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygp"
    "KjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0"
    "tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9k="
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


def csv_seeds():
    return {
        "list.csv": b"path,label\na.png,3\n",
        "quoted.csv": b'\xef\xbb\xbf"a,b","c""d"\r\n\r\n"e\nf",\n,"",\n',
        "open-quote.csv": b'a,"b\n',
        "after-quote.csv": b'"a"b,c\n',
        "no-line-end.csv": b"a,b\r",
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


def exif(orientation, x_density=204, y_density=98, order="<"):
    """An EXIF block, which is a TIFF file without a picture."""
    entries = [(0x0112, 3, orientation), (0x011A, 5, 62), (0x011B, 5, 70), (0x0128, 3, 2)]
    block = struct.pack(order + "2sHIH", b"II" if order == "<" else b"MM", 42, 8, len(entries))
    for tag, kind, value in entries:
        packed = struct.pack(order + ("H" if kind == 3 else "I"), value).ljust(4, b"\0")
        block += struct.pack(order + "HHI", tag, kind, 1) + packed
    return block + struct.pack(order + "IIIII", 0, x_density, 1, y_density, 1)


def png_label_seeds():
    def labelled(*chunks):
        return png(2, 1, 0, 8, b"\0\x10\xf0", chunks)

    text = b"\nexif\n      78\n" + exif(5).hex().encode() + b"\n"
    return {
        "png-exif": labelled((b"eXIf", exif(6, order=">"))),
        "png-exif-cut": labelled((b"eXIf", exif(6)[:20])),
        "png-text-exif": labelled((b"tEXt", b"Raw profile type exif\0" + text)),
        "png-packed-exif": labelled((b"zTXt", b"Raw profile type APP1\0\0" + zlib.compress(text))),
        "png-not-square": labelled((b"pHYs", struct.pack(">IIB", 4, 1, 1))),
        "png-narrow-range": png(2, 1, 0, 16, b"\0\x03\xff\x00\x10"),
    }


def bmp_seeds():
    def bmp(width, height, bits, pixels, extra=b"", compression=0, colours=0):
        header = struct.pack(
            "<IiiHHIIiiII", 40, width, height, 1, bits, compression, 0, 2000, 1000, colours, 0
        )
        begin = 14 + len(header) + len(extra)
        file = struct.pack("<2sIII", b"BM", begin + len(pixels), 0, begin)
        return file + header + extra + pixels

    core = b"BM" + struct.pack("<IIIIHHHH", 32, 0, 26, 12, 1, 1, 1, 24) + b"\1\2\3\0"
    return {
        "bmp-1-bit": bmp(9, 2, 1, bytes(8), b"\0\0\0\0\xff\xff\xff\0", colours=2),
        "bmp-4-bit": bmp(3, 1, 4, b"\x12\0\0\0", bytes(range(64)), colours=16),
        "bmp-24-bit-top-down": bmp(1, -2, 24, bytes(range(8))),
        "bmp-masks": bmp(1, 1, 16, bytes(4), struct.pack("<III", 0xF800, 0x7E0, 0x1F), 3),
        "bmp-run-length": bmp(1, 1, 8, bytes(4), compression=1),
        "bmp-huge": bmp(1 << 30, 1 << 30, 24, b""),
        "bmp-core": core,
    }


def gif_seeds():
    def gif(width, height, codes, flags=0, control=b"", bits=2):
        screen = struct.pack("<6sHHBBB", b"GIF89a", width, height, 0x81, 0, 0)
        frame = struct.pack("<BHHHHBB", 0x2C, 0, 0, width, height, flags, bits)
        palette = bytes(range(0, 240, 20))
        return screen + palette + control + frame + bytes([len(codes)]) + codes + b"\0;"

    codes = b"\x84\x2d\x99\x87\x2a\x1c\xdc\x33\xa0\x02\x75\xec\x95\xfa\xa8\xde\x60\x8c\x04\x91\x4c\x01"
    sound = gif(10, 10, codes)
    return {
        "gif": sound,
        "gif-interlaced": gif(10, 10, codes, flags=0x40),
        "gif-transparent": gif(10, 10, codes, control=b"!\xf9\4\1\0\0\1\0"),
        "gif-cut": sound[:-12],
        "gif-wrong-code": gif(3, 3, b"\x7c\xff"),
        "gif-huge": gif(65535, 65535, codes),
    }


def tiff_seeds():
    def tiff(*pages, order="<"):
        """Pages are (entries, strip): (tag, type, value), 273 and 279 are added."""
        file = struct.pack(order + "2sHI", b"II" if order == "<" else b"MM", 42, 8)
        for k, (entries, strip) in enumerate(pages):
            count = len(entries) + 2
            data = len(file) + 2 + 12 * count + 4
            after = 0 if k + 1 == len(pages) else data + len(strip)
            file += struct.pack(order + "H", count)
            for tag, kind, value in sorted([*entries, (273, 4, data), (279, 4, len(strip))]):
                packed = struct.pack(order + ("H" if kind == 3 else "I"), value).ljust(4, b"\0")
                file += struct.pack(order + "HHI", tag, kind, 1) + packed
            file += struct.pack(order + "I", after) + strip
        return file

    def page(width, height, strip, bits=8, samples=1, photometric=1, compression=1, more=()):
        tags = {256: width, 257: height, 258: bits, 259: compression, 262: photometric}
        tags.update({277: samples, 278: height, **dict(more)})
        return [(tag, 3, value) for tag, value in tags.items()], strip

    grey = page(4, 3, bytes(range(0, 240, 20)))
    rgb = page(2, 2, bytes(range(12)), samples=3, photometric=2)
    reduced = page(1, 1, b"\7", more={254: 1})
    circle = struct.pack("<2sHIHI", b"II", 42, 8, 0, 8)
    return {
        "tiff-grey": tiff(grey),
        "tiff-big-endian": tiff(grey, order=">"),
        "tiff-deflate": tiff(page(4, 3, zlib.compress(bytes(range(12))), compression=8)),
        "tiff-packbits": tiff(page(8, 1, b"\xf9\x55", compression=32773, photometric=0)),
        "tiff-16-bit": tiff(page(2, 1, b"\x10\x00\xff\x03", bits=16)),
        "tiff-cmyk": tiff(page(2, 1, bytes(range(8)), samples=4, photometric=5)),
        "tiff-alpha": tiff(page(2, 1, bytes(range(8)), samples=4, photometric=2, more={338: 1})),
        "tiff-no-palette": tiff(page(2, 1, b"\0\1", photometric=3)),
        "tiff-planes": tiff(page(2, 1, bytes(6), samples=3, photometric=2, more={284: 2})),
        "tiff-turned": tiff(page(3, 2, bytes(6), more={274: 8})),
        "tiff-pages": tiff(grey, reduced, rgb),
        "tiff-circle": circle,
        "tiff-huge": tiff(page(65535, 65535, b"\0")),
        "tiff-cut": tiff(grey)[:-5],
        "tiff-header-only": tiff(grey)[:8],
        "tiff-fax-3": base64.b64decode(TIFF_FAX_3),
        "tiff-fax-4": base64.b64decode(TIFF_FAX_4),
        "tiff-lzw-big": base64.b64decode(TIFF_LZW_BIG),
        "tiff-jpeg": base64.b64decode(TIFF_JPEG),
    }


def container_seeds():
    webp = base64.b64decode(WEBP_LOSSY_EXIF)
    heif = base64.b64decode(HEIF_HEVC)
    return {
        "webp-lossless": base64.b64decode(WEBP_LOSSLESS),
        "webp-lossy-exif": webp,
        "webp-animated": base64.b64decode(WEBP_ANIMATED),
        "webp-alpha": base64.b64decode(WEBP_ALPHA),
        "webp-cut": webp[:-60],
        "heif-hevc": heif,
        "heif-av1": base64.b64decode(HEIF_AV1),
        "heif-cut": heif[:-100],
        "heif-overlay": heif.replace(b"hvc1", b"iovl", 2),
    }


def image_seeds():
    jpegs = {
        "jpeg-grey": base64.b64decode(JPEG_GREY),
        "jpeg-progressive": base64.b64decode(JPEG_PROGRESSIVE),
        "jpeg-exif-rotated": base64.b64decode(JPEG_EXIF_ROTATED),
        "jpeg-cmyk": base64.b64decode(JPEG_CMYK),
    }
    # The last scan repeated: each costs a pass over the picture.
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
    others = {**bmp_seeds(), **gif_seeds(), **tiff_seeds(), **container_seeds()}
    others["pdf"] = b"%PDF-1.7\n"
    others["svg"] = b"<?xml version='1.0'?><svg/>"
    return {
        **png_seeds(),
        **png_label_seeds(),
        **jpegs,
        **pnms,
        **others,
        "not-a-picture": b"GIF89a",
    }


def labelled_lines_seeds():
    return {
        "two": b'{"path": "a.png", "label": 3}\n\n{"path": "b.png", "label": "none"}\r\n',
        "box": b'{"path": "a/b.png", "label": "7", "box": [1, 2, 30, 40]}',
        "box-negative": b'{"path": "a", "label": 1, "box": [1, -2, 30, 40]}',
        "label-ten": b'{"path": "a", "label": 10}',
        "no-path": b'{"path": "", "label": 1}',
        "not-json": b"a.png 3\n",
        "nested": b'{"path": ' + b"[" * 1000,
    }


def picture_seeds():
    """Pictures that once were, or could be, slow to read."""

    def bits(width, height, is_ink):
        def row(y):
            whole = "".join("0" if is_ink(x, y) else "1" for x in range(width))
            whole += "0" * (-width % 8)
            return b"\0" + int(whole, 2).to_bytes(len(whole) // 8, "big")

        return png(width, height, 0, 1, b"".join(row(y) for y in range(height)))

    def corner(x, y):
        return (x in range(30, 36) and y in range(30, 370)) or (
            y in range(364, 370) and x in range(30, 370)
        )

    return {
        "corner": bits(400, 400, corner),
        "many-bars": bits(1000, 1000, lambda x, y: x % 12 < 3 and y % 24 < 18),
        "fine-bars": bits(800, 800, lambda x, y: x % 5 < 2 and y % 10 < 8),
        "squared-paper": bits(800, 800, lambda x, y: x % 20 < 2 or y % 20 < 2),
        "checkerboard": bits(600, 600, lambda x, y: (x + y) % 2 == 0),
        "stripes": bits(900, 300, lambda x, y: x // 4 % 2 == 0),
        "strip": bits(4000, 3, lambda x, y: x % 9 < 4),
        "thin-strip": bits(500_000, 1, lambda x, y: x % 9 < 4),
        "one-pixel": bits(1, 1, lambda x, y: True),
        "black": bits(500, 500, lambda x, y: True),
    }


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


MODEL_METADATA = {
    "format": "mnist-toolkit model 1",
    "producer": "mnist-toolkit",
    "training": "{}",
}


def model_file(metadata, shapes):
    """A network of these tensors, its weights 1/64, or what they start with in normalisation."""
    header = {"__metadata__": MODEL_METADATA | metadata}
    data = b""
    for name, shape in shapes.items():
        begin = len(data)
        if name.endswith("num_batches_tracked"):
            data += struct.pack("<q", 7)
            header[name] = tensor("I64", [], begin, len(data))
            continue
        count = 1
        for length in shape:
            count *= length
        value = {"running_mean": 0.0, "running_var": 1.0}.get(name.split(".")[-1], 1 / 64)
        data += struct.pack("<f", value) * count
        header[name] = tensor("F32", shape, begin, len(data))
    return safetensors(header, data)


def norm(name, channels):
    parts = ["weight", "bias", "running_mean", "running_var"]
    return {f"{name}.num_batches_tracked": []} | {f"{name}.{part}": [channels] for part in parts}


def model_file_seeds():
    convnet = {
        "network": "convnet",
        "options": '{"channels":[4],"convolutions":1,"hidden":0}',
        "temperature": "1.5",
        "reject_below": "0.5",
        "accept_above": "0.0",
        "mean": "0.1307",
        "std": "0.3081",
        "classes": '["0","1","2","3","4","5","6","7","8","9"]',
    }
    convnet_shapes = {
        "conv1.weight": [4, 4, 3, 3],
        **norm("norm1", 4),
        "output.weight": [10, 144],
        "output.bias": [10],
    }
    page = {
        "network": "page",
        "options": '{"channels":8,"ink":8,"pairs":1}',
        "find_above": "0.4",
    }
    page_shapes = {
        "stem.weight": [8, 16, 3, 3],
        "conv1.weight": [8, 8, 3, 3],
        "conv2.weight": [8, 8, 3, 3],
        **norm("stem_norm", 8),
        **norm("norm1", 8),
        **norm("norm2", 8),
        "maps.weight": [21, 8, 1, 1],
        "maps.bias": [21],
        "ink_hidden.weight": [8, 16, 1, 1],
        "ink_hidden.bias": [8],
        "ink.weight": [16, 8, 1, 1],
        "ink.bias": [16],
    }
    return {
        "convnet": model_file(convnet, convnet_shapes),
        "page": model_file(page, page_shapes),
        "unknown-network": model_file(convnet | {"network": "lenet"}, convnet_shapes),
        "cold": model_file(convnet | {"temperature": "0"}, convnet_shapes),
        "wide": model_file(
            convnet | {"options": '{"channels":[1024],"convolutions":1,"hidden":0}'},
            convnet_shapes,
        ),
    }


def config_seeds():
    """Besides those in configs/."""
    return {
        "page": b'{"model": {"name": "page", "pairs": 1}, "data": {"pages": 64, "validation": 16}}',
        "sources": b"""{
  // every kind of source
  "data": {
    "train_images": "",
    "train_labels": "",
    "sources": [
      {"pictures": "a", "weight": 2},
      {"pixels": "b.csv", "invert": true},
      {"images": "c", "labels": "d", "orientation": "transposed"}
    ]
  },
  "training": {"epochs": 0.5, "start_from": "m"},
  "optimizer": {"name": "muon", "learning_rate": 1e-3}
}
""",
        "nan": b'{"training": {"epochs": NaN}}',
        "huge": b'{"seed": 18446744073709551615, "training": {"epochs": 1e308}}',
    }


def main():
    targets = {
        "config": config_seeds(),
        "csv": csv_seeds(),
        "decode_image": image_seeds(),
        "gzip": gzip_seeds(),
        "idx": idx_seeds(),
        "json_document": json_document_seeds(),
        "labelled_lines": labelled_lines_seeds(),
        "model_file": model_file_seeds(),
        "read_picture": picture_seeds(),
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
