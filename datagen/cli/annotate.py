"""``datagen annotate``: real conversations on two channels, as shards like those that are made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from datagen.cli.place import run_folder
from datagen.cli.stopping import stoppable
from datagen.cli.terminal import echo

if TYPE_CHECKING:
    from datagen.engine.run_files import CorpusFile

_FOLDER = click.Path(path_type=Path)


@click.command()
@click.argument("corpus", metavar="CORPUS")
@click.argument("folders", metavar="FOLDER...", type=_FOLDER, nargs=-1, required=True)
@click.option("--out", type=run_folder, required=True, help="The run folder: a path or a URI.")
@click.option(
    "--recipe",
    default="embedded",
    show_default=True,
    help="Aligner, codec and tokenizer of pipelines/recipes/NAME.yaml.",
)
@click.option("--set", "overrides", multiple=True, metavar="A.B=VALUE", help="Change a setting.")
@click.option("--asr", metavar="NAME", help="Who writes down what nobody did: whisper, listener.")
@click.option("--terms", metavar="FILE", help="Its terms of use. [default: pipelines/corpora]")
@click.option(
    "--accept", multiple=True, metavar="CORPUS", help="You have signed this corpus' agreement."
)
@click.option("--seed", type=int, help="Seed of who is the agent, and of the splits.")
@click.option(
    "--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes."
)
def annotate(
    corpus: str,
    folders: tuple[Path, ...],
    out: str,
    recipe: str,
    overrides: tuple[str, ...],
    asr: str | None,
    terms: str | None,
    accept: tuple[str, ...],
    seed: int | None,
    workers: int,
) -> None:
    """Annotate the calls of CORPUS below FOLDERs: words, turns, events, tokens.

    \b
    fisher        SPHERE, transcripts and calldata tables (LDC2004S13/T19, 2005S13/T19)
    switchboard   SPHERE and the word times of ISIP / Mississippi State
    callhome      SPHERE or WAV, and .txt or .cha transcripts
    candor        a folder a conversation: sound, transcripts, surveys
    seamless      WAV and JSON of each person, interactions.csv
    ami           headset channels and words XML, pair by pair
    folder        two-channel or paired recordings, with CTM, TextGrid or RTTM beside them

    or package.module:Class, a reader of your own. Stopped, it goes on with the same command.
    """
    from datagen.annotate.readers.registry import resolve
    from datagen.annotate.run import annotate as make
    from datagen.annotate.settings import settings_of

    settings = settings_of(corpus, resolve(corpus).corpus, recipe, overrides, asr, seed, terms)
    if stand_ins := settings.stand_ins():
        echo(f"STAND-INS, not the real models: {', '.join(stand_ins)}", err=True)
    with stoppable():
        made = make(settings, folders, out, accepted=accept, workers=workers)
    reasons = ", ".join(f"{name} {count:,}" for name, count in sorted(made.reasons.items()))
    echo(
        f"annotated {made.calls - sum(made.left_out.values()):,} of {made.calls:,} calls:"
        f" {made.dialogs:,} dialogues, {made.seconds / 3600:,.2f} h, in {out};"
        f" {made.rejects:,} pieces rejected{f' ({reasons})' if reasons else ''}"
    )
    echo(_use(made.corpus))
    for reason, count in sorted(made.left_out.items()):
        example = f" ({made.examples[reason]})" if reason in made.examples else ""
        echo(f"left out: {count:,} calls, {reason}{example}")
    for sentence in made.unused:
        echo(sentence)


def _use(corpus: CorpusFile) -> str:
    """Say how much of the calls' sound is in the rows, and why the rest is not."""

    def share(seconds: float) -> str:
        return f"{seconds / 3600:,.2f} h ({seconds / (corpus.seconds or 1):.1%})"

    unused = "; ".join(f"{name} {share(seconds)}" for name, seconds in corpus.unused.items())
    return (
        f"of {corpus.seconds / 3600:,.2f} h of sound {share(corpus.used)} are used"
        f"{f', not used: {unused}' if unused else ''}"
    )
