"""What the commands print: text of scripts, voices, journals and servers is seen, never obeyed."""

from __future__ import annotations

import io
import logging
import sys

import click
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment

from datagen.visible import visible


def write_what_can_be() -> None:
    """Have characters that the output's encoding lacks (ASCII, Windows' Latin) written as "?"."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def echo(text: str = "", *, err: bool = False) -> None:
    """Print a text, its control characters shown."""
    click.echo(visible(text).encode(errors="replace").decode(), err=err)


def page(renderable: RenderableType) -> None:
    """Print a page of rich's, whose own styles are the only sequences that reach the terminal."""
    Console().print(Shown(renderable))


class Shown:
    """A renderable whose text has its control characters shown."""

    def __init__(self, renderable: RenderableType) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the segments, with visible text."""
        for segment in console.render(self._renderable, options):
            shown = segment.text if segment.control else visible(segment.text)
            yield Segment(shown, segment.style, segment.control)


class VisibleFormatter(logging.Formatter):
    """Warnings with their control characters shown."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record's line."""
        return visible(super().format(record))
