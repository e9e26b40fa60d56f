#!/usr/bin/env python3
"""Checks report.html against the report.json next to it: every number that the page shows must be
the one at its place in the JSON (data-json), rounded to the decimals shown; every other number on
the page must be an axis mark, a class or a name, which are counted but not compared.

    scripts/check-report.py DIR
"""
import argparse
import html.parser
import json
import pathlib
import re
import sys

SHOWN = re.compile(r"^(< )?(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(\u00a0%)?$")


class Page(html.parser.HTMLParser):
    """Collects (pointer, value attribute, text shown) of each element with data-json."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.open = None
        self.outside = []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "data-json" in attributes:
            self.open = [tag, attributes["data-json"], attributes.get("value"), ""]
        elif tag == "title" and self.open:
            self.found.append(tuple(self.open))  # the tooltip of a chart's text is not shown
            self.open = None
        for name in ("src", "href"):
            address = attributes.get(name, "")
            if address and not address.startswith(("data:image/png;base64,", "#")):
                sys.exit(f"the page asks for something outside itself: {address}")

    def handle_endtag(self, tag):
        if self.open and self.open[0] == tag:
            self.found.append(tuple(self.open))
            self.open = None

    def handle_data(self, data):
        if self.open:
            self.open[3] += data
        elif re.search(r"\d", data):
            self.outside.append(data.strip())


def at(report, pointer):
    value = report
    for key in pointer.split("/")[1:]:
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def same(shown, value, is_share):
    """Whether `shown` is `value` rounded; a share may be shown as per cent."""
    if value is None:
        return shown == "\u2013"
    if isinstance(value, str):
        return shown == value
    match = SHOWN.match(shown)
    if not match:
        return False
    below, number, percent = match.groups()
    if below:
        return value < float(number)
    decimals = len(number.partition(".")[2]) if "e" not in number else 17
    factor = 100 if percent or is_share else 1
    return abs(float(number) - factor * value) <= 0.5 * 10 ** -decimals + 1e-9


def main():
    parser = argparse.ArgumentParser(description="Holds a report's page against its JSON.")
    parser.add_argument("folder", type=pathlib.Path, help="what mnist-eval --report has written")
    parser.add_argument("-v", action="store_true", help="list the texts that are not compared")
    arguments = parser.parse_args()
    folder = arguments.folder
    for name in ("report.json", "report.html"):
        if not (folder / name).is_file():
            sys.exit(f"check-report.py: {folder}: there is no {name} in it")
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    page = Page()
    page.feed((folder / "report.html").read_text(encoding="utf-8"))
    wrong = []
    for _, pointer, attribute, shown in page.found:
        value = at(report, pointer)
        if attribute is not None and json.loads(attribute) != value:
            wrong.append(f"{pointer}: value {attribute}, report.json {value}")
        if not same(shown, value, "_shares/" in pointer):
            wrong.append(f"{pointer}: shown {shown!r}, report.json {value}")
    print(f"{len(page.found)} numbers compared, {len(wrong)} differ; "
          f"{len(page.outside)} texts with digits beside them (axes, classes, names, prose)")
    for line in wrong:
        print(line)
    if arguments.v:
        print("\n".join(page.outside))
    sys.exit(1 if wrong or len(page.found) < 100 else 0)


if __name__ == "__main__":
    main()
