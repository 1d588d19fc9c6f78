#!/usr/bin/env python3
"""Fit the weights of domain/draft_scorer.cc. Standard library only.

    draft_features < prompts.jsonl > features.csv
    fit_draft_scorer.py --features features.csv --labels labels.csv [--l2 3] [--print-table]

labels.csv has the columns weak and strong (1: that model's answer was right), one row per row of
features.csv. Fits a logistic regression of "the weak model's answer is right" on standardised
features and prints, from held-out folds only, the area under the curve for telling apart the rows
where the strong model was needed, and the average performance gap recovered (0.5: random).
With --print-table it then fits on all rows and prints the table for draft_scorer.cc.
"""

import argparse
import csv
import math
import random


def fit(rows, targets, l2, steps=60):
    """Newton's method; rows carry a leading 1. Returns the weights."""
    n, k = len(rows), len(rows[0])
    w = [0.0] * k
    for _ in range(steps):
        gradient = [0.0] * k
        hessian = [[0.0] * k for _ in range(k)]
        for x, y in zip(rows, targets):
            z = sum(a * b for a, b in zip(w, x))
            p = 1 / (1 + math.exp(-max(-30, min(30, z))))
            e, v = p - y, max(p * (1 - p), 1e-6)
            for i in range(k):
                if x[i] == 0:
                    continue
                gradient[i] += e * x[i]
                row, vx = hessian[i], v * x[i]
                for j in range(i + 1):
                    row[j] += vx * x[j]
        for i in range(k):
            penalty = 1e-6 if i == 0 else l2
            gradient[i] += penalty * w[i]
            hessian[i][i] += penalty
            for j in range(i + 1, k):
                hessian[i][j] = hessian[j][i]
        step = solve(hessian, gradient)
        w = [a - b for a, b in zip(w, step)]
        if max(abs(s) for s in step) < 1e-6:
            break
    return w


def solve(a, b):
    k = len(b)
    m = [row[:] + [b[i]] for i, row in enumerate(a)]
    for i in range(k):
        pivot = max(range(i, k), key=lambda r: abs(m[r][i]))
        m[i], m[pivot] = m[pivot], m[i]
        for r in range(i + 1, k):
            f = m[r][i] / m[i][i]
            if f:
                for c in range(i, k + 1):
                    m[r][c] -= f * m[i][c]
    x = [0.0] * k
    for i in reversed(range(k)):
        x[i] = (m[i][k] - sum(m[i][c] * x[c] for c in range(i + 1, k))) / m[i][i]
    return x


def auc(scores, positive):
    order = sorted(range(len(scores)), key=scores.__getitem__)
    ranks, i = [0.0] * len(scores), 0
    while i < len(order):
        j = i
        while j < len(order) and scores[order[j]] == scores[order[i]]:
            j += 1
        for t in range(i, j):
            ranks[order[t]] = (i + j + 1) / 2
        i = j
    m = sum(positive)
    n = len(positive) - m
    return (sum(r for r, p in zip(ranks, positive) if p) - m * (m + 1) / 2) / (m * n)


def apgr(scores, weak, strong):
    n = len(scores)
    order = sorted(range(n), key=lambda i: -scores[i])
    quality = [sum(weak) / n]
    for i in order:
        quality.append(quality[-1] + (strong[i] - weak[i]) / n)
    area = sum((a + b) / 2 for a, b in zip(quality, quality[1:])) / n
    return (area - quality[0]) / (quality[-1] - quality[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", required=True)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--l2", type=float, default=3.0, help="ridge penalty")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--drop", default="", help="features to leave out, comma-separated")
    parser.add_argument("--target", choices=("weak", "need"), default="weak")
    parser.add_argument("--print-table", action="store_true")
    args = parser.parse_args()

    with open(args.features, newline="", encoding="utf-8") as f:
        reader = csv.reader(f)
        names = next(reader)
        raw = [[float(v) for v in row] for row in reader]
    with open(args.labels, newline="", encoding="utf-8") as f:
        labels = list(csv.DictReader(f))
    weak = [float(r["weak"]) for r in labels]
    strong = [float(r["strong"]) for r in labels]
    if len(raw) != len(labels):
        raise SystemExit(f"{len(raw)} rows of features, {len(labels)} labels")
    dropped = set(filter(None, args.drop.split(",")))
    keep = [i for i, name in enumerate(names) if name not in dropped and len({r[i] for r in raw}) > 1]

    mean = [sum(r[i] for r in raw) / len(raw) for i in keep]
    spread = [math.sqrt(sum((r[i] - m) ** 2 for r in raw) / len(raw)) for i, m in zip(keep, mean)]
    rows = [[1.0] + [(r[i] - m) / s for i, m, s in zip(keep, mean, spread)] for r in raw]
    need = [s > w for w, s in zip(weak, strong)]
    target = weak if args.target == "weak" else [0.0 if x else 1.0 for x in need]

    results = []
    for repeat in range(args.repeats):
        order = list(range(len(rows)))
        random.Random(repeat).shuffle(order)
        scores = [0.0] * len(rows)
        for fold in range(args.folds):
            held = set(order[fold :: args.folds])
            inside = [i for i in range(len(rows)) if i not in held]
            w = fit([rows[i] for i in inside], [target[i] for i in inside], args.l2)
            for i in held:
                scores[i] = -sum(a * b for a, b in zip(w, rows[i]))
        results.append((auc(scores, need), apgr(scores, weak, strong)))
    print(f"held out, {args.folds} folds x {args.repeats}: "
          f"AUC {sum(r[0] for r in results) / len(results):.4f}   "
          f"APGR {sum(r[1] for r in results) / len(results):.4f}")

    w = fit(rows, target, args.l2)
    scores = [-sum(a * b for a, b in zip(w, r)) for r in rows]
    print(f"fitted on all rows: AUC {auc(scores, need):.4f}   APGR {apgr(scores, weak, strong):.4f}")
    if args.print_table:
        bias = w[0] - sum(a * m / s for a, m, s in zip(w[1:], mean, spread))
        print(f"bias {bias:.3f}")
        for i, a, s in sorted(zip(keep, w[1:], spread), key=lambda t: -abs(t[1])):
            print(f"{names[i]:22s} {a / s:+.3f}   (per standard deviation {a:+.3f})")


if __name__ == "__main__":
    main()
