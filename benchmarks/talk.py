"""How the talk of composed dialogues compares with what was found wrong with it.

    python benchmarks/talk.py [--service 4000] [--qa 1500] [--casual 1500] [--assistant 1500]

Prints each defect's figure as it was counted before calls had worlds (main of 2026-11-22, 4,000 +
1,500 + 1,500 scripts), as it is, and what it should be; then what `datagen scripts` says, and how
many dialogues a CPU second makes.
"""

from __future__ import annotations

import argparse
import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from time import process_time

from datagen.backends.writer.composer import Composer
from datagen.scripting.corpus.slips import slips
from datagen.scripting.corpus.structure import Structure
from datagen.types import Job, Script

BATCH = 512
MOST = 10
"""Batches that are composed at most for each that is wanted: of calls some are for a customer."""


def composed(what: str) -> Iterator[Sequence[Script]]:
    """Yield batches of a kind; half of those for "assistant" are calls that an assistant makes."""
    kind = "service" if what == "assistant" else what
    options = Composer.Options(assistant=0.5 if what == "assistant" else 0.0)
    composer = Composer(options if what != "service" else Composer.Options())
    at = 0
    while True:
        jobs = [
            Job(dialog_id=f"{kind}-{index:07d}", kind=kind, index=index, seed=0)
            for index in range(at, at + BATCH)
        ]
        at += BATCH
        yield [one for one in composer.write(jobs) if isinstance(one, Script)]


def wanted(what: str, made: Sequence[Script]) -> list[Script]:
    """Return those of the kind: of calls, those that an assistant makes, if it is about them."""
    return [one for one in made if what != "assistant" or one.call_direction == "assistant"]


def compose(what: str, count: int) -> tuple[Structure, list[Script]]:
    """Compose and count."""
    batches, scripts = composed(what), list[Script]()
    scripts += wanted(what, next(batches))  # reads its files
    num_made, spent = 0, 0.0
    for _ in range(MOST * (1 + count // BATCH)):
        if len(scripts) >= count:
            break
        gc.freeze()  # as a worker does once its stage is loaded; and it keeps no scripts
        begun = process_time()
        made = next(batches)
        spent += process_time() - begun
        num_made += len(made)
        scripts += wanted(what, made)
    speed = num_made / max(1e-9, spent)
    structure = Structure()
    structure.add(scripts[:count])
    print(f"\n{what}: {len(scripts[:count]):,} composed, {speed:,.0f} a CPU second")
    print(*(f"  {line}" for line in structure.lines()), sep="\n")
    return structure, scripts[:count]


def row(what: str, before: str, now: str, right: str) -> None:
    """Print a defect's figures."""
    print(f"{what:<58} {before:>9} {now:>9}   {right}")


def slipped(scripts: Sequence[Script]) -> None:
    """Print how many dialogues have a slip, and the first."""
    found = [one for script in scripts for one in list(slips(script))[:1]]
    row("  slips (roles not kept, answers to nothing)", "", f"{len(found) / len(scripts):.2%}", "0")
    print(*(f"    {one}" for one in found[:3]), sep="\n", end="\n" if found else "")


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
    row(f"  commonest first name ({name})", "", f"{times / len(scripts):.2%}", "<= 0.2 %")
    slipped(scripts)


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


def topics(scripts: Sequence[Script]) -> None:
    """Print how often the commonest topic of lessons comes up."""
    opened = Counter(script.scenario.split("+")[0] for script in scripts)
    named = Counter(
        name
        for script in scripts
        for name in {part.split(".")[0] for part in script.scenario.split("+")}
    )
    now = f"{opened.most_common(1)[0][1] / len(scripts):.2%}"
    row("  qa: lessons that open with the commonest topic", "", now, "<= 0.2 %")
    now = f"{named.most_common(1)[0][1] / len(scripts):.2%}"
    row("  qa: lessons that touch on the commonest topic", "", now, "few")


def main() -> None:
    """Compose, count and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--service", type=int, default=4_000)
    parser.add_argument("--qa", type=int, default=1_500)
    parser.add_argument("--casual", type=int, default=1_500)
    parser.add_argument("--assistant", type=int, default=1_500)
    sizes = vars(parser.parse_args())
    made = {kind: compose(kind, size) for kind, size in sizes.items() if size}
    print(f"\n{'defect':<58} {'before':>9} {'now':>9}   right")
    for kind in ("service", "assistant"):
        if kind in made:
            print(kind)
            service(*made[kind])
    if "qa" in made:
        lively(made["qa"][0], "qa", {"asks": "0 %"})
        slipped(made["qa"][1])
        topics(made["qa"][1])
    if "casual" in made:
        lively(made["casual"][0], "casual", {"two": "50 %", "nods": "71 %"})
        slipped(made["casual"][1])


if __name__ == "__main__":
    main()
