"""Written text -> what is said: English by class, and nothing that has to be guessed."""

from datagen.text.form import Unsayable
from datagen.text.locales import LOCALES
from datagen.text.spoken import heard, one_stop, pieces, speak, spelling_problems, unsayable

VERSION = "12"
"""Raised when what is said of a written form, or whether it is refused, changes."""

__all__ = [
    "LOCALES",
    "VERSION",
    "Unsayable",
    "heard",
    "one_stop",
    "pieces",
    "speak",
    "spelling_problems",
    "unsayable",
]
