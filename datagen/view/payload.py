"""All that the page shows of one dialogue, as plain values: for the server and the export.

Found, RunSource --describe--> {id, about, role, turns, words, events, probes, tokens, ...}

What a record does not have is left out, so that pages of older runs say nothing about it. Times
are in samples at 24 kHz.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from datagen.types import FRAME, SAMPLE_RATE, SPEAKERS
from datagen.view.places import in_speech, in_text
from datagen.view.source import SOUNDS, Found, RunSource

_ABOUT = (
    *("kind", "split", "language", "domain", "scenario", "call_direction", "prompt_level"),
    *("outcome", "writer", "model", "attempts"),
)
_OF_A_TURN = ("act", "emotion", "licence", "calls", "repairs", "fact_ids")
"""What a script says of a turn and the timeline does not keep."""


def describe(source: RunSource, found: Found) -> dict[str, Any]:
    """Return one dialogue, rejected ones as far as they got."""
    script, dialogue = found.script or {}, found.dialogue or {}
    words = dialogue.get("words", [])
    page = {
        "id": found.dialog_id,
        "sample_rate": SAMPLE_RATE,
        "num_samples": dialogue.get("num_samples", 0),
        "about": _present(script, _ABOUT),
        "people": _present(script, ("agent", "user")),
        "voices": found.voices,
        "role_prompt": script.get("role_prompt", ""),
        "user_role_prompt": script.get("user_role_prompt"),
        "facts": _facts(script, words),
        "world": _world(script),
        "tools": script.get("tools"),
        "actions": _actions(script, dialogue),
        "turns": _turns(script, dialogue),
        "words": [_word(word) for word in words],
        "events": _events(dialogue),
        "probes": _probes(script, dialogue),
        "scores": script.get("scores"),
        "judge": script.get("judge"),
        "hygiene": (found.row or {}).get("hygiene"),
        "provenance": (found.row or {}).get("provenance"),
        "rejects": [reject.model_dump(exclude={"dialog_id"}) for reject in found.rejects],
        "takes": [take.model_dump() for take in found.attempts],
        "tokens": _tokens(source, found),
        "sounds": [{"name": name, "label": SOUNDS[name]} for name in found.sounds],
        "stand_ins": source.stand_ins,
    }
    return {name: value for name, value in page.items() if value not in (None, "", [], {}, ())}


def _present(record: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: record[name] for name in names if record.get(name) not in (None, "")}


def _facts(script: Mapping[str, Any], words: list[dict[str, Any]]) -> list[dict[str, Any]]:
    prompt = script.get("role_prompt", "")
    return [
        fact | {"in_prompt": in_text(fact["written"], prompt), "said": _said(fact, words)}
        for fact in script.get("facts", ())
    ]


def _said(fact: Mapping[str, Any], words: list[dict[str, Any]]) -> list[list[int]]:
    """Return where a fact is said; of a name, where only its first word is, if no more is."""
    found = in_speech(fact["spoken"], words)
    if not found and fact["type"] == "name":
        return in_speech(fact["spoken"].partition(" ")[0], words)
    return found


def _world(script: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what is so in the call's world: where the role prompt says it, what claims it."""
    turns, prompt = script.get("turns", ()), script.get("role_prompt", "")

    def claimed(item: Mapping[str, Any]) -> list[int]:
        return [
            number
            for number, turn in enumerate(turns)
            if any(str(licence).endswith(f".{item.get('id')}") for licence in _licences(turn))
        ]

    return [
        dict(item)
        | {"in_prompt": in_text(str(item.get("text", "")), prompt), "claimed_in": claimed(item)}
        for item in script.get("world") or ()
    ]


def _licences(turn: Mapping[str, Any]) -> list[str]:
    found = turn.get("licence") or ()
    return [found] if isinstance(found, str) else [str(one) for one in found]


def _turns(script: Mapping[str, Any], dialogue: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return turns on the clock, with what the script says of them; without a timeline, of it."""
    written = list(script.get("turns", ()))
    placed = list(dialogue.get("turns", ()))
    turns = []
    for number, turn in enumerate(placed or written):
        more = written[number] if number < len(written) else {}
        turns.append(dict(turn) | _told(_present(more, _OF_A_TURN)))
    return turns


def _told(turn: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in turn.items() if value not in ([], ())}


def _word(word: Mapping[str, Any]) -> list[Any]:
    """Return a word as a short list: pages have thousands."""
    found = [word["speaker"][0], word["text"], word["start"], word["end"], word["turn"]]
    confidence = word.get("confidence")
    return found if confidence is None else [*found, round(confidence, 3)]


def _events(dialogue: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [dict(event) for event in dialogue.get("events", ())]


def _actions(script: Mapping[str, Any], dialogue: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return calls of tools, with their times if the timeline has any."""
    placed = {action.get("id"): action for action in dialogue.get("actions") or ()}
    actions = [dict(a) | dict(placed.pop(a.get("id"), {})) for a in script.get("actions") or ()]
    return actions + [dict(action) for action in placed.values()]


def _probes(script: Mapping[str, Any], dialogue: Mapping[str, Any]) -> list[dict[str, Any]]:
    turns = dialogue.get("turns") or script.get("turns") or ()

    def text(number: int | None) -> str:
        return "" if number is None or number >= len(turns) else str(turns[number]["text"])

    return [
        dict(probe)
        | {"question": text(probe.get("user_turn")), "answer": text(probe.get("agent_turn"))}
        for probe in script.get("probes", ())
    ]


def _tokens(source: RunSource, found: Found) -> dict[str, Any] | None:
    """Return the rows under the sound: each speaker's semantic codes and text, and special ids."""
    tokens, tokenizer = found.tokens(), source.tokenizer
    if tokens is None:
        return None
    special = {"pad": 3, "epad": 0} if tokenizer is None else _special(tokenizer)
    rows: dict[str, Any] = {
        speaker: {
            "semantic": tokens[f"{speaker}_codes"][0].tolist(),
            "text": tokens[f"{speaker}_text"].tolist(),
        }
        for speaker in SPEAKERS
    }
    used = {token for row in rows.values() for token in row["text"]} - set(special.values())
    pieces = {} if tokenizer is None else _pieces(used, tokenizer.decode)
    return {"frame": FRAME, **special, "pieces": pieces, **rows}


def _special(tokenizer: Any) -> dict[str, int]:
    return {name: int(getattr(tokenizer, name)) for name in ("pad", "epad", "bos", "eos")}


def _pieces(ids: Iterable[int], decode: Callable[[list[int]], str]) -> dict[str, str]:
    """Return the text of each id by itself."""
    return {str(token): decode([token]) for token in sorted(ids)}
