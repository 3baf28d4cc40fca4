"""How the talk of many dialogues is built: skeletons, sentences, claims, acts, repairs, ends.

    Script, Script, ... --Structure.add--> shares, and lines for people

A skeleton is the order of acts of a dialogue; a masked sentence has no names and values. Figures
that say nothing of a kind (outcomes of small talk) are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from statistics import median, quantiles

from datagen import assets
from datagen.scripting.claims import Lexicon, load_lexicon, unlicensed
from datagen.scripting.world.pack import read_pack
from datagen.types import Script, Turn

WORDS_A_SECOND = 178 / 62.8
"""A service call of the paper's mean length has 178 words (README)."""
TOP = 10
"""Skeletons that are counted together."""
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_NUMBER = re.compile(r"\$?\d[\d,.:-]*%?(?: ?[AP]M)?")
_STOPS = re.compile(r"[^\w\s\[\]']")
_PRICE = re.compile(r"\b(?:how much|cost|price|charge|fee)\b", re.IGNORECASE)
_MORE = re.compile(
    r"\b(?:anything|something|any other|what) (?:else|more|further|questions?)\b", re.IGNORECASE
)
_CONSENT = re.compile(r"(?:sure|of course|certainly|absolutely|yes|okay)\b", re.IGNORECASE)
_THANKS = re.compile(r"\b(?:thanks?|thank you|appreciate|cheers)\b", re.IGNORECASE)


class Structure:
    """Counts over dialogues of one kind or of several."""

    def __init__(self, *, checks_claims: bool = True) -> None:
        self._checks_claims = checks_claims
        self.count = 0
        self.skeletons: Counter[tuple[str, ...]] = Counter()
        self.sentences: Counter[str] = Counter()
        """In how many dialogues a masked sentence stands."""
        self.acts: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.totals: Counter[str] = Counter()
        self.claims: Counter[str] = Counter()
        self.first_claims: dict[str, str] = {}
        self.lengths: list[int] = []
        self._lexicons: dict[str, Lexicon] = {}

    def add(self, scripts: Sequence[Script]) -> None:
        """Take in scripts."""
        for script in scripts:
            self._add(script)

    def _add(self, script: Script) -> None:
        floor = [turn for turn in script.turns if turn.onset != "backchannel"]
        self.count += 1
        self.skeletons[tuple(f"{turn.speaker[0]}:{turn.act}" for turn in floor)] += 1
        self.sentences.update(set(masked_sentences(script, floor)))
        self.acts.update(turn.act for turn in floor if turn.act)
        self.outcomes[script.outcome] += bool(script.outcome)
        self.lengths.append(sum(turn.spoken.count(" ") + 1 for turn in script.turns))
        self._count_floor(script, floor)
        self._count_nods(script.turns)
        if self._checks_claims and script.outcome:
            self._count_claims(script)

    def _count_floor(self, script: Script, floor: Sequence[Turn]) -> None:
        totals, body = self.totals, floor[1:-2]
        for turn in body:
            totals[f"{turn.speaker} turns"] += 1
            is_asking = "?" in turn.text
            if turn.speaker == "agent":
                is_asking = is_asking and not _MORE.search(turn.text)
            totals[f"{turn.speaker} asks"] += is_asking
        totals["repairs"] += sum(
            turn.repairs is not None or turn.act == "selfCorrection" for turn in floor
        )
        totals["with a repair"] += any(
            turn.repairs is not None or turn.act == "selfCorrection" for turn in floor
        )
        totals["alternating"] += all(a.speaker != b.speaker for a, b in pairwise(floor))
        totals["asks a price"] += any(
            turn.speaker == "user" and "?" in turn.text and _PRICE.search(turn.text)
            for turn in floor
        )
        totals["two questions at once"] += sum(turn.text.count("?") > 1 for turn in floor)
        totals["turns"] += len(floor)
        totals["with a tool"] += bool(script.actions)
        self._count_probes(script, floor)

    def _count_probes(self, script: Script, floor: Sequence[Turn]) -> None:
        totals = self.totals
        for probe in script.probes:
            if probe.act == "decline":
                totals["refusals"] += 1
                answer = script.turns[probe.agent_turn].text
                totals["refusals that begin with consent"] += bool(_CONSENT.match(answer))
            if probe.type == "Q4":
                totals["rude"] += 1
                last = [turn.text for turn in floor if turn.speaker == "user"][-2:]
                totals["rude that end with thanks"] += any(map(_THANKS.search, last))

    def _count_nods(self, turns: Sequence[Turn]) -> None:
        for before, turn in pairwise(turns):
            if turn.act == "backchannel":
                self.totals["nods"] += 1
                self.totals["nods to a question"] += before.text.endswith("?")

    def _count_claims(self, script: Script) -> None:
        found = unlicensed(script, self._lexicon(script.domain))
        self.totals["checked for claims"] += 1
        self.totals["with a claim"] += bool(found)
        for one in found:
            self.claims[one.kind] += 1
            self.first_claims.setdefault(one.kind, f"{script.dialog_id}: {one.clause!r}")

    def _lexicon(self, domain: str) -> Lexicon:
        if domain not in self._lexicons:
            self._lexicons[domain] = load_lexicon(*_same(domain))
        return self._lexicons[domain]

    def share(self, what: str, of: str = "") -> float:
        """Return a total as a share of dialogues, or of another total."""
        return self.totals[what] / max(1, self.totals[of] if of else self.count)

    @property
    def top_skeletons(self) -> float:
        """Share of dialogues that have one of the commonest skeletons."""
        return sum(n for _, n in self.skeletons.most_common(TOP)) / max(1, self.count)

    @property
    def top_sentence(self) -> tuple[str, float]:
        """The commonest masked sentence, and the share of dialogues it stands in."""
        sentence, count = max(self.sentences.items(), key=lambda one: (one[1], one[0]))
        return sentence, count / self.count

    def lines(self) -> Iterator[str]:
        """Say it, a line a subject."""
        skeleton, count = self.skeletons.most_common(1)[0]
        yield (
            f"skeletons: {len(self.skeletons):,}; the {TOP} commonest make"
            f" {self.top_skeletons:.1%}, the first ({len(skeleton)} turns) {count / self.count:.1%}"
        )
        for sentence, times in self.sentences.most_common(3):
            yield f"masked sentence: in {times / self.count:.1%} of dialogues {sentence!r}"
        yield self._length()
        if self.acts:
            acts = self.acts.most_common(12)
            total = self.acts.total()
            yield "acts: " + ", ".join(f"{act} {n / total:.1%}" for act, n in acts)
        yield (
            f"agent asks in {self.share('agent asks', 'agent turns'):.1%} of its turns, user in"
            f" {self.share('user asks', 'user turns'):.1%}; two questions in"
            f" {self.share('two questions at once', 'turns'):.1%} of turns; repairs in"
            f" {self.share('with a repair'):.1%} of dialogues; strict alternation in"
            f" {self.share('alternating'):.1%}"
        )
        if self.outcomes.total():
            yield from self._tasks()

    def _tasks(self) -> Iterator[str]:
        ends, total = self.outcomes.most_common(), self.outcomes.total()
        yield "outcomes: " + ", ".join(f"{name} {n / total:.1%}" for name, n in ends if name)
        yield (
            f"tools are called in {self.share('with a tool'):.1%};"
            f" refusals that begin with consent {self.totals['refusals that begin with consent']:,}"
            f" of {self.totals['refusals']:,}"
        )
        if self._checks_claims:
            yield (
                f"unlicensed claims: {self.claims.total():,} in"
                f" {self.totals['with a claim']:,} of {self.totals['checked for claims']:,} calls"
            )
            yield from (f"  a {kind}, first in {said}" for kind, said in self.first_claims.items())

    def _length(self) -> str:
        seconds = [words / WORDS_A_SECOND for words in self.lengths]
        if len(seconds) < 2:
            return f"length: {seconds[0]:.0f} s"
        cuts = quantiles(seconds, n=100, method="inclusive")
        return (
            f"length at {60 * WORDS_A_SECOND:.0f} words a minute: median {median(seconds):.0f} s,"
            f" 5 % under {cuts[4]:.0f} s, 5 % over {cuts[94]:.0f} s, longest {max(seconds):.0f} s"
        )


def masked_sentences(script: Script, floor: Sequence[Turn]) -> Iterator[str]:
    """Yield the sentences of a dialogue without names, values and stops, in lower case."""
    known = {
        part: f"[{fact.type}]"
        for fact in script.facts
        for part in ((fact.written, *fact.written.split()) if fact.type == "name" else ())
    }
    known.update((fact.written, f"[{fact.type}]") for fact in script.facts)
    for person in (script.agent, script.user):
        known.update((part, "[name]") for part in (person.name, *person.name.split()))
    masks = sorted(known, key=len, reverse=True)
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(mask)}(?!\w)" for mask in masks))
    for turn in floor:
        text = pattern.sub(lambda found: known[found[0]], turn.text)
        for sentence in _SENTENCE.split(_NUMBER.sub("[number]", text)):
            plain = " ".join(_STOPS.sub(" ", sentence.lower()).split())
            if plain.count(" ") > 1:
                yield plain


@lru_cache(maxsize=256)
def _same(domain: str) -> tuple[tuple[str, ...], ...]:
    """Return the groups of words that mean the same in a domain, if it has a world."""
    if domain not in assets.names("prompts/worlds"):
        return ()
    return read_pack(assets.find("prompts/worlds", domain)).same
