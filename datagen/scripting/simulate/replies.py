"""What callers make of what they are told, from their words: whether the agent has to meet it.

reply --objects, hears--> whether it is met, and how
opening, answer --moves--> what of it nobody passes over
"""

from __future__ import annotations

import re
from functools import lru_cache

_OBJECTS = re.compile(
    r"\b(?:but|not|no|nobody|never|gone|afraid|disgrace|supposed|come on|serious|kidding|worse"
    r"|charging|harsh|stupid|unfair|something else|pay|since when|(?<!that's )why|who says"
    r"|scares?|heart\w*)\b|n't\b",
    re.IGNORECASE,
)
_TAKES_IT = re.compile(
    r".*\bthank(?!s for (?:nothing|telling me now))|.*\b(?:won't|doesn't) (?:matter|hurt)\b"
    r"|.*\bi'm sorry\b"
    r"|.*\blet me (?:think|see|look|check)\b|.*\bnot the only one"
    r"|.*\bi (?:have|need) to (?:talk to|ask|think)\b[^.?!]*\.$"
    r"|.*\b(?:now|then) i know\b|i see it\b|that's right\b"
    r"|(?:(?:oh, |ah, )?okay|alright|good|oh, so|(?:oh|well), good|at least|fine"
    r"|then (?:i'll|we'll)(?! never)|yes|i knew(?! you'd)|oh, thank|really\?|phew|finally"
    r"|i'd never have)(?!\w)"
    r"|.*\b(?:okay|alright|all right|fine|fair enough|but go (?:on|ahead))\.$"
    r"|.*\b(?:could have been worse|nobody (?:can help|looked)|can't blame|in-law will pay"
    r"|it wasn't me\.|not one i use|that could be\.|never noticed it|didn't even know that we)"
    r"|.*\bi'll (?:go|ask|try|call|do|take|get|see|wait|look|give)\b[^.?!]*\.$",
    re.I,
)
"""What a reply to news holds that the agent cannot pass over, and how one begins that it can."""
_HEARS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (act, re.compile(words, re.IGNORECASE))
    for act, words in (
        ("hear.otherwise", r"\btold (?:me|us) (?:something (?:else|different)|they)\b"),
        (
            "hear.untold",
            r"\bnobody (?:ever )?(?:told|tells?|said|mentioned)\b|\bnever told me\b"
            r"|\btelling me now"
            r"|\bnobody (?:could )?call(?:ed)?\b|\bcould(?:'ve| have) (?:told|called)\b"
            r"|\bgoing to tell\b|\bfinding out now\b|\bfirst i've heard\b|\bn't they tell me\b"
            r"|\b(?:guy|man|driver) never said\b",
        ),
        (
            "hear.own",
            r"^(?!.*(?:\?|\bnot my|n't my)).*(?:\bmy (?:own fault|fault|mistake)\b"
            r"|\bi (?:totally )?forgot\b|\bi must have (?:missed|put|typed|pressed)\b"
            r"|\bi should have (?:called|checked|looked|double|read|asked)\b|\blesson learned\b"
            r"|\bembarrassing\b|\bhow silly\b|\bfeel like a fool\b|\bi lost track\b"
            r"|\bi was in a hurry\b)",
        ),
        (
            "hear.not_me",
            r"^(?:oh, |no, )*that wasn't me\b|\bthat's somebody else\b|\bnever been there\b",
        ),
        (
            "hear.doubt",
            r"\bcan't be (?:right|my)\b|\bthat's (?:impossible|not true|not how)\b"
            r"|\bi don't (?:think so|see any)\b|\bno way i was\b|^it was not,"
            r"|\bi never (?:asked for|stopped|put that|saw|got)\b|\bnever been near\b"
            r"|\bi'm sure i (?:sent|paid)|\byour clock\b|\bnothing's dripping\b|^it felt like\b"
            r"|\bthe tracking says\b|^but it's not here\b|\bdidn't (?:even see|sign any)"
            r"|\bthat was something else\b|\bwasn't even\b|\bwho says it\b"
            r"|\bwrote that down wrong\b|\bwas fine (?:in|all)\b",
        ),
        (
            "hear.grave",
            r"^oh god\b|^all that money\b|\byears of saving\b|\bheartbroken\b|\beverything i own\b"
            r"|\bwas our vacation\b|\bcan't get married\b|\breally sad\b|\bsails without\b"
            r"|\bto live like this\b|\blie here until\b|\bgoing to cry\b",
        ),
        (
            "hear.price",
            r"^(?!.*(?:hoped|\bbut yes)).*(?:\bmore than i (?:thought|make)\b|\bthat much\b.*\?"
            r"|\bthat's (?:quite )?a (?:lot|sum)\b|\brobbery\b|\bgot to be a joke\b"
            r"|\bused car for\b"
            r"|\bi can't pay\b|\bfind that money\b|\btight for me\b|\bcar payment\b"
            r"|\bfor one (?:drain|lesson)\?)",
        ),
        (
            "hear.glad",
            r"\brelief\b|\blifesaver\b|\b(?:weight|load) off\b|\bmakes my day\b|\bgood news\b"
            r"|\bthank (?:god|goodness)\b|^phew\b|\bgood to hear\b|\bwanted to hear\b"
            r"|\bless thing to worry\b|\bworrying for nothing\b|\bi was worried\b"
            r"|\bi'm glad (?!i asked)|\bmore than i hoped\b|^(?:oh, )?wonderful[.,](?! just)",
        ),
    )
)
"""By what is in a reply to news how the agent meets it, the first that fits: a complaint that
nobody has told it, or something else; what it blames itself for; a doubt; a loss; a price; joy."""
_REGRETS = re.compile(
    r"\b(?:shame|too bad|disappoint\w*|for nothing|out of luck|(?:bad|our) luck|stuck (?:here|with)"
    r"|so (?:i|we) (?:just )?(?:have|need) to|so (?:i'm|we're) (?:paying|stuck)|so it's on me"
    r"|wanted to go|counting on|was (?:really )?hoping"
    r"|too (?:late|far|long) for|oh, that hurts|just great)\b",
    re.IGNORECASE,
)
"""What a reply to news holds that regrets it, and asks for a word."""
_MEETS = {"hear.own": 0.75, "hear.price": 0.8, "hear.glad": 0.6}
"""Chance that the agent says something to that, where it need not."""
_KIN = (
    r"(?:mother|father|mom|dad|husband|wife|son|daughter|brother|sister|grandmother|grandfather"
    r"|grandma|grandpa|aunt|uncle|friend|boss)"
)
_MOVES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (act, re.compile(words))
    for act, words in (
        ("loss", rf"\bfuneral\b|\bmy late {_KIN}\b|\b{_KIN}(?: just| has)? (?:died|passed away)\b"),
        (
            "grave",
            rf"\bi was in the hospital\b|\b{_KIN} (?:is (?:very )?sick|broke his|broke her)\b"
            r"|\bi (?:just )?(?:had surgery|lost my job)\b|\bhours got cut\b|\blaid off\b"
            r"|\bhard to talk about\b|\brear ended\b"
            r"|\bpoor baby is sick\b|\bcame home hurt\b|\bi've been in pain\b|\ban accident\b"
            r"|\bcould just cry\b|\bstarted crying\b"
            r"|\b(?:had|having) (?:a stroke|a heart attack)\b",
        ),
        (
            "pain",
            r"\b(?:a |the |some )?pain in (?!the (?:neck|ass)\.)|\bit (?:just |really )?hurts\b"
            r"|\bi'm in pain\b|\bpain, it's\b|\bthrobbing\b",
        ),
        (
            "worried",
            r"\bi'm (?:so |really |a (?:bit|little) |getting (?:a little )?)?(?:scared|nervous"
            r"|worried|afraid (?:of|we)|desperate)\b"
            r"|\ba (?:bit|little) (?:nervous|desperate|worried)\b"
            r"|\bsix and afraid\b|\bcan't sleep before\b|\bafraid to look\b|\bget sweaty\b",
        ),
        (
            "joy",
            r"\b(?:we're|daughter is|son is) getting married\b|\bi'm having a baby\b"
            r"|\bour first house\b|\bgolden anniversary\b|\bgot engaged\b|\ba new baby\b",
        ),
    )
)
"""What is in a story or an answer, in small letters, that nobody passes over, and what that is."""
_MET_ONLINE = "met online"
"""What holds joy that the agent has reason not to share."""
_LATER = re.compile(
    r"\b(?:think|sleep on|not yet|not now|later|made up our)\b|\bcheck at\b"
    r"|(?<!those )(?<!these )(?<!that )(?<!it )(?<!them )\bfirst\b"
    r"|\bask (?:around|the|them)\b|\blook around\b|\blet me see\b",
    re.I,
)
"""What a no to an offer holds that leaves it open."""
_DEMANDS = re.compile(r"\bi want (?:my|the)\b|\bnot (?:paying|an offer|much of)\b|\bangry\b", re.I)
"""What a no to an offer holds that asks for something else, or is cross."""
_WANTS = re.compile(
    r"\bplease\b|\b(?:just|then) (?:try|send|end|stop|take|put|do|start|close|cancel|let's)\b", re.I
)
"""What a reply holds that asks for what the agent does next."""


def asks_to_act(said: str) -> bool:
    """Tell whether a reply asks for something to be done."""
    return said[-1] != "?" and _WANTS.search(said) is not None


def takes_it(said: str) -> bool:
    """Tell whether a reply to news takes it as it is."""
    return _TAKES_IT.match(said) is not None


@lru_cache(maxsize=16384)
def hears(said: str) -> str:
    """Return how the agent meets what a caller makes of news: most of it as bad news."""
    found = next((act for act, words in _HEARS if words.search(said)), "hear")
    return "hear" if found == "hear.doubt" and takes_it(said) else found


def is_met(said: str) -> float:
    """Return the chance that the agent says something to a reply to news because of its words."""
    act = hears(said)
    if act != "hear":
        return _MEETS.get(act, 1.0)
    return float(objects(said) or (_REGRETS.search(said) is not None and not takes_it(said)))


@lru_cache(maxsize=16384)
def moves(said: str) -> str:
    """Return what of a story or an answer nobody passes over: a loss, something grave, a pain, a
    worry, a joy; empty if nothing."""
    low = said.lower()
    found = next((what for what, words in _MOVES if words.search(low)), "")
    return "" if found == "joy" and _MET_ONLINE in said else found


def leaves(said: str) -> bool:
    """Tell whether a no to what the agent has offered asks for nothing else."""
    return _DEMANDS.search(said) is None


def lets_go(said: str, *, is_open: bool = True) -> str:
    """Return the act with which the agent takes a no to what it has offered; if it ``is_open``, the
    caller may still come back to it."""
    if _DEMANDS.search(said):
        return "hear"
    return "ack_declined.later" if is_open and _LATER.search(said) else "ack_declined"


@lru_cache(maxsize=16384)
def objects(said: str) -> bool:
    """Tell whether what a caller makes of news asks for understanding: good news does not."""
    return _OBJECTS.search(said) is not None and not takes_it(said)
