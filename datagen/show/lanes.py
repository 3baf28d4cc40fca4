"""Two lanes on a time line: the agent above, the user below, events marked between the rulers.

Dialogue --Lanes--> as many strips as the terminal's width needs
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.text import Text

from datagen.show.clock import clock
from datagen.types import SAMPLE_RATE, SPEAKERS, Dialogue, Event, Word

CELL = SAMPLE_RATE // 4
"""Samples that one character stands for: 0.25 s."""
RULER = 20
"""Characters from one time to the next: 5 s."""
MAX_CELLS = 80
MARGIN = 8
"""Characters before the lanes, for their names."""
SHADES = " ░▒▓█"
"""A character by how much of it is speech, from none to all."""
MARKS = {
    "cut": "x",
    "barge_in": "!",
    "backchannel": "b",
    "false_barge_in": "c",
    "false_interruption": "?",
    "overlap": "o",
    "dropped": ",",
    "dead_air": "=",
    "lapse": "~",
    "wait": "w",
    "pause": "-",
    "gap": "_",
    "interruption": "i",
    "unsaid": "u",
    "slot": "'",
}
"""Event types that are marked, the one that wins a shared character first; effects last throughout
a dialogue, so the legend names them."""
STYLES = {"agent": "cyan", "user": "magenta"}


@dataclass(frozen=True)
class Lanes:
    """A dialogue's speech and events, drawn to the width of what it is printed on."""

    dialogue: Dialogue

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = min(MAX_CELLS, options.max_width - MARGIN)
        width = max(RULER, room - room % RULER)
        num_cells = -(-self.dialogue.num_samples // CELL)
        lanes = {s: _lane(self.dialogue.words, s, num_cells) for s in SPEAKERS}
        marks = _marks(self.dialogue.events, num_cells)
        for first in range(0, num_cells, width):
            part = slice(first, first + width)
            yield _line("", _ruler(first, min(width, num_cells - first)), "dim")
            for speaker in SPEAKERS:
                yield _line(speaker, lanes[speaker][part], STYLES[speaker])
            yield _line("", marks[part], "yellow")
        yield Padding.indent(Text("\n".join(_legend(self.dialogue.events)), style="dim"), MARGIN)


def _lane(words: Sequence[Word], speaker: str, num_cells: int) -> str:
    filled = [0] * num_cells
    for word in words:
        if word.speaker == speaker:
            for cell in _cells(word.start, word.end):
                filled[cell] += min(word.end, (cell + 1) * CELL) - max(word.start, cell * CELL)
    top = len(SHADES) - 1
    return "".join(SHADES[-(-top * samples // CELL)] for samples in filled)


def _marks(events: Sequence[Event], num_cells: int) -> str:
    """Mark the cells of each event; a point in time is a cell too."""
    cells = [" "] * num_cells
    for kind in reversed(MARKS):
        for event in events:
            if event.type == kind:
                for cell in _cells(event.start, max(event.end, event.start + 1)):
                    cells[min(cell, num_cells - 1)] = MARKS[kind]
    return "".join(cells)


def _cells(start: int, end: int) -> range:
    return range(start // CELL, -(-end // CELL))


def _ruler(first: int, width: int) -> str:
    times = (clock((first + cell) * CELL) for cell in range(0, width, RULER))
    return "".join(f"|{time:<{RULER - 1}}" for time in times).rstrip()


def _legend(events: Sequence[Event]) -> list[str]:
    """Say what the characters mean, of those marks that the dialogue has, and name its effects."""
    kinds = {event.type for event in events}
    marked = [f"{mark} {kind.replace('_', ' ')}" for kind, mark in MARKS.items() if kind in kinds]
    lines = [
        f"one character is {CELL / SAMPLE_RATE:g} s; the darker, the more speech",
        *(_effects(events, speaker) for speaker in reversed(SPEAKERS)),
        " · ".join(marked),
    ]
    return [line for line in lines if line]


def _effects(events: Sequence[Event], speaker: str) -> str:
    """Name what a channel goes through, if anything."""
    of_channel = (event for event in events if event.speaker == speaker)
    names = [event.cause for event in of_channel if event.type == "effect"]
    return f"effects on the {speaker}: {', '.join(names)}" if names else ""


def _line(name: str, content: str, style: str) -> Text:
    return Text.assemble(f"{name:<{MARGIN}}", (content.rstrip(), style), no_wrap=True)
