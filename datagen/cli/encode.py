"""``datagen encode``: sound for a trained model, as tokens."""

from __future__ import annotations

from pathlib import Path

import click

from datagen.cli.place import run_folder


@click.command()
@click.argument("sound", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("tokens", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--run", type=run_folder, required=True, help="The run whose codec to use.")
@click.option(
    "--voice", is_flag=True, help="It is a voice sample: bring it to a prompt's loudness."
)
def encode(sound: Path, tokens: Path, run: str, voice: bool) -> None:
    """Write the tokens of SOUND's first channel to TOKENS (.npz: codes [8, T]).

    For a model that was trained on RUN:
    python -m train sample ... --encode "datagen encode --run RUN"
    """
    from datagen.show import encode as sound_to_tokens

    frames = sound_to_tokens.encode(run, sound, tokens, voice=voice)
    click.echo(f"wrote {tokens}: {frames} frames")
