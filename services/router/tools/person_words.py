"""Weights of analysis/person_model.h: whether somebody decides, by the words said by and about them.

Two models over the same words share one file. The first weighs all words of a call together and
learns from who decides, the second tells what one sentence says of one person and learns from
annotations and from the evidence of labels.
"""

import collections
import re

import numpy as np
import scipy.sparse
from linear_models import LEAST_WEIGHT, fit_logistic, fit_softmax, write_weights

# Of analysis/person_model.h and .cc.
SCALE, L2, LEAST_PEOPLE, NOMINAL_WEIGHT = 40, 0.15, 4, 2.0
# Words of many people tell less: a weight of theirs costs more.
RARITY = 0.2
ACTS = ["signs", "stops", "nominal", "nothing"]
ACT_OF = {"sign:self": 0, "sign:other": 0, "sign": 0, "sign:veto": 1, "sign:nominal": 2}
NOTHING = ACTS.index("nothing")
ACT_L2 = 6.0
ANNOTATED_WEIGHT, QUOTE_WEIGHT = 1.5, 2.0
# Of what nobody annotated, in annotated series and in labelled ones.
SILENT_WEIGHT, UNQUOTED_WEIGHT = 0.5, 0.3


def plain(text):
    return re.sub(r"\W+", " ", text.lower()).strip()


def same_person(one, other):
    """Whether the words of one name are among those of the other."""
    names = sorted((plain(name.split("(")[0]).split() for name in (one, other)), key=len)
    return bool(names[0]) and set(names[0]) <= set(names[1])


def is_free(person):
    """Whether to name them is neither right nor wrong. Who decides in name only is never so."""
    return person["free"] and not person["decides"] and not person["nominal"]


def within(text, span):
    """Whether a sentence is a good part of a span, or the span of the sentence."""
    whole = text in span and (len(text.split()) >= 3 or len(span.split()) <= 5)
    return bool(text) and (whole or span in text)


def annotate(call, turns):
    """Adds act and weight to each saying of an annotated call."""
    notes = [(turn, note) for turn in turns for note in turn.annotations]
    for person in call["people"]:
        for saying in person["sayings"]:
            spoken, text = saying["text"].strip(), plain(saying["text"])
            acts, told = set(), False
            for turn, note in notes:
                if spoken not in turn.text or not within(text, plain(note.span)):
                    continue
                told = told or note.act.startswith("sign:") or note.act == "trap"
                own = note.act == "sign:self" or not note.about
                if note.act in ACT_OF and same_person(turn.speaker if own else note.about,
                                                      person["name"]):
                    acts.add(ACT_OF[note.act])
            saying["act"] = min(acts, default=NOTHING)
            saying["counts"] = ANNOTATED_WEIGHT if told else SILENT_WEIGHT


def label(call, quotes):
    """Adds act and weight to each saying of a labelled call: (quote, act, _, name) of evidence."""
    for person in call["people"]:
        for saying in person["sayings"]:
            text = plain(saying["text"])
            found = [(act, name) for quote, act, _, name in quotes
                     if len(text.split()) >= 3 and (text in quote or quote in text)]
            acts = [ACT_OF[act] for act, name in found if same_person(name, person["name"])]
            saying["act"] = min(acts, default=NOTHING)
            # Of whom else the evidence tells, nobody wrote down.
            saying["counts"] = QUOTE_WEIGHT if acts else 0 if found else UNQUOTED_WEIGHT


def counted(documents, words):
    """(row, column, count) of each known word of documents as three lists."""
    index = {word: i for i, word in enumerate(words)}
    rows, columns, values = [], [], []
    for row, document in enumerate(documents):
        for word, count in document.items():
            if word in index:
                rows.append(row), columns.append(index[word]), values.append(count)
    return rows, columns, values


def fit(calls, path):
    people = [p for call in calls for p in call["people"]]
    words, weights = fit_deciding([p for p in people if not is_free(p)])
    act_words, act_weights, bias = fit_acts([saying for p in people for saying in p["sayings"]])
    names = sorted(set(words) | set(act_words))
    table = np.zeros((len(names), 1 + len(ACTS)))
    index = {name: i for i, name in enumerate(names)}
    table[[index[word] for word in words], 0] = weights[:-1]
    table[[index[word] for word in act_words], 1:] = act_weights
    write_weights(path, "analysis/person_model.h", SCALE, np.append(weights[-1], bias), names, table)


def fit_deciding(people):
    """Words, their weights and the bias of whether a person decides, by all that is said by and of
    them, damped and normalised as analysis/person_model.cc does. Words whose weights round to
    little are left out, so that lengths are those of the words that the file has: hence the second
    fit."""
    documents = []
    for person in people:
        document = collections.Counter()
        for saying in person["sayings"]:
            for word, count in saying["words"].items():
                document[word] += count * saying["weight"]
        documents.append(document)
    y = np.array([float(p["decides"]) for p in people])
    weight = np.array([NOMINAL_WEIGHT if p["nominal"] else 1.0 for p in people])
    spread = collections.Counter(word for document in documents for word in document)
    words = sorted(word for word, count in spread.items() if count >= LEAST_PEOPLE)
    for _ in range(2):
        rows, columns, values = counted(documents, words)
        values = np.log1p(values)
        length = np.sqrt(np.bincount(rows, values ** 2, minlength=len(people)))
        x = scipy.sparse.csr_matrix((values / length[rows], (rows, columns)),
                                    shape=(len(people), len(words)))
        rarity = ((np.bincount(columns, minlength=len(words)) + 1) / 50.0) ** -RARITY
        w = fit_logistic(x.multiply(rarity).tocsr(), y, weight, L2)
        w[:-1] *= rarity
        heavy = np.flatnonzero(np.abs(np.round(w[:-1] * SCALE)) >= LEAST_WEIGHT)
        words, weights = [words[i] for i in heavy], np.append(w[heavy], w[-1])
    return words, weights


def fit_acts(sayings):
    """Words, weights and biases of what a sentence says of a person."""
    told = [saying for saying in sayings if saying["counts"]]
    spread = collections.Counter(word for saying in told for word in saying["words"])
    words = sorted(word for word, count in spread.items() if count >= LEAST_PEOPLE)
    rows, columns, values = counted([saying["words"] for saying in told], words)
    x = scipy.sparse.csr_matrix((np.array(values, float), (rows, columns)),
                                shape=(len(told), len(words)))
    return words, *fit_softmax(x, np.array([saying["act"] for saying in told]),
                               np.array([saying["counts"] for saying in told]), len(ACTS), ACT_L2)
