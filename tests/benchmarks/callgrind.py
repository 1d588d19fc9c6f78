"""Counts instructions of `throughline serve` under callgrind."""

import collections
import re
import subprocess
import tempfile

from server import ROOT, Server

DRIVER_TIMEOUT_S = 600
NAMESPACE = "throughline::"
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


def drive(build, address, flags):
    command = [f"{build}/benchmark-bin/pipeline_benchmark", "--server", address, *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT,
                          timeout=DRIVER_TIMEOUT_S)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}{done.stdout}")


def switch(server, state):
    done = subprocess.run(["callgrind_control", "-i", state, str(server.process.pid)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"callgrind_control -i {state}: {done.stderr}{done.stdout}")


def profile(build, before, counted):
    """The Profile of a run of pipeline_benchmark with the flags `counted`, after runs, each with its
    flags, that are not counted."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/profile"
        callgrind = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--fair-sched=yes",
                     f"--callgrind-out-file={path}"]
        with Server(build, callgrind) as server:
            for flags in before:
                drive(build, server.address, flags)
            switch(server, "on")
            drive(build, server.address, counted)
            switch(server, "off")
        taken = Profile(path)
    if taken.processed() == 0:
        raise SystemExit("callgrind: no call was processed in the profile; does ENTRY still name "
                         "the orchestrator's handler?")
    return taken
