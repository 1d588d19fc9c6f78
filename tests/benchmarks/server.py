"""`throughline serve` as a process of its own, for whoever measures it."""

import json
import os
import signal
import subprocess
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
START_TIMEOUT_S = 60


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
