"""Moves of chess and calls of a game: "Nf3", "e4", "O-O", "Qxd5+"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, Sure, is_near
from datagen.text.locales import Locale

TOLD = "A square of the board, perhaps after a piece, where a word near it plays chess."
EXAMPLES = (
    ("In chess, e4 e5 is common.", "In chess, E four E five is common."),
    ("White played Nf3 here.", "White played knight F three here."),
)
_CHESS = re.compile(
    r"\b(?:chess|pawns?|knights?|bishops?|rooks?|queens?|kings?|castl\w+|White|Black|openings?|gambit"
    r"|checkmate|mate|defense|squares?|Sicilian|board)\b"
)
_PIECES = {"K": "king", "Q": "queen", "R": "rook", "B": "bishop", "N": "knight"}
_ENDS = {"+": " check", "#": " mate"}


def _move(match: Match) -> str | None:
    """Say "Nf3", "exd5" and "Qh5+"."""
    if not is_near(match, _CHESS, 64, 64):
        return None
    piece = _PIECES.get(match["piece"], match["piece"].upper())
    takes = "takes" if match["takes"] else ""
    square = f"{match['file'].upper()} {numbers.cardinal(int(match['rank']))}"
    said = " ".join(part for part in (piece, takes, square) if part)
    return said + _ENDS.get(match["end"], "")


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the ways to write a move."""
    make = FormMaker("game")
    return (
        make(
            r"(?P<piece>[KQRBN]?|[a-h](?=x))(?P<takes>x?)(?P<file>[a-h])(?P<rank>[1-8])(?P<end>[+#]?)"
            r"(?![\w-])",
            _move,
            Sure.CUE,
        ),
        make(
            r"O-O(?P<long>-O)?(?![\w-])",
            lambda m: (
                f"castle {'queen' if m['long'] else 'king'}side"
                if is_near(m, _CHESS, 64, 64)
                else None
            ),
        ),
    )
