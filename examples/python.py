#!/usr/bin/env python3
"""One call over HTTP with the standard library alone.

    python.py http://HOST:PORT CUSTOMER FILE
"""

import json
import os
import sys
import urllib.error
import urllib.request


def process_call(server: str, customer: str, transcript: str) -> dict:
    """Sends a transcript, waits for its analysis, and returns the result."""
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get("THROUGHLINE_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    body = json.dumps({"customerId": customer, "transcript": transcript}).encode()
    request = urllib.request.Request(f"{server}/v1/calls", body, headers)
    with urllib.request.urlopen(request, timeout=120) as response:
        return json.load(response)


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    server, customer, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        transcript = file.read()
    try:
        result = process_call(server, customer, transcript)
    except urllib.error.HTTPError as error:
        # Errors are application/problem+json: `detail` is for people, `errors` name the fields.
        print(json.load(error)["detail"], file=sys.stderr)
        return 1
    print("blocks:", result["analysis"].get("primaryBlocker", {}).get("description", "nothing"))
    print("subject:", result["email"].get("subject", ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
