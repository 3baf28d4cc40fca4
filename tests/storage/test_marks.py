"""MarkFile are only ever added, whoever adds them at once; what they say together decides."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from datagen.storage.marks import MarkFile, MarkLine, Selection, beside
from datagen.types import UserError


def test_two_people_fold_into_one_mark(tmp_path: Path) -> None:
    path = tmp_path / "run.marks.jsonl"
    one, other = MarkFile(path), MarkFile(path)
    one.add(MarkLine(dialog_id="qa-0000001", who="ada", verdict="approve", add=("warm",)))
    other.add(MarkLine(dialog_id="qa-0000001", who="bo", verdict="reject", comment=" too fast "))
    one.add(MarkLine(dialog_id="qa-0000001", who="ada", add=("noisy",), remove=("warm",)))
    for marks in (one, other, MarkFile(path)):
        marks.refresh()
        mark = marks.by_id["qa-0000001"]
        assert mark.labels == {"reject", "noisy"}
        assert mark.verdicts == {"ada": "approve", "bo": "reject"}
        assert [said["text"] for said in mark.comments] == ["too fast"]
    other.add(MarkLine(dialog_id="qa-0000001", who="bo", verdict=""))
    assert other.by_id["qa-0000001"].labels == {"approve", "noisy"}


@pytest.mark.slow
def test_many_processes_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "run.marks.jsonl"
    code = (
        "import sys; from pathlib import Path\n"
        "from datagen.storage.marks import MarkLine, MarkFile\n"
        "marks = MarkFile(Path(sys.argv[1]))\n"
        "who = sys.argv[2]\n"
        "for n in range(20): marks.add(MarkLine(dialog_id=f'qa-{n}', who=who, add=(who,)))"
    )
    people = [
        subprocess.Popen([sys.executable, "-c", code, str(path), who])
        for who in ("ada", "bo", "cy")
    ]
    assert [person.wait() for person in people] == [0, 0, 0]
    marks = MarkFile(path)
    assert len(path.read_text("utf-8").splitlines()) == 60
    assert all(mark.tags == {"ada", "bo", "cy"} for mark in marks.by_id.values())
    assert marks.tags() == [["ada", 20], ["bo", 20], ["cy", 20]]


def test_a_line_that_was_torn_is_kept_and_ended(tmp_path: Path) -> None:
    path = tmp_path / "run.marks.jsonl"
    path.write_bytes(b'{"dialog_id":"qa-0","add":["a"]}\n{"dialog_id":"qa-1","ad')
    marks = MarkFile(path)
    marks.add(MarkLine(dialog_id="qa-2", verdict="approve"))
    assert set(marks.by_id) == {"qa-0", "qa-2"}
    assert marks.unread == 1
    assert path.read_bytes().startswith(
        b'{"dialog_id":"qa-0","add":["a"]}\n{"dialog_id":"qa-1","ad\n'
    )
    assert json.loads(path.read_text("utf-8").splitlines()[2])["dialog_id"] == "qa-2"


@pytest.mark.parametrize(
    "settings",
    [
        {"add": [""]},
        {"add": ["a,b"]},
        {"add": ["a\nb"]},
        {"verdict": "maybe"},
        {"seconds": -1},
        {"x": 1},
    ],
)
def test_lines_that_are_none(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MarkLine.model_validate({"dialog_id": "qa-1", **settings})


def test_a_mark_must_say_something(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a verdict, a tag or a comment"):
        MarkFile(tmp_path / "m.jsonl").add(MarkLine(dialog_id="qa-1", comment="  "))
    assert not (tmp_path / "m.jsonl").exists()


def test_selection(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    marks = MarkFile(path)
    marks.add(MarkLine(dialog_id="qa-1", who="ada", verdict="approve", add=("noisy",)))
    marks.add(MarkLine(dialog_id="qa-2", who="ada", verdict="reject"))

    def taken(**tags: tuple[str, ...]) -> list[str]:
        selection = Selection.read(path, tags.get("keep", ()), tags.get("leave_out", ()))
        return [name for name in ("qa-1", "qa-2", "qa-3") if selection.takes(name)]

    assert taken() == ["qa-1", "qa-2", "qa-3"]
    assert taken(leave_out=("reject",)) == ["qa-1", "qa-3"]
    assert taken(keep=("approve",)) == ["qa-1"]
    assert taken(keep=("approve",), leave_out=("noisy",)) == []
    with pytest.raises(UserError, match="datagen view"):
        Selection.read(tmp_path / "none.jsonl", ("approve",), ())
    (tmp_path / "other.jsonl").write_text('{"no": "mark"}\n')
    with pytest.raises(UserError, match="none of its lines is a mark"):
        Selection.read(tmp_path / "other.jsonl", (), ("reject",))


def test_where_marks_are() -> None:
    assert beside("/data/runs/service/") == Path("/data/runs/service.marks.jsonl")
    assert beside("s3://bucket/runs/qa?endpoint_override=h") == Path("qa.marks.jsonl")
