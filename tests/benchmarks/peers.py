#!/usr/bin/env python3
"""What gateways add to a direct call: ours and what else is installed, in one run.

    python3 -m venv peers && peers/bin/pip install 'litellm[proxy]' cascadeflow openai
    npm install --prefix peers --ignore-scripts @portkey-ai/gateway
    THROUGHLINE_BIN=build/release/bin/throughline PEERS=peers \\
      peers/bin/python tests/benchmarks/peers.py [CALLS]

Starts a provider that answers at once and asks it directly and through each gateway in turn, over one
kept-alive connection of the same client each: Throughline's HTTP API (gateway, router, ledger), Portkey's
gateway and litellm's proxy; then litellm's client and cascadeflow's agent, which work in this process. Prints
p50, p99 and what that is beside the direct call. What does not work here is said and left out.
router_benchmark prints the router's own figures over gRPC.
"""

import asyncio
import contextlib
import http.client
import http.server
import itertools
import json
import logging
import multiprocessing
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

ANSWER = json.dumps({
    "id": "c", "object": "chat.completion", "created": 0, "model": "model",
    "choices": [{"index": 0, "finish_reason": "stop",
                 "message": {"role": "assistant",
                             "content": "Paris is the capital of France. " * 31}}],
    "usage": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150},
}).encode()
PROMPT = "What is the capital of France? " + "The river runs through the old town. " * 27
NUMBERS = itertools.count()
WARM_UP = 30
LOCAL_KEY = "sk-of-this-benchmark"  # for whoever insists on one
START_SECONDS = 180


asked = multiprocessing.Value("i", 0)  # how often the provider was


def messages():
    # Never the same twice: some keep answers.
    return [{"role": "user", "content": f"{PROMPT} {next(NUMBERS)}"}]


class Provider(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        with asked:
            asked.value += 1
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


def poster(port, model="model", headers=None):
    """Calls over one connection, made anew where the other side closed it."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Content-Type": "application/json"} | (headers or {})

    def ask(body):
        connection.request("POST", "/v1/chat/completions", body, headers)
        return connection.getresponse()

    def call():
        body = json.dumps({"model": model, "max_tokens": 4096, "messages": messages()})
        try:
            response = ask(body)
        except (ConnectionError, http.client.RemoteDisconnected):
            connection.close()
            response = ask(body)
        text = response.read()
        if response.status != 200:
            raise RuntimeError(f"{response.status}: {text[:100]}")
    return call


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(work, command, **environment):
    log = open(pathlib.Path(work, pathlib.Path(command[0]).name + ".log"), "w")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=work,
                               env=os.environ | environment)
    work.processes.append(process)
    return process


def wait_for(port):
    for _ in range(START_SECONDS * 10):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError("it did not start")


class Work(str):
    """A directory for the servers, and the servers themselves."""
    processes = []


def throughline(port, work):
    config = pathlib.Path(work, "router.yaml")
    config.write_text(f"""
providers: {{mock: {{type: openai, base_url: "http://127.0.0.1:{port}/v1"}}}}
models: [{{name: mock/model, provider: mock, id: model, price: {{input: 1, output: 2}}}}]
tasks: {{general: {{cascade: [mock/model]}}}}
""")
    process = start(work, [os.path.abspath(os.environ["THROUGHLINE_BIN"]), "serve", "--port", "0",
                           "--data-dir", f"{work}/data", "--router-config", str(config),
                           "--log-level", "warning"])
    url = json.loads(process.stdout.readline())["http"]
    return poster(int(url.rsplit(":", 1)[1]), "auto")


def portkey(port, work):
    own = free_port()
    peers = pathlib.Path(os.environ.get("PEERS", "peers")).absolute()
    start(work, ["node", str(peers / "node_modules/@portkey-ai/gateway/build/start-server.js"),
                 f"--port={own}", "--headless"])
    wait_for(own)
    return poster(own, headers={
        "x-portkey-provider": "openai", "Authorization": "Bearer none",
        "x-portkey-custom-host": f"http://127.0.0.1:{port}/v1"})


def litellm_proxy(port, work):
    own = free_port()
    config = pathlib.Path(work, "litellm.yaml")
    config.write_text(f"""
model_list:
  - model_name: model
    litellm_params: {{model: openai/model, api_base: "http://127.0.0.1:{port}/v1", api_key: none}}
""")
    start(work, [str(pathlib.Path(sys.executable).parent / "litellm"), "--config", str(config),
                 "--host", "127.0.0.1", "--port", str(own)], LITELLM_MASTER_KEY=LOCAL_KEY)
    wait_for(own)
    return poster(own, headers={"Authorization": f"Bearer {LOCAL_KEY}"})


def litellm_client(port, _):
    import litellm
    litellm.suppress_debug_info = True

    def call():
        litellm.completion(model="openai/model", api_base=f"http://127.0.0.1:{port}/v1",
                           api_key="none", messages=messages())
    return call


def cascadeflow_agent(port, _):
    from cascadeflow import CascadeAgent, ModelConfig
    url = f"http://127.0.0.1:{port}/v1"
    agent = CascadeAgent(models=[  # its provider for OpenAI has one address only
        ModelConfig(name="small", provider="vllm", cost=0.0001, base_url=url),
        ModelConfig(name="large", provider="vllm", cost=0.001, base_url=url)])
    loop = asyncio.new_event_loop()

    def call():
        loop.run_until_complete(agent.run(messages()[0]["content"]))
    return call


WAYS = {"direct": lambda port, _: poster(port), "throughline": throughline, "portkey": portkey,
        "litellm proxy": litellm_proxy, "litellm client": litellm_client,
        "cascadeflow agent": cascadeflow_agent}


def percentile(times, share):
    return sorted(times)[int(share * (len(times) - 1))]


def measure(port, work, calls):
    ways = {}
    for name, make in WAYS.items():
        try:
            call = make(port, work)
            before = asked.value
            call()
            if asked.value == before:
                raise RuntimeError("it gave an answer without asking the provider")
            ways[name] = (call, [])
        except Exception as error:  # a peer that does not work here is said, not hidden
            print(f"{name}: left out ({type(error).__name__}: {str(error)[:120]})")
    for i in range(WARM_UP + calls):
        for call, times in ways.values():
            begin = time.perf_counter()
            call()
            if i >= WARM_UP:
                times.append((time.perf_counter() - begin) * 1e6)
    return {name: times for name, (_, times) in ways.items()}


def main():
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    logging.disable(logging.CRITICAL)
    os.environ.setdefault("OPENAI_API_KEY", LOCAL_KEY)
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # asks nobody else
    ours, theirs = multiprocessing.Pipe()
    provider = multiprocessing.Process(target=serve, args=(theirs,), daemon=True)
    provider.start()
    port = ours.recv()
    with tempfile.TemporaryDirectory() as directory:
        work = Work(directory)
        try:
            taken = measure(port, work, calls)
        finally:
            for process in work.processes:
                process.terminate()
            for process in work.processes:
                process.wait()
    base = percentile(taken["direct"], .5)
    own = percentile(taken["throughline"], .5) - base if "throughline" in taken else None
    for name, times in taken.items():
        added = percentile(times, .5) - base
        ratio = f"  {added / own:5.1f} times ours" if own and name != "direct" else ""
        print(f"{name:20s} p50 {percentile(times, .5):7.0f} us  p99 {percentile(times, .99):7.0f} us"
              f"  beside direct: p50 {added:+7.0f} us{ratio}")
    provider.terminate()


if __name__ == "__main__":
    main()
