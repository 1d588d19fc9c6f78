"""Throughline on the hosts of a network: PostgreSQL, replicas of each service, a load on them."""

import glob
import json
import os
import pwd
import re
import signal
import subprocess
import time
import urllib.request

REPLICAS = 2
PORTS = {"orchestrator": 50051, "memory": 50052, "router": 50053, "analyst": 50054, "writer": 50055}
METRICS_PORT = 9100
POSTGRES_PORT = 5432
PATIENCE_S = 60
AUDIT_S = 180
CONNINFO = "conninfo"


class Replica:
    """One process of a service on a host of its own."""

    def __init__(self, system, service, host, name):
        self.service, self.host, self.name = service, host, name
        self._system = system
        self.start()

    def start(self):
        command = [os.path.join(self._system.bin, f"throughline-{self.service}"),
                   "--host", self.host.address, "--port", str(PORTS[self.service]),
                   "--metrics-port", str(METRICS_PORT), "--log-level", "warning",
                   *self._system.flags(self.service)]
        with open(self.log_file(), "ab") as log:
            self.process = self.host.start(command, cwd=self._system.folder, stderr=log,
                                           stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline().startswith("{"):
            raise RuntimeError(f"{self.name} did not start: {self.last_words()}")

    def log_file(self):
        return os.path.join(self._system.folder, f"{self.name}.log")

    def last_words(self):
        with open(self.log_file(), encoding="utf-8") as log:
            return log.read()[-1000:]

    def handled(self):
        """Calls of its service that it has answered since it started."""
        url = f"http://{self.host.address}:{METRICS_PORT}/metrics"
        with urllib.request.urlopen(url, timeout=5) as answer:
            text = answer.read().decode()
        return sum(float(value) for value in
                   re.findall(r"^grpc_server_handled_total\{.*\} (\S+)$", text, re.MULTILINE))

    def end(self, number):
        """Sends the signal `number`, waits for the end and returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


class System:
    """Two replicas of every service behind one name each, on one PostgreSQL."""

    def __init__(self, bin_folder, folder, network):
        self.bin, self.folder, self.network = bin_folder, folder, network
        self._start_postgres()
        self.replicas = {}
        # Names first: a process looks up whom it calls.
        hosts = {service: [network.host() for _ in range(REPLICAS)] for service in PORTS}
        self.names = {service: network.name(service, hosts[service]) for service in PORTS}
        for service in ["memory", "router", "analyst", "writer", "orchestrator"]:
            self.replicas[service] = [Replica(self, service, host, f"{service}-{number}")
                                      for number, host in enumerate(hosts[service], start=1)]
        self._client = network.host()

    def target(self, service):
        return f"{self.names[service]}:{PORTS[service]}"

    def flags(self, service):
        if service == "memory":
            return ["--store", f"postgres:{CONNINFO}"]
        if service == "router":
            return ["--postgres-file", CONNINFO]
        if service == "orchestrator":
            return ["--store", f"postgres:{CONNINFO}", "--memory", self.target("memory"),
                    "--analyst", self.target("analyst"), "--writer", self.target("writer"),
                    "--router", self.target("router")]
        return ["--router", self.target("router")]

    def add(self, service):
        """One more replica, which its name does not stand for yet."""
        number = len(self.replicas[service]) + 1
        replica = Replica(self, service, self.network.host(), f"{service}-{number}")
        self.replicas[service].append(replica)
        return replica

    def announce(self, service):
        self.network.name(service, [replica.host for replica in self.replicas[service]])

    def load(self, rate):
        return Load(self, self._client, rate)

    def print_last_words(self):
        for replicas in self.replicas.values():
            for replica in replicas:
                print(f"{replica.name}: {replica.last_words()}")

    def stop(self):
        for replicas in reversed(self.replicas.values()):
            for replica in replicas:
                replica.end(signal.SIGTERM)
        self._postgres.send_signal(signal.SIGINT)
        self._postgres.wait(PATIENCE_S)

    def _start_postgres(self):
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        user = pwd.getpwnam("postgres")
        as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        data = os.path.join(self.folder, "postgres")
        os.mkdir(data)
        os.chown(data, user.pw_uid, user.pw_gid)
        subprocess.run([*as_user, f"{programs}/initdb", "--pgdata", data, "--username=throughline",
                        "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"],
                       check=True, capture_output=True)
        with open(os.path.join(data, "pg_hba.conf"), "a", encoding="ascii") as file:
            file.write("host all all 10.77.0.0/16 trust\n")
        host = self.network.host()
        name = self.network.name("postgres", [host])
        settings = [f"port={POSTGRES_PORT}", f"listen_addresses={host.address}", "fsync=off",
                    "max_connections=200", f"unix_socket_directories={data}"]
        with open(os.path.join(self.folder, "postgres.log"), "wb") as log:
            self._postgres = host.start(
                [*as_user, f"{programs}/postgres", "-D", data,
                 *[word for setting in settings for word in ("-c", setting)]],
                cwd=data, stderr=log)
        deadline = time.monotonic() + PATIENCE_S
        with open(log.name, encoding="utf-8") as lines:
            text = ""
            while "ready to accept connections" not in text:
                if time.monotonic() > deadline or self._postgres.poll() is not None:
                    raise RuntimeError(f"PostgreSQL did not start: {text}")
                time.sleep(0.05)
                text += lines.read()
        with open(os.path.join(self.folder, CONNINFO), "w", encoding="ascii") as file:
            file.write(f"host={name} port={POSTGRES_PORT} user=throughline dbname=postgres")


class Load:
    """`throughline bench` on a host of its own, with the retries that clients are asked for."""

    def __init__(self, system, host, rate):
        command = [os.path.join(system.bin, "throughline"), "bench", "--json",
                   "--server", system.target("orchestrator"),
                   "--memory-server", system.target("memory"),
                   "--router-server", system.target("router"), f"--rate={rate}",
                   "--mix=process=4,ingest=2,recall=3,complete=1", "--duration=1h",
                   "--customers=64", "--concurrency=64", "--retries=50", "--timeout=60s"]
        self._log = os.path.join(system.folder, "bench.log")
        with open(self._log, "wb") as log:
            self._process = host.start(command, stdout=subprocess.PIPE, stderr=log, text=True)

    def finish(self):
        """Ends the load and waits for its audit: the report, with `passed` for what it thinks."""
        self._process.send_signal(signal.SIGTERM)
        try:
            output, _ = self._process.communicate(timeout=AUDIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            output = ""
        if not output.startswith("{"):
            with open(self._log, encoding="utf-8") as log:
                return {"passed": False, "firstError": log.read()[-1000:]}
        return {**json.loads(output), "passed": self._process.returncode == 0}
