"""Shared memory of killed speech workers is given back by the next that starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from datagen.backends.speech.workspaces import sweep, workspace

HOLD = """
import sys, time
from pathlib import Path
from datagen.backends.speech.workspaces import workspace
with workspace(Path(sys.argv[1])) as made:
    (made / "library.so").write_bytes(bytes(100))
    print(made, flush=True)
    time.sleep(60)
"""


def holder(folder: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_what_a_killed_process_left_is_swept_and_a_living_ones_is_not(tmp_path: Path) -> None:
    living, its = holder(tmp_path)
    killed, left = holder(tmp_path)
    try:
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        assert left.is_dir()
        with workspace(tmp_path) as mine:
            sweep(tmp_path)
            assert sorted(tmp_path.iterdir()) == sorted([its, mine])
    finally:
        for process in (living, killed):
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_other_files_and_links_are_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "kept"
    target.mkdir()
    (tmp_path / "espeak-link").symlink_to(target)
    (tmp_path / "espeak-file").write_text("x")
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "espeak-link", "espeak-file"}
