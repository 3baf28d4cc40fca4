"""Moves of chess and calls of a game: "Nf3", "e4", "O-O", "Qxd5+"."""

from __future__ import annotations

import re

from datagen.text import numbers
from datagen.text.form import Form, FormMaker, Match, Sure, is_near
from datagen.text.locales import Locale
from datagen.text.quantity import DEC

TOLD = (
    "A square of the board, perhaps after a piece, where a word near it plays chess; dice and hit"
    " points where somebody rolls or fights."
)
EXAMPLES = (
    ("In chess, e4 e5 is common.", "In chess, E four E five is common."),
    ("Roll a d20 first.", "Roll a D twenty first."),
    ("That goblin has 7 HP left.", "That goblin has seven hit points left."),
    ("White played Nf3 here.", "White played knight F three here."),
)
_CHESS = re.compile(
    r"\b(?:chess|pawns?|knights?|bishops?|rooks?|queens?|kings?|castl\w+|White|Black|openings?|gambit"
    r"|checkmate|mate|defense|squares?|Sicilian|board)\b"
)
_ROLLED = re.compile(
    r"\b(?:roll\w*|dic?e|modifiers?|damage|saving throws?|initiative|D&D|attack\w*|hit points|spell"
    r"|dungeon|skill check|AC|fireball|advantage)\b",
    re.IGNORECASE,
)
_FOUGHT = re.compile(
    r"\b(?:goblins?|orcs?|dragons?|damage|heal\w*|potions?|boss|trolls?|wizards?|fighters?|clerics?"
    r"|monsters?|paladins?|rogues?|kobolds?|skeletons?|zombies?|ogres?|barbarian|bard|druid|d20|elf"
    r"|character|sword|spell|Pok[eé]mon|Pikachu|hit for|player|XP|mana)\b"
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


_LINED_UP = re.compile(
    r"\b(?:soccer|formations?|wingers?|midfield\w*|strikers?|full-?backs?|wing-?backs?"
    r"|back (?:line|four)|center backs?|defenders?)\b"
)
"""What stands beside the rows of a team: "a 4-4-2"."""


def _dice(match: Match) -> str | None:
    """Say "a d20" and "2d6" where somebody rolls."""
    if not is_near(match, _ROLLED):
        return None
    count = f"{numbers.cardinal(int(match['count']))} " if match["count"] else ""
    return f"{count}D {numbers.cardinal(int(match['sides']))}"


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
            r"(?P<count>[1-9]\d?)?d(?P<sides>4|6|8|10|12|20|100)(?![\w-]|\.\d)",
            _dice,
            Sure.CERTAIN,
        ),
        make(
            rf"(?P<count>{DEC}) ?(?:HP|hp)(?![\w-])",
            lambda m: f"{numbers.decimal(m['count'])} hit points" if is_near(m, _FOUGHT) else None,
            Sure.CERTAIN,
        ),
        make(
            r"[3-5]-[1-5]-[1-5](?:-[1-3])?(?![\w-])",
            lambda m: (
                " ".join(numbers.cardinal(int(part)) for part in m[0].split("-"))
                if is_near(m, _LINED_UP, 64, 64)
                else None
            ),
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
