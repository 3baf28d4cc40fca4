"""``datagen manifest``: what a finished set holds, to be checked in, compared and verified."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from datagen.cli.place import run_folder
from datagen.cli.terminal import echo

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("run", type=run_folder, required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The manifest, a .json file; its card is beside it, in .md. [default: manifests/NAME.json,"
    " NAME from RUN]",
)
@click.option("--verify", type=_FILE, metavar="FILE", help="Check that RUN is what FILE says.")
@click.option(
    "--diff", type=_FILE, nargs=2, metavar="FILE FILE", help="Say how two manifests differ."
)
def manifest(
    run: str | None, out: Path | None, verify: Path | None, diff: tuple[Path, Path] | None
) -> None:
    """Describe the finished set RUN in one JSON file, signed by its content, and a dataset card.

    It holds the recipe, hours, counts, voices, licences, rejects, and the hashes of every file.
    --verify and --diff print one line for each thing that differs, and exit with 1 if any does.
    """
    from datagen.runs.manifest import build, differences, load

    if diff is not None and run is None:
        _report(differences(load(diff[0]), load(diff[1])), "they are equal")
    elif run is None or diff is not None:
        raise click.UsageError("give a RUN, or two manifests with --diff")
    elif verify is not None:
        _report(differences(load(verify), build(run)), f"{run} is what {verify} says")
    else:
        name = Path(run.rstrip("/")).absolute().name
        _write(run, name, out or Path("manifests") / f"{name}.json")


def _write(run: str, name: str, path: Path) -> None:
    """Write a run's manifest and its card."""
    from datagen.report.figures import gather
    from datagen.report.page import card_lines
    from datagen.runs.card import card
    from datagen.runs.manifest import build, save
    from datagen.storage import atomic
    from datagen.types import UserError

    if path.suffix != ".json":
        raise UserError(f"--out {path}: the name of a manifest must end in .json")
    found = build(run)
    save(found, path)
    with atomic(path.with_suffix(".md")) as file:
        file.write(card(found, name, card_lines(gather(run))).encode())
    echo(f"wrote {path} and its card: {found.dialogues:,} dialogues, {found.hours:,.2f} h")
    echo(f"signature {found.signature}")


def _report(found: Iterable[str], nothing: str) -> None:
    """Print what differs; exit with 1 if anything does."""
    lines = list(found)
    echo("\n".join(lines or [nothing]))
    if lines:
        raise SystemExit(1)
