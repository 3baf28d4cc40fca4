"""slices.sbatch on a real Slurm: a slice is killed, submitted again by its number, then packed.

CHAOS_SEED=1 pytest -s tests/chaos/test_slurm.py     (see `one_node_slurm` for what it needs)
"""

from __future__ import annotations

import shlex
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.chaos.one_node_slurm import missing, slurm
from tests.fixtures.runs import ROOT, artifacts, hashes, make_plainly
from tests.fixtures.short_calls import SMALL

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif("'CHAOS_SEED' not in os.environ", reason="make chaos runs it"),
    pytest.mark.skipif(bool(missing()), reason=missing() or "it is there"),
]
SLICES, BLOCKS = 2, 8
SCRIPT = ROOT / "pipelines" / "cluster" / "slices.sbatch"


def environment(folder: Path) -> Path:
    """Make an "environment" whose datagen makes a small run of what the script asks for."""
    programs = folder / "venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "activate").write_text(f"PATH={programs}:$PATH\n")
    real = shlex.join(
        [sys.executable, "-m", "datagen", "run", "service", "--dialogs", str(16 * BLOCKS)]
        + [part for item in SMALL for part in ("--set", item)]
    )
    (programs / "datagen").write_text(
        "#!/bin/bash\n"
        "rest=()\n"
        "shift 2\n"
        "while [ $# -gt 0 ]; do\n"
        '  case "$1" in --hours|--recipe|--host) ;; *) rest+=("$1" "$2") ;; esac\n'
        "  shift 2\n"
        "done\n"
        f'cd {shlex.quote(str(ROOT))} && exec {real} "${{rest[@]}}"\n'
    )
    (programs / "datagen").chmod(0o755)
    return programs.parent


def test_slices_on_slurm(tmp_path: Path) -> None:
    make_plainly(tmp_path / "plain", BLOCKS)
    out = tmp_path / "run"
    more = f"ALL,OUT={out},VENV={environment(tmp_path)},SLICES={SLICES}"
    with (
        tempfile.TemporaryDirectory(prefix="slurm", dir="/tmp") as folder,
        slurm(Path(folder)) as one,
    ):
        common = (f"--export={more}", f"--output={tmp_path}/%A-%a.log", str(SCRIPT))
        first = one.submit(f"--array=1-{SLICES}", *common)
        deadline = time.monotonic() + 300
        while artifacts(out) < 4 * BLOCKS // SLICES + 4:
            assert time.monotonic() < deadline, said(tmp_path)
            time.sleep(0.2)
        one.ask("scancel", "--signal=KILL", "--full", f"{first}_{SLICES}")
        one.wait(first)
        half = artifacts(out)
        assert half < 4 * BLOCKS, "it was killed halfway"
        again = one.submit(f"--array={SLICES}", *common)
        one.wait(again)
        assert one.states(again) == {"COMPLETED"}, said(tmp_path)
        assert artifacts(out) == 4 * BLOCKS
        last = one.submit("--array=0", *common)
        one.wait(last)
        assert one.states(last) == {"COMPLETED"}, said(tmp_path)
    print(f"\n{half} of {4 * BLOCKS} files when slice {SLICES} was killed")
    assert hashes(out) == hashes(tmp_path / "plain")


def said(folder: Path) -> str:
    return "\n".join(path.read_text()[-1500:] for path in sorted(folder.glob("*.log")))
