from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from datagen.backends.aligner.ctm import clip_name, read_times
from datagen.backends.registry import ALIGNERS
from datagen.config import BackendSpec
from datagen.types import Rejected, SpokenWord, UserError

CLIP = (0.001 * np.sin(np.arange(48_000) / 9)).astype(np.float32)
TEXT = "Hello \u2014 Ayelen, twenty-five!"
LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.0
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "TextTier"
        name = "marks"
        xmin = 0
        xmax = 2.0
        points: size = 1
        points [1]:
            number = 0.5
            mark = "x"
    item [2]:
        class = "IntervalTier"
        name = "phones"
        xmin = 0
        xmax = 2.0
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 2.0
            text = "AH0"
    item [3]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 2.0
        intervals: size = 5
        intervals [1]:
            xmin = 0
            xmax = 0.25
            text = ""
        intervals [2]:
            xmin = 0.25
            xmax = 0.5
            text = "hello"
        intervals [3]:
            xmin = 1.0
            xmax = 1.2
            text = "<unk>"
        intervals [4]:
            xmin = 1.2
            xmax = 1.5
            text = "twenty"
        intervals [5]:
            xmin = 1.5
            xmax = 2.0
            text = "five"
"""
SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0
2.0
<exists>
1
"IntervalTier"
"say ""words"" loud"
0
2.0
4
0.25
0.5
"hello"
1.0
1.2
"ayelen"
1.2
1.5
"twenty"
1.5
2.0
"five"
"""
CTM = """;; a comment
call 1 0.25 0.25 hello 0.98
call 1 1.0 0.2 Ayelen
call 1 1.2 0.8 twenty-five
"""


def align(
    folder: Path, suffix: str, content: str | bytes, text: str = TEXT
) -> tuple[SpokenWord, ...]:
    data = content.encode() if isinstance(content, str) else content
    (folder / f"{clip_name(text, CLIP)}{suffix}").write_bytes(data)
    spec = BackendSpec(use="ctm", options={"folder": str(folder)})
    return ALIGNERS.load(spec).align(text, lambda: CLIP, None)


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".TextGrid", LONG),
        (".TextGrid", SHORT),
        (".TextGrid", LONG.encode("utf-16")),
        (".TextGrid", "\ufeff" + SHORT),
        (".ctm", CTM),
    ],
)
def test_times_are_read(tmp_path: Path, suffix: str, content: str | bytes) -> None:
    words = align(tmp_path, suffix, content)
    assert [(word.text, word.start, word.end) for word in words] == [
        ("Hello", 6_000, 12_000),
        ("\u2014", 12_000, 24_000),
        ("Ayelen,", 24_000, 28_800),
        ("twenty-five!", 28_800, 48_000),
    ]


def test_times_end_with_the_clip(tmp_path: Path) -> None:
    late = CTM.replace("1.2 0.8", "1.2 0.9")
    assert align(tmp_path, ".ctm", late)[-1].end == len(CLIP)


@pytest.mark.parametrize(
    ("change", "evidence"),
    [
        (("hello", "help"), "'help' stands for 'Hello'"),
        (("twenty-five", "twenty"), "'nothing' stands for 'twenty-five!'"),
        (("twenty-five", "twenty-five\ncall 1 1.9 0.1 more"), "'more' is not in the text"),
    ],
)
def test_other_words_are_rejected(tmp_path: Path, change: tuple[str, str], evidence: str) -> None:
    with pytest.raises(Rejected) as rejected:
        align(tmp_path, ".ctm", CTM.replace(*change))
    assert evidence in rejected.value.evidence


def test_a_clip_without_a_file_is_rejected(tmp_path: Path) -> None:
    align(tmp_path, ".ctm", CTM)
    aligner = ALIGNERS.load(BackendSpec(use="ctm", options={"folder": str(tmp_path)}))
    with pytest.raises(Rejected, match="alignment"):
        aligner.align(TEXT, lambda: CLIP[:-1], None)


@pytest.mark.parametrize(
    ("suffix", "content"),
    [(".ctm", "call 1 soon 0.2 hello"), (".TextGrid", "no"), (".TextGrid", LONG[:300])],
)
def test_a_broken_file_costs_its_clip(tmp_path: Path, suffix: str, content: str) -> None:
    with pytest.raises(Rejected, match="alignment") as rejected:
        align(tmp_path, suffix, content)
    assert "cannot be read" in rejected.value.evidence


def test_a_folder_without_times_is_an_error(tmp_path: Path) -> None:
    spec = BackendSpec(use="ctm", options={"folder": str(tmp_path)})
    with pytest.raises(UserError, match="datagen align export"):
        ALIGNERS.check(spec)


def test_the_files_decide_the_bytes(tmp_path: Path) -> None:
    spec = BackendSpec(use="ctm", options={"folder": str(tmp_path)})
    align(tmp_path, ".ctm", CTM)
    before = ALIGNERS.identity(spec)
    align(tmp_path, ".ctm", CTM.replace("0.25", "0.26"))
    assert ALIGNERS.identity(spec) != before


def test_a_ctm_may_say_how_sure_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.ctm"
    path.write_text("a 1 0.1 0.2 twenty 0.91\na 1 0.3 0.2 five 0.7\na 1 0.5 0.2 yes\n")
    spans = [span for _, span in read_times(path)]
    assert [span.confidence for span in spans] == [0.91, 0.7, None]


def test_silences_are_no_words(tmp_path: Path) -> None:
    path = tmp_path / "a.ctm"
    path.write_text("a 1 0 1 <eps>\na 1 1 1 word\na 1 2 1 SIL\n")
    assert [label for label, _ in read_times(path)] == ["word"]


def test_words_that_overlap_a_little_are_put_in_order(tmp_path: Path) -> None:
    overlapping = CTM.replace("call 1 1.0 0.2 Ayelen", "call 1 1.0 0.21 Ayelen")
    words = align(tmp_path, ".ctm", overlapping)
    assert [word.end for word in words[2:]] == [28_800, 48_000]
    assert all(one.end <= other.start for one, other in pairwise(words))


@pytest.mark.parametrize(("first", "second"), [("0.5 0.3", "0.5 0.3"), ("0.5 0", "0.5 0.3")])
def test_words_at_one_time_share_it(tmp_path: Path, first: str, second: str) -> None:
    lines = f"x 1 0.1 0.2 I'm\nx 1 {first} going\nx 1 {second} to\nx 1 0.8 0.2 be\n"
    words = align(tmp_path, ".ctm", lines, text="I'm going to be")
    starts = [round(word.start / 24_000, 2) for word in words]
    assert starts == [0.1, 0.5, 0.71, 0.8]
    assert all(one.end <= other.start for one, other in pairwise(words))
