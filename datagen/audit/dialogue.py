"""Checks of one dialogue's words, turns, events, probes and roles.

Each check takes a `Row` and yields a sentence for each thing that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from datagen.audit.rows import Row
from datagen.audit.unsaid import unsaid
from datagen.types import FRAME, SPEAKERS

SPLITS = ("train", "validation")
ONSETS = ("after", "overlap", "barge_in", "backchannel")
VERDICTS = ("pass", "unchecked")
"""A dialogue whose probe failed is no example of the role, and must have been rejected."""


def names(row: Row) -> Iterator[str]:
    """Closed sets of names hold."""
    if row.values["split"] not in SPLITS:
        yield f"split is {row.values['split']!r}, not one of {', '.join(SPLITS)}"
    for kind, item in row.timed:
        if item["speaker"] not in SPEAKERS:
            yield f"a {kind} is of {item['speaker']!r}, not of the agent or the user"
    for turn in row.values["turns"]:
        if turn["onset"] not in ONSETS:
            yield f"a turn's onset is {turn['onset']!r}, not one of {', '.join(ONSETS)}"


def times(row: Row) -> Iterator[str]:
    """Everything lies inside the dialogue and ends after it starts."""
    for kind, item in row.timed:
        if not 0 <= item["start"] <= item["end"] <= row.values["num_samples"]:
            yield (
                f"a {kind} from sample {item['start']} to {item['end']} is not inside the"
                f" dialogue's {row.values['num_samples']}"
            )
    for column in ("words", "events"):
        if any(one["start"] > next_["start"] for one, next_ in pairwise(row.values[column])):
            yield f"{column} are not sorted by start"


def words(row: Row) -> Iterator[str]:
    """A speaker says one word at a time, as part of a turn."""
    for speaker in SPEAKERS:
        for one, next_ in pairwise(row.words(speaker)):
            if next_["start"] < one["end"]:
                yield f"the {speaker} says {next_['text']!r} while saying {one['text']!r}"
    for word in row.values["words"]:
        if word["end"] == word["start"] or not word["text"]:
            yield f"the word {word['text']!r} at sample {word['start']} is empty"
        if not 0 <= word["turn"] < len(row.values["turns"]):
            yield f"the word {word['text']!r} is of turn {word['turn']}, which does not exist"


def words_of_turns(row: Row) -> Iterator[str]:
    """A turn's words are as many as it says, and inside it; only what is heard is there."""
    turns = row.values["turns"]
    counts = [0] * len(turns)
    for word in row.values["words"]:
        counts[word["turn"]] += 1
        turn = turns[word["turn"]]
        inside = turn["start"] <= word["start"] and word["end"] <= turn["end"]
        if not inside or turn["speaker"] != word["speaker"]:
            yield f"the word {word['text']!r} is not inside turn {word['turn']}"
    for index, (turn, count) in enumerate(zip(turns, counts, strict=True)):
        spoken = len(turn["spoken"].split())
        if count != spoken:
            yield f"turn {index} says {spoken} words, of which {count} are heard"


def cuts(row: Row) -> Iterator[str]:
    """After a cut its speaker is silent until its next turn."""
    turns = row.values["turns"]
    cut_events = [event for event in row.values["events"] if event["type"] == "cut"]
    for event in cut_events:
        for word in row.words(event["speaker"]):
            begun = turns[word["turn"]]["start"] < event["start"]
            if begun and word["end"] > event["start"]:
                yield f"the {word['speaker']} still says {word['text']!r} after being cut off"
    for turn in turns:
        of_turn = (e for e in cut_events if e["speaker"] == turn["speaker"])
        if turn["unsaid"] and not any(turn["start"] <= e["start"] <= turn["end"] for e in of_turn):
            yield f"{turn['unsaid']!r} is unsaid, but no event cut it off"


def probes(row: Row) -> Iterator[str]:
    """A probe is a turn of the user and an answer of the agent, and it passed."""
    turns = row.values["turns"]
    for probe in row.values["probes"]:
        for speaker in SPEAKERS:
            turn = probe[f"{speaker}_turn"]
            if not 0 <= turn < len(turns) or turns[turn]["speaker"] != speaker:
                yield f"probe {probe['type']} has no {speaker} turn {turn}"
        if probe["verdict"] not in VERDICTS:
            yield f"probe {probe['type']} has verdict {probe['verdict']!r}"


def roles(row: Row) -> Iterator[str]:
    """The role prompt is there, without tags; agent and user are two voices."""
    prompt = row.values["role_prompt"]
    if not prompt.strip() or "<system>" in prompt:
        yield "the role prompt is empty or holds the tag <system>"
    if not row.tokens["prompt_tokens"].size:
        yield "prompt_tokens is empty"
    if row.values["agent_voice"]["id"] == row.values["user_voice"]["id"]:
        yield f"agent and user have the same voice {row.values['agent_voice']['id']}"


def actions(row: Row) -> Iterator[str]:
    """A tool is called in a turn of the agent, and answers later, within the dialogue."""
    turns = row.values["turns"]
    for action in row.values.get("actions", ()):
        if not 0 <= action["call_frame"] < action["result_frame"] <= row.num_frames:
            yield f"action {action['id']} is called or answered outside the dialogue"
        if not 0 <= action["turn"] < len(turns) or turns[action["turn"]]["speaker"] != "agent":
            yield f"action {action['id']} has no agent turn {action['turn']}"


def licences(row: Row) -> Iterator[str]:
    """Nothing that rests on a result is said before the result is there."""
    answered = {one["id"]: one["result_frame"] * FRAME for one in row.values.get("actions", ())}
    for index, turn in enumerate(row.values["turns"]):
        results = (name for name in turn.get("licence", ()) if name.startswith("result."))
        for name in results:
            sample = answered.get(name.removeprefix("result."))
            if sample is None:
                yield f"turn {index} rests on {name}, which was never called"
            elif turn["text"] and turn["start"] < sample:
                yield f"turn {index} says what {name} holds before it is there"


CHECKS = (names, times, words, probes, roles, actions, licences)
CHECKS_OF_TURNS = (words_of_turns, cuts, unsaid)
"""Checks that are only for rows that pass `CHECKS`."""
