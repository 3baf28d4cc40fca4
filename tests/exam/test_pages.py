"""Pages for people: items to hear, a listening test, the table of shares."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import soundfile
from click.testing import CliRunner

from datagen.cli import main
from datagen.exam import result as results
from datagen.exam.answers import Answers
from datagen.exam.ask import ask
from datagen.exam.hearing import by_energy, own_text
from datagen.exam.items import SERVICE, Exam
from datagen.exam.listening import CONTROL, ratings_of, write_test
from datagen.exam.page import render
from datagen.types import UserError
from tests.doubles import examinees
from tests.doubles.examinees import Scripted

pytestmark = pytest.mark.slow  # 900 items are made first


def answered(exam: Exam, folder: Path, model: str = "right") -> Answers:
    script = getattr(examinees, model)
    answers = Answers.begin(folder, exam, model, "scripted", {})
    items = exam.chosen((SERVICE, "tic"), 3)
    ask(exam, items, Scripted(script), answers)
    results.write(folder, results.by_rules(exam, answers, items, own_text, by_energy))
    return answers


def call(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["exam", *words])
    return result.exit_code, result.output


def test_a_page_has_every_item_with_both_sides(exam: Exam, tmp_path: Path) -> None:
    answered(exam, tmp_path / "a")
    code, said = call("page", str(tmp_path / "a"), "--exam", str(exam.folder), "--out",
                      str(tmp_path / "page"))  # fmt: skip
    assert code == 0, said
    html = (tmp_path / "page" / "index.html").read_text()
    assert html.count("<details") == 6
    assert "it says what was asked" in html
    sound, rate = soundfile.read(next((tmp_path / "page" / "audio").glob("*q0.flac")))
    assert rate == 24_000
    assert abs(sound).max(axis=0).min() > 0.01


def test_text_of_a_model_is_never_markup(exam: Exam, tmp_path: Path) -> None:
    answered(exam, tmp_path / "a")
    result = results.read(tmp_path / "a")
    for one in result["scored"]:
        for turn in one["turns"]:
            turn["text"] = turn["why"] = "<script>alert(1)</script>"
    result["model"] = "<b>"
    items = exam.chosen((SERVICE,), 3)
    html = render(items, {one["item"]: one for one in result["scored"]}, result)
    assert "<script" not in html
    assert "<b>" not in html


def test_raters_are_heard_unless_they_do_not_listen(exam: Exam, tmp_path: Path) -> None:
    models = [answered(exam, tmp_path / m, m) for m in ("right", "silent")]
    folder = tmp_path / "test"
    clips = write_test(exam, models, exam.chosen((SERVICE,), 3), folder)
    key = json.loads((folder / "key.json").read_text())
    assert len(key) == clips == 9
    assert 'src="audio/000.flac"' in (folder / "index.html").read_text()
    assert "right" not in (folder / "index.html").read_text().split("<form")[1]

    def rate(name: str, noise: int) -> None:
        with (folder / f"{name}.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["rater", "clip", "grade"])
            for clip, what in key.items():
                grade = {"right": 5, "silent": 2, CONTROL: noise}[what["model"]]
                rows.writerow([name, clip, grade])

    rate("ann", 1)
    rate("bob", 2)
    rate("eve", 5)
    found = ratings_of(folder, sorted(folder.glob("*.csv")))
    assert found.left_out == ("eve",)
    assert found.raters == 2
    assert (found.means["right"].value, found.means["silent"].value) == (5, 2)
    assert found.alpha == pytest.approx(1)
    code, said = call("listen", "--ratings", str(folder))
    assert code == 0, said
    assert "left out, since they rated noise over 2: eve" in said


def test_ratings_that_cannot_be_are_refused(exam: Exam, tmp_path: Path) -> None:
    folder = tmp_path / "test"
    write_test(exam, [answered(exam, tmp_path / "a")], exam.chosen((SERVICE,), 2), folder)
    (folder / "x.csv").write_text("rater,clip,grade\nann,000,9\n")
    with pytest.raises(UserError, match=r"x.csv, line 2: it needs the columns"):
        ratings_of(folder, [folder / "x.csv"])
    with pytest.raises(UserError, match="holds no listening test"):
        ratings_of(tmp_path, [])
    with pytest.raises(UserError, match="is not empty"):
        write_test(exam, [Answers.open(tmp_path / "a")], exam.chosen((SERVICE,), 2), folder)


def test_the_table_of_shares_stands_beside_the_papers(exam: Exam, tmp_path: Path) -> None:
    answered(exam, tmp_path / "all", "right")
    answered(exam, tmp_path / "none", "silent")
    code, said = call("ablation", f"0={tmp_path / 'none'}", f"100={tmp_path / 'all'}")
    assert code == 0, said
    lines = said.splitlines()
    assert lines[1].startswith("  100%")
    assert "1.000" in lines[1]
    assert "0.57, 4.21, 4.48" in lines[1]
    assert "0.000" in lines[2]
    assert call("ablation", "many=x")[0] == 2
