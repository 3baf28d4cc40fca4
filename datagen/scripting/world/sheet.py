"""What callers may say in each case of a world, and after which steps: to judge lines side by side.

WorldPack, Scripts --case_sheet--> lines of text

A line contradicts another in one call of thousands; a sheet has every line that was said in a case,
so who writes a world reads once what readers of calls would meet by chance.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from datagen.scripting.world.pack import Gap, ProcedureStep, Story, WorldPack
from datagen.types import Script

_SLOT = re.compile(r"\{\w+\}")
_LOOSE = re.compile(r"\b(?:um|uh|er|hmm|so|well|like|you know|i mean)\b|[,.?!]")
"""What hesitations add to a line, and stops: neither tells one line from another."""
_SHORTEST = 2
"""Fewest words of a line without its values by which it is found again."""


class _CallerLine(NamedTuple):
    source: str
    text: str

    @property
    def key(self) -> str:
        """The longest part without a value, as it is heard; empty if too short to be found."""
        longest = max(map(_plain, _SLOT.split(self.text)), key=len)
        return longest if len(longest.split()) >= _SHORTEST else ""


class _Said(NamedTuple):
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"


def case_sheet(pack: WorldPack, scripts: Iterable[Script]) -> Iterator[str]:
    """Yield for each case its steps, and what callers said in it with the steps it came after.

    Of ``scripts`` those of the pack count whose scenario names a story and a case; lines that are a
    value and little else ("{drug}, please.") are left out. Step 0 is before the first.
    """
    cases = defaultdict[tuple[str, str], list[Script]](list)
    for script in scripts:
        story, case, *_ = (*script.scenario.split("/"), "")
        if script.domain == pack.id and case in _cases(pack, story):
            cases[story, case].append(script)
    for (story, case), calls in sorted(cases.items()):
        outcomes = Counter(call.outcome for call in calls).most_common()
        told = ", ".join(f"{outcome} {count}" for outcome, count in outcomes)
        yield f"\n{pack.id} {story}/{case}: {len(calls)} calls, {told}"
        yield from _case(pack, story, case, calls)


def _cases(pack: WorldPack, story: str) -> Iterable[str]:
    return pack.stories[story].cases if story in pack.stories else ()


def _case(pack: WorldPack, name: str, case: str, calls: Sequence[Script]) -> Iterator[str]:
    story = pack.stories[name]
    steps = [step for step in story.steps if not step.when or case in step.when]
    for place, step in enumerate(steps, 1):
        yield f"  {place} {step.do}: {next(iter(_spoken(pack, step)), step.tool)}"
    said = _heard(_caller_lines(pack, story, steps), [_spoken(pack, step) for step in steps], calls)
    groups = defaultdict[tuple[_Said, str], list[str]](list)
    for line, where in said.items():
        groups[where, line.source].append(line.text)
    for (where, source), texts in sorted(groups.items()):
        yield f"  after {where}, {source}: {' | '.join(texts)}"


def _spoken(pack: WorldPack, step: ProcedureStep) -> list[str]:
    """Return how an agent may say a step: its own lines, or those of what it tells."""
    told = (line for fact in step.facts if step.do == "tell" for line in pack.facts[fact].tell)
    return [*step.say, *told]


def _caller_lines(
    pack: WorldPack, story: Story, steps: Sequence[ProcedureStep]
) -> Iterator[_CallerLine]:
    """Yield what a caller of a story could say, with its place in the file."""
    for kind, lines in (
        ("opening", story.opening),
        ("more", story.more),
        ("grievance", story.grievance),
        *((f"reply {place}", step.reply) for place, step in enumerate(steps, 1)),
        *((f"ask {fact}", pack.facts[fact].ask) for fact in pack.facts),
        *((f"claim {fact}", pack.facts[fact].claim) for fact in pack.facts),
        *((f"wish {wish.fact}", wish.ask) for wish in pack.wishes),
        *(("gap", gap.ask if isinstance(gap, Gap) else (gap,)) for gap in pack.gaps),
    ):
        yield from (_CallerLine(kind, text) for text in lines)


def _heard(
    lines: Iterable[_CallerLine], steps: Sequence[Sequence[str]], calls: Iterable[Script]
) -> dict[_CallerLine, _Said]:
    """Return the lines that were said, with the first and the last step that came before each."""
    keys = [(line, key) for line in lines if (key := line.key)]
    marks = [[_CallerLine("", text).key for text in texts] for texts in steps]
    found: dict[_CallerLine, _Said] = {}
    for call in calls:
        at = 0
        for turn in call.turns:
            text = _plain(turn.text)
            if turn.speaker == "agent":
                at = max(at, _step(marks, text))
                continue
            for line, key in keys:
                if key in text:
                    known = found.get(line, _Said(at, at))
                    found[line] = _Said(min(at, known.first), max(at, known.last))
    return found


def _step(marks: Sequence[Sequence[str]], text: str) -> int:
    """Return the last step that a turn of the agent says; 0 if it says none."""
    return max(
        (at for at, keys in enumerate(marks, 1) if any(key and key in text for key in keys)),
        default=0,
    )


def _plain(text: str) -> str:
    return " ".join(_LOOSE.sub(" ", text.lower()).split())
