"""What a listener says meanwhile: nods anywhere, cries only at news that it has heard, and sounds
that are not for the other.

Talk, Draft --backchannel, sound--> a Turn inside the draft's, or none
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from datagen.scripting.plans.draws import Draws
from datagen.scripting.plans.interplay import boundaries
from datagen.scripting.plans.records import trusted
from datagen.scripting.simulate.acts import Acts
from datagen.scripting.simulate.cut_places import value_end
from datagen.scripting.simulate.floor import Draft
from datagen.scripting.simulate.interruptions import SAID_ALONE
from datagen.scripting.simulate.talk import Talk
from datagen.types import Speaker, Turn

MIN_LISTENED = 10
"""Fewest words of a turn that is given a backchannel."""
BACKCHANNELS: dict[Speaker, float] = {"agent": 0.024, "user": 0.034}
"""Chance of one by this listener for each word of a turn that may have one, at level 1."""
SOUNDS, COUGHS = 0.16, 0.2
"""Chance that a caller coughs or says something to somebody else in a turn of the agent, and the
share of coughs."""
LOW, SURPRISED, AGREES, GOT = -0.25, 0.65, 0.35, 0.45
"""Valence under which somebody is felt with, and chances that a caller is surprised by news, that
it says that it has got what it is told, and that an agent says so of a value."""
_ASKS = frozenset(("setQuestion", "checkQuestion"))
_HEARD = _ASKS | {"offer", "apology", "declineRequest"}
"""Acts of an agent in which its caller makes no sounds that could be meant for it."""
_TELLS = frozenset(("inform", "answer"))
"""Acts of an agent by which a caller may be surprised: what is refused, offered or asked of it, or
is as it has said itself, is no news."""
_GIVEN = ("prompt.identity", "prompt.other", "prompt.note", "prompt.role", "prompt.phone", "user.")
"""Licences of what a caller has asked for and is not surprised by: its own numbers and names."""
_REACTS = ("user", "autoPositive")
"""By whom and how a turn begins that makes something of the news itself."""

_made = trusted(Turn)


def backchannel(talk: Talk, at: int, acts: Acts, num_heard: int, draws: Draws) -> Turn | None:
    """Draw at most one backchannel in the draft ``at``, where a clause ends; nobody nods to a
    question, or to thanks."""
    draft = talk.floor.drafts[at]
    if num_heard < MIN_LISTENED or draft.rote or draft.calls or draft.act == "thanking":
        return None
    if draft.text[-1] == "?" or draft.act in _ASKS:  # "I need your number" asks for an answer
        return None
    listener: Speaker = "user" if draft.speaker == "agent" else "agent"
    person = talk.cast.user if listener == "user" else talk.cast.agent
    if not draws.chance(BACKCHANNELS[listener] * num_heard * person.behaviour.backchannels):
        return None
    places = [place for place in boundaries(draft.spoken) if 3 <= place <= num_heard - 4]
    if not places:
        return None
    react = _agent_reacts if listener == "agent" else _user_reacts
    function, fitting = react(talk, at, places, draws)
    return _listens(listener, function, draws.pick(acts.listening[function]), draws.pick(fitting))


def _agent_reacts(talk: Talk, at: int, places: list[int], draws: Draws) -> tuple[str, list[int]]:
    """Draw how an agent listens, and where it may: it feels with who complains, or calls about some
    trouble, and not with who has a wish in a bad mood."""
    draft = talk.floor.drafts[at]
    is_trouble = talk.world.story.mood == "problem"
    is_felt = draft.act == "disagreement" or (draft.act == "inform" and is_trouble)
    if draft.emotion.valence < LOW and is_felt:
        later = _after_sentence(draft, places)
        return ("sympathy", later) if later and draws.chance(0.6) else ("continue", places)
    has_value = not draft.values.isdisjoint(talk.world.values)
    if has_value and draws.chance(GOT) and (later := _after_value(talk, draft, places)):
        return "agree", later
    return "continue", places


def _user_reacts(talk: Talk, at: int, places: list[int], draws: Draws) -> tuple[str, list[int]]:
    """Draw how a caller listens, and where it may: by its own message it is not surprised, nor by
    what it says something to as soon as the agent is done."""
    draft = talk.floor.drafts[at]
    if "prompt.reason" in draft.licence or draft.act == "declineRequest":
        return "continue", places
    if draft.act in ("instruct", "offer", "promise", "confirm"):
        chance = 0.6
    elif draft.licence:
        later = [] if draft.licence[0].startswith(_GIVEN) else _after_news(talk, at, places)
        if later and draws.chance(SURPRISED):
            return "surprise", later
        chance = AGREES
    else:
        return "continue", places
    later = _after_value(talk, draft, places)
    return ("agree", later) if later and draws.chance(chance) else ("continue", places)


def _after_news(talk: Talk, at: int, places: list[int]) -> list[int]:
    """Return the places at which a caller may be surprised by what is told in a draft: after the
    sentence with the news, or after the first value that is new."""
    draft = talk.floor.drafts[at]
    following = talk.floor.drafts[at + 1 : at + 2]
    is_met = bool(following) and (following[0].speaker, following[0].begins) == _REACTS
    is_known = draft.begins == "confirm" or draft.act not in _TELLS
    if not draft.news_at or draft.cut_at is not None or is_known or is_met:
        return []
    names = draft.values & talk.world.values.keys()
    new = [name for name in names if _is_new(talk, draft, name)]
    heard = min(_ends(talk, draft, new), default=draft.num_words)
    return [place for place in places if place >= heard] or _after_sentence(draft, places)


def _is_new(talk: Talk, draft: Draft, name: str) -> bool:
    """Tell whether a value could surprise who hears it in a draft for the first time."""
    if name in talk.given or talk.value(name).type not in SAID_ALONE:
        return False
    return next(one for one in talk.floor.drafts if name in one.values) is draft


def _after_sentence(draft: Draft, places: list[int]) -> list[int]:
    """Return the places after the sentence with the first news of a draft, if there is any."""
    words = draft.spoken.split()
    is_late = draft.news_at or draft.num_words
    return [place for place in places if place >= is_late and words[place - 1][-1] in ".?!"]


def _after_value(talk: Talk, draft: Draft, places: list[int]) -> list[int]:
    """Return the places at which somebody has got the first value of a draft, if it has one."""
    names = draft.values & talk.world.values.keys()
    heard = min(_ends(talk, draft, names), default=0)
    return [place for place in places if place >= heard]


def _ends(talk: Talk, draft: Draft, names: Iterable[str]) -> list[int]:
    """Return after how many words of a draft values are out."""
    spoken = draft.spoken.lower()
    return [value_end(spoken, talk.value(name).spoken.lower()) for name in names]


def sound(talk: Talk, draft: Draft, acts: Acts, num_heard: int, draws: Draws) -> Turn | None:
    """Draw a sound of the caller's that is not for the agent, who goes on: nobody makes one that
    could be an answer, when it is asked something or hears no."""
    if draft.speaker == "user" or draft.rote or draft.calls or num_heard < MIN_LISTENED + 2:
        return None
    is_heard = draft.text[-1] == "?" or draft.act in _HEARD or (draft.licence and talk.is_let_down)
    if is_heard or not draws.chance(SOUNDS):
        return None
    kind = "cough" if draws.chance(COUGHS) else "side_talk"
    return _listens("user", kind, draws.pick(acts.listening[kind]), draws.integer(3, num_heard - 6))


@lru_cache(maxsize=8192)
def _listens(listener: Speaker, act: str, said: str, at_word: int) -> Turn:
    return _made(
        speaker=listener,
        text=said,
        spoken=said,
        onset="backchannel",
        at_word=at_word,
        act=act,
    )
