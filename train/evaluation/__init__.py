"""What a model has learnt of roles, voices and turns, on dialogues that it never trained on."""

from __future__ import annotations

from typing import TypeAlias

Values: TypeAlias = dict[str, float | None]
"""Scores by name; None is what could not be measured."""
