"""Where shards are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

from train.config import UserError
from train.shards import find


def test_a_folder_without_shards_is_told_why(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere is not there"):
        find([str(tmp_path / "nowhere")])
    (tmp_path / "plan.json").write_text("{}")
    with pytest.raises(UserError, match="a run without shards so far"):
        find([str(tmp_path)])
