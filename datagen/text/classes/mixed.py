"""Words with a capital inside that are not said as they are written: "mRNA", "DoD", "DnD"."""

from __future__ import annotations

from datagen.text.form import Form, FormMaker, Match, any_of
from datagen.text.locales import Locale
from datagen.text.mixed import SAID, SPELLED

TOLD = (
    "A table of words said by letter or as something else. A word whose humps are words is left to"
    " the voice (PowerPoint, iPhone); another one is refused."
)
EXAMPLES = (
    ("The mRNA leaves the nucleus.", "The M R N A leaves the nucleus."),
    ("The DoD funds it.", "The D O D funds it."),
    ("They play DnD on Fridays.", "They play D and D on Fridays."),
    ("It's a PowerPoint on my iPad.", "It's a PowerPoint on my iPad."),
)


def _spelled(match: Match) -> str:
    letters = match["letters"]
    several = "s" if letters[-1] == "s" else ""
    return " ".join(letters.removesuffix(several).upper()) + several


def forms(locale: Locale) -> tuple[Form, ...]:
    """Return the words that have a capital inside."""
    make = FormMaker("mixed")
    end = r"(?![\w&+-]|[./]\w)"
    return (
        make(
            rf"(?P<letters>(?:m|t|r|c|g|e|si|sg|sn|nc|lnc|ss|ds|mt|cf)(?:RNA|DNA)s?){end}",
            _spelled,
        ),
        make(rf"(?P<letters>{any_of(SPELLED)}){end}", _spelled),
        make.words(SAID, end),
    )
