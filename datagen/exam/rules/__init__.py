"""Scoring rules of published exams, each in its own words and two modes.

Channels (words and stretches of speech, in seconds) -> numbers. A rule whose published code differs
from its paper, or has a fault, is there *as published*, for published figures, and *corrected*.
"""
