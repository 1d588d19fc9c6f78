#!/usr/bin/env python3
"""Find the score a draft needs, from drafts that the strongest model was asked about as well.

    calibrate_thresholds.py --ledger data/router.db --max-error 0.05 > thresholds.yaml
    calibrate_thresholds.py --pairs pairs.jsonl --task general

The pairs are the ledger's shadow attempts (tasks.<task>.shadow_share in the configuration), or lines
{"score": 0..1, "agree": true|false}. Prints the section `thresholds` for the router's
configuration: for each task the lowest score from which on accepted drafts differ from the strongest
model in at most --max-error of cases, at 95 % confidence (Clopper-Pearson), with that bound and how
many drafts it rests on. As comments, the isotonic map from score to agreement. Nothing is changed:
the section takes effect when you put it into the configuration. Drafts below the present threshold are
never accepted, so a threshold can only be found at or above it. Standard library only.
"""

import argparse
import datetime
import json
import math
import sqlite3
import sys

TASKS = {1: "general", 2: "analyze_call", 3: "extract_facts", 4: "write_email"}
ACCEPTED, SHADOW = 1, 4
CONFIDENCE = 0.95


def read_ledger(path):
    """{task: [(score, agree)]} of decisions whose accepted draft was held against another answer."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    pairs = {}
    for task, score, checks in connection.execute(
        "SELECT d.task, d.draft_score, a.checks FROM decisions d JOIN attempts a "
        "ON a.decision = d.sequence WHERE a.role = ? AND d.outcome = ?",
        (SHADOW, ACCEPTED),
    ):
        for name, result, _ in json.loads(checks):
            if name == "shadow":
                pairs.setdefault(TASKS.get(task, str(task)), []).append((score, result == 1))
    return pairs


def read_pairs(path):
    pairs = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            row = json.loads(line)
            score, agree = row.get("score"), row.get("agree")
            if not isinstance(score, (int, float)) or not 0 <= score <= 1 or not isinstance(agree, bool):
                raise SystemExit(f'{path}:{number}: expected {{"score": 0 to 1, "agree": true or false}}')
            pairs.append((float(score), agree))
    return pairs


def isotonic(pairs):
    """[(lowest score, share that agrees, count)], the share never falling (pool adjacent violators)."""
    blocks = []
    for score, agree in sorted(pairs):
        blocks.append([score, float(agree), 1])
        while len(blocks) > 1 and blocks[-2][1] >= blocks[-1][1]:
            _, share, count = blocks.pop()
            last = blocks[-1]
            last[1] = (last[1] * last[2] + share * count) / (last[2] + count)
            last[2] += count
    return [tuple(block) for block in blocks]


def at_most(errors, n, p):
    """P(at most `errors` of n) when each happens with probability p."""
    if p <= 0:
        return 1.0
    if p >= 1:
        return 1.0 if errors >= n else 0.0
    logs = [
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
        + k * math.log(p) + (n - k) * math.log1p(-p)
        for k in range(errors + 1)
    ]
    return min(1.0, sum(math.exp(x) for x in logs))


def upper_bound(errors, n):
    """The highest rate of errors that `errors` of n leave possible, at CONFIDENCE."""
    if n == 0 or errors >= n:
        return 1.0
    low, high = errors / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if at_most(errors, n, middle) > 1 - CONFIDENCE:
            low = middle
        else:
            high = middle
    return high


def choose(pairs, max_error, fewest):
    """(threshold, bound, count) of the lowest score that keeps the bound; None when none does."""
    best = None
    errors = count = 0
    ordered = sorted(pairs, reverse=True)
    for i, (score, agree) in enumerate(ordered):
        count += 1
        errors += not agree
        is_last_of_score = i + 1 == len(ordered) or ordered[i + 1][0] != score
        if is_last_of_score and count >= fewest:
            bound = upper_bound(errors, count)
            if bound <= max_error:
                best = (score, bound, count)
    return best


def selftest():
    assert abs(upper_bound(0, 96) - 0.0307) < 5e-4  # no error in 96: at most 3.1 %
    assert upper_bound(5, 5) == 1.0
    blocks = isotonic([(0.1, True), (0.2, False), (0.8, True), (0.9, True)])
    assert [round(share, 2) for _, share, _ in blocks] == [0.5, 1.0], blocks
    assert sum(count for _, _, count in blocks) == 4
    pairs = [(0.9, True)] * 100 + [(0.5, False)] * 50
    assert choose(pairs, 0.05, 20)[0] == 0.9
    assert choose(pairs, 0.01, 20) is None
    assert choose([(0.9, True)] * 5, 0.5, 20) is None
    print("selftest ok")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--ledger", help="the router's SQLite ledger, router.db")
    source.add_argument("--pairs", help="JSON lines of score and agreement")
    source.add_argument("--selftest", action="store_true")
    parser.add_argument("--task", choices=sorted(TASKS.values()), default="general",
                        help="whose pairs --pairs are")
    parser.add_argument("--max-error", type=float, default=0.05)
    parser.add_argument("--fewest", type=int, default=50, help="drafts a threshold must rest on")
    args = parser.parse_args()
    if args.selftest:
        return selftest()
    found = read_ledger(args.ledger) if args.ledger else {args.task: read_pairs(args.pairs)}
    chosen = {task: choose(pairs, args.max_error, args.fewest) for task, pairs in found.items()}
    if not any(chosen.values()):
        counts = ", ".join(f"{task}: {len(pairs)}" for task, pairs in found.items()) or "none"
        raise SystemExit(
            f"no threshold keeps errors to {args.max_error:g} with {args.fewest} drafts or more "
            f"(pairs seen: {counts}); raise shadow_share and wait, or allow a larger --max-error")
    print("thresholds:")
    print(f"  version: {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%dT%H%M%SZ}")
    for task, best in chosen.items():
        if best is None:
            print(f"{task}: left out, no threshold keeps the bound", file=sys.stderr)
            continue
        score, bound, count = best
        for low, share, n in isotonic(found[task]):
            print(f"  # {task}: from {low:.2f} on, {100 * share:.0f} % agree ({n})")
        print(f"  {task}: {{threshold: {math.floor(score * 1e4) / 1e4:.4f}, "
              f"error_bound: {bound:.4f}, samples: {count}}}")


if __name__ == "__main__":
    main()
