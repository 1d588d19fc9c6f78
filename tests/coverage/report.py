#!/usr/bin/env python3
"""Says which share of each layer's lines the tests reached, and fails where it is below what
thresholds.json asks of the layer.

  report.py BUILD_DIR

BUILD_DIR is of the preset coverage, with its tests run. Tests themselves and what is generated do
not count. A process that is killed, as some tests do, leaves no counts. The preset has tests kill
less often than others: counting makes calls take longer than they are left between two crashes.
"""

import argparse
import collections
import fnmatch
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
THRESHOLDS = os.path.join(ROOT, "tests/coverage/thresholds.json")
NOT_THE_PRODUCT = r".*(_test\.cc|_benchmark\.cc|_for_tests?[._].*|/testing/.*)"
SHOWN_FILES = 10


def lines_by_file(build):
    """Lines reached and lines in all, by the file's path in the tree."""
    with tempfile.TemporaryDirectory() as folder:
        report = f"{folder}/summary.json"
        subprocess.run(
            ["gcovr", "--root", ROOT, "--object-directory", build, "--filter", f"{ROOT}/common/",
             "--filter", f"{ROOT}/services/", "--exclude", NOT_THE_PRODUCT,
             "--exclude-unreachable-branches", "-j", str(os.cpu_count()), "--json-summary", report],
            check=True, cwd=ROOT)
        with open(report, encoding="utf-8") as file:
            return {entry["filename"]: (entry["line_covered"], entry["line_total"])
                    for entry in json.load(file)["files"]}


def layer_of(path, layers):
    """The first layer one of whose patterns the path has."""
    for layer in layers:
        if any(fnmatch.fnmatch(path, pattern) for pattern in layer["paths"]):
            return layer["name"]
    raise SystemExit(f"coverage: {path} belongs to no layer; name one in {THRESHOLDS}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("build")
    flags = parser.parse_args()
    with open(THRESHOLDS, encoding="utf-8") as file:
        layers = json.load(file)["layers"]
    files = lines_by_file(os.path.abspath(flags.build))
    if not files:
        raise SystemExit(f"coverage: no counts in {flags.build}; run make coverage")
    reached, total = collections.Counter(), collections.Counter()
    for path, (covered, lines) in files.items():
        layer = layer_of(path, layers)
        reached[layer] += covered
        total[layer] += lines
    below = []
    print(f"{'layer':24} {'lines':>8} {'reached':>9} {'at least':>9}")
    for layer in layers:
        name, least = layer["name"], layer["at_least_percent"]
        percent = 100 * reached[name] / total[name] if total[name] else 0.0
        if percent < least:
            below.append(name)
        print(f"{name:24} {total[name]:8} {percent:7.1f} % {least:7} %"
              f"{'  BELOW' if percent < least else ''}")
    print("\nmost lines that no test reaches:")
    by_missed = sorted(files.items(), key=lambda file: file[1][0] - file[1][1])
    for path, (covered, lines) in by_missed[:SHOWN_FILES]:
        print(f"{lines - covered:6} of {lines:5}  {path}")
    if below:
        sys.exit(f"coverage: too few lines are reached in {', '.join(below)}: test what is listed, "
                 "or say in thresholds.json why less will do")


if __name__ == "__main__":
    main()
