#!/usr/bin/env python3
"""Proves on hosts of their own what replicas promise. Started by run.sh.

  proof.py BIN_DIR WORK_DIR [SCENARIO…]
"""

import signal
import sys
import time

from network import Network
from system import System

RATE = 12
LOAD_BEGINS_S = 3
SPREAD_S = 20
MAX_UNEVEN = 0.10
# How long calls are counted to see whether a replica has its share, and what is near enough to it
# among so few calls. Each writer answers about three a second.
WINDOW_S = 5
MIN_SHARE = 0.8
MAX_UNTIL_SHARED_S = 60
# Longer than callers take to find out that packets vanish (10 s) or a process stands still (20 s),
# so that they do without the replica for a while.
CUT_S = 15
STOPPED_S = 25
AWAY_S = 1


class Proof:
    """The scenarios. Each prints a line and remembers when it failed."""

    def __init__(self, system):
        self.system = system
        self.failed = False

    def say(self, passed, text):
        print(f"{'ok     ' if passed else 'FAILED '} {text}", flush=True)
        self.failed |= not passed

    def judge(self, what, report):
        """A load must have gone on without an error, and its audit found nothing amiss."""
        if "acknowledged" not in report:
            self.say(False, f"{what}: {report['firstError']}")
            return
        slowest_ms = max(each["latencyMs"]["max"] for each in report["operations"].values())
        self.say(report["passed"] and report["errors"] == 0,
                 f"{what}: {report['acknowledged']} operations, {report['errors']} failed, "
                 f"{report['retries']} sent again, slowest {slowest_ms / 1000:.1f} s, "
                 f"longest time without an answer {report['longestGapMs'] / 1000:.1f} s; "
                 f"audit: {report['audit']['calls']} calls, "
                 f"{report['audit']['violations']} violations")
        for operation, each in report["operations"].items():
            if each["errors"]:
                print(f"        {operation}: {each['errors']}; first: {report['firstError']}")
        for violation in report["audit"]["named"]:
            print(f"        {violation}")

    def spread(self):
        """Calls are spread evenly over the replicas of every service."""
        load = self.system.load(RATE)
        time.sleep(LOAD_BEGINS_S)
        before = self._handled()
        time.sleep(SPREAD_S)
        after = self._handled()
        for service, replicas in self.system.replicas.items():
            calls = [after[each.name] - before[each.name] for each in replicas]
            mean = sum(calls) / len(calls)
            uneven = max(abs(count - mean) for count in calls) / mean if mean else 1
            self.say(uneven <= MAX_UNEVEN,
                     f"spread: {service} {' and '.join(f'{count:.0f}' for count in calls)} calls, "
                     f"{uneven:.1%} from even")
        self.judge("spread", load.finish())

    def grow(self):
        """A third router that its name begins to stand for gets its share."""
        load = self.system.load(RATE)
        third = self.system.add("router")
        time.sleep(LOAD_BEGINS_S)
        begun = time.monotonic()
        self.system.announce("router")
        used_s = None
        while used_s is None and time.monotonic() < begun + MAX_UNTIL_SHARED_S:
            if third.handled() > 0:
                used_s = round(time.monotonic() - begun, 1)
            time.sleep(0.1)
        shared_s = self._until_shared("router", third, begun)
        self.say(shared_s is not None, f"grow: a third router is used after {used_s} s and has its "
                                       f"share within {shared_s} s")
        self.judge("grow", load.finish())

    def cut(self):
        """Packets from and to a replica vanish."""
        def silence(replica):
            replica.host.cut()
            time.sleep(CUT_S)
            replica.host.heal()
        self._strike("cut", silence)

    def stop(self):
        """A process stands still: the kernel goes on acknowledging what it is sent."""
        def silence(replica):
            replica.process.send_signal(signal.SIGSTOP)
            time.sleep(STOPPED_S)
            replica.process.send_signal(signal.SIGCONT)
        self._strike("stop", silence)

    def term(self):
        """As in a rollout."""
        def replace(replica):
            code = replica.end(signal.SIGTERM)
            if code != 0:
                self.say(False, f"term: {replica.name} ended with {code}: {replica.last_words()}")
            time.sleep(AWAY_S)
            replica.start()
        self._strike("term", replace)

    def kill(self):
        """As when the machine or its memory gives out."""
        def replace(replica):
            replica.end(signal.SIGKILL)
            time.sleep(AWAY_S)
            replica.start()
        self._strike("kill", replace)

    def _strike(self, what, fault):
        """Brings the fault upon the second replica of each service in turn, under one load."""
        load = self.system.load(RATE)
        time.sleep(LOAD_BEGINS_S)
        shared_s = {}
        for service, replicas in self.system.replicas.items():
            fault(replicas[1])
            shared_s[service] = self._until_shared(service, replicas[1], time.monotonic())
        self.say(None not in shared_s.values(), f"{what}: has its share again within "
                 + ", ".join(f"{seconds} s ({service})" for service, seconds in shared_s.items()))
        self.judge(what, load.finish())

    def _handled(self):
        return {replica.name: replica.handled()
                for replicas in self.system.replicas.values() for replica in replicas}

    def _until_shared(self, service, replica, begun):
        """Seconds from `begun` until `replica` gets its share; None when that takes too long."""
        while time.monotonic() < begun + MAX_UNTIL_SHARED_S:
            before = self._handled()
            time.sleep(WINDOW_S)
            after = self._handled()
            calls = {each.name: after[each.name] - before[each.name]
                     for each in self.system.replicas[service]}
            if calls[replica.name] >= MIN_SHARE * sum(calls.values()) / len(calls) > 0:
                return round(time.monotonic() - begun, 1)
        return None


SCENARIOS = {"spread": Proof.spread, "grow": Proof.grow, "cut": Proof.cut, "stop": Proof.stop,
             "term": Proof.term, "kill": Proof.kill}


def main():
    bin_folder, folder, *wanted = sys.argv[1:]
    unknown = [name for name in wanted if name not in SCENARIOS]
    if unknown:
        sys.exit(f"hosts: no scenario {unknown[0]}; there are {' '.join(SCENARIOS)}")
    begun = time.monotonic()
    system = System(bin_folder, folder, Network(folder))
    proof = Proof(system)
    for name in wanted or SCENARIOS:
        SCENARIOS[name](proof)
    if proof.failed:
        system.print_last_words()
    system.stop()
    print(f"took {time.monotonic() - begun:.0f} s")
    sys.exit(1 if proof.failed else 0)


if __name__ == "__main__":
    main()
