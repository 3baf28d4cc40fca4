"""What a model that writes a dialogue of its own may answer, and how the answer is read.

    JSON text --parse_scene--> Scene: turns with act, emotion, calls, cut-off and nods

The schema is that of one brief: its musts and tools by name, so that a small model cannot make up
any. It bounds strings by patterns. A reply is read as if there had been no schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from datagen.scripting.llm.brief import Brief
from datagen.scripting.llm.reply import BadReply, read_json, speech_pattern, tidy
from datagen.types import SPEAKERS, InterruptionKind, Speaker

ACTS: Final = (
    "greeting", "inform", "answer", "setQuestion", "propositionalQuestion", "checkQuestion",
    "confirm", "disconfirm", "correction", "selfCorrection", "agreement", "disagreement",
    "instruct", "request", "declineRequest", "offer", "acceptOffer", "declineOffer", "promise",
    "apology", "thanking", "stalling", "requestRepeat", "autoPositive", "interactionStructuring",
    "goodbye",
)  # fmt: skip
"""Acts of ISO 24617-2 that a model may name."""
EMOTIONS: Final[dict[str, tuple[float, float]]] = {
    "angry": (-0.7, 0.7),
    "annoyed": (-0.5, 0.3),
    "worried": (-0.4, 0.4),
    "disappointed": (-0.4, -0.1),
    "tired": (-0.1, -0.5),
    "neutral": (0.0, 0.0),
    "calm": (0.2, -0.3),
    "friendly": (0.4, 0.1),
    "cheerful": (0.6, 0.4),
    "relieved": (0.5, -0.1),
}
"""Valence and arousal of the labels."""
NODS: Final = (
    "Mm-hmm.", "Uh-huh.", "Mhm.", "Right.", "Yeah.", "Yes.", "Okay.", "Sure.", "Oh.", "Oh no.",
    "Hm.", "Huh.", "Wow.", "I see.", "Got it.", "Ha.", "Really?", "True.", "No.", "Ugh.",
)  # fmt: skip
"""What a listener says meanwhile."""
NOD_WORDS = 3
"""Most words of what counts as a nod, whatever a model says."""
CUTS: Final[dict[str, InterruptionKind]] = {
    "question": "question",
    "pause": "pause",
    "known": "known",
    "protest": "protest",
    "early": "early",
    "correction": "correction",
    "cancel": "cancel",
    "rambling": "slot",
    "collision": "collision",
}
"""How a model may say that somebody cuts in, and the timeline's kinds."""
GOES_ON: Final = ("hold", "override")
"""The same where who is cut off finishes the clause, or all of it."""
MAX_TURNS, MAX_NODS, MAX_DOES, MAX_CALLS = 60, 2, 3, 2
MAX_PROSE = 1200
"""Characters of a scenario, a description or a role."""
FREE_TURNS = 20
"""Turns of an answer beyond two for each must."""


@dataclass(frozen=True, slots=True)
class Nod:
    """What the listener says meanwhile."""

    after_word: int
    text: str


@dataclass(frozen=True, slots=True)
class SceneTurn:
    """A turn as a model wrote it."""

    speaker: Speaker
    text: str
    does: tuple[str, ...]
    act: str
    emotion: str
    calls: tuple[str, ...]
    cut_after: int
    cut_as: str
    """One of CUTS or GOES_ON; empty if the model says none."""
    nods: tuple[Nod, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole answer; what comes before and after the turns only in the paper's order."""

    turns: tuple[SceneTurn, ...]
    scenario: str = ""
    description: str = ""
    role: str = ""


def scene_schema(brief: Brief, turn_characters: int, *, writes_role: bool) -> dict[str, Any]:
    """Return the schema of an answer, which allows nothing that the rules forbid.

    Only an agent that has tools calls any, each speaker meets its own musts, and in the paper's
    order prose comes first, with a role at the end where a model may write it.
    """
    kinds = [_turn_schema(brief, speaker, turn_characters) for speaker in SPEAKERS]
    most = min(MAX_TURNS, FREE_TURNS + 2 * len(brief.musts))
    turns = {"type": "array", "items": {"anyOf": kinds}, "minItems": 4, "maxItems": most}
    if brief.order == "facts_first":
        return _object({"turns": turns})
    prose = {"type": "string", "pattern": speech_pattern(MAX_PROSE)}
    before = {"scenario": prose, "description": prose, "turns": turns}
    return _object({**before, "role": prose} if writes_role else before)


def _turn_schema(brief: Brief, speaker: Speaker, turn_characters: int) -> dict[str, Any]:
    own = [must.id for must in brief.musts if must.speaker == speaker]
    tools = list(brief.ground.tools) if speaker == "agent" else []
    nod = {
        "after_word": {"type": "integer", "minimum": 1, "maximum": 80},
        "text": {"type": "string", "enum": list(NODS)},
    }
    turn: dict[str, Any] = {
        "speaker": {"type": "string", "enum": [speaker]},
        "text": {"type": "string", "pattern": speech_pattern(turn_characters)},
        "does": _some(own, MAX_DOES),
        "act": {"type": "string", "enum": list(ACTS)},
        "emotion": {"type": "string", "enum": list(EMOTIONS)},
    }
    if tools:
        turn["calls"] = _some(tools, MAX_CALLS)
    turn["cut_after"] = {"type": "integer", "minimum": 0, "maximum": 80}
    turn["cut_as"] = {"type": "string", "enum": ["none", *CUTS, *GOES_ON]}
    turn["nods"] = {"type": "array", "items": _object(nod), "maxItems": MAX_NODS}
    return _object(turn)


def _some(names: list[str], most: int) -> dict[str, Any]:
    """Return the schema of a list of some of these names, of none if there are none."""
    items = {"type": "string", "enum": names or ["none"]}
    return {"type": "array", "items": items, "maxItems": most if names else 0}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


_LOOSE = Draft202012Validator(
    {
        "type": "object",
        "required": ["turns"],
        "properties": {
            "turns": {
                "type": "array",
                "minItems": 2,
                "maxItems": MAX_TURNS,
                "items": {
                    "type": "object",
                    "required": ["speaker", "text"],
                    "properties": {
                        "speaker": {"enum": list(SPEAKERS)},
                        "text": {"type": "string"},
                        "does": {"type": "array", "items": {"type": "string"}},
                        "act": {"type": "string"},
                        "emotion": {"type": "string"},
                        "calls": {"type": "array", "items": {"type": "string"}},
                        "cut_after": {"type": "integer"},
                        "cut_as": {"type": "string"},
                        "nods": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["after_word", "text"],
                                "properties": {
                                    "after_word": {"type": "integer"},
                                    "text": {"type": "string"},
                                },
                            },
                        },
                    },
                },
            },
            **{name: {"type": "string"} for name in ("scenario", "description", "role")},
        },
    }
)


def parse_scene(text: str) -> Scene:
    """Read an answer. Raises BadReply."""
    value = read_json(text, _LOOSE)
    error = best_match(_LOOSE.iter_errors(value))
    if error is not None:
        where = ".".join(map(str, error.absolute_path))
        raise BadReply(f"does not follow the schema at {where or 'its top'}: {error.message[:120]}")
    prose = {name: tidy(value.get(name, "")) for name in ("scenario", "description", "role")}
    return Scene(turns=tuple(map(_turn, value["turns"])), **prose)


def _turn(value: dict[str, Any]) -> SceneTurn:
    act, emotion = value.get("act", ""), value.get("emotion", "")
    cut_as = value.get("cut_as", "")
    return SceneTurn(
        speaker=value["speaker"],
        text=tidy(value["text"]),
        does=tuple(dict.fromkeys(value.get("does", ()))),
        act=act if act in ACTS else "inform",
        emotion=emotion if emotion in EMOTIONS else "neutral",
        calls=tuple(value.get("calls", ())),
        cut_after=value.get("cut_after", 0),
        cut_as=cut_as if cut_as in CUTS or cut_as in GOES_ON else "",
        nods=tuple(Nod(n["after_word"], tidy(n["text"])) for n in value.get("nods", ())),
    )
