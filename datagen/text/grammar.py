"""The grammar table of the manual, made from the classes: `python -m datagen.text.grammar`."""

from __future__ import annotations

from datagen.text.classes import CLASSES

_HEAD = """# Spoken forms

What is written in a turn, and what is said for it. Each row is a class of written things: what
tells it from the others, and examples, which are tests. At each place of a text the longest reading
wins, and among those the surest: a shape that means nothing else, then a word beside it, then what
the shape usually means. What has no reading, or two that say different things and are as long and
as sure, is *unsayable*: `datagen spoken` answers `!unsayable WORD`, a model's turn goes back with
the word, a line of a pack is an error. No digit and no sign is left or dropped.

    datagen spoken FILE          # or - for standard input; one written line in, one spoken line out
    datagen spoken FILE --locale en-GB

Words are said as they are written; capitals (FAQ, ATM) are left to the voice. Quotes, brackets and
marks without a width go; wide and styled characters are read as common ones. A run of letters
without a vowel is a short form: it is in the table, or it is refused. This page is made from
`datagen/text/classes`: `python -m datagen.text.grammar > docs/spoken-forms.md`.

| class | what tells it | written | said |
|---|---|---|---|
"""
_TAIL = """
## Locales

`en-US` is the default. `en-GB` says days first (3/4/2026 is the third of April), "three pounds
fifty", "one hundred and five", and knows pence (50p). A locale is data in `datagen/text/locales`:
currencies, the order of dates, zones; no class knows a country.
"""


def table() -> str:
    """Return the page of the manual."""
    rows = []
    for module in CLASSES:
        name = module.__name__.rpartition(".")[2]
        for place, (written, said) in enumerate(module.EXAMPLES):
            head = (name, module.TOLD) if not place else ("", "")
            cells = (*head, written, said)
            rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return _HEAD + "\n".join(rows) + "\n" + _TAIL


if __name__ == "__main__":
    print(table(), end="")
