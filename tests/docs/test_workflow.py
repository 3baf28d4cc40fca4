"""What the workflow compares between Pythons: equal hashes pass, others and none do not."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPARE = ROOT / "tests" / "same_bytes.sh"


@pytest.mark.parametrize(
    ("second", "code"), [("ab12  service-00000.parquet\n", 0), ("cd34  x.parquet\n", 1), ("", 1)]
)
def test_hashes_are_compared(tmp_path: Path, second: str, code: int) -> None:
    files = [tmp_path / "digests-3.11", tmp_path / "digests-3.12"]
    files[0].write_text("ab12  service-00000.parquet\n")
    files[1].write_text(second)
    assert subprocess.run([COMPARE, *files], capture_output=True).returncode == code


def test_one_python_is_not_enough(tmp_path: Path) -> None:
    (tmp_path / "digests-3.11").write_text("ab12  service-00000.parquet\n")
    assert subprocess.run([COMPARE, tmp_path / "digests-3.11"], capture_output=True).returncode == 2


def test_the_workflow_compares_what_each_python_wrote() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    assert {"3.11", "3.12", "3.13"} <= set(jobs["check"]["strategy"]["matrix"]["python"])
    written = next(step for step in jobs["check"]["steps"] if "DIGESTS" in step.get("env", {}))
    assert written["run"] == ".ci/run"
    assert jobs["same-bytes"]["needs"] == "check"
    assert "tests/same_bytes.sh" in str(jobs["same-bytes"]["steps"][-1]["run"])
    assert " wheel\n" in (ROOT / ".ci" / "run").read_text()


def test_what_is_not_counted_is_there_and_has_a_target() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    left_out = tomllib.loads(text)["tool"]["coverage"]["report"]["omit"]
    assert all((ROOT / path).is_file() for path in left_out)
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in ("test-models", "test-chatterbox"):
        assert f"`make {target}`" in text
        assert f"\n{target}:" in makefile
