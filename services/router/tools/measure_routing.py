#!/usr/bin/env python3
"""How well the router tells drafts that need the strong model. Standard library only.

    throughline decide --jsonl drafts.jsonl > decisions.jsonl
    measure_routing.py --decisions decisions.jsonl --labels labels.csv

drafts.jsonl has lines {"id", "prompt", "draft"}; labels.csv the columns weak and strong (1: that
model's answer was right), one row a line of drafts.jsonl, in its order. Prints, for the draft's
score and for the prompt's difficulty alone: the area under the curve for telling apart the rows where
the strong model was needed and the weak one failed, and the average performance gap recovered (0.5:
random). For the decisions made: the share sent to the strong model, the accuracy that gives, and
that of the same share at random.
"""

import argparse
import csv
import json

from fit_draft_scorer import apgr, auc


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--decisions", required=True)
    parser.add_argument("--labels", required=True)
    args = parser.parse_args()
    with open(args.decisions, encoding="utf-8") as file:
        decisions = [json.loads(line) for line in file if line.strip()]
    with open(args.labels, newline="", encoding="utf-8") as file:
        labels = list(csv.DictReader(file))
    if len(decisions) != len(labels):
        raise SystemExit(f"{len(decisions)} decisions, {len(labels)} labels")
    weak = [float(row["weak"]) for row in labels]
    strong = [float(row["strong"]) for row in labels]
    need = [s > w for w, s in zip(weak, strong)]
    print(f"{len(labels)} prompts; weak alone {100 * sum(weak) / len(weak):.2f} %, "
          f"strong alone {100 * sum(strong) / len(strong):.2f} %")
    for name, scores in (
        ("draft score", [1 - row["draftScore"] for row in decisions]),
        ("difficulty alone", [row["difficulty"] for row in decisions]),
    ):
        print(f"{name:17s} AUC {auc(scores, need):.4f}   APGR {apgr(scores, weak, strong):.4f}")
    sent = [row["decision"].lower() != "accepted" for row in decisions]
    share = sum(sent) / len(sent)
    reached = sum(s if d else w for w, s, d in zip(weak, strong, sent)) / len(sent)
    random = (sum(weak) + share * (sum(strong) - sum(weak))) / len(sent)
    print(f"decisions         {100 * share:.2f} % to the strong model: {100 * reached:.2f} %; "
          f"the same share at random: {100 * random:.2f} %")


if __name__ == "__main__":
    main()
