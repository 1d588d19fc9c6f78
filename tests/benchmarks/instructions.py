#!/usr/bin/env python3
"""Counts what a processed call costs in instructions, in all and by part, and compares that with
instructions.json: a part that needs more than 5 % more than there fails. A busy machine changes
nothing here, so this sees what a clock does not.

  instructions.py BUILD_DIR [--customers N] [--update]

--update writes instructions.json instead. The figures are those of one compiler and one release
of Debian: write them anew when either changes.
"""

import argparse
import json
import os
import sys

import callgrind
from server import ROOT

BASELINE = os.path.join(ROOT, "tests/benchmarks/instructions.json")
TOLERANCE = 0.05
WARM_UP_CUSTOMERS = 5
TOTAL = "a call in all"
# Which functions stand for which part, with all that they call; by how their names begin.
PARTS = {
    "router: Complete": ["router::RouterServiceImpl::AnswerComplete("],
    "router: ReadRequest": ["router::ReadRequest("],
    "router: Judge::Assess": ["router::Judge::Assess("],
    "engine: Analyze": ["router::extractive::Analyze("],
    "engine: ExtractFacts": ["router::extractive::ExtractFacts("],
    "engine: WriteEmail": ["router::extractive::WriteEmail("],
    "engine: Tokenize": ["router::extractive::Tokenize("],
    "memory: Retain": ["memory::Memory::Retain("],
    "memory: Recall": ["memory::Memory::Recall("],
    "analyst, with router": ["analyst::AnalystServiceImpl::AnswerAnalyze(",
                             "analyst::AnalystServiceImpl::AnswerExtractFacts("],
    "writer, with router": ["writer::WriterServiceImpl::AnswerWriteEmail("],
    "transcript: Parse": ["transcript::Parse("],
    "Sha256Hex": ["Sha256Hex"],
    "protobuf's JSON": ["/google::protobuf::util::JsonStringToMessage(",
                        "/google::protobuf::util::MessageToJsonString("],
    "RE2": ["/re2::RE2::Match("],
    "SQLite": ["/sqlite3_step"],
}

def measure(build, customers):
    """Instructions a processed call, in all and by part."""
    profile = callgrind.profile(build, [["--customers", str(WARM_UP_CUSTOMERS)]],
                                ["--customers", str(customers)])
    calls = profile.processed()
    counts = {TOTAL: round(profile.total() / calls)}
    for part, beginnings in PARTS.items():
        counts[part] = round(profile.part(beginnings) / calls)
        if counts[part] == 0:
            raise SystemExit(f"instructions: {part}: no function begins with {beginnings}; it was "
                             "renamed or inlined: name another in PARTS, then --update")
    return counts


def compare(counts, baseline):
    """Prints both; the names of what grew too much."""
    grown = []
    print(f"{'thousands of instructions':26} {'now':>9} {'baseline':>9} {'change':>9}")
    for part, count in counts.items():
        before = baseline.get(part)
        if before is None:
            print(f"{part:26} {count / 1e3:9,.0f} {'-':>9}")
            grown.append(f"{part} (not in the baseline)")
            continue
        change = count / before - 1
        verdict = ""
        if change > TOLERANCE:
            verdict = "  GREW"
            grown.append(part)
        print(f"{part:26} {count / 1e3:9,.0f} {before / 1e3:9,.0f} {100 * change:+8.1f} %{verdict}")
    print("Sha256Hex counts about three times what it costs outside valgrind, which has no SHA-NI.")
    return grown


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("build")
    parser.add_argument("--customers", type=int, default=6, help="of five calls each")
    parser.add_argument("--update", action="store_true")
    flags = parser.parse_args()
    counts = measure(os.path.abspath(flags.build), flags.customers)
    if flags.update:
        with open(BASELINE, "w", encoding="utf-8") as file:
            json.dump(counts, file, indent=2)
            file.write("\n")
    with open(BASELINE, encoding="utf-8") as file:
        grown = compare(counts, json.load(file))
    if grown:
        sys.exit(f"instructions: more than {TOLERANCE:.0%} above the baseline: {', '.join(grown)}; "
                 "find out why, or write a new baseline with --update")


if __name__ == "__main__":
    main()
