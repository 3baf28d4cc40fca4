"""Folders of voices as people have them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from datagen.cli import main
from datagen.types import SAMPLE_RATE, UserError
from datagen.voices.catalogue import load
from datagen.voices.checking import check
from datagen.voices.corpora import LAYOUTS
from datagen.voices.importing import voice_id
from tests.fixtures import corpora

SPEECH = corpora.say("someone", "female", corpora.TEXTS[0])
OTHER = corpora.say("else", "male", corpora.TEXTS[1])
THIRD = corpora.say("third", "male", corpora.TEXTS[0])


def command(source: Path, out: Path, layout: str = "folder", *more: str) -> Any:
    rights = ["--license", "CC0-1.0", "--consent", "signed"]
    arguments = ["voices", "import", layout, str(source), "--out", str(out), *rights, *more]
    return CliRunner().invoke(main, arguments)


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def garbage(path: Path) -> None:
    path.write_bytes(b"no sound at all")


def nan(path: Path) -> None:
    soundfile.write(path, np.full(SAMPLE_RATE * 4, np.nan), SAMPLE_RATE, subtype="FLOAT")


def header(path: Path) -> None:
    soundfile.write(path, np.zeros(0), SAMPLE_RATE)


BAD = {"0.wav": nothing, "1.wav": garbage, "2.wav": nan, "3.wav": header, "._4.wav": garbage}


@pytest.mark.parametrize("name", BAD)
def test_one_clip_that_cannot_be_read_is_left_out_and_counted(name: str, tmp_path: Path) -> None:
    corpora.write(tmp_path / "in" / "ann" / "good.wav", SPEECH)
    corpora.write(tmp_path / "in" / "bob" / "good.wav", OTHER)
    BAD[name](tmp_path / "in" / "ann" / name)
    result = command(tmp_path / "in", tmp_path / "bank.yaml")
    assert result.exit_code == 0, result.output
    assert f"left out: ann: {name}:" in result.output
    assert "2 voices imported (1 left out)" in result.output
    assert check(tmp_path / "bank.yaml").errors == ()


def test_clips_that_cannot_be_read_do_not_use_up_what_is_heard(tmp_path: Path) -> None:
    for number in range(30):
        nothing_at = tmp_path / "in" / "ann" / f"._{number:02d}.wav"
        nothing_at.parent.mkdir(parents=True, exist_ok=True)
        nothing(nothing_at)
    corpora.write(tmp_path / "in" / "ann" / "zz.wav", SPEECH)
    result = command(tmp_path / "in", tmp_path / "bank.yaml")
    assert result.exit_code == 0, result.output
    assert "1 voices imported" in result.output


def test_names_in_any_script_have_ids_of_their_own(tmp_path: Path) -> None:
    people = {"李明": SPEECH, "王芳": OTHER, "Zoë": THIRD}
    for name, audio in people.items():
        corpora.write(tmp_path / "in" / name / "0.wav", audio)
    result = command(tmp_path / "in", tmp_path / "bank.yaml", "folder", "--name", "studio")
    assert result.exit_code == 0, result.output
    entries = load(tmp_path / "bank.yaml").voices
    assert len(entries) == len({entry.id for entry in entries}) == 3
    assert len(list((tmp_path / "references").glob("*.flac"))) == 3
    assert check(tmp_path / "bank.yaml").errors == ()


@pytest.mark.parametrize(
    "names",
    [
        ("李明", "王芳"),
        ("a b", "a-b"),
        ("a/b", "a\\b"),
        ("Zoë", "Zoe"),
        ("", "-"),
        ("..", "."),
        ("\u0645\u062d\u0645\u062f", "\u05d3\u05d5\u05d3"),
        ("x" * 300, "x" * 299 + "é"),
        ("\udcff", "\udcfe"),
        ("a\x00", "a\x1b"),
    ],
)
def test_ids_never_collide(names: tuple[str, str]) -> None:
    one, other = (voice_id("studio", name) for name in names)
    assert one.casefold() != other.casefold()
    assert one.isascii()
    assert voice_id("studio", names[0]) == one


def test_names_that_differ_in_case_alone_are_two_files(tmp_path: Path) -> None:
    corpora.write(tmp_path / "in" / "ann" / "0.wav", SPEECH)
    corpora.write(tmp_path / "in" / "Ann" / "0.wav", OTHER)
    assert command(tmp_path / "in", tmp_path / "bank.yaml").exit_code == 0
    names = {path.name.casefold() for path in (tmp_path / "references").glob("*.flac")}
    assert len(names) == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_a_table_of_speakers_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    corpora.write(tmp_path / "in" / "Zoë" / "0.wav", SPEECH)
    (tmp_path / "in" / "Zoë" / "0.txt").write_bytes("Señor".encode(encoding))
    table = "speaker\tgender\tage\tx\r\nZoë\tmale\t30\r\nbob"
    (tmp_path / "in" / "speakers.tsv").write_bytes(table.encode(encoding))
    (person,) = LAYOUTS["folder"].read(tmp_path / "in")
    assert (person.gender, person.age) == ("male", "30")
    assert person.recordings[0].text == "Señor"


def test_a_folder_of_what_cannot_be_read_is_a_sentence_and_no_catalogue(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / "in" / f"{number}.m4a").write_bytes(b"\0\0\0\x20ftypM4A ")
    out = tmp_path / "bank.yaml"
    result = command(tmp_path / "in", out)
    assert result.exit_code == 2
    assert "3 .m4a files: libsndfile cannot read them; convert them" in result.output
    assert not out.exists()
    (tmp_path / "empty").mkdir()
    assert command(tmp_path / "empty", out).exit_code == 2
    assert not out.exists()


def test_nothing_is_written_under_a_name_that_is_none(tmp_path: Path) -> None:
    corpora.write(tmp_path / "in" / "ann.wav", SPEECH)
    result = command(tmp_path / "in", tmp_path / "bank.json")
    assert result.exit_code == 2
    assert not (tmp_path / "references").exists()


def test_sphere_files_are_recordings(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    soundfile.write(
        tmp_path / "in" / "ann.sph", SPEECH, SAMPLE_RATE, format="NIST", subtype="PCM_16"
    )
    assert command(tmp_path / "in", tmp_path / "bank.yaml").exit_code == 0


def test_a_row_without_a_speaker_is_the_users_to_mend(tmp_path: Path) -> None:
    corpora.write(tmp_path / "in" / "ann.wav", SPEECH)
    (tmp_path / "in" / "speakers.tsv").write_text("speaker\tgender\n\tmale\n")
    with pytest.raises(UserError, match="row 2, has no speaker"):
        list(LAYOUTS["folder"].read(tmp_path / "in"))
