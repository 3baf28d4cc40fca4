"""Let another language model score a script: does the agent keep to its role, do both talk well?

    Script --judge_messages--> a model's reply --read_verdict--> Verdict

What is judged is quoted as JSON, so that nothing in it can speak to the judge.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from datagen import assets
from datagen.config import Settings, read_yaml, validate
from datagen.scripting.llm.completion import Message
from datagen.scripting.llm.reply import BadReply, read_json, tidy
from datagen.types import Script

SCORES = ("role_adherence", "naturalness", "goal_completion")
BEST = 5

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": [*SCORES, "weakness"],
    "properties": {
        **{name: {"type": "integer", "enum": list(range(1, BEST + 1))} for name in SCORES},
        "weakness": {"type": "string", "pattern": "^[A-Za-z0-9 ,.?!'$%:;&@/-]{0,120}$"},
    },
}
_LOOSE = Draft202012Validator(
    {**SCHEMA, "properties": {**SCHEMA["properties"], "weakness": {"type": "string"}}}
)


class Rubric(Settings):
    """What a judge is told."""

    system: str
    call: str
    kinds: dict[str, str]
    """What counts in a dialogue of a kind."""


def default_path() -> Path:
    """Return the rubric that ships with datagen."""
    return assets.find("prompts/llm", "judge")


def load_rubric(path: Path) -> Rubric:
    """Read a rubric."""
    return validate(Rubric, read_yaml(path), f"the rubric {path}")


class Verdict(Settings):
    """A judge's scores, 1 to 5 each, and what is weakest."""

    role_adherence: int
    naturalness: int
    goal_completion: int
    weakness: str

    @property
    def scores(self) -> dict[str, int]:
        """The scores by name."""
        return {name: getattr(self, name) for name in SCORES}

    def __str__(self) -> str:
        scores = ", ".join(f"{name} {score}" for name, score in self.scores.items())
        return f"{scores}: {self.weakness}"

    def passes(self, threshold: int) -> bool:
        """Tell whether no score is below the threshold."""
        return min(self.scores.values()) >= threshold


def judge_messages(script: Script, rubric: Rubric) -> tuple[Message, ...]:
    """Return what a judge is told."""
    turns = [f"{turn.speaker}: {turn.text}" for turn in script.turns]
    kind = rubric.kinds.get(script.kind, "")
    quoted = json.dumps({"role": script.role_prompt, "turns": turns}, ensure_ascii=True)
    return (
        {"role": "system", "content": rubric.system},
        {"role": "user", "content": rubric.call.format(kind=kind, call=quoted)},
    )


def read_verdict(text: str) -> Verdict:
    """Read a judge's reply. Raises BadReply."""
    value = read_json(text, _LOOSE)
    if not _LOOSE.is_valid(value):
        raise BadReply("the judge's reply does not follow its schema")
    return Verdict.model_validate({**value, "weakness": tidy(value["weakness"])[:200]})
