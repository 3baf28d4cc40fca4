"""Every settings file is read once before the first unit, whoever asks for it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from datagen import assets

COUNT = """
import collections, contextlib, sys
from unittest import mock
opened = collections.Counter()
sys.addaudithook(lambda event, args: opened.update([str(args[0])]) if event == "open" else None)
import datagen
from datagen.engine.driver import Driver
from datagen.types import UserError
out, *overrides = sys.argv[1:]
with (
    mock.patch.object(Driver, "run", side_effect=UserError("the first unit")),
    mock.patch("datagen.runs.make.cluster", contextlib.nullcontext),
    contextlib.suppress(UserError),
):
    datagen.run(datagen.Recipe.load("service", overrides=overrides), dialogs=16, out=out)
for path, count in opened.items():
    if path.endswith(".yaml"):
        print(count, path)
"""


@pytest.mark.slow
def test_files_are_read_once(tmp_path: Path) -> None:
    preset = tmp_path / "ours.yaml"
    shutil.copy(assets.root() / "pipelines/timeline/conversational.yaml", preset)
    command = [sys.executable, "-c", COUNT, str(tmp_path / "run"), f"timeline.preset={preset}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    counts = dict(line.split(" ", 1)[::-1] for line in done.stdout.splitlines())
    assert counts[str(preset)] == "1"
    assert len(counts) > 60, "packs, names, wordings, presets, hosts"
    assert {path for path, count in counts.items() if count != "1"} == set()
