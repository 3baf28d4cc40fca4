"""Check worlds: python -m datagen.scripting.world [DOMAIN ...] [--calls 300] [--show 0] [--sheet].

Reads each file, checks it alone, composes calls from it and lets the checker of claims read them.
Prints a line a problem and figures a domain; ``--show`` prints so many calls, ``--sheet`` all that
callers said in each case. Exit code 1 if anything is wrong, 2 if a domain is unknown.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from statistics import fmean, quantiles
from typing import NamedTuple

from datagen import assets
from datagen.scripting.claims import Lexicon, load_lexicon, unlicensed
from datagen.scripting.content import people
from datagen.scripting.simulate import acts
from datagen.scripting.simulate.maker import WorldMaker
from datagen.scripting.world.compiled import CompiledWorld
from datagen.scripting.world.lint import lint
from datagen.scripting.world.pack import WorldPack, default_paths, read_pack
from datagen.scripting.world.sheet import case_sheet
from datagen.types import Direction, Job, Rejected, Script, UserError

_DIRECTIONS: dict[int, Direction] = {3: "outbound", 5: "assistant"}
"""Of every seven calls."""
MOST = 40
"""Problems that are printed of a domain."""


class _Dealt(NamedTuple):
    visit: int
    direction: Direction


def main(arguments: list[str] | None = None) -> int:
    """Check the domains that are named, or all of them; return the exit code."""
    parser = argparse.ArgumentParser(description="Check worlds before they are composed from.")
    parser.add_argument("domains", nargs="*", help="ids of domains; all if none is named")
    parser.add_argument("--calls", type=int, default=300, help="composed and checked a domain")
    parser.add_argument("--show", type=int, default=0, help="calls of a domain to print")
    parser.add_argument("--sheet", action="store_true", help="print what callers say in each case")
    options = parser.parse_args(arguments)
    try:
        names = options.domains or [path.stem for path in default_paths()]
        packs = [read_pack(assets.find("prompts/worlds", name)) for name in names]
        return max([_check(pack, name, options) for pack, name in zip(packs, names, strict=True)])
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _check(pack: WorldPack, name: str, options: argparse.Namespace) -> int:
    problems = lint(pack)
    if pack.id != name:
        problems.insert(0, f"id: {pack.id!r} is not the name of the file, {name!r}")
    if problems:
        print(*(f"{name}: {problem}" for problem in problems[:MOST]), sep="\n")
        print(f"{name}: {len(problems)} problems; no call is composed before they are mended")
        return 1
    maker = WorldMaker(
        worlds={pack.id: CompiledWorld(pack)},
        acts=acts.load_acts(acts.default_path()),
        assistant_acts=acts.load_acts(acts.default_path("assistant")),
        names=people.load_names(people.default_path()),
        words=178,
        validation=0.02,
    )
    scripts, found = _compose(maker, pack, options.calls)
    for script in scripts[: options.show]:
        print(*_shown(script), sep="\n")
    if options.sheet:
        print(*case_sheet(pack, scripts), sep="\n")
    claims = _claims(scripts, load_lexicon(*pack.same))
    for line, count in (found + claims).most_common(MOST):
        print(f"{name}: {count} times {line}")
    print(f"{name}: {_figures(scripts, options.calls)}")
    return 1 if claims or len(scripts) < 0.98 * options.calls else 0


def _compose(
    maker: WorldMaker, pack: WorldPack, num_calls: int
) -> tuple[list[Script], Counter[str]]:
    scripts: list[Script] = []
    found: Counter[str] = Counter()
    for index in range(num_calls):
        job = Job(dialog_id=f"service-{index:07d}", kind="service", index=index, seed=0)
        direction: Direction = _DIRECTIONS.get(index % 7, "inbound")
        try:
            scripts.append(maker.make(job, pack.id, _Dealt(index, direction)))
        except Rejected as error:
            found[f"rejected, {error.reason}: {error.evidence}"] += 1
    return scripts, found


def _claims(scripts: list[Script], lexicon: Lexicon) -> Counter[str]:
    found: Counter[str] = Counter()
    first: dict[str, str] = {}
    for script in scripts:
        for one in unlicensed(script, lexicon):
            what = f"a {one.kind} that nothing licenses ({', '.join(one.words)})"
            where = first.setdefault(what, f"first {one.clause!r} in {script.dialog_id}")
            found[f"{what}, {where}"] += 1
    return found


def _figures(scripts: list[Script], num_calls: int) -> str:
    sizes = [sum(len(turn.spoken.split()) for turn in script.turns) for script in scripts]
    outcomes = Counter(script.outcome for script in scripts)
    low, *_, high = quantiles(sizes, n=20)
    told = ", ".join(f"{name} {count}" for name, count in outcomes.most_common())
    return (
        f"{len(scripts)} of {num_calls} calls, {fmean(sizes):.0f} words each (9 in 10 have"
        f" {low:.0f} to {high:.0f}), role prompts of"
        f" {fmean(len(script.role_prompt) for script in scripts):.0f} characters; {told}"
    )


def _shown(script: Script) -> Iterator[str]:
    """Yield a call as lines for people."""
    yield f"\n== {script.dialog_id} {script.scenario} {script.call_direction}, {script.outcome}"
    yield f"ROLE  {script.role_prompt}"
    for at, turn in enumerate(script.turns):
        onset = "" if turn.onset == "after" else f"<{turn.onset} after {turn.at_word} words> "
        licence = f" {{{', '.join(turn.licence)}}}" if turn.licence else ""
        who = "AGENT" if turn.speaker == "agent" else "   CALLER"
        yield f"{who}  {onset}{turn.text}  [{turn.act}]{licence}"
        for action in script.actions:
            if action.turn == at:
                yield f"      * {action.tool} {action.arguments} -> {action.result}"


if __name__ == "__main__":
    sys.exit(main())
