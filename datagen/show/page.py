"""A dialogue as a page: role, voices, transcript with times, both lanes, facts and probes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from datagen.show.clock import clock
from datagen.show.lanes import STYLES, Lanes
from datagen.show.lookup import RunDialogue
from datagen.storage import Where
from datagen.types import (
    SPEAKERS,
    Dialogue,
    PlacedAction,
    PlacedTurn,
    Probe,
    Script,
    Speaker,
    Voice,
)

ONSETS = {"after": "", "overlap": "(overlaps) ", "barge_in": "(barges in) "}
"""Words that a line begins with, by the turn's onset."""


def show(run: Where, dialog_id: str) -> Group:
    """Return a dialogue as a page for rich; it also reads well without a terminal."""
    found = RunDialogue(run, dialog_id)
    script, dialogue = found.script, found.dialogue
    sections: list[RenderableType] = [
        _title(script, dialogue),
        _section("Voices", [_voice(speaker, found.voices[speaker]) for speaker in SPEAKERS]),
        _section("Role of the agent", [Text(script.role_prompt)]),
    ]
    if script.user_role_prompt:
        sections.append(_section("Role of the user", [Text(script.user_role_prompt)]))
    sections += [transcript(dialogue), _section("Lanes", []), Lanes(dialogue)]
    if alignment := _alignment(dialogue):
        sections.append(_section("Alignment", [Text(alignment)]))
    if script.facts:
        facts = (
            f"{fact.id}: {fact.written} ({fact.type}), said {fact.spoken!r}"
            for fact in script.facts
        )
        sections.append(_section("Facts", map(Text, facts)))
    if script.probes:
        sections.append(_section("Probes", (_probe(probe, dialogue) for probe in script.probes)))
    if script.scores:
        scores = ", ".join(f"{name} {score}" for name, score in script.scores.items())
        sections.append(_section("Judge", [Text(f"{script.judge}: {scores} (5 is best)")]))
    return Group(*sections)


def transcript(dialogue: Dialogue) -> Group:
    """Return what is heard and looked up, in order; [brackets] hold what was cut off."""
    happened = [(turn.start, *_turn(turn)) for turn in dialogue.turns if turn.spoken]
    for action in dialogue.actions:
        happened += _action(action)
    lines = Table.grid(padding=(0, 1))
    for sample, who, what in sorted(happened, key=lambda line: line[0]):
        lines.add_row(Text(clock(sample), style="dim"), who, what)
    return _section("Transcript", [lines])


def _action(action: PlacedAction) -> Iterator[tuple[int, Text, Text]]:
    """Yield the lines of a tool's call and of its result."""
    arguments = ", ".join(f"{name}={value}" for name, value in action.arguments.items())
    style = "magenta" if action.status == "ok" else "red"
    yield action.issued, Text(), Text(f"-> {action.tool}({arguments})", style=style)
    yield action.answered, Text(), Text(f"<- {action.result}", style=style)


def _alignment(dialogue: Dialogue) -> str:
    """Say how well the sound fits the words, if an aligner listened for them."""
    heard = [(word.confidence, word) for word in dialogue.words if word.confidence is not None]
    if not heard:
        return ""
    mean = sum(confidence for confidence, _ in heard) / len(heard)
    least, word = min(heard, key=lambda one: one[0])
    return (
        f"confidence of {len(heard)} words: mean {mean:.2f}, least {least:.2f} for {word.text!r}"
        f" at {clock(word.start)}"
    )


def _title(script: Script, dialogue: Dialogue) -> Text:
    about = (script.domain, script.scenario, script.call_direction, script.split)
    length = clock(dialogue.num_samples)
    return Text.assemble((script.dialog_id, "bold"), f"  {' · '.join((*about, length))}")


def _section(name: str, lines: Iterable[RenderableType]) -> Group:
    return Group(Text(f"\n{name}", style="bold"), *(Padding.indent(line, 2) for line in lines))


def _voice(speaker: Speaker, voice: Voice) -> Text:
    kind = "synthetic" if voice.synthetic else "recorded"
    text = f"{voice.id}: {voice.gender}, {kind}, of {voice.source}, licence {voice.license}"
    return Text.assemble((f"{speaker:<6}", STYLES[speaker]), text)


def _turn(turn: PlacedTurn) -> tuple[Text, Text]:
    """Return the speaker and the line; a backchannel is inset in the other speaker's turn."""
    style = STYLES[turn.speaker]
    if turn.onset == "backchannel":
        return Text(), Text.assemble("    ", (f"({turn.speaker}) ", style), turn.text)
    line = Text.assemble((ONSETS[turn.onset], "yellow"), turn.text)
    if turn.unsaid:
        line.append(f" [{turn.unsaid}]", style="strike dim")
    return Text(turn.speaker, style=style), line


def _probe(probe: Probe, dialogue: Dialogue) -> Text:
    style = {"pass": "green", "fail": "red"}.get(probe.verdict, "yellow")
    question, answer = (dialogue.turns[n].text for n in (probe.user_turn, probe.agent_turn))
    return Text.assemble(
        f"{probe.type} {probe.act}: ",
        (probe.verdict, style),
        f"\n  user:  {question}\n  agent: {answer}",
    )
