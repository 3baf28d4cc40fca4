"""``datagen exam ablation``: how much of the data does how much, beside the paper's table 5."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from datagen.cli.exam_options import EXAM, FOLDER, LIMIT, TRACK, bar, sound_ears
from datagen.cli.stopping import stoppable
from datagen.cli.terminal import echo
from datagen.types import UserError


@click.command()
@click.argument("shares", nargs=-1, metavar="[SHARE=ANSWERS...]")
@click.option("--train", "config", metavar="CONFIG", help="Train on each share of --run first.")
@click.option("--run", "data", help="With --train: the run whose shards are shared out.")
@click.option("--set", "overrides", multiple=True, metavar="a.b=v", help="A setting of --train.")
@click.option("--share", type=click.IntRange(0, 100), multiple=True, help="[default: 0 25 50 100]")
@click.option("--trainer", default="python -m train", show_default=True)
@click.option("--batch", type=click.IntRange(1), default=16, show_default=True)
@click.option("--out", type=FOLDER, default="ablation", show_default=True)
@click.option("--likeness", type=click.Choice(["resemblyzer", "wavlm"]), multiple=True)
@click.option("--wavlm", default="microsoft/wavlm-base-plus-sv", show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@EXAM
@TRACK
@LIMIT
def ablation(
    shares: tuple[str, ...],
    config: str | None,
    data: str | None,
    overrides: tuple[str, ...],
    share: tuple[int, ...],
    trainer: str,
    batch: int,
    out: Path,
    likeness: tuple[str, ...],
    wavlm: str,
    seed: int,
    exam: Path,
    tracks: tuple[str, ...],
    limit: int | None,
) -> None:
    """Show what models score by the share of data they were trained on, beside the paper's table 5.

    With --train, each share is trained on, examined and scored first; what is there is kept.

    \b
    datagen exam ablation 0=answers-0 25=answers-25 50=answers-50 100=answers-100
    datagen exam ablation --train small --run RUN --trainer ".venv-train/bin/python -m train"
    """
    from datagen.exam import ablation as table

    if bool(shares) == (config is not None):
        raise UserError("give SHARE=ANSWERS of models that were scored, or --train CONFIG")
    if config is None:
        scored = _scored(shares)
    else:
        if data is None:
            raise UserError("--train needs --run, the run whose shards are shared out")
        plan = table.AblationPlan(
            config=config,
            overrides=overrides,
            run=str(Path(data).resolve()),
            out=out.resolve(),
            trainer=trainer,
            batch=batch,
            seed=seed,
        )
        ears = sound_ears(likeness, wavlm, None, None)
        scored = _trained(plan, share or table.SHARES, exam, tracks, limit, ears)
    for line in table.lines(scored):
        echo(line)


def _scored(shares: tuple[str, ...]) -> dict[int, Any]:
    """Read scores that are there."""
    from datagen.exam import result as results

    scored = {}
    for given in shares:
        share, equals, folder = given.partition("=")
        if not equals or not share.isdecimal() or int(share) > 100:
            raise UserError(f"{given}: give a share in per cent and answers, e.g. 25=answers-25")
        scored[int(share)] = results.read(Path(folder))
    return scored


def _trained(
    plan: Any,
    shares: tuple[int, ...],
    exam: Path,
    tracks: tuple[str, ...],
    limit: int | None,
    ears: Any,
) -> dict[int, Any]:
    """Train, examine and score each share."""
    from datagen.exam import ablation as table
    from datagen.exam.hearing import by_energy, own_text
    from datagen.exam.items import Exam

    opened = Exam(exam)
    items = opened.chosen(tracks, limit)
    scored = {}
    with stoppable():
        for share in shares:
            if share:
                echo(f"training on {share} %", err=True)
                table.train_share(plan, share)
            with bar(f"{share} %", len(items)) as tell:
                answers = table.examine(plan, share, opened, items, tell)
            scored[share] = table.score_share(answers, opened, items, own_text, by_energy, ears)
    return scored
