"""What somebody supposes, from its words: whether it does, of what, and whether it can be so.

line, right value, supposed value --contradicts--> whether it is wrong
"""

from __future__ import annotations

import re

from datagen.scripting.content.values import Value, measure

_SUPPOSES = re.compile(
    r", (?:right|is that okay|isn't it|aren't they|won't (?:they|it)"
    r"|(?:will|won't|do|don't|would|wouldn't|could|couldn't) (?:you|we)"
    r"|doesn't (?:it|that)|does (?:it|that)|is that covered)\?$|^Do I |, do I "
)
"""How a wish ends, or begins, that is no request."""
_POINTS = re.compile(
    r"[^,{]*\b(?:it|its|they|them|their|this|that|these|those|one|ones)\b"
    r"(?!(?:'s|'ll be| is| was| costs?| takes?)? \{\w+\}[^,?]* (?:for|to|if|on|off|before|after|in"
    r"|with|without|abroad|between)\b)",
    re.IGNORECASE,
)
"""How a line begins that says something of what has been spoken of: "it starts at five, right?",
and not "it's $5 for a child seat"."""
_BOUNDS = (
    (r"\bmore than \{|\bat most\b", False),
    (r"\b(?:I|we) have \{|\b(?:again|can|come back|redo|remake|replaced)\b[^{]*\bwithin \{", True),
    (r"\{\w+\} (?:before|ahead|early|in advance)\b", False),
    (r"\bcan\b[^{]*\b(?:at|from|after) \{", False),
    (r"^(?!.*\b(?:has|have|should|need) to\b)[^{]*\b(?:with)?in \{", False),
    (r"\b(?:I|we|they|you|roof|it) can\b|\b(?:I|we) have until \{|\bI've got\b|\bup to \{", True),
)
"""What a supposition holds of what is allowed or promised, and whether who is wrong about it
supposes more than is so, or less: "I can be half an hour late, right?" is right where it may be an
hour. The first that fits decides."""
_BOUND = tuple((re.compile(pattern, re.IGNORECASE), is_more) for pattern, is_more in _BOUNDS)
_FAR = (" miles", " blocks")


def supposes(line: str) -> bool:
    """Tell whether a wish is put as if it were so: "that's not possible" does not answer that."""
    return _SUPPOSES.search(line) is not None


def refers_back(line: str) -> bool:
    """Tell whether a line says something of what has been spoken of, and does not name it."""
    return _POINTS.match(line) is not None


def contradicts(line: str, right: Value, supposed: Value) -> bool:
    """Tell whether what somebody supposes cannot be so: half an hour may be, where an hour may."""
    so, said = measure(right), measure(supposed)
    if so is None or said is None:
        return True
    is_far = right.written.endswith(_FAR)
    is_more = True if is_far else next((more for form, more in _BOUND if form.search(line)), None)
    return is_more is None or (said > so) == is_more
