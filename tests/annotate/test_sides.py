"""Named speakers are put on the channel that their sound is on; what cannot fit is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from datagen.annotate.calls import AnnotatedCall, CallAnnotator, Gates
from datagen.annotate.readers.registry import open_reader
from datagen.annotate.sides import fit, on_their_channels
from datagen.annotate.sound import CallSound
from datagen.annotate.words import WordFinder
from datagen.backends.protocols import Aligner
from datagen.types import Audio, Rejected, SpokenWord
from tests.fixtures import tiny_corpora as tiny

pytestmark = pytest.mark.slow

TALK = tiny.talk(lines=(*tiny.LINES, *tiny.LINES))
FIRST = " ".join(word for word, _, _ in TALK["a"])


class NoAligner(Aligner):
    """Is never asked: the words have times."""

    def __init__(self) -> None:
        pass

    def align(
        self, spoken: str, audio: Callable[[], Audio], words: Sequence[SpokenWord] | None
    ) -> tuple[SpokenWord, ...]:
        raise AssertionError(spoken)


def ctm(root: Path, a: str, b: str) -> None:
    names = {"A": a, "B": b}
    lines = [line.split() for line in tiny.ctm(TALK, "c").splitlines()]
    (root / "c.ctm").write_text("".join(f"c {names[x[1]]} {' '.join(x[2:])}\n" for x in lines))


def ctm_of_speakers(root: Path, a: str, b: str) -> None:
    names = {"A": a, "B": b}
    lines = [line.split() for line in tiny.ctm(TALK, "c").splitlines()]
    rows = [f"c 1 {' '.join(x[2:])} 1.0 lex {names[x[1]]}\n" for x in lines]
    (root / "c.ctm").write_text("".join(rows))


def tiers(root: Path, a: str, b: str) -> None:
    said = {a: TALK["a"], b: TALK["b"]}
    (root / "c.TextGrid").write_text(tiny.textgrid(said, tiny.length(TALK)))


def tiers_the_other_way(root: Path, a: str, b: str) -> None:
    said = {f"{b} - words": TALK["b"], f"{a} - words": TALK["a"]}
    (root / "c.TextGrid").write_text(tiny.textgrid(said, tiny.length(TALK)))


def annotated(root: Path) -> AnnotatedCall:
    reader = open_reader("folder", [root])
    (call_id,) = reader.ids()
    return CallAnnotator(WordFinder(NoAligner()), Gates(), 0).annotate(reader.read(call_id))


def said_on_first(call: AnnotatedCall) -> str:
    """Return what is said on the first channel in what is used of a call."""
    speaker = next(who for who, one in call.people.items() if one.side == "a")
    words = [word.text for piece in call.pieces for word in piece.words if word.speaker == speaker]
    return " ".join(words)


@pytest.mark.parametrize("write", [ctm, ctm_of_speakers, tiers, tiers_the_other_way])
@pytest.mark.parametrize(
    "names", [("zoe", "adam"), ("adam", "zoe"), ("customer", "agent"), ("agent", "customer")]
)
def test_names_are_put_where_they_are_heard(
    tmp_path: Path, write: Callable[[Path, str, str], None], names: tuple[str, str]
) -> None:
    tiny.write_sound(tmp_path / "c.wav", tiny.sound(TALK, leak=0.05), 16_000)
    write(tmp_path, *names)
    heard = said_on_first(annotated(tmp_path))
    assert heard
    assert heard in FIRST


@pytest.mark.parametrize("write", [ctm, tiers, tiers_the_other_way])
def test_names_of_channels_stay_and_what_is_swapped_is_told(
    tmp_path: Path, write: Callable[[Path, str, str], None]
) -> None:
    tiny.write_sound(tmp_path / "c.wav", tiny.sound(TALK), 16_000)
    write(tmp_path, "A", "B")
    assert said_on_first(annotated(tmp_path)) in FIRST
    write(tmp_path, "B", "A")
    with pytest.raises(Rejected) as caught:
        annotated(tmp_path)
    assert caught.value.reason == "leakage"
    assert caught.value.evidence.startswith("the sides look swapped: ")


def test_a_channel_that_says_who_it_is_counts_before_speakers(tmp_path: Path) -> None:
    tiny.write_sound(tmp_path / "c.wav", tiny.sound(TALK), 16_000)
    lines = [line.split() for line in tiny.ctm(TALK, "c").splitlines()]
    names = {"A": "zoe", "B": "adam"}
    rows = [f"c {' '.join(x[1:])} 1.0 lex {names[x[1]]}\n" for x in lines]
    (tmp_path / "c.ctm").write_text("".join(rows))
    call = open_reader("folder", [tmp_path]).read("c")
    assert call.sides_known
    assert " ".join(one.text for one in call.supervisions if one.side == "a") == FIRST


def test_where_sound_does_not_tell_the_order_stays(tmp_path: Path) -> None:
    heard = tiny.sound(TALK).sum(axis=0)
    for side in "ab":
        tiny.write_sound(tmp_path / f"c_{side}.wav", heard[None], 16_000)
    ctm(tmp_path, "zoe", "adam")
    call = open_reader("folder", [tmp_path]).read("c")
    sound = CallSound(call.sound)
    assert abs(fit(call.supervisions, sound)) < 1
    assert on_their_channels(call, sound) == call
    with pytest.raises(Rejected) as caught:
        annotated(tmp_path)
    assert "swapped" not in caught.value.evidence
    assert "both channels hold both speakers" in caught.value.evidence


@pytest.mark.parametrize(("seconds", "is_cut"), [(0.9, False), (1.2, True), (30.0, True)])
def test_a_transcript_that_goes_on_after_the_sound(
    tmp_path: Path, seconds: float, is_cut: bool
) -> None:
    last = max(end for words in TALK.values() for _, _, end in words)
    sound = tiny.sound(TALK)[:, : round((last - seconds) * 24_000)]
    tiny.write_sound(tmp_path / "c.wav", sound, 16_000)
    ctm(tmp_path, "A", "B")
    if not is_cut:
        assert annotated(tmp_path).pieces
        return
    with pytest.raises(Rejected) as caught:
        annotated(tmp_path)
    assert caught.value.reason == "cut sound"
    assert f"to {last:.1f} s, and c.wav ends at {last - seconds:.1f} s" in caught.value.evidence
