"""``datagen spoken``: what is said of written lines, or the word that cannot be said."""

from __future__ import annotations

from typing import TextIO

import click


@click.command()
@click.argument("file", type=click.File(encoding="utf-8", errors="strict"))
@click.option("--locale", default="en-US", help="en-US or en-GB. [default: en-US]")
def spoken(file: TextIO, locale: str) -> None:
    """Say what is said of each line of FILE (- for standard input), a line for a line.

    A line with a word that cannot be said for certain becomes "!unsayable WORD".
    """
    from datagen.text import LOCALES, Unsayable, speak
    from datagen.types import UserError

    if locale not in LOCALES:
        raise UserError(f"--locale {locale!r}: there are {' and '.join(sorted(LOCALES))}")
    try:
        for line in file:
            try:
                click.echo(speak(line.rstrip("\n"), locale=locale))
            except Unsayable as problem:
                click.echo(f"!unsayable {_visible(problem.word)}")
    except UnicodeDecodeError as error:
        raise UserError(f"{file.name}: it is not UTF-8 text ({error.reason})") from None


def _visible(word: str) -> str:
    """Return a word with what a terminal would obey written out."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in word
    )
