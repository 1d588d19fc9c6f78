"""Hosts in network namespaces, in a star around this process's own namespace, and their DNS server.

Each host has one address and reaches the others through the middle, which is also where a host is
cut off: packets from and to it vanish, and nobody is told. To be used in a fresh network, mount and
process namespace, with whose end all of this is gone.
"""

import os
import signal
import subprocess
import time

MIDDLE = "10.77.0.1"
DOMAIN = "throughline.test"
TTL_S = 5
PATIENCE_S = 10


def run(*command):
    subprocess.run(command, check=True, capture_output=True, text=True)


class Host:
    """One network namespace. `commands` start in it with `start`."""

    def __init__(self, number):
        self.address = f"10.77.0.{10 + number}"
        self._port = f"port{number}"
        self._keeper = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        self._namespace = f"/proc/{self._keeper.pid}/ns/net"
        deadline = time.monotonic() + PATIENCE_S
        while os.readlink(self._namespace) == os.readlink("/proc/self/ns/net"):
            if time.monotonic() > deadline:
                raise RuntimeError("a namespace was not made in time")
            time.sleep(0.01)
        run("ip", "link", "add", self._port, "type", "veth", "peer", "name", "eth0",
            "netns", str(self._keeper.pid))
        # What is left of the way to the host while it is cut off.
        run("ip", "route", "add", "blackhole", f"{self.address}/32", "metric", "200")
        for command in [["link", "set", "lo", "up"],
                        ["address", "add", f"{self.address}/32", "dev", "eth0"],
                        ["link", "set", "eth0", "up"],
                        ["route", "add", "default", "via", MIDDLE, "dev", "eth0", "onlink"]]:
            run(*self._inside("ip", *command))
        self.heal()

    def _inside(self, *command):
        return ["nsenter", f"--net={self._namespace}", *command]

    def start(self, command, **options):
        """A subprocess.Popen of `command` on this host; its pid is the command's own."""
        return subprocess.Popen(self._inside(*command), **options)

    def cut(self):
        run("ip", "link", "set", self._port, "down")

    def heal(self):
        run("ip", "link", "set", self._port, "up")
        run("ip", "route", "replace", f"{self.address}/32", "dev", self._port, "metric", "100")


class Network:
    """The middle: forwards between the hosts and answers for their names."""

    def __init__(self, folder):
        self._hosts = 0
        self._names = {}
        self._names_file = os.path.join(folder, "names")
        run("ip", "link", "set", "lo", "up")
        run("ip", "address", "add", f"{MIDDLE}/32", "dev", "lo")
        with open("/proc/sys/net/ipv4/ip_forward", "w", encoding="ascii") as switch:
            switch.write("1")
        resolver = os.path.join(folder, "resolv.conf")
        with open(resolver, "w", encoding="ascii") as file:
            file.write(f"nameserver {MIDDLE}\n")
        run("mount", "--bind", resolver, "/etc/resolv.conf")
        self._write_names()
        self._dns = subprocess.Popen(
            ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--user=root",
             "--no-resolv", "--no-hosts", f"--listen-address={MIDDLE}", "--bind-interfaces",
             f"--local=/{DOMAIN}/", f"--local-ttl={TTL_S}", f"--addn-hosts={self._names_file}",
             "--pid-file=", "--log-facility=" + os.path.join(folder, "dns.log")])

    def host(self):
        self._hosts += 1
        return Host(self._hosts)

    def name(self, word, hosts):
        """Lets `word`'s name stand for the addresses of `hosts`, and returns the name."""
        full_name = f"{word}.{DOMAIN}"
        self._names[full_name] = [host.address for host in hosts]
        self._write_names()
        self._dns.send_signal(signal.SIGHUP)
        return full_name

    def _write_names(self):
        with open(self._names_file, "w", encoding="ascii") as file:
            for name, addresses in self._names.items():
                file.writelines(f"{address} {name}\n" for address in addresses)
