"""How the talk of composed dialogues compares with what was found wrong with it.

    python benchmarks/talk.py [--service 4000] [--qa 1500] [--casual 1500] [--packs]

Prints each defect's figure as it was counted before calls had worlds (main of 2026-11-22, 4,000 +
1,500 + 1,500 scripts), as it is, and what it should be; then what `datagen scripts` says.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from datagen.backends.writer.composer import Composer
from datagen.scripting.compose.makers import CallMaker, Maker
from datagen.scripting.corpus.structure import Structure
from datagen.types import Job, Script

BATCH = 512


class Worlds(Composer):
    """Composes calls of the domains that have a world alone."""

    def maker(self, kind: str) -> Maker:
        """Return what makes a kind, without the domains that have only an old pack."""
        made = super().maker(kind)
        if isinstance(made, CallMaker) and made.worlds:
            known = made.worlds.worlds
            made = replace(made, packs=tuple(one for one in made.packs if one.id in known))
        return made


def compose(kind: str, count: int, *, packs: bool) -> tuple[Structure, list[Script]]:
    """Compose and count."""
    options = Composer.Options()
    composer, structure = Composer(options) if packs else Worlds(options), Structure()
    scripts: list[Script] = []
    for start in range(0, count, BATCH):
        jobs = [
            Job(dialog_id=f"{kind}-{at:07d}", kind=kind, index=at, seed=0)
            for at in range(start, min(count, start + BATCH))
        ]
        made = [one for one in composer.write(jobs) if isinstance(one, Script)]
        structure.add(made)
        scripts += made
    print(f"\n{kind}: {len(scripts):,} of {count:,} composed")
    print(*(f"  {line}" for line in structure.lines()), sep="\n")
    return structure, scripts


def row(what: str, before: str, now: str, right: str) -> None:
    """Print a defect's figures."""
    print(f"{what:<58} {before:>9} {now:>9}   {right}")


def service(found: Structure, scripts: Iterable[Script]) -> None:
    """Print the defects of calls."""
    scripts = list(scripts)
    worlds = [script for script in scripts if script.world]
    row("calls from a world", "0 %", f"{len(worlds) / len(scripts):.1%}", "100 %")
    row("1 unlicensed claims, calls with one", "99 %", f"{found.share('with a claim'):.2%}", "0")
    asks = found.share("agent asks", "agent turns")
    row("2 agent body turns that ask (not: anything else?)", "0 %", f"{asks:.1%}", ">= 20 %")
    asked = found.share("user asks", "user turns")
    row("2 user body turns that are questions", "91 %", f"{asked:.1%}", "fewer")
    row("2 calls that ask a price", "69 %", f"{found.share('asks a price'):.1%}", "fewer")
    row("2 calls with a repair", "0 %", f"{found.share('with a repair'):.1%}", "> 0")
    consent = found.share("refusals that begin with consent", "refusals")
    row("3 refusals that begin with consent", "6 %", f"{consent:.1%}", "0")
    thanks = found.share("rude that end with thanks", "rude")
    row("4 rude callers who end with thanks", "100 %", f"{thanks:.1%}", "by their mood")
    nods = found.share("nods to a question", "nods")
    row("7 nods to a question", "31 %", f"{nods:.1%}", "0")
    sentence, share = found.top_sentence
    row(f"9 commonest masked sentence ({sentence[:24]})", "34 %", f"{share:.1%}", "< 5 %")
    row("9 ten commonest skeletons", "44 %", f"{found.top_skeletons:.1%}", "< 15 %")
    row("9 strict alternation", "100 %", f"{found.share('alternating'):.1%}", "broken")
    people = Counter(
        person.name.split()[0] for script in scripts for person in (script.agent, script.user)
    )
    name, times = people.most_common(1)[0]
    row(f"  commonest first name ({name})", "", f"{times / len(scripts):.2%}", "< 0.2 %")


def lively(found: Structure, kind: str, before: dict[str, str]) -> None:
    """Print the defects of lessons and chats."""
    two = found.share("two questions at once", "turns")
    row(f"8 {kind}: turns with two questions", before.get("two", ""), f"{two:.1%}", "few")
    asks = found.share("agent asks", "agent turns")
    row(f"  {kind}: agent body turns that ask", before.get("asks", ""), f"{asks:.1%}", "> 0")
    nods = found.share("nods to a question", "nods")
    row(f"7 {kind}: nods to a question", before.get("nods", ""), f"{nods:.1%}", "0")
    sentence, share = found.top_sentence
    row(f"9 {kind}: commonest ({sentence[:30]})", "", f"{share:.1%}", "< 5 %")
    row(f"9 {kind}: ten commonest skeletons", "", f"{found.top_skeletons:.1%}", "< 15 %")


def main() -> None:
    """Compose, count and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--service", type=int, default=4_000)
    parser.add_argument("--qa", type=int, default=1_500)
    parser.add_argument("--casual", type=int, default=1_500)
    parser.add_argument("--packs", action="store_true", help="domains without a world, too")
    sizes = vars(parser.parse_args())
    packs = sizes.pop("packs")
    made = {kind: compose(kind, size, packs=packs) for kind, size in sizes.items() if size}
    print(f"\n{'defect':<58} {'before':>9} {'now':>9}   right")
    if "service" in made:
        service(*made["service"])
    if "qa" in made:
        lively(made["qa"][0], "qa", {"asks": "0 %"})
    if "casual" in made:
        lively(made["casual"][0], "casual", {"two": "50 %", "nods": "71 %"})


if __name__ == "__main__":
    main()
