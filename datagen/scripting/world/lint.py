"""Say what is wrong with a world before anybody composes with it.

    WorldPack --lint--> sentences, or none      (python -m datagen.scripting.world runs it)

A check is a generator of sentences; to add one, write it and list it in `CHECKS`. The last one
reads every line of the agent against its own licence, with the checker of claims.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, cycle

from datagen.config import Settings
from datagen.scripting.compose.grammar import article_problems, slots
from datagen.scripting.content import held_out
from datagen.scripting.content.values import Choice, Code
from datagen.scripting.world.compiled import CompiledWorld, fact_slots, happens
from datagen.scripting.world.line_claims import unlicensed_templates
from datagen.scripting.world.lint_labels import unheeded_labels
from datagen.scripting.world.lint_looks import empty_looks, told_before_looked, unheard_arguments
from datagen.scripting.world.pack import (
    ProcedureStep,
    Story,
    Sum,
    WorldFact,
    WorldPack,
    WorldTool,
)
from datagen.text import numbers, speak, spelling_problems

RESERVED = frozenset((
    "company", "agent", "agent_first", "customer", "customer_first", "customer_last", "daypart",
    "identity", "identity_value", "other", "other_value", "because", "detail", "claimed", "heard",
    "right", "letters",
))  # fmt: skip
"""Slots that every call fills by itself."""
MAX_KIND, MAX_SAYS = 28, 120
"""Characters of a kind of business and of a fact's sentence: the role prompt holds them all."""
SHORT_OPENING, LONG_OPENING = 7, 16
"""Words of the shortest and the longest openings that a story must have."""
MIN_CLAIMED = 2
"""Fewest facts of a story that a caller may ask about, and be wrong about, by the way."""
MIN_GAPS = 4
"""Fewest questions of a story that nobody can answer."""
_ALONE = frozenset(("ask", "claim", "opening", "gaps"))
_DANGLING = re.compile(r"(?:after that|then|but|otherwise)\b", re.IGNORECASE)
"""How a line begins that goes on with something, where nothing comes before it."""
_GREETING = re.compile(r"(?:hi|hello|hey|good (?:morning|afternoon|evening))\b", re.IGNORECASE)
_HESITATION = re.compile(r"(?:um|uh|er)\b", re.IGNORECASE)
_PERSONAL = re.compile(r"\b(?:my|our|your|me|us|mine)\b", re.IGNORECASE)
_RIGHT_NOW = re.compile(
    r"\b(?:i'm|we're) (?:(?:just|still|here|now) )?(?:standing (?:here|outside|in|at \{|at the car"
    r"|\{)|locked out|stuck at|at your|in your|at \{place\}|at the (?:counter|gate|airport)"
    r"|outside,|in the car right now|in the (?:passenger seat|hallway)|setting up right now)"
    r"|\bcan you hear that\b|\bstaring at me right now\b",
    re.IGNORECASE,
)
"""What somebody says who is where it happens, and not where it is called back."""
_WHOLE = re.compile(r"[A-Z{].*[.?!]")
_OWN_HOUSE = re.compile(
    r"\b(?:an office|a branch|pay by card|parking (?:near|behind)|bus stop near|mad at us)\b",
    re.IGNORECASE,
)
"""What each agent knows of its company or answers with comfort, so it is no gap."""


def lint(pack: WorldPack) -> list[str]:
    """Return what is wrong with a pack: "WHERE: what, in LINE"."""
    found = list(_names(pack))
    found += chain.from_iterable(_line_problems(where, line, pack) for where, line in lines(pack))
    found += _references(pack)
    if not found:  # the rest needs every slot and id to be there
        for check in CHECKS:
            found += check(pack)
    return found


def mistakes(pack: WorldPack) -> list[str]:
    """Return what would break calls or claims; quick, so that it may be asked at every start."""
    known = pack.values.keys() | pack.caller.keys()
    found = [
        f"{where}: there is no value {name!r}"
        for where, line in lines(pack)
        for name in sorted({name[0].lower() + name[1:] for name in slots(line)} - known)
    ]
    found += _names(pack)
    found += _references(pack)
    return found or [*_facts(pack), *told_before_looked(pack), *_stories(pack)]


def lines(pack: WorldPack) -> Iterator[tuple[str, str]]:
    """Yield every line of a pack that is said or written, with the place it stands."""
    for name, fact in pack.facts.items():
        yield from _said(f"facts.{name}", fact, "says", "tell", "ask", "claim")
    for name, tool in pack.tools.items():
        yield from _said(f"tools.{name}", tool, "hold", "done")
    for name, story in pack.stories.items():
        yield from _said(f"stories.{name}", story, "opening", "more", "grievance")
        for at, step in enumerate(story.steps):
            yield from _said(f"stories.{name}.steps[{at}]", step, "say", "reply")
    for at, wish in enumerate(pack.wishes):
        yield from _said(f"wishes[{at}]", wish, "ask")
    for gap in pack.gaps:
        yield from [("gaps", gap)] if isinstance(gap, str) else _said("gaps", gap, "ask")


def _said(where: str, section: Settings, *parts: str) -> Iterator[tuple[str, str]]:
    for part in parts:
        said = getattr(section, part)
        for line in (said,) if isinstance(said, str) else said:
            if line:
                yield f"{where}.{part}", line


def _line_problems(where: str, line: str, pack: WorldPack) -> Iterator[str]:
    known = pack.values.keys() | pack.caller.keys()
    used = {name[0].lower() + name[1:] for name in slots(line)}
    problems = [f"there is no value {name!r}" for name in sorted(used - known)]
    if any(map(str.isdecimal, line)):
        problems.append("a number is a value: draw it, or write it in words")
    if not _WHOLE.fullmatch(line):
        problems.append("a line begins with a capital or a slot and ends with a stop")
    if re.search(r"\ban? \{", line):
        problems.append("an article before a slot may not fit what fills it")
    problems += article_problems(re.sub(r"\{\w+\}", "value", line))
    if ".says" not in where:
        problems += spelling_problems(line)
    if _HESITATION.match(line):
        problems.append("hesitations are put in by the composer")
    if where.rpartition(".")[2] in _ALONE and ".steps" not in where and _DANGLING.match(line):
        problems.append("it stands alone, and points back to nothing")
    if ".opening" in where and _GREETING.match(line):
        problems.append("an opening does not greet: the greeting comes before it")
    yield from (f"{where}: {problem}, in {line!r}" for problem in problems)


def _names(pack: WorldPack) -> Iterator[str]:
    """Say which names could not be used."""
    for name in sorted(RESERVED & (pack.values.keys() | pack.caller.keys())):
        yield f"values: {name!r} is filled by every call, take another name"
    for name in sorted(pack.values.keys() & pack.caller.keys()):
        yield f"values: {name!r} is the business's and the caller's"
    yield from held_out.company_problems(pack.companies)
    yield from held_out.scenario_problems(pack.id, pack.stories)
    yield from _business(pack)


def _business(pack: WorldPack) -> Iterator[str]:
    for kind in pack.kinds:
        if len(kind) > MAX_KIND:
            yield f"kinds: {kind!r} is longer than {MAX_KIND} characters"
    for company in pack.companies:
        if company.split().count("{stem}") != 1 or slots(company) != {"stem"}:
            yield f"companies: {company!r} has one {{stem}}, a word of its own"
    codes = {f"identities.{one.id}": one.value for one in pack.identities}
    codes |= {f"caller.{name}": v for name, v in pack.caller.items() if isinstance(v, Code)}
    for where, code in codes.items():
        for sample in _samples(code.pattern):
            if speak(sample) != numbers.letters_and_digits(sample):
                yield f"{where}: {sample} is said {speak(sample)!r}, no code"
                break


def _samples(pattern: str) -> Iterator[str]:
    """Yield codes of a pattern: a pair of numbers that rises is taken for a range."""
    for digits in ("4", "152539817", "120758463"):
        following = cycle(digits)
        yield "".join({"#": next(following), "@": "K"}.get(mark, mark) for mark in pattern)


def _absent(where: str, names: Iterable[str], known: Iterable[str], what: str) -> Iterator[str]:
    yield from (f"{where}: no {what} {name!r}" for name in names if name not in set(known))


def _references(pack: WorldPack) -> Iterator[str]:
    """Say which ids are not there."""
    ways = [*pack.stories]
    ways += [f"{name}.{case}" for name, story in pack.stories.items() for case in story.cases]
    for name, value in (pack.values | pack.caller).items():
        if isinstance(value, Sum):
            yield from _absent(f"values.{name}", (*value.plus, *value.minus), pack.values, "value")
    for name, fact in pack.facts.items():
        yield from _absent(f"facts.{name}.stories", fact.stories, ways, "story")
    for name, tool in pack.tools.items():
        known = (*pack.values, *pack.caller, "identity")
        yield from _absent(f"tools.{name}.args", tool.args, known, "value")
    for at, wish in enumerate(pack.wishes):
        facts = filter(None, (wish.fact, wish.instead))
        yield from _absent(f"wishes[{at}]", facts, pack.facts, "fact")
        yield from _absent(f"wishes[{at}].stories", wish.stories, ways, "story")
    for gap in pack.gaps:
        stories = () if isinstance(gap, str) else gap.stories
        yield from _absent("gaps", stories, ways, "story")
    yield from _step_references(pack)


def _step_references(pack: WorldPack) -> Iterator[str]:
    for name, story in pack.stories.items():
        for at, step in enumerate(story.steps):
            where = f"stories.{name}.steps[{at}]"
            yield from _absent(where, step.facts, pack.facts, "fact")
            yield from _absent(where, step.when, story.cases, "case")
            yield from _absent(where, filter(None, [step.tool]), pack.tools, "tool")


def _facts(pack: WorldPack) -> Iterator[str]:
    """Say which facts could not be told, asked about or supposed."""
    for name, fact in pack.facts.items():
        yield from (f"facts.{name}{problem}" for problem in _fact(fact))


def _fact(fact: WorldFact) -> Iterator[str]:
    if len(fact.says) > MAX_SAYS:
        yield f".says: longer than {MAX_SAYS} characters"
    if fact.source == "record" and fact.ask:
        yield ".ask: only a fact of source prompt may come up by the way"
    if said := fact_slots(fact) - slots(fact.says):
        yield f": its lines state {sorted(said)}, its sentence does not"
    if any(line.endswith("?") for line in fact.tell):
        yield ".tell: a line tells, it does not ask"
    for line in fact.claim:
        found = sorted(slots(line))
        if len(found) != 1:
            yield f".claim: exactly one slot may be wrong, in {line!r}"
        elif not any(f"{{{found[0]}}}" in tell for tell in fact.tell):
            yield f".tell: no line states {{{found[0]}}}, which callers suppose"


def _values(pack: WorldPack) -> Iterator[str]:
    """Say which words would be wrong in the other one's mouth."""
    spoken_by_agent = set(chain.from_iterable(map(slots, _agent_lines(pack))))
    for name, value in (pack.values | pack.caller).items():
        if name in spoken_by_agent and isinstance(value, Choice):
            for choice in value.choices:
                if _PERSONAL.search(choice):
                    yield f"values.{name}: {choice!r} is said by the agent, too: whose is it then?"


def _agent_lines(pack: WorldPack) -> Iterator[str]:
    for fact in pack.facts.values():
        yield from (fact.says, *fact.tell)
    for tool in pack.tools.values():
        yield from (tool.done, *tool.hold)
    for story in pack.stories.values():
        for step in story.steps:
            yield from step.say


def _stories(pack: WorldPack) -> Iterator[str]:
    """Say which stories could not be played."""
    compiled = CompiledWorld(pack)
    for name, story in pack.stories.items():
        for case in story.cases:
            yield from _asides(compiled, name, case)
        where = f"stories.{name}"
        sizes = sorted(len(line.split()) for line in story.opening)
        if sizes[0] > SHORT_OPENING or sizes[-1] < LONG_OPENING:
            yield f"{where}.opening: one has at most {SHORT_OPENING} words, one {LONG_OPENING}"
        for case in story.cases:
            steps = compiled.needs[name, case].steps
            if len(steps) < 2:
                yield f"{where}.cases.{case}: it has fewer than two steps"
            if any(step.do == "handoff" for step in steps[:-1]):
                yield f"{where}.cases.{case}: a handoff ends the call, so nothing follows it"
        for at, step in enumerate(story.steps):
            yield from (f"{where}.steps[{at}]: {one}" for one in _step(pack, story, step))


def _called_back(pack: WorldPack) -> Iterator[str]:
    """Say what callers would tell of right now when they are called back."""
    if all(story.now for story in pack.stories.values()):
        yield "stories: nobody is called back about any, leave one without now"
    for name, story in pack.stories.items():
        for line in (*story.opening, *story.more, *story.grievance):
            if not story.now and _RIGHT_NOW.search(line):
                yield f"stories.{name}: it happens as the caller speaks, so set now, with {line!r}"


def _asides(compiled: CompiledWorld, story: str, case: str) -> Iterator[str]:
    """Say what callers could not bring up in a story that goes one way."""
    facts, where = compiled.pack.facts, f"stories.{story}.cases.{case}"
    if sum(bool(facts[name].claim) for name in compiled.asides[story, case]) < MIN_CLAIMED:
        yield f"{where}: two facts with ask and claim must be free to come up by the way"
    if len(compiled.gaps[story, case]) < MIN_GAPS:
        yield f"{where}: fewer than {MIN_GAPS} gaps fit it"
    if not compiled.wishes[story, case]:
        yield f"{where}: no wish fits it"


def _step(pack: WorldPack, story: Story, step: ProcedureStep) -> Iterator[str]:
    tool = pack.tools.get(step.tool)
    yield from _tool_step(pack, story, step, tool)
    if step.do == "tell" and not (step.say or step.facts):
        yield "tell needs facts"
    if step.do not in ("tell", "look") and len(step.say) < 2:
        yield f"{step.do} is said in two ways or more"
    if step.do == "ask" and len(step.reply) < 2:
        yield "ask has two replies or more"
    if step.do in ("ask", "check", "offer") and not all(s.endswith("?") for s in step.say):
        yield f"{step.do} ends in a question"
    if step.declines and (step.do != "offer" or not step.reply):
        yield "only the reply to an offer declines"


def _tool_step(
    pack: WorldPack, story: Story, step: ProcedureStep, tool: WorldTool | None
) -> Iterator[str]:
    if (tool is None) != (step.do not in ("look", "act")):
        yield "look and act have a tool, and nothing else has"
    if tool is None or step.do not in ("look", "act"):
        return
    if bool(tool.done) != (step.do == "act"):
        yield "look takes a tool without done, act one with done"
    if "identity" in tool.args and not story.verify:
        yield f"{step.tool} takes an identity, but the story verifies nobody"
    if step.do == "look":
        wrong = [name for name in step.facts if pack.facts[name].source != "record"]
        yield from (f"a look returns records only, not {name!r}" for name in wrong)


def _proposed(pack: WorldPack) -> Iterator[str]:
    """Say what would be done without a question, or asked with a sentence of its own."""
    for name, tool in pack.tools.items():
        if tool.proposed and not re.fullmatch(r"[a-z].*[\w}]", tool.proposed):
            yield f"tools.{name}.proposed: it follows Should I, unlike {tool.proposed!r}"
    found = dict.fromkeys(tool for name, story in pack.stories.items() for tool in _unasked(story))
    for name in found:
        if not pack.tools[name].proposed:
            yield f"tools.{name}: no step offers it, so say what is proposed before it is done"


def _unasked(story: Story) -> Iterator[str]:
    """Yield the tools that a case of a story uses although nobody has decided on them."""
    for case in story.cases:
        is_agreed = False
        for step in story.steps:
            if happens(step, case):
                if step.do == "act" and not is_agreed:
                    yield step.tool
                is_offered = step.do == "offer" and step.chance == 1
                is_agreed = is_offered or (is_agreed and step.do != "act")


def _repeated(pack: WorldPack) -> Iterator[str]:
    seen: dict[str, str] = {}
    for where, line in lines(pack):
        part = where.rpartition(".")[2]
        if part in ("opening", "more", "grievance", "tell", "claim", "gaps"):
            if line in seen:
                yield f"{where}: also in {seen[line]}, {line!r}"
            seen[line] = where


def _known_gaps(pack: WorldPack) -> Iterator[str]:
    """Say which gaps ask what an agent knows of its own company, or would comfort about."""
    for where, line in lines(pack):
        if where.startswith("gaps") and _OWN_HOUSE.search(line):
            yield f"{where}: the agent itself would know, or comfort, in {line!r}"


CHECKS: tuple[Callable[[WorldPack], Iterator[str]], ...] = (
    _facts,
    _values,
    _stories,
    _called_back,
    told_before_looked,
    unheeded_labels,
    unheard_arguments,
    empty_looks,
    _proposed,
    _repeated,
    _known_gaps,
    unlicensed_templates,
)
