"""``datagen decode``: hear tokens that are in no shard."""

from __future__ import annotations

from pathlib import Path

import click

from datagen.cli.place import run_folder
from datagen.cli.terminal import echo


@click.command()
@click.argument("tokens", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("audio", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--run",
    type=run_folder,
    required=True,
    help="The run whose codec the tokens are of.",
)
def decode(tokens: Path, audio: Path, run: str) -> None:
    """Write the sound of TOKENS (.npz) to AUDIO (.flac or .wav): left the agent, right the user.

    TOKENS holds agent_codes and user_codes [8, T]. For a model that was trained on RUN:
    python -m train sample ... --decode "datagen decode --run RUN"
    """
    from datagen.show import decode as tokens_to_sound

    tokens_to_sound.decode(run, tokens, audio)
    echo(f"wrote {audio}")
