"""Tiny corpora in the common layouts, spoken by espeak-ng."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import soundfile

from datagen.backends.registry import VOICES
from datagen.config import BackendSpec
from datagen.types import SAMPLE_RATE, Audio, Line, Voice

TEXTS = (
    "The path along the river is quiet, and most of the boats are still asleep.",
    "My neighbour keeps a small garden with tomatoes, beans, and a few tall roses.",
)


@lru_cache
def say(name: str, gender: str, text: str) -> Audio:
    voice = Voice(id=name, source="espeak", license="synthetic", synthetic=True, gender=gender)  # type: ignore[arg-type]
    (utterance,) = VOICES.load(BackendSpec(use="espeak")).speak([Line(text, voice, "user")], seed=0)
    return utterance.audio


def write(path: Path, audio: Audio, rate: int = SAMPLE_RATE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, audio, rate)
    return path


def folder(root: Path, people: dict[str, str]) -> Path:
    """NAME/0.wav, NAME/1.wav and speakers.tsv."""
    for name, gender in people.items():
        for number, text in enumerate(TEXTS):
            path = write(root / name / f"{number}.wav", say(name, gender, text))
            path.with_suffix(".txt").write_text(text)
    rows = [f"{name}\t{gender}\t30\tUS" for name, gender in people.items()]
    (root / "speakers.tsv").write_text("\n".join(["speaker\tgender\tage\taccent", *rows]) + "\n")
    return root


def libritts(root: Path) -> Path:
    write(root / "dev-clean/84/121123/84_121123_000007_000001.wav", say("a", "female", TEXTS[0]))
    text = root / "dev-clean/84/121123/84_121123_000007_000001.normalized.txt"
    text.write_text(TEXTS[0])
    write(root / "dev-clean/174/50561/174_50561_000003_000000.wav", say("b", "male", TEXTS[0]))
    (root / "SPEAKERS.txt").write_text(
        ";ID  |SEX| SUBSET           |MINUTES| NAME\n"
        "84   | F | dev-clean        |  8.02 | Christie\n"
        "174  | M | dev-clean        |  8.04 | Peter\n"
    )
    return root


def vctk(root: Path) -> Path:
    for mic in ("mic1", "mic2"):
        path = root / "wav48_silence_trimmed" / "p225" / f"p225_003_{mic}.flac"
        write(path, say("c", "female", TEXTS[1]))
    (root / "txt/p225").mkdir(parents=True)
    (root / "txt/p225/p225_003.txt").write_text(TEXTS[1] + "\n")
    (root / "speaker-info.txt").write_text(
        "ID  AGE  GENDER  ACCENTS  REGION COMMENTS \np225  23  F    English    Southern  England\n"
    )
    return root


def commonvoice(root: Path) -> Path:
    write(root / "clips/common_voice_en_1.wav", say("d", "male", TEXTS[0]))
    (root / "validated.tsv").write_text(
        "client_id\tpath\tsentence\tup_votes\tage\tgender\taccents\n"
        f"{'f00d' * 32}\tcommon_voice_en_1.wav\t"
        'He said "so".\t2\ttwenties\tmale_masculine\tIndian\n'
        f"{'beef' * 32}\tgone.mp3\tAway.\t2\t\t\t\n"
    )
    return root
