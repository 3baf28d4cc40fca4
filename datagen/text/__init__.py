"""Written text -> what is said: US English by class, and nothing that has to be guessed."""

from datagen.text.spoken import speak

__all__ = ["speak"]
