"""What the commands of ``datagen exam`` share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datagen.exam.hearing import Ear
    from datagen.exam.sound_ears import SoundEars

FOLDER = click.Path(path_type=Path, file_okay=False)
EXAM = click.option(
    "--exam", type=FOLDER, default="exam", show_default=True, help="The exam's folder."
)
TRACK = click.option(
    "--track", "tracks", multiple=True, help="Only this track; may be given often. [default: all]"
)
LIMIT = click.option("--limit", type=click.IntRange(1), help="At most this many of each track.")


@contextmanager
def bar(name: str, total: int | None) -> Iterator[Callable[[int, int], None]]:
    """Show progress; yield what is told how far it is."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(name, total=total)
        yield lambda done, of: bars.update(task, completed=done, total=of)


def sound_ears(
    likeness: tuple[str, ...], wavlm: str, whisper: str | None, timing: str | None
) -> SoundEars:
    """Load the ears that are asked for. Raises UserError if one is not here."""
    from datagen.backends.judge.ears import SpeakerEar, WhisperEar
    from datagen.exam.sound_ears import SoundEars, VoiceTeller

    voices: dict[str, VoiceTeller] = {}
    if "resemblyzer" in likeness:
        SpeakerEar.check("--likeness resemblyzer")
        voices["resemblyzer"] = SpeakerEar()
    if "wavlm" in likeness:
        from datagen.backends.judge.wavlm import WavLMEar

        voices["wavlm"] = WavLMEar("--wavlm", wavlm)
    words = None if whisper is None else WhisperEar(WhisperEar.find("--whisper", whisper, "main"))
    found = SoundEars(voices, words)
    if timing is not None:
        from datagen.exam.naturalness import fit
        from datagen.exam.own_data import exchanges

        found.timing = fit(exchanges(timing))
    return found


def own_ear(ear: str, model: str, folder: Path | None) -> Ear:
    """Return whose words are scored."""
    from datagen.exam import hearing

    if folder is not None:
        return hearing.transcripts(folder)
    return hearing.whisper(model) if ear == "whisper" else hearing.own_text
