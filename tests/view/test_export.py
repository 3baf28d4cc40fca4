"""Pages that need no server hold all they need, and run nothing but their own scripts."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from datagen.cli.view import view
from datagen.storage.marks import MarkFile, MarkLine, Selection
from datagen.types import UserError
from datagen.view.export import export_page
from datagen.view.waves import decoded
from tests.fixtures.dummy_runs import rehearse
from tests.fixtures.hostile_calls import HOSTILE

pytestmark = pytest.mark.slow


def data_of(page: Path) -> dict[str, object]:
    found = re.search(
        r'<script type="application/json" id="data">(.*?)</script>', page.read_text("utf-8"), re.S
    )
    assert found
    data: dict[str, object] = json.loads(found[1])
    return data


def test_a_sample_of_pages(run: Path, tmp_path: Path) -> None:
    ids = export_page(str(run), tmp_path / "pages", 3)
    assert len(ids) == 3
    for place, dialog_id in enumerate(ids):
        data = data_of(tmp_path / "pages" / f"{dialog_id}.html")
        assert data["links"]["after"] == (f"{ids[place + 1]}.html" if place < 2 else None)
        sound = decoded(base64.b64decode(data["sounds"]["recorded"]))
        assert sound.shape == (2, data["dialogue"]["num_samples"])
    assert [d["id"] for d in data_of(tmp_path / "pages" / "index.html")["dialogues"]] == ids
    text = (tmp_path / "pages" / "index.html").read_text("utf-8")
    for name in re.findall(r'(?:src|href)="(static/[^"]+)"', text):
        assert (tmp_path / "pages" / name).is_file()
    assert (tmp_path / "pages" / "static" / "vendor" / "LICENSES.txt").is_file()


def test_one_file_allows_its_own_scripts_by_their_hashes(tmp_path: Path) -> None:
    run = rehearse(tmp_path / "hostile", 16, *HOSTILE)
    export_page(str(run), tmp_path / "one", 1, ["service-0000003"], one_file=True)
    text = (tmp_path / "one" / "service-0000003.html").read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    allowed = re.findall(r"sha256-([^']+)'", policy[1])
    bodies = re.findall(r"<script>(.*?)</script>", text, re.S)
    hashes = [base64.b64encode(hashlib.sha256(b.encode()).digest()).decode() for b in bodies]
    assert hashes == allowed
    assert len(bodies) > 10
    assert "static/" not in re.sub(r"<script>.*?</script>", "", text, flags=re.S)
    assert text.count("<script") == len(bodies) + 1 + text.count("\\u003cscript") * 0


def test_a_folder_of_other_things_is_left_alone(run: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(UserError, match="holds other files"):
        export_page(str(run), tmp_path, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    (tmp_path / "index.html").write_text("<title>my thesis</title>")
    with pytest.raises(UserError, match="holds other files"):
        export_page(str(run), tmp_path, 1)


def test_marks_choose_what_is_exported(run: Path, tmp_path: Path) -> None:
    marks = MarkFile(tmp_path / "marks.jsonl")
    for number in (3, 5):
        marks.add(MarkLine(dialog_id=f"service-{number:07d}", who="ada", verdict="approve"))
    marks.add(MarkLine(dialog_id="service-0000005", add=("noisy",)))

    def chosen(keep: tuple[str, ...], leave_out: tuple[str, ...]) -> list[str]:
        selection = Selection.read(marks.path, keep, leave_out)
        return export_page(str(run), tmp_path / "pages", 4, selection=selection)

    assert chosen(("approve",), ()) == ["service-0000003", "service-0000005"]
    assert chosen(("approve",), ("noisy",)) == ["service-0000003"]
    lively = export_page(str(run), tmp_path / "pages", 4)
    marks.add(MarkLine(dialog_id=lively[0], add=("dull",)))
    assert lively[0] not in chosen((), ("dull",))
    assert len(chosen((), ("dull",))) == 4


def test_the_command(run: Path, tmp_path: Path) -> None:
    answer = CliRunner().invoke(
        view, [str(run), "--export", str(tmp_path / "p"), "--dialog", "service-3"]
    )
    assert answer.exit_code == 0, answer.output
    assert "wrote 1 dialogues" in answer.output
    assert (tmp_path / "p" / "service-0000003.html").is_file()
