"""Slips of talk that the text alone gives away, whoever wrote it.

    Script --slips--> "welcome without thanks", ...

Each is something that a listener notices: an answer to what was not said, a role that is not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from datagen.scripting.content.questions import content_stems, question_kind, tell_the_same
from datagen.types import Script, Turn

THANKS = re.compile(r"\b(?:thank|thanks|appreciate|cheers|been a help|helpful|kind)\b", re.I)
_WELCOME = re.compile(r"\b(?:you're (?:so |very )?welcome|my pleasure|don't mention it)\b", re.I)
_WISH = re.compile(
    r"\b(?:have a|enjoy|take (?:good )?care|all the best|wish you|see you|safe)\b"
    r"|\btalking to you\b|to you[.!]",
    re.I,
)
_TOO = re.compile(r"\b(?:you too|same to you|the same to you)\b", re.I)
_UNKNOWN = re.compile(
    r"\bno idea\b|\bi (?:really )?(?:don't|do not) know\b|\bbeyond me\b|\bwish i knew\b"
    r"|\bdon't have that (?:information|here)\b",
    re.I,
)
_FINDS_OUT = re.compile(r"\b(?:colleague|ask|find (?:that|it) out|call (?:you )?(?:back|again))\b")
_OFFERS_TO = re.compile(r"If you do not know something, offer to ask")
_ORDER = re.compile(r"\bFirst ([^.]*, then [^.]*)\.")
_DECIDES = frozenset(("acceptOffer", "declineOffer", "agreement"))
_OFFERS = frozenset(("offer", "bridge", "checkQuestion"))
"""Acts of an agent's question that lets the caller decide; what was cut off and is said again is a
bridge."""
_REMINDS = re.compile(r"(?:So, )?(?:[Aa]s I|[Ll]ike I|[Aa]gain)(?: \w+){0,3}, ")
_ASKS = re.compile(r"(?:should|shall|would|do|does|can|could|may|is|are) (?:I|you|we|they)\b", re.I)
_WANTS_NUMBER = re.compile(
    r"\b(?:what's|get|have|give|tell|read|need|try|about|find|ask for)\b[^.?]*\bphone number\b"
    r"|(?:^|[.?!] )(?:your |the |and the )?phone number\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.?!]) ")
_YES = re.compile(
    r"(?:Sure|Of course|Right|Yes|Yeah|No problem|Happy to|Okay, sure|Alright)\b(?!, again)"
)
_NO = re.compile(r"(?:No|Not|Hardly|Never|Nobody|Most (?:people )?(?:can't|don't|aren't))\b")
_TWICE = re.compile(
    r"\b(?P<word>Well|Oh|So|Um|Uh|Hm|Ha|Okay|Right|Sure|Ah|Huh|Mm)\b(?:,? \w[\w']*){0,4}[.,!] "
    r"(?P=word)\b"
)
_GUESS = re.compile(r"\b(?:guess|(?:what|your) (?:do you|would you|first|own)? ?(?:think|idea))\b")
_SAME = re.compile(r"You (?!are\b|enjoy\b|want\b)[^.]+\.")
"""What a description says that two people do not both happen to have."""
_NOT_GLAD = frozenset(("refused", "failed", "partly", "handed_on", "broken_off"))
_GLAD = re.compile(
    r"\b(?:sorting that out|that helped|that's settled|what i wanted to know|then i know"
    r"|covers it|that was easy|made that easy|happy with that|all good|then that's done)\b",
    re.I,
)
_WHICH = re.compile(r"\b(?:which|what) company\b|\bname of the company\?|have i reached\b", re.I)
_WHOSE = re.compile(
    r"\bname of the customer\b|\bcustomer's\b|who's the customer|who is (?:this|it) for\b"
    r"|\b(?:who|whom) (?:are )?you (?:call(?:ing)? for)",
    re.I,
)
_THEY = re.compile(
    r"\b(?:putting|changing|moving|sending|giving|booking|change|give|send|move|put|with"
    r"|(?:I've|we've) \w+) they\b",
    re.IGNORECASE,
)
"""Who is not there as an object, as nobody says it."""
_FAR = re.compile(
    r"(?<!how )\b(?:can|could|would|will) they (?:please )?(?:(?:tell|give|read) me|describe"
    r"|spell)\b",
    re.I,
)
"""How who is not there is asked to say something to who is."""
CLOSES, LATE = 2, 9
"""Last turns of a caller in which it closes, and first turn of a call in which names are known."""
BACK = 3
"""Within so many turns nobody asks back in the words in which it was asked."""
MIN_TOLD = 4
"""Fewest words with a meaning of a sentence that tells something."""
MIN_WORDS = 5
"""Fewest words of a sentence that is not said twice."""


def slips(script: Script) -> Iterator[str]:
    """Yield what a listener would notice, each with the turn or the words."""
    floor = [turn for turn in script.turns if turn.onset != "backchannel"]
    for before, turn in pairwise(floor):
        if _WELCOME.search(turn.text) and not THANKS.search(before.text):
            yield f"welcome without thanks: {turn.text!r}"
        if turn.act == "goodbye" and _TOO.search(turn.text) and not _WISH.search(before.text):
            yield f"a wish is returned that nobody made: {turn.text!r}"
    yield from _repeated(floor)
    yield from _unkept(script, floor)
    yield from _promised(script)
    if script.kind != "service":
        yield from _odd(script, floor)
    else:
        yield from _odd_call(script, floor)


def _odd_call(script: Script, floor: Sequence[Turn]) -> Iterator[str]:
    """Find what no caller, agent or assistant says on the telephone."""
    yield from _unheard(script, floor)
    yield from _reminded(floor)
    yield from _asked_late(script, floor)
    yield from _summed_up(script)
    if script.call_direction == "assistant":
        yield from _absent(floor)
        return
    yield from _undecided(script, floor)
    yield from _glad(script, floor)
    yield from _apart(script)
    if script.call_direction == "outbound":
        yield from _dialled(floor)


def _absent(floor: Sequence[Turn]) -> Iterator[str]:
    """Find who is not there as a subject where it is the object: "I could change they"."""
    for turn in floor:
        if _THEY.search(turn.text):
            yield f"who is not there is no object: {turn.text!r}"
        if turn.speaker == "user" and _FAR.search(turn.text):
            yield f"who is not there is asked to say something: {turn.text!r}"


def _repeated(floor: Sequence[Turn]) -> Iterator[str]:
    """Find what is said again, word for word, to somebody who has not understood it."""
    for said, lost, again in zip(floor, floor[1:], floor[2:], strict=False):
        if lost.act == "lost":
            both = set(_SENTENCE.split(said.text)) & set(_SENTENCE.split(again.text))
            for sentence in sorted(both):
                if sentence.count(" ") >= MIN_WORDS - 1:
                    yield f"said again, not in other words: {sentence!r}"


def _odd(script: Script, floor: Sequence[Turn]) -> Iterator[str]:
    """Find what lines do to each other in a lesson or a chat that nobody planned as one text."""
    for before, turn in pairwise(floor):
        if turn.speaker == "agent" and _says_yes_and_no(before.text, turn.text):
            yield f"a yes before a no: {turn.text!r}"
        if turn.act == "guess.wrong" and _GUESS.search(before.text):
            yield f"hearsay is given as a guess: {turn.text!r}"
        if found := _TWICE.search(turn.text):
            yield f"two sentences open with one word: {found[0]!r}"
    yield from _told_twice(floor)
    yield from _asked_back(floor)
    both = {*_SAME.findall(script.role_prompt)} & {*_SAME.findall(script.user_role_prompt or "")}
    yield from (f"both people are alike: {one!r}" for one in sorted(both))


def _told_twice(floor: Sequence[Turn]) -> Iterator[str]:
    """Find what a teacher need not say and has said, and what it is asked after it has told it."""
    known: list[str] = []
    told_aside: list[str] = []
    before = ""
    for turn in floor:
        sentences = [
            one
            for one in _SENTENCE.split(turn.text)
            if len(content_stems(one)) >= MIN_TOLD and not one.endswith("but no.")  # tells nothing
        ]
        is_free = turn.act == "detail" or (turn.act == "correct" and before == "doubt")
        earlier = known if is_free else told_aside if before == "ask.follow" else []
        if turn.speaker == "agent":
            for sentence in sentences:
                if any(tell_the_same(sentence, one) for one in earlier):
                    yield f"told twice: {sentence!r}"
            known += sentences
            if turn.act in _ASIDE:
                told_aside += sentences
        before = turn.act


_ASIDE = frozenset(("detail", "tell", "correct", "right"))
"""Acts of a teacher that say what nobody has asked."""


def _says_yes_and_no(question: str, answer: str) -> bool:
    """Tell whether a question for yes or no is answered "Of course. Most people can't"."""
    first, *others = _SENTENCE.split(answer)
    is_polar = question.endswith("?") and question_kind(_SENTENCE.split(question)[-1]) == "polar"
    return bool(is_polar and others and _YES.match(first) and _NO.match(others[0]))


def _asked_back(floor: Sequence[Turn]) -> Iterator[str]:
    """Find a question that comes back from the one who was asked it, word for word."""
    for at, turn in enumerate(floor):
        question = _SENTENCE.split(turn.text)[-1].lower()
        later = [one for one in floor[at + 1 : at + 1 + BACK] if one.speaker != turn.speaker]
        for one in later if question.endswith("?") and question.count(" ") >= MIN_WORDS - 2 else ():
            if one.text.lower().endswith(question) and one.act != "unclear":
                yield f"asked back in the same words: {one.text!r}"


def _unkept(script: Script, floor: Sequence[Turn]) -> Iterator[str]:
    """Find an agent that does not know and offers nothing, although its role says so."""
    if not _OFFERS_TO.search(script.role_prompt):
        return
    for turn in floor:
        is_unknown = turn.speaker == "agent" and _UNKNOWN.search(turn.text)
        if is_unknown and not _FINDS_OUT.search(turn.text):
            yield f"nobody is asked, although the role says so: {turn.text!r}"


def _unheard(script: Script, floor: Sequence[Turn]) -> Iterator[str]:
    """Find the first name of the other one before it has been said: the agent's, the business's."""
    others = {"user": script.agent.name.split()[0]}
    if script.call_direction == "assistant":
        others["agent"] = script.user.name.split()[0]
    for speaker, name in others.items():
        for turn in floor:
            if re.search(rf"\b{re.escape(name)}\b", turn.text):
                if turn.speaker == speaker:
                    yield f"a name that nobody has said: {turn.text!r}"
                break


def _reminded(floor: Sequence[Turn]) -> Iterator[str]:
    """Find a question that is introduced as a reminder."""
    for turn in floor:
        for sentence in _SENTENCE.split(turn.text):
            if _REMINDS.match(sentence) and _ASKS.match(_REMINDS.sub("", sentence)):
                yield f"a question is no reminder: {sentence!r}"


def _dialled(floor: Sequence[Turn]) -> Iterator[str]:
    """Find an agent that asks whom it has called by telephone for the number."""
    for turn in floor:
        if turn.speaker == "agent" and _WANTS_NUMBER.search(turn.text):
            yield f"the number that was called is asked for: {turn.text!r}"


def _glad(script: Script, floor: Sequence[Turn]) -> Iterator[str]:
    """Find thanks for what was not done: the last words of a caller who got a no."""
    if script.outcome not in _NOT_GLAD:
        return
    closing = [turn for turn in floor if turn.speaker == "user"][-CLOSES:]
    for turn in closing:
        if turn.act in ("thanking", "declineOffer", "goodbye") and _GLAD.search(turn.text):
            yield f"glad of what was not done: {turn.text!r}"


def _asked_late(script: Script, floor: Sequence[Turn]) -> Iterator[str]:
    """Find a name that is asked for when whoever asks must know it: the company's in the middle of
    a call, and the customer's once it is found."""
    asks = _WHOSE if script.call_direction == "assistant" else _WHICH
    for turn in floor[LATE:]:
        is_note = re.search(r"full name|name again", turn.text) is not None
        is_note = is_note and script.call_direction != "assistant"
        if turn.speaker == "user" and asks.search(turn.text) and not is_note:
            yield f"a name is asked for too late: {turn.text!r}"


def _apart(script: Script) -> Iterator[str]:
    """Find a remark from outside before something is done, the matter is not settled yet: but there
    is time for one as both wait for a tool."""
    asked = [one.user_turn for one in script.probes if one.type == "Q6"]
    for place in asked:
        floor = [turn for turn in script.turns[:place] if turn.onset != "backchannel"]
        waits = bool(floor) and bool(floor[-1].calls)
        if not waits and any(one.turn > place for one in script.actions):
            yield f"a remark from outside before it is settled: {script.turns[place].text!r}"


def _summed_up(script: Script) -> Iterator[str]:
    """Find an agent that sums up what it was telling after an answer to something else."""
    for turn in script.turns:
        planned = turn.interruption
        if planned and planned.kind == "question" and planned.uptake == "summarise":
            yield f"what was told is summed up after another answer: {turn.text!r}"


def _promised(script: Script) -> Iterator[str]:
    """Find steps in a role that the agent has no way to take."""
    for found in _ORDER.finditer(script.role_prompt):
        known = {tool.description for tool in script.tools} | {"verify the caller"}
        for step in found[1].split(", then "):
            if step not in known and f"You can {step}." not in script.role_prompt:
                yield f"the role has a step that the agent cannot take: {step!r}"


def _undecided(script: Script, floor: Sequence[Turn]) -> Iterator[str]:
    """Find what is done before the caller has decided on it: by a tool, or as the role allows."""
    acting = {tool.name for tool in script.tools if tool.is_action}
    done = {one.id for one in script.actions if one.tool in acting and one.status == "ok"}
    known = {item.id for item in script.world} | _NO_TOOLS
    is_decided, before = False, ""
    for turn in floor:
        asked, before = before, turn.act if turn.text.endswith("?") else ""
        if turn.speaker == "user":
            is_decided = is_decided or turn.act in _DECIDES or asked in _OFFERS
        elif done & set(turn.calls) or (not script.tools and _does(turn, known)):
            if not is_decided:
                yield f"done before anybody decided on it: {turn.text!r}"
            is_decided = False


_NO_TOOLS = frozenset(("role", "verify", "unverified", "unknown", "reason"))
"""What a role licenses besides facts and what it allows the agent to do."""


def _does(turn: Turn, known: frozenset[str] | set[str]) -> bool:
    """Tell whether a turn says that something is done which the role allows: no fact, no offer."""
    names = (one.removeprefix("prompt.") for one in turn.licence if one.startswith("prompt."))
    return not turn.text.endswith("?") and any(name not in known for name in names)
