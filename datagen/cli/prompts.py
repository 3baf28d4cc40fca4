"""``datagen prompts``: what authors write is checked, and described for their editors."""

from __future__ import annotations

from pathlib import Path

import click

from datagen.cli.terminal import echo

_FORMS = ("world", "lessons", "small-talk", "names", "held-out", "exemplars", "acts", "wording")
MOST = 20
"""Problems that are printed of a file."""


@click.group()
def prompts() -> None:
    """Check worlds, lessons and the other files of prompts/, or print their JSON Schema."""


@prompts.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--form", type=click.Choice(_FORMS), help="[default: by the file's name or folder]")
def check(files: tuple[Path, ...], form: str | None) -> None:
    """Check FILES, or all that ship: what they must hold, and the rules of their kind.

    Prints a line a problem, with file, line and topic, and exits with 1. `python -m
    datagen.scripting.world NAME` goes on from there: it composes calls from a world and has the
    checker of claims read them.
    """
    from datagen.scripting.prompt_files import FORMS, form_of, shipped

    chosen = (
        [(FORMS[form] if form else form_of(path), path) for path in files]
        if files
        else list(shipped())
    )
    wrong = 0
    for kind, path in chosen:
        problems = kind.problems(path)
        wrong += bool(problems)
        for problem in problems[:MOST]:
            echo(problem)
        if len(problems) > MOST:
            echo(f"{path}: and {len(problems) - MOST} more")
    if wrong:
        echo(f"{wrong} of {len(chosen)} files are not as they must be", err=True)
        raise SystemExit(1)
    echo(f"{len(chosen)} files are as they must be")


@prompts.command()
@click.argument("form", type=click.Choice(_FORMS))
def schema(form: str) -> None:
    """Print the JSON Schema of a kind of file, for an editor.

    In VS Code with the YAML extension: write it to a file, and begin yours with
    "# yaml-language-server: $schema=FILE".
    """
    import json

    from datagen.scripting.prompt_files import FORMS

    click.echo(json.dumps(FORMS[form].schema(), indent=1))
