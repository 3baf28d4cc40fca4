"""``datagen exam``: make an exam, put it to a model, score what it answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datagen.cli.options import RECIPE, adding
from datagen.cli.terminal import echo
from datagen.types import UserError

if TYPE_CHECKING:
    from datagen.exam.examinees.base import Examinee
    from datagen.exam.hearing import Ear

_FOLDER = click.Path(path_type=Path, file_okay=False)
_EXAM = click.option(
    "--exam", type=_FOLDER, default="exam", show_default=True, help="The exam's folder."
)
_TRACK = click.option(
    "--track", "tracks", multiple=True, help="Only this track; may be given often. [default: all]"
)
_LIMIT = click.option("--limit", type=click.IntRange(1), help="At most this many of each track.")


@click.group()
def exam() -> None:
    """Examine a model: role adherence and turn-taking, on roles that training never sees.

    \b
    datagen exam build                          voice 900 items into ./exam
    datagen exam run --folder OUTPUTS           take answers that a model has given
    datagen exam score answers                  tables beside published figures
    """


@exam.command()
@adding(*RECIPE)
@click.option("--out", type=_FOLDER, default="exam", show_default=True)
@_TRACK
def build(
    recipe: str, overrides: tuple[str, ...], seed: int | None, out: Path, tracks: tuple[str, ...]
) -> None:
    """Voice the exam's items with the speech backend of a recipe.

    350 single questions to fifty roles (Q0 to Q6), 50 tasks, and the tracks of turn-taking.
    """
    from rich.progress import Progress

    from datagen.config import Recipe
    from datagen.exam.build import build as make

    loaded = Recipe.load("service", recipe, overrides, seed)
    with Progress(console=_console(), transient=True) as bars:
        task = bars.add_task("items", total=None)
        header = make(
            out, loaded, tracks, lambda done, of: bars.update(task, completed=done, total=of)
        )
    stand_in = ", voiced by a stand-in" if header.stand_in else ""
    echo(f"{out}: {header.items} items, version {header.version}, {header.hash[:12]}{stand_in}")


@exam.command()
@_EXAM
@click.option("--out", type=_FOLDER, default="answers", show_default=True)
@click.option("--command", help="Ask by a command for each item; it holds {audio} {role} {out} …")
@click.option("--folder", type=_FOLDER, help="Take answers that are there: ID.wav, ID.json.")
@click.option("--model", help="What to call the model. [default: how it is asked]")
@click.option("--at-once", type=click.IntRange(1), default=1, show_default=True)
@click.option("--timeout", type=float, default=600.0, show_default=True, help="Seconds an item.")
@click.option("--seed", type=int, default=0, show_default=True)
@_TRACK
@_LIMIT
def run(
    exam: Path,
    out: Path,
    command: str | None,
    folder: Path | None,
    model: str | None,
    at_once: int,
    timeout: float,
    seed: int,
    tracks: tuple[str, ...],
    limit: int | None,
) -> None:
    """Put the exam to a model; what is answered already is kept."""
    from rich.progress import Progress

    from datagen.exam.answers import Answers
    from datagen.exam.ask import ask
    from datagen.exam.items import Exam

    opened = Exam(exam)
    items = opened.chosen(tracks, limit)
    examinee = _examinee(command, folder, at_once, timeout, seed)
    answers = Answers.begin(
        out, opened, model or examinee.name, examinee.name, dict(examinee.settings)
    )
    with Progress(console=_console(), transient=True) as bars:
        task = bars.add_task("items", total=len(items))
        counts = ask(
            opened, items, examinee, answers, lambda n, _, of: bars.update(task, completed=n)
        )
    echo(
        f"{out}: {counts['answered']} answered, {counts['kept']} kept, {counts['failed']} failed"
        f" of {len(items)}"
    )
    if counts["failed"]:
        raise SystemExit(1)


def _examinee(
    command: str | None, folder: Path | None, at_once: int, timeout: float, seed: int
) -> Examinee:
    if (command is None) == (folder is None):
        raise UserError("give one way to ask the model: --command or --folder")
    if command is not None:
        from datagen.exam.examinees.command import Command

        return Command(command, seed=seed, timeout=timeout, at_once=at_once)
    from datagen.exam.examinees.finished import Finished

    assert folder is not None
    return Finished(folder)


@exam.command()
@click.argument("answers", type=_FOLDER)
@_EXAM
@click.option(
    "--ear",
    type=click.Choice(["own", "whisper"]),
    default="own",
    show_default=True,
    help="Whose words are scored: the model's own text, or what Whisper hears.",
)
@click.option(
    "--whisper", default="base.en", show_default=True, help="A folder, or a model's name."
)
@click.option("--transcripts", type=_FOLDER, help="Words made elsewhere: ID.json with chunks.")
@click.option("--vad", type=click.Choice(["energy", "silero"]), default="energy", show_default=True)
@click.option("--compare", type=_FOLDER, help="Answers of another model, scored before.")
@click.option("--json", "as_json", is_flag=True, help="Print scores.json.")
@_TRACK
@_LIMIT
def score(
    answers: Path,
    exam: Path,
    ear: str,
    whisper: str,
    transcripts: Path | None,
    vad: str,
    compare: Path | None,
    as_json: bool,
    tracks: tuple[str, ...],
    limit: int | None,
) -> None:
    """Score ANSWERS: tables in the papers' shape, ANSWERS/scores.json."""
    from rich.progress import Progress

    from datagen.exam import tables
    from datagen.exam.answers import Answers
    from datagen.exam.hearing import by_energy, by_silero
    from datagen.exam.items import Exam
    from datagen.exam.score import score as score_all
    from datagen.storage import atomic

    opened, given = Exam(exam), Answers.open(answers)
    detect = by_silero() if vad == "silero" else by_energy
    items = opened.chosen(tracks, limit)
    with Progress(console=_console(), transient=True) as bars:
        task = bars.add_task("items", total=len(items))
        scores = score_all(
            opened,
            given,
            items,
            _ear(ear, whisper, transcripts),
            detect,
            lambda done, of: bars.update(task, completed=done),
        )
    result: dict[str, Any] = {
        "exam": opened.header.model_dump(),
        "model": given.header.model,
        "ear": "transcripts" if transcripts else ear,
        "vad": vad,
        **tables.summary(scores),
        "scored": [item.model_dump(exclude_defaults=False) for item in scores.items],
    }
    with atomic(answers / "scores.json") as file:
        file.write((json.dumps(result, indent=1, ensure_ascii=False) + "\n").encode())
    if as_json:
        click.echo(json.dumps(result, indent=1, ensure_ascii=False))
        return
    echo(f"{given.header.model}: {len(scores.items)} of {len(items)} items answered")
    for line in tables.lines(result):
        echo(line)
    if compare is not None:
        other = _scored(compare)
        echo(f"\n{given.header.model} less {other['model']}, item by item (exchange test)")
        for line in tables.compare(result, other):
            echo(line)


def _scored(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / "scores.json").read_text("utf-8"))
    except OSError as error:
        raise UserError(f"{folder} is not scored yet: `datagen exam score {folder}`") from error
    return found


def _ear(ear: str, model: str, folder: Path | None) -> Ear:
    from datagen.exam import hearing

    if folder is not None:
        return hearing.transcripts(folder)
    return hearing.whisper(model) if ear == "whisper" else hearing.own_text


def _console() -> Any:
    from rich.console import Console

    return Console(stderr=True)
