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
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
RATES = [25, 50, 100, 200, 400]
STARTS = 5
START_TIMEOUT_S = 60
PAGE = "docs/benchmarks.md"
# From here on the page is written by hand, and stays as it is.
BY_HAND = "\n## Profiles taken\n"
COLORS = ["#2563eb", "#d97706", "#059669", "#dc2626"]
FAILED = []


class Server:
    """`throughline serve` with fresh files, until the block ends; `under` another program."""

    def __init__(self, build, under=()):
        self.build = build
        self.under = under

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [*self.under, f"{self.build}/bin/throughline", "serve", "--port", "0",
             "--log-level", "warning", "--data-dir", self.folder.name],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{' '.join(self.process.args)}: ended before it served; run it alone")
        announcement = json.loads(line)
        self.start_ms = (time.monotonic() - begun) * 1000
        self.address = announcement["address"]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(START_TIMEOUT_S)
        self.folder.cleanup()

    def rss_mib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        return 0.0


def bench(build, server, *flags):
    """The report of one run of the load client; a run whose audit fails ends the program."""
    command = [f"{build}/bin/throughline", "bench", "--json", "--server", server.address, *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}{done.stdout}")
    return json.loads(done.stdout)


def shown(command):
    """What a program prints, below the command that prints it. What fails is printed, too."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT,
                          env={**os.environ, "THROUGHLINE_BIN_DIR": f"{BUILD}/bin"})
    if done.returncode != 0:
        FAILED.append(command[0])
    words = " ".join(command).replace(BUILD, "build/release")
    return f"```\n$ {words}\n{done.stdout.rstrip()}\n```\n"


def svg(title, x_label, y_label, x_names, series):
    """A line chart with evenly spaced points, the y axis from zero, as the text of an SVG."""
    width, height, left, bottom, top = 720, 320, 64, 48, 40
    highest = max(max(values) for _, values in series) or 1
    step = (width - left - 24) / max(1, len(x_names) - 1)

    def place(index, value):
        return (left + index * step,
                height - bottom - value / highest * (height - bottom - top))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="{left}" y="20" font-size="15" font-weight="bold">{title}</text>',
        f'<text x="{width / 2}" y="{height - 8}" text-anchor="middle">{x_label}</text>',
        f'<text x="14" y="{height / 2}" text-anchor="middle" '
        f'transform="rotate(-90 14 {height / 2})">{y_label}</text>']
    for tick in range(5):
        value = highest * tick / 4
        _, y = place(0, value)
        parts.append(f'<line x1="{left}" x2="{width - 24}" y1="{y:.1f}" y2="{y:.1f}" '
                     'stroke="#e5e7eb"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.4g}</text>')
    for index, name in enumerate(x_names):
        x, _ = place(index, 0)
        parts.append(f'<text x="{x:.1f}" y="{height - bottom + 18}" '
                     f'text-anchor="middle">{name}</text>')
    for number, (name, values) in enumerate(series):
        points = " ".join("%.1f,%.1f" % place(i, v) for i, v in enumerate(values))
        color = COLORS[number % len(COLORS)]
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" '
                     'stroke-width="2"/>')
        parts.append(f'<text x="{left + 90 * number + 4}" y="36" fill="{color}">{name}</text>')
    return "\n".join(parts + ["</svg>"]) + "\n"


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
          svg("Processing a call, by load", "operations due each second", "milliseconds",
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


def history(build, seconds):
    """Does a call cost more once its customer has a past?"""
    with Server(build) as server:
        few = bench(build, server, "--concurrency", "4", "--customers", "1000", "--mix",
                    "process=1", "--duration", f"{seconds}s")
    with Server(build) as server:
        many = bench(build, server, "--concurrency", "4", "--customers", "4", "--mix",
                     "process=1", "--duration", f"{seconds}s")
    calls = many["audit"]["calls"] / 4
    return (f"A call of a customer who is new: p50 "
            f"{few['operations']['process']['latencyMs']['p50']:.1f} ms. Of one whose history grows "
            f"to {calls:.0f} calls over the run: p50 "
            f"{many['operations']['process']['latencyMs']['p50']:.1f} ms, p99 "
            f"{many['operations']['process']['latencyMs']['p99']:.1f} ms.\n\n```\n"
            f"throughline bench --concurrency 4 --customers 1000 --mix process=1 --duration {seconds}s\n"
            f"throughline bench --concurrency 4 --customers 4 --mix process=1 --duration {seconds}s\n"
            "```\n")


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
        ("A long history", lambda: history(BUILD, flags.seconds)),
        ("Pipeline beside its bare RPCs",
         lambda: shown([f"{programs}/pipeline_benchmark", "--customers", "20"])),
        ("Router", lambda: shown([f"{programs}/router_benchmark", "overhead"])),
        ("Recall", lambda: shown([f"{programs}/recall_benchmark"])),
        ("Instructions", lambda: "What a processed call needs, its share of the five calls of a "
         "deal, counted by callgrind; a part holds all that\nit calls, so parts overlap. Those "
         "that grow by more than 5 % fail. A busy machine changes little here.\n\n" +
         shown(["tests/benchmarks/instructions.py", BUILD])),
    ]
    if flags.faults:
        parts.insert(3, ("Recovery", lambda: recovery(BUILD)))
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
