#!/usr/bin/env python3
"""Measures what docs/benchmarks.md says and writes it, with its charts.

  page.py BUILD_DIR [--seconds N] [--faults]

Everything runs on this machine, load client included. --seconds: of each load run. --faults: also
times the recovery from each fault that tests/fault brings about.
"""

import argparse
import datetime
import json
import os
import re
import statistics
import subprocess
import sys

import chart
from server import ROOT, Server

RATES = [25, 50, 100, 200, 400]
STARTS = 5
PAGE = "docs/benchmarks.md"
# From here on the page is written by hand, and stays as it is.
BY_HAND = "\n## Profiles taken\n"
FAILED = []
# Of programs that measure with the library of that name.
GOOGLE = ["--benchmark_min_time=0.5", "--benchmark_counters_tabular=true"]


def bench(build, server, *flags):
    """The report of one run of the load client; a run whose audit fails ends the program."""
    command = [f"{build}/bin/throughline", "bench", "--json", "--server", server.address, *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}{done.stdout}")
    return json.loads(done.stdout)


def shown(command):
    """What a program prints, below the command that prints it. What fails is printed, too."""
    # Google's benchmarks say on stderr what machine it is, which the page has said.
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT,
                          stderr=subprocess.DEVNULL if GOOGLE[0] in command else None,
                          env={**os.environ, "THROUGHLINE_BIN_DIR": f"{BUILD}/bin",
                               "THROUGHLINE_BIN": f"{BUILD}/bin/throughline"})
    if done.returncode != 0:
        FAILED.append(command[0])
    words = " ".join(command).replace(BUILD, "build/release")
    if os.environ.get("PEERS"):
        words = words.replace(os.environ["PEERS"], "PEERS=peers peers")
    return f"```\n$ {words}\n{done.stdout.rstrip()}\n```\n"


def write(path, text):
    with open(os.path.join(ROOT, path), "w", encoding="utf-8") as file:
        file.write(text)


def starting(build):
    starts, sizes = [], []
    for _ in range(STARTS):
        with Server(build) as server:
            starts.append(server.start_ms)
            sizes.append(server.rss_mib())
    return (f"Start to healthy: {statistics.median(starts):.0f} ms; memory then: "
            f"{statistics.median(sizes):.0f} MiB (medians of {STARTS} starts of "
            "`throughline serve`).\n")


def load(build, seconds):
    rows, p50, p99 = [], [], []
    for rate in RATES:
        with Server(build) as server:
            report = bench(build, server, "--rate", str(rate), "--duration", f"{seconds}s")
        latency = report["operations"]["process"]["latencyMs"]
        recall = report["operations"]["recall"]["latencyMs"]
        p50.append(latency["p50"])
        p99.append(latency["p99"])
        rows.append(f"| {rate} | {report['perSecond']:.0f} | {latency['p50']:.1f} | "
                    f"{latency['p99']:.1f} | {recall['p50']:.1f} | {recall['p99']:.1f} | "
                    f"{report['errors']} | {report['audit']['violations']} |")
    write("docs/images/bench-rate.svg",
          chart.lines("Processing a call, by load", "operations due each second", "milliseconds",
              [str(rate) for rate in RATES], [("p50", p50), ("p99", p99)]))
    with Server(build) as server:
        most = bench(build, server, "--concurrency", "16", "--duration", f"{seconds}s",
                     "--mix", "process=1")
        rss = server.rss_mib()
    calls = most["operations"]["process"]
    return ("| due a second | done a second | process p50 ms | p99 | recall p50 ms | p99 | errors | "
            "violations |\n|---|---|---|---|---|---|---|---|\n" + "\n".join(rows) +
            "\n\n![latency by load](images/bench-rate.svg)\n\n"
            f"With 16 calls under way at any moment: {calls['perSecond']:.0f} calls a second, p50 "
            f"{calls['latencyMs']['p50']:.1f} ms, p99 {calls['latencyMs']['p99']:.1f} ms; the "
            f"server then held {rss:.0f} MiB.\n\n```\nthroughline serve\n"
            f"throughline bench --rate RATE --duration {seconds}s\n"
            f"throughline bench --concurrency 16 --mix process=1 --duration {seconds}s\n```\n")


def peers():
    """Other gateways and routers, where somebody has installed them: peers.py says how."""
    if not os.environ.get("PEERS"):
        return ("Not measured in this run: set PEERS to a folder with peers, as "
                "`tests/benchmarks/peers.py` says.\n")
    return shown([f"{os.environ['PEERS']}/bin/python", "tests/benchmarks/peers.py"])


def recovery(build):
    done = subprocess.run(["ctest", "--test-dir", build, "-R", "^fault_(services|stores|network)",
                           "-V"], capture_output=True, text=True, check=False)
    rows = re.findall(r"\[recovery\] (.*): a call is processed after (\d+) ms", done.stdout)
    rows = [(what, ms) for what, ms in rows if what != "a first call"]
    verdict = "all green" if done.returncode == 0 else "NOT ALL GREEN"
    return ("From the repair to the first call that is processed again, under load "
            f"({verdict}):\n\n| fault | ms |\n|---|---|\n" +
            "\n".join(f"| {what} | {ms} |" for what, ms in rows) +
            "\n\n```\nctest --preset release -R '^fault_' -V | grep recovery\n```\n")


def by_hand():
    with open(os.path.join(ROOT, PAGE), encoding="utf-8") as file:
        _, heading, text = file.read().partition(BY_HAND)
    return heading + text


def machine():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        model = re.search(r"model name\s*: (.*)", info.read())
    return (f"{os.cpu_count()} cores of {model.group(1) if model else 'an unnamed processor'}, load "
            f"before the first run {os.getloadavg()[0]:.1f}; {datetime.date.today()}.\n")


def main():
    global BUILD
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--faults", action="store_true")
    flags = parser.parse_args()
    BUILD = os.path.abspath(flags.build)
    programs = f"{BUILD}/benchmark-bin"
    page = (
        "# Benchmarks\n\nWritten by `make bench`; every figure stands above the command that prints it. "
        "Client and server share\nthe machine, and each load run ended with an audit of the server "
        "against what it had acknowledged. A busy machine\nmakes every figure worse: the load before "
        "the first run is given.\n\n" + machine())
    parts = [
        ("Starting", lambda: starting(BUILD)),
        ("Load", lambda: "A latency counts from the moment an operation was due, not from when it "
         "could be sent. Of ten operations four process\na call, one ingests a conversation, four "
         "recall and one asks for a completion; models are the built-in ones.\n\n" +
         load(BUILD, flags.seconds)),
        ("Shapes", lambda: "The same load on the same two processors, however many processes share "
         "them: what a replica costs, not what it\nbrings. Databases reach the disk.\n\n" +
         shown([f"{programs}/services_benchmark"])),
        ("Scaling", lambda: shown(["tests/benchmarks/scaling.py", BUILD]) + "\n" +
         shown([f"{programs}/extractive_benchmark", *GOOGLE]) + "\n" +
         shown([f"{programs}/scale_benchmark", "--customers", "100", "--hot", "50"]) + "\n" +
         shown([f"{programs}/scale_benchmark", "--store", "postgres", "--customers", "100", "--hot",
                "50"])),
        ("Pipeline beside its bare RPCs",
         lambda: shown([f"{programs}/pipeline_benchmark", "--customers", "20"])),
        ("Router", lambda: shown([f"{programs}/router_benchmark", "overhead"]) + "\n" +
         shown([f"{programs}/router_benchmark", "rate"]) + "\n" +
         shown([f"{programs}/router_benchmark", "waiting"]) + "\n" +
         shown([f"{programs}/router_judge_benchmark", *GOOGLE])),
        ("Peers", peers),
        ("Recall and retain", lambda: shown([f"{programs}/recall_benchmark"]) + "\n" +
         shown([f"{programs}/retain_benchmark"])),
        ("Parsing", lambda: shown([f"{programs}/common_transcript_parse_benchmark", *GOOGLE])),
        ("Instructions", lambda: "What a processed call needs, its share of the five calls of a "
         "deal, counted by callgrind; a part holds all that\nit calls, so parts overlap. Those "
         "that grow by more than 5 % fail. A busy machine changes little here.\n\n" +
         shown(["tests/benchmarks/instructions.py", BUILD])),
    ]
    if flags.faults:
        parts.insert(2, ("Recovery", lambda: recovery(BUILD)))
    os.makedirs(os.path.join(ROOT, "docs/images"), exist_ok=True)
    end = by_hand()
    for title, measure in parts:
        print(f"measuring: {title}", file=sys.stderr, flush=True)
        page += f"\n## {title}\n\n{measure()}"
        # After each part: a run that is ended leaves what it has measured.
        write(PAGE, page + end)
    if FAILED:
        sys.exit(f"page.py: failed: {', '.join(FAILED)}")


if __name__ == "__main__":
    main()
