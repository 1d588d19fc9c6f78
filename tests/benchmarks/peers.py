#!/usr/bin/env python3
"""What other gateways add to a direct call, before the same instant provider.

    python3 -m venv peers && peers/bin/pip install litellm cascadeflow openai
    peers/bin/python tests/benchmarks/peers.py [CALLS]

Starts a provider of its own in a thread of another process, asks it directly, through litellm's
client and through cascadeflow's agent in turn, and prints p50 and p99 of each. What is not installed is
left out. router_benchmark prints the router's own figures.
"""

import asyncio
import http.client
import http.server
import json
import logging
import multiprocessing
import os
import sys
import time

ANSWER = json.dumps({
    "id": "c", "object": "chat.completion", "created": 0, "model": "model",
    "choices": [{"index": 0, "finish_reason": "stop",
                 "message": {"role": "assistant",
                             "content": "Paris is the capital of France. " * 31}}],
    "usage": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150},
}).encode()
PROMPT = "What is the capital of France? " + "The river runs through the old town. " * 27
WARM_UP = 20


class Provider(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)
        self.wfile.flush()

    def log_message(self, *_):
        pass


def serve(pipe):
    http.server.ThreadingHTTPServer.daemon_threads = True
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    pipe.send(server.server_port)
    server.serve_forever()


def direct(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    body = json.dumps({"model": "model", "max_tokens": 4096,
                       "messages": [{"role": "user", "content": PROMPT}]})

    def call():
        connection.request("POST", "/v1/chat/completions", body,
                           {"Content-Type": "application/json"})
        assert connection.getresponse().read()
    return call


def litellm_client(port):
    import litellm
    litellm.suppress_debug_info = True

    def call():
        litellm.completion(model="openai/model", api_base=f"http://127.0.0.1:{port}/v1",
                           api_key="none", messages=[{"role": "user", "content": PROMPT}])
    return call


def cascadeflow_agent(port):
    from cascadeflow import CascadeAgent, ModelConfig
    url = f"http://127.0.0.1:{port}/v1"
    agent = CascadeAgent(models=[
        ModelConfig(name="gpt-4o-mini", provider="openai", cost=0.0001, base_url=url),
        ModelConfig(name="gpt-4o", provider="openai", cost=0.001, base_url=url)])
    loop = asyncio.new_event_loop()

    def call():
        loop.run_until_complete(agent.run(PROMPT))
    return call


def percentile(times, share):
    return sorted(times)[int(share * (len(times) - 1))]


def main():
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    logging.disable(logging.CRITICAL)
    os.environ.setdefault("OPENAI_API_KEY", "none")
    ours, theirs = multiprocessing.Pipe()
    provider = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    provider.start()
    port = ours.recv()
    os.environ["OPENAI_BASE_URL"] = f"http://127.0.0.1:{port}/v1"
    ways = {}
    for name, make in (("direct", direct), ("litellm client", litellm_client),
                       ("cascadeflow agent", cascadeflow_agent)):
        try:
            call = make(port)
            call()
            ways[name] = (call, [])
        except Exception as error:  # a peer that does not work here is said, not hidden
            print(f"{name}: left out ({type(error).__name__}: {str(error)[:120]})")
    for i in range(calls + WARM_UP):
        for call, times in ways.values():
            begin = time.perf_counter()
            call()
            if i >= WARM_UP:
                times.append((time.perf_counter() - begin) * 1e6)
    base = ways["direct"][1]
    for name, (_, times) in ways.items():
        added = percentile(times, .5) - percentile(base, .5)
        print(f"{name:20s} p50 {percentile(times, .5):7.0f} us  p99 {percentile(times, .99):7.0f} us"
              f"  beside direct: p50 {added:+7.0f} us")
    provider.terminate()


if __name__ == "__main__":
    main()
