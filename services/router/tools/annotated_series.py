"""Annotated deal series (tests/data/series): one text file a series, read by fit_reading.py.

    annotated_series.py --out DIR FILE...    writes them as labelled series that eval_deals reads

`tests/data/series/README.md` describes the format. A file that does not follow it is an error that
names the file and the line.
"""

import argparse
import json
import os
import re

SPAN = re.compile(r'> (\S+)(?: ([^"]*?))? ?"(.*)"\s*$')
TURN = re.compile(r"([^:=>]{2,90}): (.+)$")
CALL = re.compile(r"== call (\d{4}-\d\d-\d\d)(?: stage=(\S+))?")


class Annotation:
    """What a stretch of a turn does: `act`, its category or person, and the words."""

    def __init__(self, act, about, span):
        self.act, self.about, self.span = act, about, span


class Turn:
    def __init__(self, speaker, text):
        self.speaker, self.text, self.annotations = speaker, text, []


class Call:
    def __init__(self, date, stage):
        self.date, self.stage, self.turns, self.labels = date, stage, [], {}


class Series:
    def __init__(self, path):
        self.path, self.header, self.calls = path, {}, []
        self.name = os.path.splitext(os.path.basename(path))[0]


def full_name(path):
    """Unique among authors: the folder's name and the file's."""
    author = os.path.basename(os.path.dirname(os.path.abspath(path)))
    return f"{author}-{os.path.splitext(os.path.basename(path))[0]}"


def split(text, separator):
    return [part.strip() for part in text.split(separator) if part.strip()]


def read(path):
    series, labels = Series(path), False
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip()
        where = f"{path}:{number}"
        if not line:
            continue
        if line.startswith("== call"):
            found = CALL.match(line)
            if not found:
                raise ValueError(f"{where}: expected '== call YYYY-MM-DD stage=NAME'")
            series.calls.append(Call(found.group(1), found.group(2) or ""))
            labels = False
        elif line == "= labels":
            labels = True
        elif not series.calls or labels:
            key, _, value = line.partition(":")
            (series.calls[-1].labels if series.calls else series.header)[key.strip()] = value.strip()
        elif line.startswith("> "):
            found = SPAN.match(line)
            if not found or not series.calls[-1].turns:
                raise ValueError(f"{where}: expected '> act about \"words\"' below a turn")
            turn = series.calls[-1].turns[-1]
            if found.group(3) in turn.text:
                turn.annotations.append(Annotation(found.group(1), found.group(2) or "",
                                                   found.group(3)))
        else:
            found = TURN.match(line)
            if not found:
                raise ValueError(f"{where}: expected 'Name (Title): words'")
            series.calls[-1].turns.append(Turn(found.group(1), found.group(2)))
    return series


def transcript(call):
    return "".join(f"{turn.speaker}: {turn.text}\n" for turn in call.turns)


def person(entry):
    """'Dana Ruiz economic_buyer' as name and role."""
    name, _, role = entry.rpartition(" ")
    if name and re.fullmatch(r"[a-z_]+", role):
        return {"name": name, "role": role}
    return {"name": entry, "role": "economic_buyer"}


def quote(call, acts, about, speaker=None):
    """The last words of the call that do one of `acts` about a category or person, or in the
    person's own turn; empty when none do."""
    found = ""
    for turn in call.turns:
        for note in turn.annotations:
            own = speaker is not None and not note.about and turn.speaker.startswith(speaker)
            meant = about in (note.about, note.about.split(" ")[0])
            if note.act in acts and (own or meant):
                found = note.span
    return found


def quoted(entry, words):
    return {**entry, "evidence": words} if words else entry


def labels_of(call, number):
    given = call.labels
    adverse, settling = ("raise", "reopen", "close"), ("settle", "deny")
    primary, _, description = given.get("primary", "none").partition("|")
    resolved = [entry.partition("@") for entry in given.get("resolved", "").replace(",", " ").split()]
    reopened = given.get("reopened", "").replace(",", " ").split()
    names = lambda key: [re.sub(r"\s*\(.*?\)", "", name)
                         for part in split(given.get(key, ""), ";") for name in split(part, ",")]
    label = {
        "call": number, "file": f"call-{number}.txt", "date": call.date,
        "primary_blocker": quoted({"category": primary.strip() or "none",
                                   "description": description.strip()},
                                  quote(call, adverse, primary.strip())),
        "open_blockers": [quoted({"category": name, "reopened": name in reopened},
                                 quote(call, adverse, name))
                          for name in given.get("open", "").replace(",", " ").split()
                          if name != "none"],
        "resolved_blockers": [quoted({"category": name, "resolved_in_call": int(at or number)},
                                     quote(call, settling, name))
                              for name, _, at in resolved if name != "none"],
        "decision_makers": [quoted(one, quote(call, ("sign:self", "sign:other", "sign:veto"),
                                              one["name"], one["name"]))
                            for one in map(person, names("deciders"))],
        "nominal_but_not_real_decision_makers": [person(name)["name"] for name in names("nominal")],
        "acceptable_also": [person(name)["name"] for name in names("acceptable")],
        "email_recipient": re.sub(r"\s*\(.*?\)", "", given.get("recipient", "")).split(";")[0],
        "email_recipient_also_ok": names("recipient_also"),
        "must_mention": split(given.get("must", ""), ";"),
        "must_not_mention": split(given.get("mustnot", ""), ";"),
        "new_facts": [],
    }
    if call.stage:
        label["journey_stage"] = call.stage
    if given.get("not_sales", "") == "yes":
        label["not_a_sales_call"] = True
    return label


def write(series, folder):
    """`series` as a folder of transcripts and labels.json; the folder's name is the series' name."""
    os.makedirs(folder, exist_ok=True)
    calls = []
    for number, call in enumerate(series.calls, 1):
        with open(os.path.join(folder, f"call-{number}.txt"), "w", encoding="utf-8") as file:
            file.write(transcript(call))
        calls.append(labels_of(call, number))
    with open(os.path.join(folder, "labels.json"), "w", encoding="utf-8") as file:
        json.dump({"series": series.name, "seller": series.header.get("seller", ""),
                   "customer": series.header.get("customer", ""), "customer_id": series.name,
                   "format": "plain", "calls": calls}, file, indent=1, ensure_ascii=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    for path in options.files:
        series = read(path)
        write(series, os.path.join(options.out, full_name(path)))


if __name__ == "__main__":
    main()
