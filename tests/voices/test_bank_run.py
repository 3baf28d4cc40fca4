"""Recorded voices all the way: corpora -> voices import -> a server that imitates -> shards."""

from __future__ import annotations

import base64
import io
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile

from datagen.config import VoicesSpec
from datagen.types import FRAME, SAMPLE_RATE
from datagen.voices import catalogue
from datagen.voices.casting import check, is_held_out
from tests.doubles.speech_server import serve
from tests.fixtures import corpora
from tests.fixtures.few_calls import BOTH_SPLITS, KEPT_OF_BOTH
from tests.fixtures.runs import hashes, make_plainly

pytest.importorskip("espeakng_loader")
pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
HELD_OUT = 0.5
MAX_DIALOGS = 5
PEOPLE = {f"{gender}{n}": gender for gender in ("female", "male") for n in range(5)}
RIGHTS = ("--license", "CC-BY-4.0", "--consent", "signed release")


def datagen(*arguments: object) -> str:
    command = [sys.executable, "-m", "datagen", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People of four corpora in one catalogue."""
    root = tmp_path_factory.mktemp("bank")
    out = root / "bank.yaml"
    datagen(
        "voices", "import", "folder", corpora.folder(root / "studio", PEOPLE), "--out", out,
        "--name", "studio", *RIGHTS,
    )  # fmt: skip
    for layout in ("libritts", "vctk", "commonvoice"):
        corpus = getattr(corpora, layout)(root / layout)
        datagen("voices", "import", layout, corpus, "--out", out)
    found = catalogue.load(out).model_copy(update={"max_dialogs": MAX_DIALOGS})
    catalogue.save(found, out)
    check(VoicesSpec(catalogue=str(out), held_out=HELD_OUT))
    return out


def settings_with(bank: Path, url: str) -> list[str]:
    options = {
        "model": "imitator",
        "url": url,
        "reference_field": "ref_audio",
        "extra_body": {"gender": "{gender}"},
    }
    return [
        *BOTH_SPLITS,
        f"speech={json.dumps({'use': 'http', 'options': options})}",
        f"voices={json.dumps({'catalogue': str(bank), 'held_out': HELD_OUT})}",
    ]


def test_recorded_voices_are_cast_sent_and_written_down(tmp_path: Path, bank: Path) -> None:
    with serve() as server:
        settings = settings_with(bank, server.url)
        sets = [part for setting in settings for part in ("--set", setting)]
        datagen("run", "service", "--dialogs", 16, "--out", tmp_path / "run", *sets)
        requests = list(server.requests)
        elsewhere = shutil.copytree(bank.parent, tmp_path / "elsewhere") / bank.name
        make_plainly(tmp_path / "again", 1, settings_with(elsewhere, server.url))
    assert hashes(tmp_path / "run") == hashes(tmp_path / "again"), "its folder is in no byte"
    rows = pq.read_table(tmp_path / "run" / "shards" / "service-00000.parquet").to_pylist()
    assert len(rows) == KEPT_OF_BOTH
    known = {entry.id: entry for entry in catalogue.load(bank).voices}
    used: Counter[tuple[str, str]] = Counter()
    for row in rows:
        people = [_person(row, speaker, known, bank) for speaker in ("agent", "user")]
        assert len(set(people)) == 2
        assert {is_held_out(person, HELD_OUT) for person in people} == {
            row["split"] == "validation"
        }
        used.update(zip(("agent", "user"), people, strict=True))
    assert {row["split"] for row in rows} == {"train", "validation"}
    assert max(used.values()) <= MAX_DIALOGS
    assert len(used) > 6
    for request in requests:
        entry = known[request["voice"]]
        sent = base64.b64decode(request["ref_audio"].partition("base64,")[2])
        assert sent == (bank.parent / entry.path).read_bytes()
        assert request["gender"] == entry.gender
    datagen("audit", tmp_path / "run")


def _person(row: dict[str, Any], speaker: str, known: dict[str, Any], bank: Path) -> str:
    """Check what a shard says of a voice against the catalogue; return whose it is."""
    voice = row[f"{speaker}_voice"]
    entry = known[voice["id"]]
    assert (voice["source"], voice["license"]) == (entry.source, entry.license)
    assert not voice["synthetic"]
    audio, rate = soundfile.read(io.BytesIO((bank.parent / entry.path).read_bytes()))
    assert rate == SAMPLE_RATE
    codes = np.array(row[f"{speaker}_voice_codes"]).reshape(8, -1)
    assert codes.shape[1] == -(-min(len(audio), 5 * SAMPLE_RATE) // FRAME)
    return str(entry.person)
