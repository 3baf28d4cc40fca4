"""Make a script of a model's turns, or say what is wrong with them.

    Step, Step, ... + Said, Said, ... --assemble--> Script   (or BadScript: problems)

The listener's part (barge-ins, backchannels, pauses) is placed by the code that places it in
composed calls, so its rates do not depend on who wrote the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from datagen.scripting.blueprint import Blueprint
from datagen.scripting.checks import holds, judged, problems
from datagen.scripting.compose import Line, spoken_form
from datagen.scripting.draws import Draws
from datagen.scripting.grammar import plain
from datagen.scripting.interplay import CUT_SHARE, CUT_WORDS, place
from datagen.scripting.llm.checks import model_problems
from datagen.scripting.llm.prompt import Step
from datagen.scripting.llm.reply import OTHER, Said
from datagen.scripting.wording import Wording
from datagen.types import Script


class BadScript(Exception):  # noqa: N818 - says what is wrong with it
    """A reply that is turns, but not of this call."""

    def __init__(self, found: Sequence[str]) -> None:
        super().__init__("; ".join(found))
        self.problems = list(found)


def assemble(
    blueprint: Blueprint,
    steps: Sequence[Step],
    said: Sequence[Said],
    wording: Wording,
    draws: Draws,
    *,
    writer: str,
    model: str,
) -> Script:
    """Return the script of a call. Raises BadScript with everything that is wrong with it."""
    lines = _lines(blueprint, steps, said)
    turns, probes = place(blueprint, wording, lines, draws)
    script = judged(
        Script(
            dialog_id=blueprint.job.dialog_id,
            kind=blueprint.job.kind,
            split=blueprint.split,
            domain=blueprint.pack.id,
            scenario=blueprint.situation,
            prompt_level="service",
            role_prompt=blueprint.role_prompt,
            user_role_prompt=blueprint.user_role_prompt,
            agent=blueprint.agent,
            user=blueprint.user,
            facts=blueprint.facts,
            probes=probes,
            turns=turns,
            writer=writer,
            model=model,
        )
    )
    if found := [*problems(script, blueprint), *model_problems(script, blueprint)]:
        raise BadScript(found)
    return script


def _lines(blueprint: Blueprint, steps: Sequence[Step], said: Sequence[Said]) -> list[Line]:
    """Return floor turns that can be placed. Raises BadScript if they cannot."""
    _keeps_to_plan(steps, said)
    planned = {step.name: step for step in steps}
    lines: list[Line] = []
    for turn in said:
        spoken = spoken_form(turn.text, blueprint.facts)
        if not spoken:
            raise BadScript([f"{turn.step}: {turn.text!r} cannot be said"])
        step = planned.get(turn.step)
        exchange = step.exchange if step else None
        lines.append(
            Line(
                speaker=turn.speaker,
                act=step.act if step else "chat",
                text=turn.text,
                spoken=spoken,
                exchange=exchange,
                needed=_needed(blueprint, turn.text, spoken),
                interrupts=turn.speaker == "user" and exchange is not None and exchange.interrupts,
            )
        )
    _leaves_room(lines, said)
    return lines


def _keeps_to_plan(steps: Sequence[Step], said: Sequence[Said]) -> None:
    wanted = [(step.name, step.speaker) for step in steps]
    found = [(turn.step, turn.speaker) for turn in said if turn.step != OTHER]
    if wanted == found:
        return
    same = [one == other for one, other in zip(wanted, found, strict=False)]
    at = same.index(False) if False in same else len(same)
    names = [f"{name} by the {speaker}" for name, speaker in wanted[at : at + 1]] or ["the end"]
    instead = [f"{name} by the {speaker}" for name, speaker in found[at : at + 1]] or ["nothing"]
    raise BadScript([f"step {at + 1} of the plan is {names[0]}, the reply has {instead[0]}"])


def _needed(blueprint: Blueprint, text: str, spoken: str) -> int:
    """Return how many words must be heard for every fact of a turn to be heard."""
    facts = [fact.spoken for fact in blueprint.facts if fact.written in text]
    words = spoken.split()
    count = 0
    while count < len(words) and facts:
        count += 1
        heard = plain(" ".join(words[:count]))
        facts = [fact for fact in facts if not holds(heard, fact)]
    return count


def _leaves_room(lines: Sequence[Line], said: Sequence[Said]) -> None:
    """Raise BadScript if a turn that is cut into ends too soon after what must be heard."""
    for line, after, turn in zip(lines, lines[1:], said, strict=False):
        num_words = len(line.spoken.split())
        first = max(CUT_WORDS[0], ceil(CUT_SHARE[0] * num_words), line.needed + 2)
        last = min(num_words - CUT_WORDS[1], int(CUT_SHARE[1] * num_words))
        if after.interrupts and first > last:
            raise BadScript(
                [f"{turn.step}: must go on for 15 words after its last fact, to be cut into"]
            )
