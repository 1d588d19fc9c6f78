#!/usr/bin/env python3
"""Counts what ten times more customers, history, people or transcript do to the cost of a processed
call, in instructions, which a busy machine does not change.

  scaling.py BUILD_DIR

Prints for each what a call needs with the smaller and with the larger amount.
"""

import argparse
import contextlib
import glob
import os
import random
import sys
import tempfile

import callgrind
from server import ROOT

sys.path.append(os.path.join(ROOT, "services/router/tools"))
import annotated_series  # pylint: disable=wrong-import-position

SERIES = os.path.join(ROOT, "tests/data/deals/01-meridian-logistics")
CALLS = 5
TIMES = 10
FEW_CUSTOMERS = 5
FEW_ROUNDS = 2  # of five calls each
COUNTED_CUSTOMERS = 4
COUNTED_ROUNDS = 2


def count(build, before, counted):
    profile = callgrind.profile(build, before, counted)
    return profile.total() / profile.processed()


def write_calls(folder, texts):
    for number, text in enumerate(texts, 1):
        with open(f"{folder}/call-{number}.txt", "w", encoding="utf-8") as file:
            file.write(text)


def customers(build, times):
    """Of fresh customers, beside those who are there already."""
    return count(build, [["--customers", str(FEW_CUSTOMERS * times)]],
                 ["--customers", str(COUNTED_CUSTOMERS)])


def after_rounds(rounds):
    return ["--customer", "one", "--first-round", str(rounds + 1), "--rounds", str(COUNTED_ROUNDS)]


def history(build, times):
    """Of one customer who has had the same five calls over and over."""
    rounds = FEW_ROUNDS * times
    return count(build, [["--customer", "one", "--rounds", str(rounds)]], after_rounds(rounds))


def people(build, times):
    """Of one customer with all the people, matters and facts of so many deals."""
    calls = []
    for path in sorted(glob.glob(f"{ROOT}/tests/data/series/a*/*.txt")):
        for call in annotated_series.read(path).calls:
            calls.append("\n\n".join(f"{turn.speaker}: {turn.text}" for turn in call.turns))
    random.Random(1).shuffle(calls)
    rounds = FEW_ROUNDS * times
    with contextlib.ExitStack() as folders:
        before = []
        for number in range(rounds):
            folder = folders.enter_context(tempfile.TemporaryDirectory())
            write_calls(folder, calls[number * CALLS:(number + 1) * CALLS])
            before.append(["--customer", "one", "--first-round", str(number + 1), "--calls", folder])
        return count(build, before, after_rounds(rounds))


def length(build, times):
    """Of calls `times` as long: what is said in the next ones is appended."""
    texts = []
    for number in range(1, CALLS + 1):
        with open(f"{SERIES}/call-{number}.txt", encoding="utf-8") as file:
            texts.append(file.read())
    with tempfile.TemporaryDirectory() as folder:
        longer = []
        for first in range(CALLS):
            said = [texts[(first + i) % CALLS].partition("\n\n")[2] for i in range(times)]
            longer.append("\n\n".join([texts[first].partition("\n\n")[0], "\n".join(said)]))
        write_calls(folder, longer)
        flags = ["--calls", folder, "--customers"]
        return count(build, [[*flags, str(FEW_CUSTOMERS)]], [*flags, str(COUNTED_CUSTOMERS)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("build")
    build = os.path.abspath(parser.parse_args().build)
    print(f"{'thousands of instructions a call':42} {'few':>9} {f'{TIMES} times':>9} {'ratio':>7}")
    for name, cost in [
            (f"{FEW_CUSTOMERS}, {FEW_CUSTOMERS * TIMES} customers beside", customers),
            (f"{FEW_ROUNDS * CALLS}, {FEW_ROUNDS * CALLS * TIMES} earlier calls of the customer",
             history),
            (f"{FEW_ROUNDS * CALLS}, {FEW_ROUNDS * CALLS * TIMES} earlier calls of other deals",
             people),
            (f"calls {TIMES} times as long", length)]:
        few, many = cost(build, 1), cost(build, TIMES)
        print(f"{name:42} {few / 1e3:9,.0f} {many / 1e3:9,.0f} {many / few:7.2f}", flush=True)


if __name__ == "__main__":
    main()
