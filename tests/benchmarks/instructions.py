#!/usr/bin/env python3
"""Counts what a processed call costs in instructions, in all and by part, and compares that with
instructions.json: a part that needs more than 5 % more than there fails. A busy machine changes
nothing here, so this sees what a clock does not.

  instructions.py BUILD_DIR [--customers N] [--update]

--update writes instructions.json instead. The figures are those of one compiler and one release
of Debian: write them anew when either changes.
"""

import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

from page import ROOT, Server

BASELINE = os.path.join(ROOT, "tests/benchmarks/instructions.json")
TOLERANCE = 0.05
WARM_UP_CUSTOMERS = 5
DRIVER_TIMEOUT_S = 600
TOTAL = "a call in all"
# Which functions stand for which part, with all that they call; by how their names begin.
NAMESPACE = "throughline::"
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
# Its calls are the calls that were processed: the name without what follows the parameters.
ENTRY = re.compile(r"throughline::orchestrator::OrchestratorServiceImpl::ProcessCall\([^()]*\)$")


class Profile:
    """What callgrind wrote: the instructions of each function itself and of each of its calls."""

    def __init__(self, path):
        self.own = collections.Counter()
        self.inclusive = collections.Counter()  # by (caller, callee)
        self.calls = collections.Counter()      # by callee
        self.names = {}
        caller, callee, count = None, None, None
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                line = line.rstrip("\n")
                if line.startswith("fn="):
                    caller = self.name(line[3:])
                elif line.startswith("cfn="):
                    callee = self.name(line[4:])
                elif line.startswith("calls="):
                    count = int(line[6:].split()[0])
                elif line[:1].isdigit() or line[:1] in ("+", "-", "*"):
                    cost = int(line.split()[1])
                    if count is None:
                        self.own[caller] += cost
                    else:
                        self.inclusive[caller, callee] += cost
                        self.calls[callee] += count
                        count = None

    def name(self, text):
        """The name behind "(12) name", which later is only "(12)"."""
        number, _, name = text.partition(" ")
        if name:
            self.names[number] = name
        return self.names[number]

    def total(self):
        return sum(self.own.values())

    def processed(self):
        return sum(count for name, count in self.calls.items() if ENTRY.match(name))

    def part(self, beginnings):
        """Instructions of all functions whose names begin so, with those they call."""
        beginnings = tuple(text[1:] if text[0] == "/" else NAMESPACE + text for text in beginnings)
        names = {name for name in self.own if name.startswith(beginnings)}
        called = sum(cost for (caller, callee), cost in self.inclusive.items()
                     if caller in names and callee not in names)
        return sum(self.own[name] for name in names) + called


def drive(build, address, customers):
    command = [f"{build}/benchmark-bin/pipeline_benchmark", "--server", address, "--customers",
               str(customers)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT,
                          timeout=DRIVER_TIMEOUT_S)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}{done.stdout}")


def switch(server, state):
    done = subprocess.run(["callgrind_control", "-i", state, str(server.process.pid)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"callgrind_control -i {state}: {done.stderr}{done.stdout}")


def measure(build, customers):
    """Instructions a processed call, in all and by part."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/profile"
        callgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--fair-sched=yes",
                     f"--callgrind-out-file={path}"]
        with Server(build, callgrind) as server:
            drive(build, server.address, WARM_UP_CUSTOMERS)
            switch(server, "on")
            drive(build, server.address, customers)
            switch(server, "off")
        profile = Profile(path)
    calls = profile.processed()
    if calls == 0:
        raise SystemExit("instructions: no call was processed in the profile; does ENTRY still "
                         "name the orchestrator's handler?")
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
