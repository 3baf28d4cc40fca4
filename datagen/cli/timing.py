"""``datagen timing``: fit turn-taking to recordings and votes, and look at a run's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from datagen.cli.place import run_folder
from datagen.cli.terminal import echo

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_FILE_OR_RUN = click.Path(path_type=Path, exists=True)
_OUT = click.Path(path_type=Path, dir_okay=False)


@click.group()
def timing() -> None:
    """Fit turn-taking to recordings or to votes, and compare a run with people."""


@timing.command()
@click.argument("recordings", nargs=-1, required=True, type=_FILE_OR_RUN)
@click.option("--out", required=True, type=_OUT, help="The preset to write (.yaml).")
@click.option("--base", default="service", show_default=True, help="The preset for all the rest.")
@click.option("--agent", help="The speaker (RTTM) or channel (CTM) to be the agent.")
def fit(recordings: tuple[Path, ...], out: Path, base: str, agent: str | None) -> None:
    """Write a preset whose offsets and pauses are those of RECORDINGS.

    RTTM, CTM, or WAV, FLAC, OGG, SPHERE with one speaker on each channel; or a run's folder, such
    as one of `datagen annotate`. Use the preset with --set timeline.preset=FILE.
    """
    from datagen import assets
    from datagen.config import merge, read_yaml
    from datagen.timing.fit import Intervals
    from datagen.timing.fit import fit as find
    from datagen.timing.preset import check_preset
    from datagen.timing.recordings import Recorded, read
    from datagen.timing.run_spells import read_run_spells
    from datagen.types import UserError

    _check_name(out)
    intervals, num_conversations, num_left_out = Intervals(), 0, 0
    for path in recordings:
        try:
            recorded = read_run_spells(path) if path.is_dir() else read(path, agent)
        except UserError as error:
            if len(recordings) == 1:
                raise
            recorded = Recorded(left_out=[str(error)])
        for spells in recorded.conversations.values():
            intervals.add(spells)
            num_conversations += 1
        for reason in recorded.left_out:
            echo(f"left out: {reason}", err=True)
            num_left_out += 1
    if not num_conversations:
        raise UserError(f"none of the {len(recordings)} recordings can be used")
    found = find(intervals)
    counts = {speaker: len(offsets) for speaker, offsets in intervals.offsets.items()}
    comment = (
        f"# Offsets and pauses fitted to {num_conversations:,} conversations"
        f" ({counts['agent']:,} transfers to the agent, {counts['user']:,} to the user,"
        f" {len(intervals.pauses):,} pauses);\n# all else as in the preset {base}."
    )
    preset = merge(read_yaml(assets.find("pipelines/timeline", base)), found)
    check_preset(preset, "the fitted preset (are the times in seconds?)")
    _write(out, comment, preset)
    left = f" ({num_left_out} of {num_conversations + num_left_out} conversations left out)"
    echo(f"wrote {out}{left if num_left_out else ''}")


@timing.command()
@click.argument("votes", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--out", required=True, type=_OUT, help="The coefficients to write (.yaml).")
def calibrate(votes: Path, out: Path) -> None:
    """Fit the rules for slots to human VOTES, and say how well they do on held-out ones.

    VOTES is a folder as DuplexGen publishes it: text_dialogue_SCENARIO/{train,test}/*.json. Use
    the file with --set timeline.overrides.floor='{use: rules, options: {coefficients: FILE}}'.
    """
    from datagen.backends.floor import rules
    from datagen.backends.floor import votes as human

    _check_name(out)
    train, test = human.read(votes, "train"), human.read(votes, "test")
    found = human.fit(train)
    guesses = {
        "these rules": lambda features: rules.odds(features, found),
        "a context-free rate": human.rate(train),
        "uniform": human.uniform,
    }
    comment = f"# Fitted to votes on {len(train):,} places by datagen timing calibrate."
    _write(out, comment, {name: weights.model_dump() for name, weights in found.items()})
    echo(f"KL from the votes on {len(test):,} held-out places, in nats:")
    for name, guess in guesses.items():
        echo(f"  {name:<20} {human.divergence(test, guess):.4f}")
    echo(f"wrote {out}")


@timing.command()
@click.argument("run", type=run_folder)
@click.option("--out", type=_OUT, help="Also draw the offsets to this PNG.")
def compare(run: str, out: Path | None) -> None:
    """Listen to RUN and compare its turn-taking with people's."""
    from datagen.audit import audit
    from datagen.audit.human_baseline import table
    from datagen.audit.plot import drawing, plot

    if out is not None:
        drawing()  # before a run is listened to for minutes
    totals = audit(run, deep=True).totals
    echo("\n".join([*table(totals), "", *totals.interplay.lines()]))
    if out is not None:
        plot(totals, out)
        echo(f"wrote {out}")


def _check_name(out: Path) -> None:
    """Raise UserError if a recipe could not name a file."""
    from datagen.types import UserError

    if out.suffix != ".yaml":
        raise UserError(f"--out {out}: the name must end in .yaml, so that a recipe can name it")


def _write(out: Path, comment: str, data: dict[str, Any]) -> None:
    """Write settings as YAML under a comment."""
    import yaml

    from datagen.storage import atomic
    from datagen.types import UserError

    text = yaml.safe_dump(data, sort_keys=False)
    try:
        with atomic(out) as file:
            file.write(f"{comment}\n{text}".encode())
    except OSError as error:
        raise UserError(f"{out} cannot be written ({error.strerror})") from error
