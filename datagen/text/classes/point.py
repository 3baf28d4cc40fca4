"""Points and karats: "up 6 pts.", "a 12-pt font", "14k gold"."""

from __future__ import annotations

import re

from datagen.text import numbers, quantity
from datagen.text.classes.trade import PRINTED
from datagen.text.form import DOT, Form, FormMaker, Match, Sure, Unsayable, is_near
from datagen.text.locales import Locale
from datagen.text.quantity import DEC

TOLD = "The short word after a number, near a game, a loan, a font or gold; else it is refused."
EXAMPLES = (
    ("We won by 6 pts.", "We won by six points."),
    ("Use a 12-pt font.", "Use a twelve-point font."),
    ("It's 14k gold.", "It's fourteen karat gold."),
)
_POINTS = re.compile(
    r"\b(?:tests?|mortgage|lender|loan|closing|APR|\d+-yr|rate|quiz\w*|scor\w+|games?|worth"
    r"|questions?|extra credit|wins?|won|lead\w*"
    r"|grades?|words?"
    r"|rebounds?|assists?|exam|season|each|bonus|rewards?|Yahtzee|bridge|hand|cards?|rolls?|team|player|that's|averag\w+|Dow|DJIA|S&P|Nasdaq|earn\w*|redeem\w*|loyalty|Gold|Silver|Platinum|tier|status"
    r"|member\w*|spend|spent|dollar|short of|FICO|score|went up|credits?|log-?ins?|miles"
    r"|expire\w*)\b",
    re.IGNORECASE,
)
_GOLD = re.compile(
    r"\b(?:gold|karats?|rings?|necklaces?|bracelets?|earrings?|jewel\w*|chains?|pendants?|bands?)\b",
    re.IGNORECASE,
)


_TYPE = re.compile(
    r"\b(?:fonts?|typeface|type size|Times|Arial|Calibri|Helvetica|Courier|Garamond|lettering"
    r"|text size|double-spaced|bold|stock|cardstock|paper)\b"
)


def _points(match: Match) -> str | None:
    """Say the points of a game or a loan; of the "16 pt. for cards" nobody knows what they are."""
    if not is_near(match, _POINTS):
        return None
    is_thick = match[0].rstrip(".").endswith("pt") and match["number"] != "1"
    if is_thick and is_near(match, PRINTED):
        return None
    if is_thick and is_near(match, _CARDS):
        raise Unsayable(match[0], "it may be points or how thick a paper is")
    return f"{quantity.say(match['number'])} {'point' if match['number'] == '1' else 'points'}"


_CARDS = re.compile(r"\bcards?\b", re.IGNORECASE)


def _type_size(match: Match) -> str | None:
    """Say the "12-pt" and "12 pt" of a font."""
    if not is_near(match, _TYPE):
        return None
    return f"{numbers.decimal(match['number'])}{match['joint'] or ' '}point"


def _karat(match: Match) -> str | None:
    """Say "14k gold" and "a ring of 18K"."""
    if not is_near(match, _GOLD):
        return None
    return f"{numbers.decimal(match[0][:-1])} karat"


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write points and karats."""
    make = FormMaker("point")
    return (
        make(
            rf"(?P<number>{DEC}) ?pts?\b{DOT}",
            _points,
            Sure.CUE,
        ),
        make(r"(?P<number>\d{1,2})(?P<joint>[ -]?)pt\b\.?", _type_size),
        make(r"(?:9|10|14|18|20|21|22|24)[kK](?![\w-])", _karat),
    )
