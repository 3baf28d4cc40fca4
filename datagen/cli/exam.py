"""``datagen exam``: make an exam, put it to a model, score what it answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from datagen.cli.options import RECIPE, adding
from datagen.cli.place import run_folder
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
    from datagen.config import Recipe
    from datagen.exam.build import build as make

    loaded = Recipe.load("service", recipe, overrides, seed)
    with _bar("items", None) as tell:
        header = make(out, loaded, tracks, tell)
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
    from datagen.exam.answers import Answers
    from datagen.exam.ask import ask
    from datagen.exam.items import Exam

    opened = Exam(exam)
    items = opened.chosen(tracks, limit)
    examinee = _examinee(command, folder, at_once, timeout, seed)
    answers = Answers.begin(
        out, opened, model or examinee.name, examinee.name, dict(examinee.settings)
    )
    with _bar("items", len(items)) as tell:
        counts = ask(opened, items, examinee, answers, tell)
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
    from datagen.exam.examinees.finished import FinishedAnswers

    assert folder is not None
    return FinishedAnswers(folder)


@exam.command()
@click.argument("answers", type=run_folder)
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
@click.option("--judge", metavar="MODEL", help="Have a language model grade the answers, too.")
@click.option("--judge-url", default="http://127.0.0.1:8000/v1", show_default=True)
@click.option("--judge-key-env", default="OPENAI_API_KEY", show_default=True)
@click.option("--judges-at-once", type=click.IntRange(1, 256), default=8, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print scores.json.")
@_TRACK
@_LIMIT
def score(
    answers: str,
    exam: Path,
    ear: str,
    whisper: str,
    transcripts: Path | None,
    vad: str,
    compare: Path | None,
    judge: str | None,
    judge_url: str,
    judge_key_env: str,
    judges_at_once: int,
    as_json: bool,
    tracks: tuple[str, ...],
    limit: int | None,
) -> None:
    """Score ANSWERS: tables in the papers' shape, ANSWERS/scores.json.

    ANSWERS may be a run, too: its agent is then scored as if it were the model.
    """
    from datagen.exam import result as results
    from datagen.exam import tables
    from datagen.exam.answers import HEADER, Answers
    from datagen.exam.hearing import by_energy, by_silero
    from datagen.exam.items import Exam

    if not (Path(answers) / HEADER).exists():
        _score_run(answers, limit, as_json)
        return
    opened, given = Exam(exam), Answers.open(Path(answers))
    items = opened.chosen(tracks, limit)
    detect = by_silero() if vad == "silero" else by_energy
    listener = _ear(ear, whisper, transcripts)
    with _bar("items", len(items)) as tell:
        result = results.by_rules(opened, given, items, listener, detect, tell)
    result |= {"ear": "transcripts" if transcripts else ear, "vad": vad}
    if judge is not None:
        spec = results.JudgeSpec(judge, judge_url, judge_key_env, judges_at_once)
        with _bar("judged", None) as tell:
            result |= results.by_judge(spec, given, items, result, tell)
    results.write(given.folder, result)
    if as_json:
        click.echo(results.text(result))
        return
    echo(f"{given.header.model}: {result['items']} of {len(items)} items answered")
    for line in tables.lines(result):
        echo(line)
    if compare is not None:
        other = results.read(compare)
        echo(f"\n{given.header.model} less {other['model']}, item by item (exchange test)")
        for line in tables.compare(result, other):
            echo(line)


def _score_run(run: str, limit: int | None, as_json: bool) -> None:
    from datagen.exam import tables
    from datagen.exam.own_data import score_run

    result = score_run(run, limit)
    if as_json:
        click.echo(json.dumps(result, indent=1))
        return
    for line in tables.run_lines(result):
        echo(line)


@contextmanager
def _bar(name: str, total: int | None) -> Iterator[Callable[[int, int], None]]:
    """Show progress; yield what is told how far it is."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(name, total=total)
        yield lambda done, of: bars.update(task, completed=done, total=of)


def _ear(ear: str, model: str, folder: Path | None) -> Ear:
    from datagen.exam import hearing

    if folder is not None:
        return hearing.transcripts(folder)
    return hearing.whisper(model) if ear == "whisper" else hearing.own_text
