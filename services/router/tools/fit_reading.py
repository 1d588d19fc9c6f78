#!/usr/bin/env python3
"""Fit lexicon/sentences.model and lexicon/judgement.model. Needs numpy and scipy.

    fit_reading.py --tool build/bin/reading_features --utterances tests/data/utterances/*.tsv \
        --deals tests/data/deals --out services/router/domain/extractive/lexicon

The sentence model is a pair of multinomial logistic regressions (what a sentence does, what it is
about) over the features that reading_features prints, from the labelled utterances and from the
evidence quotes of the labelled calls; every other sentence of a call counts a little as neutral.
What a sentence is about is fitted with the sentences around it. The judgement model is a set of
logistic regressions over what whole calls show, that of who decides corrected by small decision
trees. It learns from sentence scores of models that have not seen the series (--folds), and the
figures printed are of series left out of both fits. It is fitted twice: first on calls whose earlier
calls are remembered as labelled, then on calls that remember what a first fit, to others, judged.
Taught with a memory that never errs, it would believe its own
mistakes of earlier calls.
"""

import argparse
import collections
import json
import os
import subprocess
import tempfile

import annotated_series
import boosted_trees
import numpy as np
import person_words
import scipy.optimize
import scipy.sparse
from linear_models import LEAST_WEIGHT, fit_logistic, fit_softmax, write_weights
from person_words import is_free, plain

ACTS = ["raise", "settle", "reopen", "deny", "sign:self", "sign:other", "sign:veto",
        "sign:nominal", "neutral", "close"]
WITH_SUBJECT = ["raise", "settle", "reopen", "deny", "close"]
SUBJECTS = ["price", "budget", "authority", "need", "timing", "security", "compliance", "legal",
            "technical", "integration", "competition", "change_management", "procurement"]
SCALE = 40
NEUTRAL_WEIGHT = 0.4
QUOTE_WEIGHT = 2.0
ANNOTATED_WEIGHT = 1.5
TRAP_WEIGHT = 1.5
NOMINAL_WEIGHT = 5.0
ANCHOR_WEIGHT = 20.0
LEFT_OUT_PARTS = 8
ACT_L2, SUBJECT_L2 = 4.0, 8.0
# Of analysis/scored_sentences.cc.
OWN, REACH, FADING, IDLE = 1.5, 8, 3.0, 0.7
# Of analysis/call_model.h and .cc.
CALL_GROUPS, CALL_END, SELLERS_END, CALL_SCALE = 5, 0.7, 0.6, 20
CALL_L2 = 0.03
LEAST_CALLS = 2
# Of analysis/judgement.h. From the least on, a probability counts. Trees correct who decides.
DECIDES_L2, DECIDES_TREES = 100.0, {"trees": 100, "leaves": 8, "rate": 0.05}
BESIDE_L2, BESIDE_TREES = 10.0, {"trees": 40, "leaves": 4, "rate": 0.05}
BESIDE_PARTS, NOBODY_ELSE = 4, -6.0
# IsBody, Speaks, NothingHeard, ByWords, KnownOdds and KnownBuyer of analysis/person_evidence.h.
BESIDE_OF_PERSON = [58, 12, 62, 56, 67, 18]
SUBJECTS_L2 = 1.0
LEAST_OPEN, LEAST_DECIDES = 0.45, 0.33
# Of analysis/sales_call.cc. To take a sale for other talk loses a call: the worse mistake.
LEAST_SALES_CALLS, LEAST_SALES_PAIRS, OTHER_TALK_WEIGHT = 3, 8, 6.0
SALES_L2, SALES_LEAST = 0.5, 1.2
SALES_SCALE = 200


def run(tool, *arguments):
    output = subprocess.run([tool, *arguments], check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def quotes_of(path, call):
    """(quote, act, subject) of every labelled evidence of one call."""
    labels = json.load(open(os.path.join(os.path.dirname(path), "labels.json")))["calls"][call]
    found = []
    for item in labels.get("open_blockers", []) + [labels.get("primary_blocker") or {}]:
        if item.get("evidence") and item["category"] in SUBJECTS:
            found.append((plain(item["evidence"]), "raise", item["category"], ""))
    for item in labels.get("resolved_blockers", []):
        if item.get("evidence") and item.get("resolved_in_call") == call + 1:
            found.append((plain(item["evidence"]), "settle", item["category"], ""))
    for item in labels.get("decision_makers", []):
        if item.get("evidence"):
            act = "sign:veto" if "veto" in item.get("role", "") else "sign"
            found.append((plain(item["evidence"]), act, None, item["name"]))
    return found


def label_sentences(rows):
    """Adds act, subject and weight to each sentence of the labelled calls."""
    cache = {}
    for row in rows:
        key = (row["file"], row["call"])
        if key not in cache:
            try:
                cache[key] = quotes_of(*key)
            except (KeyError, AttributeError):
                cache[key] = []
        text = plain(row["text"])
        row["labels"], row["weight"] = [("neutral", None)], NEUTRAL_WEIGHT
        if len(text.split()) < 3:
            continue
        for quote, act, subject, name in cache[key]:
            if text in quote or quote in text:
                if act == "sign":
                    own = set(plain(name).split()) & set(plain(row["speaker"]).split())
                    act = "sign:self" if own else "sign:other"
                row["labels"], row["weight"] = [(act, subject)], QUOTE_WEIGHT
                break


def act_of(note):
    """The act and subject of an annotation of tests/data/series; None when the model has none."""
    about = note.about.split(" ")[0]
    if note.act in WITH_SUBJECT:
        return (note.act, about) if about in SUBJECTS else None
    if note.act == "sign:veto" and note.about:
        return ("sign:other", None)
    return (note.act, None) if note.act in ACTS else None


def annotate_sentences(rows, series):
    """Adds labels and weight to each sentence of annotated series, by their folder's name."""
    for row in rows:
        text = row["text"].strip()
        words, labels, trap = plain(text), set(), False
        for turn in series[row["series"]].calls[row["call"]].turns:
            if not turn.annotations or text not in turn.text:
                continue
            for note in turn.annotations:
                span = plain(note.span)
                whole = words in span and (len(words.split()) >= 3 or len(span.split()) <= 5)
                if not words or not (whole or span in words):
                    continue
                trap = trap or note.act == "trap"
                labels.add(act_of(note))
        row["labels"] = sorted(labels - {None}, key=str)
        row["weight"] = ANNOTATED_WEIGHT
        if not row["labels"]:
            row["labels"], row["weight"] = [("neutral", None)], TRAP_WEIGHT if trap else NEUTRAL_WEIGHT


def label_sayings(calls, sentences, series):
    """Adds what each saying of calls does, from annotations or the evidence of labels."""
    files = {(row["series"], row["call"]): row["file"] for row in sentences}
    for call in calls:
        name, number = call["series"], call["call"]
        if name in series:
            person_words.annotate(call, series[name].calls[number].turns)
        else:
            quotes = [quote for quote in quotes_of(files[name, number], number)
                      if quote[1].startswith("sign")]
            person_words.label(call, quotes)


class Readings:
    """The utterances and, after them, the sentences of calls as one matrix of features, with what
    they are labelled as: one example a label."""

    def __init__(self, utterances, sentences):
        self.first, self.sentences = len(utterances), sentences
        found = []  # row, act, subject, weight
        for i, row in enumerate(utterances):
            act, _, subject = row["label"].partition(":")
            name = row["label"] if act == "sign" else act
            found.append((i, name, subject if act in WITH_SUBJECT else None, 1.0))
        for i, row in enumerate(sentences, self.first):
            for act, subject in [] if row["seller"] else row["labels"]:
                found.append((i, act, subject, row["weight"] / len(row["labels"])))
        self.rows = np.array([i for i, _, _, _ in found])
        self.acts = np.array([ACTS.index(act) for _, act, _, _ in found])
        self.subjects = np.array([SUBJECTS.index(subject) if subject in SUBJECTS else -1
                                  for _, _, subject, _ in found])
        self.weight = np.array([weight for _, _, _, weight in found])
        index, starts, columns = {}, [0], []
        for row in utterances + sentences:
            columns += [index.setdefault(feature, len(index)) for feature in set(row["features"])]
            starts.append(len(columns))
        self.names = list(index)
        self.features = scipy.sparse.csr_matrix((np.ones(len(columns)), columns, starts),
                                                shape=(len(starts) - 1, len(index)))

    def of(self, chosen):
        """Which examples are utterances or of sentences for which `chosen` holds."""
        take = np.array([True] * self.first + [chosen(row) for row in self.sentences])
        return take[self.rows]

    def known(self, examples):
        """The features that occur more than once among them."""
        rows = self.features[self.rows[examples]]
        return np.flatnonzero(np.asarray((rows > 0).sum(0)).ravel() > 1)

    def fit_acts(self, examples, l2):
        known = self.known(examples)
        x = self.features[self.rows[examples]][:, known]
        return known, *fit_softmax(x, self.acts[examples], self.weight[examples], len(ACTS), l2)

    def read_acts(self, model, chosen):
        """Writes what such sentences do, as the model reads them, beside each."""
        known, w, bias = model
        places = [i for i, row in enumerate(self.sentences) if chosen(row)]
        z = self.features[[self.first + i for i in places]][:, known] @ w + bias
        p = np.exp(z - z.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        for i, acts in zip(places, p):
            self.sentences[i]["acts"] = acts

    def in_context(self, rows):
        """The features of these rows with those around them; analysis/scored_sentences.cc."""
        near, places, values = [], [], []
        for at, row in enumerate(rows):
            near.append(at), places.append(row), values.append(OWN)
            i = row - self.first
            for j in range(max(0, i - REACH), min(len(self.sentences), i + REACH + 1)):
                one, other = self.sentences[max(i, 0)], self.sentences[j]
                same = one["file"] == other["file"] and abs(one["line"] - other["line"]) <= 1
                if i < 0 or i == j or not same:
                    continue
                near.append(at)
                places.append(self.first + j)
                values.append(np.exp(-abs(i - j) / FADING) *
                              (1 - IDLE * other["acts"][ACTS.index("neutral")]))
        matrix = scipy.sparse.csr_matrix((values, (near, places)),
                                         shape=(len(rows), self.features.shape[0]))
        return (matrix @ self.features).tocsr()

    def fit_subjects(self, examples, known, l2):
        about = np.flatnonzero(examples & (self.subjects >= 0))
        x = self.in_context(self.rows[about])[:, known]
        return fit_softmax(x, self.subjects[about], self.weight[about], len(SUBJECTS), l2)

    def write(self, path, examples, acts):
        known, act_weights, act_bias = acts
        subject_weights, subject_bias = self.fit_subjects(examples, known, SUBJECT_L2)
        write_weights(path, "language/sentence_model.h", SCALE,
                      np.concatenate([act_bias, subject_bias]), [self.names[i] for i in known],
                      np.hstack([act_weights, subject_weights]))


def add(counts, words, weight):
    for word in words:
        counts[word] += weight


def groups_of(sentences):
    """How much each word of a call counts: in all the customer says, in their last part, in the
    seller's last part, in what the customer says is in the way and in what is settled. As
    analysis/call_model.cc counts."""
    groups = [collections.Counter() for _ in range(CALL_GROUPS)]
    spoken = [row for row in sentences if row["words"]]
    doing = lambda row, *names: sum(row["acts"][ACTS.index(name)] for name in names)
    for place, row in enumerate(spoken):
        if row["seller"]:
            if place >= SELLERS_END * len(spoken):
                groups[2].update(row["words"])
            continue
        groups[0].update(row["words"])
        if place >= CALL_END * len(spoken):
            groups[1].update(row["words"])
        add(groups[3], row["words"], doing(row, "raise", "reopen", "close"))
        add(groups[4], row["words"], doing(row, "settle", "deny"))
    return groups


def damped(count):
    return count if count < 1 else 1 + np.log(count)


def vectors(documents, least):
    """Damped, normalised counts of each document's groups as one matrix, and the words' names."""
    groups = len(documents[0])
    spread = collections.Counter(word for document in documents for word in document[0])
    words = sorted(word for word, count in spread.items() if count >= least)
    index = {word: i for i, word in enumerate(words)}
    rows, columns, values = [], [], []
    for number, document in enumerate(documents):
        for group, counts in enumerate(document):
            known = {w: damped(n) for w, n in counts.items() if w in index}
            length = np.sqrt(sum(v * v for v in known.values())) or 1
            rows += [number] * len(known)
            columns += [group * len(words) + index[w] for w in known]
            values += [v / length for v in known.values()]
    return scipy.sparse.csr_matrix((values, (rows, columns)),
                                   shape=(len(documents), groups * len(words))), words


def pairs_of(sentences):
    """How often each two words stand beside each other; the ends of sentences count as words."""
    counts = collections.Counter()
    for row in sentences:
        words = ["<", *(word[2:] for word in row["words"] if word.startswith("w:")), ">"]
        if len(words) > 2:
            counts.update(f"b:{one}_{next_one}" for one, next_one in zip(words, words[1:]))
    return counts


def fit_sales(sentences, path):
    """Whether a conversation sells anything, by all its words and the pairs of them, each brought
    to length 1; prints how left-out ones are read. What weighs little is left out, so that lengths
    are those of what the file has: hence the second fit."""
    documents, sells, names = [], [], []
    for label, first, rows in labelled_calls(sentences):
        documents.append((collections.Counter(w for row in rows for w in row["words"]),
                          pairs_of(rows)))
        sells.append(not first.get("not_a_sales_call", label.get("not_a_sales_call", False)) and
                     first.get("is_sales_call", True))
        names.append(rows[0]["series"])
    y = np.array(sells, float)
    weight = np.where(y > 0, 1.0, OTHER_TALK_WEIGHT)
    for _ in range(2):
        words, pairs = [vectors([[document[part]] for document in documents], least)
                        for part, least in ((0, LEAST_SALES_CALLS), (1, LEAST_SALES_PAIRS))]
        x, known = scipy.sparse.hstack([words[0], pairs[0]]).tocsr(), words[1] + pairs[1]
        w = fit_logistic(x, y, weight, SALES_L2)
        heavy = {name for name, one in zip(known, w) if abs(round(one * SALES_SCALE)) >= LEAST_WEIGHT}
        documents = [[collections.Counter({name: n for name, n in part.items() if name in heavy})
                      for part in document] for document in documents]
    order = sorted(set(names))
    part = np.array([order.index(name) % LEFT_OUT_PARTS for name in names])
    z = np.zeros(len(y))
    for left in range(LEFT_OUT_PARTS):
        keep = part != left
        left_out = fit_logistic(x[keep], y[keep], weight[keep], SALES_L2)
        z[~keep] = x[~keep] @ left_out[:-1] + left_out[-1]
    print(f"left out: other talk told {(z[y == 0] <= SALES_LEAST).sum()} of {(y == 0).sum()}, "
          f"sales lost {(z[y > 0] <= SALES_LEAST).sum()} of {int(y.sum())}")
    write_weights(path, "analysis/sales_call.cc", SALES_SCALE, w[-1:] - SALES_LEAST, known,
                  w[:-1, None])


def fit_calls(documents, path):
    """documents: (groups, subject or len(SUBJECTS) for nothing open, weight) of each call."""
    x, words = vectors([groups for groups, _, _ in documents], LEAST_CALLS)
    y = np.array([subject for _, subject, _ in documents])
    classes = len(SUBJECTS) + 1
    w, bias = fit_softmax(x, y, np.array([weight for _, _, weight in documents]), classes, CALL_L2)
    table = np.hstack([w[g * len(words):(g + 1) * len(words)] for g in range(CALL_GROUPS)])
    write_weights(path, "analysis/call_model.h", CALL_SCALE,
                  np.concatenate([bias, np.zeros((CALL_GROUPS - 1) * classes)]), words, table)


CHOICE_L2 = 2.0


def stack(calls):
    x = np.array([s["features"] for c in calls for s in c["subjects"]])
    which = np.tile(np.eye(len(SUBJECTS)), (len(calls), 1))
    return x, which


def fit_choice(x, which, y, weight, l2):
    """Conditional logit: one weight a feature for all subjects, a bias for each, and "nothing" by
    the largest and the mean of each feature. x: calls x subjects x features, standardised."""
    calls, subjects, features = x.shape
    nothing = np.hstack([x.max(1), x.mean(1)])

    def loss(flat):
        own, bias = flat[:features], flat[features:features + subjects]
        other, other_bias = flat[features + subjects:-1], flat[-1]
        z = np.hstack([x @ own + bias, (nothing @ other + other_bias)[:, None]])
        z -= z.max(1, keepdims=True)
        p = np.exp(z)
        p /= p.sum(1, keepdims=True)
        value = -(weight * np.log(p[np.arange(calls), y] + 1e-12)).sum()
        value += 0.5 * l2 * (own @ own + 0.3 * bias @ bias + other @ other)
        p[np.arange(calls), y] -= 1
        p *= weight[:, None]
        return value, np.concatenate([np.einsum("cs,csf->f", p[:, :-1], x) + l2 * own,
                                      p[:, :-1].sum(0) + 0.3 * l2 * bias,
                                      p[:, -1] @ nothing + l2 * other, [p[:, -1].sum()]])

    start = np.zeros(3 * features + subjects + 1)
    best = scipy.optimize.minimize(loss, start, jac=True, method="L-BFGS-B",
                                   options={"maxiter": 300}).x
    return (best[:features], best[features:features + subjects],
            best[features + subjects:-1].reshape(2, features), best[-1])


def fit_subjects(calls, weights, l2):
    x, which = stack(calls)
    mean, spread = x.mean(0), x.std(0) + 1e-6
    # Each category has its own level of being talked about: centre it there.
    scaled = (x - mean) / spread
    full = np.hstack([scaled, which])
    row_weight = np.repeat(weights, len(SUBJECTS))
    model = {}
    for target in ("open", "settled"):
        y = np.array([s[target] for c in calls for s in c["subjects"]], float)
        w = fit_logistic(full, y, row_weight, l2, free=len(SUBJECTS))
        own = w[: x.shape[1]] / spread
        model[target] = (own, w[x.shape[1]:-1] + w[-1] - (own * mean).sum())
    y = np.array([first_of(c) for c in calls])
    own, bias, nothing, nothing_bias = fit_choice(
        scaled.reshape(len(calls), len(SUBJECTS), -1), which, y, np.array(weights), CHOICE_L2)
    own, nothing = own / spread, nothing / spread
    model["primary"] = (own, bias - (own * mean).sum())
    model["nothing"] = (nothing[0], nothing[1], nothing_bias - (nothing.sum(0) * mean).sum())
    return model


def first_of(call):
    chosen = [s for s, one in enumerate(call["subjects"]) if one["primary"]]
    return chosen[0] if chosen else len(SUBJECTS)


def judge(model, call):
    x = np.array([s["features"] for s in call["subjects"]])
    judged = {t: 1 / (1 + np.exp(-(x @ model[t][0] + model[t][1]))) for t in ("open", "settled")}
    largest, mean, bias = model["nothing"]
    z = np.append(x @ model["primary"][0] + model["primary"][1],
                  x.max(0) @ largest + x.mean(0) @ mean + bias)
    judged["primary"] = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
    return judged


def fit_line(x, y, weight, l2, trees):
    """(weights, bias, trees) of a logistic regression that trees correct."""
    mean, spread = x.mean(0), x.std(0) + 1e-6
    w = fit_logistic((x - mean) / spread, y, weight, l2)
    own = w[:-1] / spread
    bias = w[-1] - (own * mean).sum()
    return own, bias, boosted_trees.fit(x, y, weight, x @ own + bias, **trees)


def odds_of(line, x):
    own, bias, trees = line
    return x @ own + bias + boosted_trees.weigh(trees, x)


def features_of(call):
    return np.array([person["features"] for person in call["people"]])


def beside(call, alone):
    """How each person of a call stands beside the others, by the log-odds of each alone; as
    analysis/judgement.cc counts."""
    rows = []
    for i, person in enumerate(call["people"]):
        others = np.delete(alone, i)
        most = max(others, default=NOBODY_ELSE)
        most = max(most, NOBODY_ELSE)
        rows.append([alone[i], most, (1 / (1 + np.exp(-others))).sum(), (others > 0).sum(),
                     alone[i] - most, *[person["features"][f] for f in BESIDE_OF_PERSON]])
    return np.array(rows)


def fit_people(calls, weights):
    """Who decides by themselves, and beside the others. The latter learns from log-odds of calls
    that the former has not seen."""
    chosen, y, weight = [], [], []
    for number, (call, w) in enumerate(zip(calls, weights)):
        for i, person in enumerate(call["people"]):
            if is_free(person):
                continue
            chosen.append((number, i))
            y.append(float(person["decides"]))
            # Naming somebody who only seems to decide is the worse mistake.
            weight.append(w * (NOMINAL_WEIGHT if person["nominal"] else 1))
    y, weight = np.array(y), np.array(weight)
    x = np.array([calls[number]["people"][i]["features"] for number, i in chosen])
    series = [call["series"] for call in calls]
    part_of = {name: i % BESIDE_PARTS for i, name in enumerate(sorted(set(series)))}
    part = np.array([part_of[series[number]] for number, _ in chosen])
    shown = [None] * len(calls)
    for left in range(BESIDE_PARTS):
        keep = part != left
        line = fit_line(x[keep], y[keep], weight[keep], DECIDES_L2, DECIDES_TREES)
        for number, call in enumerate(calls):
            if call["people"] and part_of[call["series"]] == left:
                shown[number] = beside(call, odds_of(line, features_of(call)))
    among = np.array([shown[number][i] for number, i in chosen])
    return (fit_line(x, y, weight, DECIDES_L2, DECIDES_TREES),
            fit_line(among, y, weight, BESIDE_L2, BESIDE_TREES))


def judge_people(people, call):
    """The probability that each person of a call decides."""
    if not call["people"]:
        return np.array([])
    alone, among = people
    return 1 / (1 + np.exp(-odds_of(among, beside(call, odds_of(alone, features_of(call))))))


def score(calls, subjects, people, least_open, least_decides):
    right = total = 0
    open_, settled, decide = np.zeros(3), np.zeros(3), np.zeros(3)
    for call in calls:
        judged = judge(subjects(call), call)
        first = int(judged["primary"].argmax())  # len(SUBJECTS): nothing is open
        was_open = [s["features"][17] > 0 for s in call["subjects"]]
        was_settled = [s["features"][18] > 0 for s in call["subjects"]]
        given = {s for s in range(len(SUBJECTS))
                 if judged["open"][s] >= (judged["settled"][s] if was_open[s] else least_open)}
        given = given | {first} if first < len(SUBJECTS) else set()
        wanted = {s for s, one in enumerate(call["subjects"]) if one["open"]}
        right += first == first_of(call)
        total += 1
        open_ += [len(given & wanted), len(given), len(wanted)]
        closed = {s for s in range(len(SUBJECTS)) if s not in given
                  and (was_open[s] or was_settled[s] or judged["settled"][s] >= 0.5)}
        meant = {s for s, one in enumerate(call["subjects"]) if one["settled"]}
        settled += [len(closed & meant), len(closed), len(meant)]
        for person, probability in zip(call["people"], judge_people(people(call), call)):
            yes = probability >= least_decides
            if yes and (person["decides"] or not person["free"]):
                decide += [person["decides"], 1, 0]
        decide[2] += call["wanted"]
    f1 = lambda c: 2 * c[0] / max(1, c[1] + c[2])
    return (f"primary {right / max(1, total):.2f} of {total}, open F1 {f1(open_):.2f}, settled F1 "
            f"{f1(settled):.2f}, deciders {decide[0] / max(1, decide[1]):.2f}/"
            f"{decide[0] / max(1, decide[2]):.2f}")


def labelled_calls(sentences):
    """(the series' labels, the call's, its sentences) of each call."""
    by_call = collections.defaultdict(list)
    for row in sentences:
        by_call[(row["file"], row["call"])].append(row)
    for (path, number), rows in sorted(by_call.items()):
        labels = json.load(open(os.path.join(os.path.dirname(path), "labels.json")))
        yield labels, labels["calls"][number], rows


def documents_of(sentences):
    """(series, (groups, first subject, weight)) of each labelled sales call."""
    documents = []
    for labels, label, rows in labelled_calls(sentences):
        if label.get("not_a_sales_call", labels.get("not_a_sales_call", False)):
            continue
        first = (label.get("primary_blocker") or {}).get("category", "none")
        subject = SUBJECTS.index(first) if first in SUBJECTS else len(SUBJECTS)
        documents.append((rows[0]["series"], (groups_of(rows), subject, 1.0)))
    return documents


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--utterances", nargs="+", required=True)
    parser.add_argument("--deals", nargs="+", required=True)
    parser.add_argument("--series", nargs="*", default=[], help="annotated series")
    parser.add_argument("--out", required=True)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--anchors", nargs="*", default=[],
                        help="series that weigh ANCHOR_WEIGHT times: what must never break")
    parser.add_argument("--cues-made-on", nargs="*", default=[],
                        help="series whose calls the cues were made on: they flatter the cues")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        fit_all(options, scratch)


def fit_all(options, scratch):
    utterances = run(options.tool, "sentences", "--utterances", *options.utterances)
    sentences = run(options.tool, "sentences", "--deals", *options.deals)
    label_sentences(sentences)
    if options.series:
        series = {annotated_series.full_name(path): annotated_series.read(path)
                  for path in options.series}
        for name, one in series.items():
            annotated_series.write(one, os.path.join(scratch, "series", name))
        options.deals.append(os.path.join(scratch, "series"))
        annotated = run(options.tool, "sentences", "--deals", options.deals[-1])
        annotate_sentences(annotated, series)
        sentences += annotated
    names = sorted({row["series"] for row in sentences})
    fold_of = {name: i % options.folds for i, name in enumerate(names)}
    folders = fold_folders(options, scratch, fold_of)
    fit_sales(sentences, os.path.join(options.out, "sales.model"))
    models = [[os.path.join(scratch, f"{name}{fold}.model")
               for name in ("sentences", "calls", "people")] for fold in range(options.folds)]
    fit_words(options, models, Readings(utterances, sentences), fold_of)
    read = left_out_calls(options, [paths[:2] for paths in models], folders)
    label_sayings(read, sentences, series if options.series else {})
    for fold, (_, _, for_people) in enumerate(models):
        person_words.fit([c for c in read if fold_of[c["series"]] != fold], for_people)
    person_words.fit(read, os.path.join(options.out, "people.model"))
    read = left_out_calls(options, models, folders)
    for fold, paths in enumerate(models):
        paths.append(os.path.join(scratch, f"judgement{fold}.model"))
        # Anchors are remembered as whoever uses the models remembers them.
        rest = [c for c in read
                if fold_of[c["series"]] != fold or c["series"] in options.anchors]
        write_judgement(paths[-1], *fit_judgement(rest, weights_of(options, rest)))
    read = left_out_calls(options, models, folders)
    weights = weights_of(options, read)
    print_left_out(options, read, weights)
    write_judgement(os.path.join(options.out, "judgement.model"), *fit_judgement(read, weights))


def fold_folders(options, scratch, fold_of):
    """One folder a fold with the series of it."""
    folders = [os.path.join(scratch, f"fold{fold}") for fold in range(options.folds)]
    for folder in folders:
        os.mkdir(folder)
    for deals in options.deals:
        for name in os.listdir(deals):
            if name in fold_of:
                os.symlink(os.path.abspath(os.path.join(deals, name)),
                           os.path.join(folders[fold_of[name]], name))
    return folders


def fit_words(options, models, readings, fold_of):
    """The models of sentences and of calls, of each fold and of everything. What sentences around
    others and in calls do is read by models that have not seen them."""
    acts = []
    for fold in range(options.folds):
        held = lambda row: fold_of[row["series"]] == fold
        acts.append(readings.fit_acts(readings.of(lambda row: not held(row)), ACT_L2))
        readings.read_acts(acts[-1], held)
    documents = documents_of(readings.sentences)
    for fold, (for_sentences, for_calls, *_) in enumerate(models):
        rest = readings.of(lambda row: fold_of[row["series"]] != fold)
        readings.write(for_sentences, rest, acts[fold])
        fit_calls([d for name, d in documents if fold_of[name] != fold], for_calls)
    everything = readings.of(lambda row: True)
    readings.write(os.path.join(options.out, "sentences.model"), everything,
                   readings.fit_acts(everything, ACT_L2))
    fit_calls([d for _, d in documents], os.path.join(options.out, "calls.model"))


def left_out_calls(options, models, folders):
    """What each call shows, read with models that have not seen its series."""
    calls = []
    for paths, folder in zip(models, folders):
        calls += run(options.tool, "calls", "--model", *paths, "--deals", folder)
    return sorted(calls, key=lambda c: (c["series"], c["call"]))


def weights_of(options, calls):
    weights = np.array([0.5 if c["series"] in options.cues_made_on else 1.0 for c in calls])
    weights[[c["series"] in options.anchors for c in calls]] = ANCHOR_WEIGHT
    return weights


def fit_judgement(calls, weights):
    return fit_subjects(calls, weights, SUBJECTS_L2), fit_people(calls, weights)


def print_left_out(options, calls, weights):
    """How well series are read that a judgement has not seen."""
    held = {}
    names = sorted({c["series"] for c in calls})
    for part in range(LEFT_OUT_PARTS):
        out_now = set(names[part::LEFT_OUT_PARTS])
        keep = [i for i, c in enumerate(calls) if c["series"] not in out_now]
        model = fit_judgement([calls[i] for i in keep], weights[keep])
        held.update({name: model for name in out_now})
    made_on = [c["series"] in options.cues_made_on for c in calls]
    for title, wanted in (("cues made on them", True), ("others", False)):
        chosen = [c for c, made in zip(calls, made_on) if made == wanted]
        print(f"left out, {title}: " + score(chosen, lambda c: held[c["series"]][0],
                                             lambda c: held[c["series"]][1],
                                             LEAST_OPEN, LEAST_DECIDES))


def write_judgement(path, subjects, people):
    row = lambda values: " ".join(f"{v:.4f}" for v in values)
    with open(path, "w") as file:
        file.write("# Weights of analysis/judgement.h, fitted by "
                   "services/router/tools/fit_reading.py; not made by hand.\n")
        for target in ("open", "settled", "primary"):
            file.write(f"{target}.bias\t{row(subjects[target][1])}\n")
            file.write(f"{target}.weights\t{row(subjects[target][0])}\n")
        largest, mean, nothing_bias = subjects["nothing"]
        file.write(f"nothing.bias\t{nothing_bias:.4f}\nnothing.largest\t{row(largest)}\n"
                   f"nothing.mean\t{row(mean)}\n")
        for name, (own, bias, trees) in zip(("decides", "beside"), people):
            file.write(f"{name}.bias\t{bias:.4f}\n{name}.weights\t{row(own)}\n")
            for number, nodes in enumerate(trees):
                numbers = " ".join(f"{feature} {value:.5g} {left} {right}"
                                   for feature, value, left, right in nodes)
                file.write(f"{name}.tree.{number:02}\t{numbers}\n")
        file.write(f"open.least\t{LEAST_OPEN}\ndecides.least\t{LEAST_DECIDES}\n")


if __name__ == "__main__":
    main()
