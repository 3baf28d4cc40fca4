"""``datagen align export``: a run's clips as files for an aligner of your own."""

from __future__ import annotations

from pathlib import Path

import click

from datagen.cli.place import run_folder
from datagen.cli.terminal import echo
from datagen.types import SAMPLE_RATE, UserError


@click.group()
def align() -> None:
    """Let another program find the word times."""


@align.command()
@click.argument("run", type=run_folder)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export(run: str, folder: Path) -> None:
    """Write every clip of RUN to FOLDER, as NAME.wav with its words in NAME.lab.

    Align them there (MFA, Praat ...), then: --set align.use=ctm --set align.options.folder=FOLDER
    """
    import soundfile

    from datagen.backends.aligner.ctm import clip_name
    from datagen.backends.aligner.tokens import parts
    from datagen.stages.artifacts import read_records, read_speeches
    from datagen.storage.run_folder import RunFolder
    from datagen.types import Script

    run_folder = RunFolder(run)
    blocks = [name for name in run_folder.storage.names("speech") if name.endswith(".parquet")]
    if not blocks:
        raise UserError(f"{run} has no speech yet: make some with `datagen run`")
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for block in blocks:
        scripts = read_records(run_folder.read(f"script/{block}"), Script)
        for dialog_id, speech in read_speeches(run_folder.read(f"speech/{block}")).items():
            for clip, turn in zip(speech.clips, scripts[dialog_id].turns, strict=True):
                assert clip.audio is not None
                path = folder / f"{clip_name(turn.spoken, clip.audio)}.wav"
                soundfile.write(path, clip.audio, SAMPLE_RATE, subtype="PCM_16")
                words = " ".join(part for token in turn.spoken.split() for part in parts(token))
                path.with_suffix(".lab").write_text(words + "\n", encoding="utf-8")
                written += 1
    echo(f"wrote {written} clips to {folder}")
