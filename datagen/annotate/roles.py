"""What the model is told of each side, by rule: the least that is so of any conversation."""

from __future__ import annotations

from datagen.annotate.calls import AnnotatedCall, Piece
from datagen.annotate.rows import RoleText

MINIMAL = "You enjoy having a good conversation."
"""PersonaPlex's prompt of the minimal level."""


def roles_of(call: AnnotatedCall, piece: Piece) -> RoleText:
    """Return the roles of a piece."""
    return RoleText(level="minimal", agent=MINIMAL, user=MINIMAL, writer="transcript")
