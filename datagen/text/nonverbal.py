"""Sounds that are written but are no words: nods, hesitations, laughs, breaths.

    "Mm-hmm," --sound_of--> "mm-hmm"        "[laughs]" --sound_of--> "laugh"

Speech backends say a sound from a table of their own, since phonemisers spell what their rules do
not know ("Mhm" as three letters); ears compare sounds by their sense.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

Sense: TypeAlias = Literal[
    "yes", "no", "thinking", "surprise", "dislike", "hush", "laugh", "breath"
]


class NonverbalSound(NamedTuple):
    """One sound, however it is spelled."""

    sense: Sense
    spellings: str
    """Regular expression of a whole token in small letters, without its punctuation."""


SOUNDS: dict[str, NonverbalSound] = {
    "mm-hmm": NonverbalSound("yes", r"m+[- ]?h+m+"),
    "uh-huh": NonverbalSound("yes", r"u+h+-?hu+h+"),
    "mm": NonverbalSound("yes", r"m{2,}"),
    "uh-uh": NonverbalSound("no", r"n?u+h+-?u+h+"),
    "hmm": NonverbalSound("thinking", r"h+m+"),
    "uh": NonverbalSound("thinking", r"u+h+"),
    "um": NonverbalSound("thinking", r"u+m+"),
    "er": NonverbalSound("thinking", r"e+r+"),
    "huh": NonverbalSound("surprise", r"hu+h+"),
    "ah": NonverbalSound("surprise", r"a+h+"),
    "aha": NonverbalSound("surprise", r"a+h+-?ha+"),
    "oh": NonverbalSound("surprise", r"o+h+"),
    "ooh": NonverbalSound("surprise", r"o{2,}h*"),
    "aw": NonverbalSound("surprise", r"aw+"),
    "eh": NonverbalSound("surprise", r"e+h+"),
    "wow": NonverbalSound("surprise", r"wo+w+"),
    "whoa": NonverbalSound("surprise", r"w+h?o+a+h?"),
    "whew": NonverbalSound("surprise", r"w+he+w+"),
    "phew": NonverbalSound("surprise", r"phe+w+"),
    "ugh": NonverbalSound("dislike", r"u+gh+"),
    "ew": NonverbalSound("dislike", r"e+w+"),
    "tsk": NonverbalSound("dislike", r"tsk(?:-tsk)*"),
    "pff": NonverbalSound("dislike", r"p+f{2,}t?"),
    "brr": NonverbalSound("dislike", r"br{2,}"),
    "shh": NonverbalSound("hush", r"s+h{2,}|ss+h|sss+"),
    "psst": NonverbalSound("hush", r"ps{2,}t+"),
    "ha": NonverbalSound("laugh", r"ha+h*"),
    "haha": NonverbalSound("laugh", r"(?:ha+){2,}h*|ha+(?:-ha+)+"),
    "hehe": NonverbalSound("laugh", r"(?:he+){2,}h*|he+(?:-he+)+|heh"),
    "laugh": NonverbalSound("laugh", r"[\[(*<](?:laugh(?:s|ing|ter)?)[\])*>]"),
    "chuckle": NonverbalSound("laugh", r"[\[(*<](?:chuckl(?:e|es|ing)|giggl(?:e|es|ing))[\])*>]"),
    "sigh": NonverbalSound("breath", r"[\[(*<](?:sigh(?:s|ing)?)[\])*>]"),
    "gasp": NonverbalSound("breath", r"[\[(*<](?:gasp(?:s|ing)?)[\])*>]"),
    "inhale": NonverbalSound("breath", r"[\[(*<](?:inhales?|breath|breathes(?:-in)?)[\])*>]"),
    "exhale": NonverbalSound("breath", r"[\[(*<](?:exhales?|breathes-out)[\])*>]"),
    "cough": NonverbalSound("breath", r"[\[(*<](?:cough(?:s|ing)?)[\])*>]"),
    "sniff": NonverbalSound("breath", r"[\[(*<](?:sniffs?|sniffles?)[\])*>]"),
    "clear-throat": NonverbalSound("breath", r"[\[(*<](?:clears?-throat|ahem)[\])*>]"),
    "ahem": NonverbalSound("breath", r"(?:a|u)h?-?hem"),
}
"""Every sound that is known, the sounds written as tags last."""
_SPELLINGS = {name: re.compile(sound.spellings) for name, sound in SOUNDS.items()}
_TAG = re.compile(r"[\[(*<][A-Za-z-]+[\])*>]")
_AROUND = re.compile(r"""^(["'\u2018\u201c]*)(.*?)([.,;:?!\u2026"'\u2019\u201d]*)$""", re.DOTALL)


def bare(token: str) -> tuple[str, str, str]:
    """Return the punctuation before a token, the token, and the punctuation after it.

    >>> bare("Mm-hmm,")
    ('', 'Mm-hmm', ',')
    """
    found = _AROUND.match(token)
    assert found is not None, token
    return found[1], found[2], found[3]


def sound_of(token: str) -> str | None:
    """Return the name of the sound that a token stands for, None for a word.

    >>> sound_of("Mhm."), sound_of("Shh!"), sound_of("(laughs)"), sound_of("hum")
    ('mm-hmm', 'shh', 'laugh', None)
    """
    core = bare(token)[1].casefold()
    if not core or len(core) > 24:
        return None
    return next((name for name, spelled in _SPELLINGS.items() if spelled.fullmatch(core)), None)


def is_tag(token: str) -> bool:
    """Return whether a token is a stage direction such as [laughs], known or not."""
    return _TAG.fullmatch(token.rstrip(".,;:?!")) is not None


def sounds_in(spoken: str) -> list[str]:
    """Return the names of the sounds of a line, in order."""
    return [name for token in spoken.split() if (name := sound_of(token)) is not None]
