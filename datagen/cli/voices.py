"""``datagen voices``: make, list, check and split a bank of reference recordings."""

from __future__ import annotations

from pathlib import Path

import click

from datagen.cli.terminal import echo

LAYOUTS = ("folder", "libritts", "vctk", "commonvoice")
_CONVERT = "libsndfile cannot read them; convert them, e.g. ffmpeg -i NAME.m4a NAME.flac"
_CATALOGUE = click.argument("catalogue", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def voices() -> None:
    """Keep a bank of voices: one 3-10 s reference a speaker, with its licence and consent."""


@voices.command("import")
@click.argument("layout", type=click.Choice(LAYOUTS))
@click.argument("source", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("voices.yaml"),
    show_default=True,
    help="The catalogue, .yaml or .parquet; one that exists is added to.",
)
@click.option("--name", default="", help="What the corpus is called. [default: the layout]")
@click.option("--license", "licence", default="", help="What allows the use, e.g. CC-BY-4.0.")
@click.option("--consent", default="", help="How the speakers agreed to the use of their voices.")
@click.option("--language", default="en", show_default=True)
@click.option("--limit", type=click.IntRange(1), help="Take at most so many speakers.")
@click.option("--shifted", type=click.IntRange(0), default=0, help="Synthetic variants of each.")
@click.option("--synthetic", is_flag=True, help="These are no people's voices.")
def import_(
    layout: str,
    source: Path,
    out: Path,
    name: str,
    licence: str,
    consent: str,
    language: str,
    limit: int | None,
    shifted: int,
    synthetic: bool,
) -> None:
    """Take the best reference of each speaker of SOURCE, a corpus in LAYOUT.

    `folder` is a folder or a file a speaker; its speakers.tsv (speaker, gender, age, accent) may
    say who they are.
    """
    from dataclasses import replace
    from itertools import islice

    from datagen.types import UserError
    from datagen.voices.catalogue import Catalogue, check_suffix, load
    from datagen.voices.corpora import LAYOUTS as READERS
    from datagen.voices.corpora import closed
    from datagen.voices.importing import add, import_people, rights

    check_suffix(out)
    allowed = replace(rights(layout, name, licence, consent, language), synthetic=synthetic)
    before = load(out) if out.exists() else Catalogue(voices=())
    people = islice(READERS[layout].read(source), limit)
    made = import_people(people, allowed, out, num_shifted=shifted)
    refused = [*made.refused, *(f"{n} {s} files: {_CONVERT}" for s, n in closed(source).items())]
    for reason in refused:
        echo(f"left out: {reason}", err=True)
    if not made.entries:
        why = f" ({len(refused)} left out, the last: {refused[-1]})" if refused else ""
        raise UserError(f"{source} has no recording that can be a reference{why}")
    after = add(before, made, out)
    left = f" ({len(refused)} left out)" if refused else ""
    echo(f"{len(made.entries)} voices imported{left}; {out} has {len(after.voices)}")


@voices.command()
@click.argument("url")
@click.option("--key-env", default="SPEECH_API_KEY", show_default=True, help="Has the key.")
def server(url: str, key_env: str) -> None:
    """List the voices of the speech server at URL, for speech.options.voices of `speech.use: http`.

    URL is the API's, such as http://127.0.0.1:8880/v1.
    """
    import os

    from datagen.backends.speech.server_voices import list_voices

    found = list_voices(url, os.environ.get(key_env))
    for gender in ("female", "male"):
        echo(f"{gender}: [{', '.join(found[gender])}]")
    if found["unknown"]:
        echo(f"of no known gender: {', '.join(found['unknown'])}", err=True)


@voices.command("list")
@_CATALOGUE
def list_(catalogue: Path) -> None:
    """Print the voices of CATALOGUE, and how many there are of each kind."""
    from datagen.types import SAMPLE_RATE
    from datagen.voices.catalogue import load, people

    entries = load(catalogue).voices
    for entry in entries:
        kind = "synthetic" if entry.synthetic else "recorded"
        echo(
            f"{entry.id}  {entry.gender}{'?' if entry.gender_guessed else ''}  {entry.language}"
            f"  {entry.num_samples / SAMPLE_RATE:.1f} s  {entry.snr:.0f} dB  {entry.pitch:.0f} Hz"
            f"  {kind}  {entry.license}"
        )
    echo(f"{len(entries)} voices of {len(people(entries))} people")


@voices.command()
@_CATALOGUE
def check(catalogue: Path) -> None:
    """Check the references of CATALOGUE, and look for the same speaker under two names.

    Exits with 1 if something is wrong. Pairs that may be one speaker are for you to listen to; give
    the second the first as its base, and both stay on one side of the split.
    """
    from datagen.voices.checking import check as look

    findings = look(catalogue)
    for suspect in findings.suspects:
        echo(f"listen: {suspect}")
    for error in findings.errors:
        echo(f"wrong: {error}")
    if findings.errors:
        raise SystemExit(1)
    echo(f"{catalogue} is sound")


@voices.command()
@_CATALOGUE
@click.option(
    "--held-out",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.1,
    show_default=True,
    help="Share of the people that training never hears, as voices.held_out.",
)
def split(catalogue: Path, held_out: float) -> None:
    """Print which voices of CATALOGUE are for training and which for validation."""
    from collections import Counter

    from datagen.voices.casting import split_of
    from datagen.voices.catalogue import load

    counts: Counter[tuple[str, str]] = Counter()
    for entry in load(catalogue).voices:
        side = split_of(entry, held_out)
        counts[side, entry.gender] += 1
        echo(f"{side}\t{entry.id}")
    for (where, gender), number in sorted(counts.items()):
        echo(f"{where}: {number} {gender}", err=True)
