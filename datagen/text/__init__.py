"""Written text -> what is said: English by class, and nothing that has to be guessed."""

from datagen.text.form import Unsayable
from datagen.text.locales import LOCALES
from datagen.text.spoken import heard, one_stop, pieces, speak, spelling_problems, unsayable

__all__ = [
    "LOCALES",
    "Unsayable",
    "heard",
    "one_stop",
    "pieces",
    "speak",
    "spelling_problems",
    "unsayable",
]
