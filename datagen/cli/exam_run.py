"""``datagen exam run``: put an exam to a model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from datagen.cli.exam_options import EXAM, FOLDER, LIMIT, TRACK, bar
from datagen.cli.stopping import stoppable
from datagen.cli.terminal import echo
from datagen.types import UserError

if TYPE_CHECKING:
    from datagen.exam.examinees.base import Examinee

_ABOVE_0 = click.FloatRange(min=0, min_open=True)


@click.command()
@EXAM
@click.option("--out", type=FOLDER, default="answers", show_default=True)
@click.option("--command", help="Ask by a command for each item; it holds {audio} {role} {out} …")
@click.option("--folder", type=FOLDER, help="Take answers that are there: ID.wav, ID.json.")
@click.option("--moshi", metavar="URL", help="Ask a Moshi or PersonaPlex server: ws://HOST:8998.")
@click.option("--realtime", metavar="URL", help="Ask a server of the OpenAI Realtime protocol.")
@click.option(
    "--checkpoint",
    type=FOLDER,
    help="Ask what `python -m train` trained: OUT, or a step's folder.",
)
@click.option("--run", "data", help="With --checkpoint: the run it was trained on.")
@click.option("--batch", type=click.IntRange(1), default=16, show_default=True)
@click.option(
    "--trainer",
    default="python -m train",
    show_default=True,
    help="With --checkpoint: the trainer in its own environment.",
)
@click.option("--tokenizer", help="With --checkpoint: a SentencePiece model. [default: the run's]")
@click.option("--key-env", default="OPENAI_API_KEY", show_default=True, help="With --realtime.")
@click.option("--voice", default="", help="With --realtime: the server's name of a voice.")
@click.option(
    "--speed",
    type=_ABOVE_0,
    default=1.0,
    show_default=True,
    help="Of a server: 2 is twice real time.",
)
@click.option("--model", help="What to call the model. [default: how it is asked]")
@click.option("--at-once", type=click.IntRange(1), default=1, show_default=True)
@click.option("--timeout", type=_ABOVE_0, default=600.0, show_default=True, help="Seconds an item.")
@click.option("--seed", type=int, default=0, show_default=True)
@TRACK
@LIMIT
def run(
    exam: Path,
    out: Path,
    command: str | None,
    folder: Path | None,
    moshi: str | None,
    realtime: str | None,
    checkpoint: Path | None,
    data: str | None,
    batch: int,
    trainer: str,
    tokenizer: str | None,
    key_env: str,
    voice: str,
    speed: float,
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
    ways: dict[str, Callable[[], Examinee]] = {}
    if command is not None:
        ways["command"] = lambda: _command(command, seed, timeout, at_once)
    if folder is not None:
        ways["folder"] = lambda: _finished(folder)
    if moshi is not None:
        ways["moshi"] = lambda: _moshi(moshi, speed, seed)
    if realtime is not None:
        ways["realtime"] = lambda: _realtime(realtime, key_env, voice, speed, at_once)
    if checkpoint is not None:
        ways["train"] = lambda: _trained(checkpoint, data, out, trainer, tokenizer, batch, seed)
    if len(ways) != 1:
        raise UserError(
            "give one way to ask the model: --command, --folder, --checkpoint, --moshi or"
            " --realtime"
        )
    examinee = next(iter(ways.values()))()
    answers = Answers.begin(
        out, opened, model or examinee.name, examinee.name, dict(examinee.settings)
    )
    with stoppable(), bar("items", len(items)) as tell:
        counts = ask(opened, items, examinee, answers, tell)
    echo(
        f"{out}: {counts['answered']} answered, {counts['kept']} kept, {counts['failed']} failed"
        f" of {len(items)}"
    )
    if counts["failed"]:
        echo(answers.why_failed(), err=True)
        raise SystemExit(1)


def _command(command: str, seed: int, timeout: float, at_once: int) -> Examinee:
    from datagen.exam.examinees.command import Command

    return Command(command, seed=seed, timeout=timeout, at_once=at_once)


def _finished(folder: Path) -> Examinee:
    from datagen.exam.examinees.finished import FinishedAnswers

    return FinishedAnswers(folder)


def _trained(
    checkpoint: Path,
    run: str | None,
    out: Path,
    trainer: str,
    tokenizer: str | None,
    batch: int,
    seed: int,
) -> Examinee:
    from datagen.exam.examinees.trained import Trained

    if run is None:
        raise UserError("--checkpoint needs --run, the run that the model was trained on")
    work = out / "trained"
    return Trained(
        checkpoint, run, work, trainer=trainer, tokenizer=tokenizer, batch=batch, seed=seed
    )


def _moshi(url: str, speed: float, seed: int) -> Examinee:
    from datagen.exam.examinees.moshi import Moshi

    return Moshi(url, speed=speed, seed=seed)


def _realtime(url: str, key_env: str, voice: str, speed: float, at_once: int) -> Examinee:
    from datagen.exam.examinees.realtime import Realtime

    return Realtime(url, key_env=key_env, voice=voice, speed=speed, at_once=at_once)
