"""Numbers and names go from the sound, the words and the tokens; times and all else stay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from datagen.annotate.bleep import (
    FADE,
    PLACEHOLDERS,
    Bleep,
    BleepSettings,
    bleep_sound,
    bleep_words,
    find_bleeps,
    number_runs,
)
from datagen.backends.registry import CODECS, TOKENIZERS
from datagen.config import BackendSpec
from datagen.shards.text_stream import text_row
from datagen.types import FRAME, SAMPLE_RATE, Audio, Speaker, Word

EACH = SAMPLE_RATE // 4
"""Samples of a word (0.25 s) and SLOT from one to the next (0.3 s)."""
SLOT = 7_200
ALL = BleepSettings(numbers=True, names="listed")


def words(text: str, speaker: Speaker = "agent", start: int = SLOT) -> list[Word]:
    return [
        Word(speaker=speaker, text=one, start=at, end=at + EACH, turn=0)
        for one, at in zip(text.split(), range(start, 10**9, SLOT), strict=False)
    ]


def hidden(text: str, settings: BleepSettings = ALL) -> str:
    """Return a line as its words read afterwards."""
    own = {"agent": words(text)}
    return " ".join(w.text for w in bleep_words(own, find_bleeps(own, settings))["agent"])


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("it's four one five five five five oh one four two ok", "it's [number] ok"),
        ("call 415-555-0142.", "call [number]."),
        ("my zip is nine four one uh one oh", "my zip is [number] oh"),
        ("oh nine four one", "oh nine four one"),
        ("it ends in twenty-two oh six, yes", "it ends in [number], yes"),
        ("double five triple nine", "[number]"),
        ("one or two of the three", "one or two of the three"),
        ("i have twenty five dogs", "i have twenty five dogs"),
        ("born in nineteen eighty four", "born in [number]"),
        ("it cost five thousand two hundred", "it cost [number]"),
        ("room one oh five", "room one oh five"),
        ("five hundred people, three hundred dogs", "five hundred people, three hundred dogs"),
        ("area code five one two and then five five five", "area code [number]"),
    ],
)
def test_numbers_of_four_digits_and_more(said: str, left: str) -> None:
    assert hidden(said) == left


def test_how_many_digits_is_a_setting() -> None:
    three = BleepSettings(numbers=True, digits=3)
    assert hidden("room one oh five", three) == "room [number]"
    assert hidden("i have twenty five dogs", three) == "i have twenty five dogs"


def test_a_long_silence_ends_a_number() -> None:
    one, other = words("four one"), words("five five", start=SLOT * 40)
    assert list(number_runs([*one, *other], 4)) == []
    assert list(number_runs([*one, *words("five five", start=3 * SLOT)], 4)) == [(0, 3)]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Hi, this is Maria Lopez. I live in Boston.", "Hi, this is [name]. I live in Boston."),
        ("Will you ask Will?", "[name] you ask [name]?"),
        ("I will ask grace about it.", "I will ask grace about it."),
        ("my name is zbigniew brzozowski and i", "my name is [name] brzozowski and i"),
        ("tim and betty have a joy of life", "[name] and [name] have a joy of life"),
        ("call me later or call me zed", "call me later or call me [name]"),
        ("doctor frankenfurter said so", "doctor [name] said so"),
        ("i grace the dawn with jack", "i grace the dawn with jack"),
        ("Maria's dog", "[name] dog"),
        ("uh huh yeah right", "uh huh yeah right"),
    ],
)
def test_names_that_are_listed_or_introduced(said: str, left: str) -> None:
    assert hidden(said) == left


def test_names_that_the_transcript_marks() -> None:
    marked = BleepSettings(names="marked")
    assert hidden("So I met &Zbig in Krakow on Monday. Then we left.", marked) == (
        "So I met [name] in [name] on Monday. Then we left."
    )
    assert hidden("so &zbig came", marked) == "so [name] came"
    assert hidden("so &zbig came") == "so &zbig came"


def test_nothing_is_bleeped_unless_asked_for() -> None:
    assert not BleepSettings().is_on
    text = "Maria 415-555-0142"
    assert hidden(text, BleepSettings()) == text
    assert hidden(text, BleepSettings(numbers=True)) == "Maria [number]"
    assert hidden(text, BleepSettings(names="listed")) == "[name] 415-555-0142"


def test_times_stay_and_a_run_is_one_word() -> None:
    own = {"agent": words("it is four one five five ok")}
    (one,) = find_bleeps(own, ALL)
    after = bleep_words(own, [one])["agent"]
    assert [w.text for w in after] == ["it", "is", "[number]", "ok"]
    assert (after[2].start, after[2].end) == (own["agent"][2].start, own["agent"][5].end)
    assert (after[3].start, after[3].end) == (own["agent"][6].start, own["agent"][6].end)
    margin = SLOT - EACH  # words stand closer than the setting's 0.05 s
    assert (one.start, one.end) == (after[2].start - margin, after[2].end + margin)


def channel(size: int, pitch: float, level: float = 0.1) -> Audio:
    time = np.arange(size) / SAMPLE_RATE
    return (level * np.sqrt(2) * np.sin(2 * np.pi * pitch * time)).astype(np.float32)


def spectrum(audio: Audio, pitch: float) -> float:
    """Return how strong a pitch is in a stretch, as RMS."""
    time = np.arange(len(audio)) / SAMPLE_RATE
    return float(abs(np.mean(audio * np.exp(-2j * np.pi * pitch * time))) * np.sqrt(2))


@pytest.mark.parametrize("sound", ["tone", "silence"])
def test_nothing_of_a_word_is_left_in_the_sound(sound: str) -> None:
    settings = BleepSettings(numbers=True, sound=sound)  # type: ignore[arg-type]
    own = {"agent": words("it is four one five five ok")}
    (one,) = bleeps = find_bleeps(own, settings)
    audio = channel(10 * SLOT, 300.0)
    out = bleep_sound(audio, "agent", bleeps, own["agent"], settings)
    assert spectrum(audio[one.start : one.end], 300.0) > 0.09
    assert spectrum(out[one.start : one.end], 300.0) < 1e-4
    level = float(np.sqrt(np.mean(np.square(out[one.start : one.end]))))
    assert level == pytest.approx(0.1 if sound == "tone" else 0.0, abs=0.005)
    same = np.ones(len(audio), bool)
    same[one.start - FADE : one.end + FADE] = False
    assert np.array_equal(out[same], audio[same])
    assert np.abs(np.diff(out)).max() < 0.06  # no click: the tone itself moves by 0.037
    assert np.array_equal(audio, channel(10 * SLOT, 300.0))


def test_a_part_of_a_call_is_bleeped_as_the_whole() -> None:
    own = {"agent": words("it is four one five five ok")}
    bleeps = find_bleeps(own, ALL)
    settings = BleepSettings(numbers=True, sound="silence")
    audio = channel(10 * SLOT, 300.0)
    whole = bleep_sound(audio, "agent", bleeps, own["agent"], settings)
    for start in (0, bleeps[0].start - 50, bleeps[0].start + 900, bleeps[0].end + 10):
        part = bleep_sound(audio[start:], "agent", bleeps, own["agent"], settings, at=start)
        inside = slice(FADE, None) if start else slice(None)
        assert np.array_equal(part[inside], whole[start:][inside])


def test_it_does_not_leak_into_the_other_channel() -> None:
    own: dict[Speaker, Sequence[Word]] = {
        "agent": words("it is four one five five ok"),
        "user": words("right", "user", start=4 * SLOT),
    }
    (one,) = bleeps = find_bleeps(own, ALL)
    (said,) = own["user"]
    audio = channel(10 * SLOT, 300.0, 0.01)
    out = bleep_sound(audio, "user", bleeps, own["user"], ALL)
    kept = slice(said.start + FADE, said.end - FADE)
    assert np.array_equal(out[kept], audio[kept])
    assert not out[one.start : said.start].any()
    assert not out[said.end : one.end].any()
    assert np.array_equal(out[one.end + FADE :], audio[one.end + FADE :])


def test_tokens_follow() -> None:
    """Codes and text row are those of what is left, wherever the words were."""
    codec, tokenizer = (
        CODECS.load(BackendSpec(use="dummy")),
        TOKENIZERS.load(BackendSpec(use="shipped")),
    )
    size = 40 * FRAME
    own = {"agent": words("it is four one five five ok")}
    others = {"agent": words("it is nine nine two three ok")}
    rows, codes = [], []
    for spoken, pitch in ((own, 300.0), (others, 410.0)):
        (one,) = bleeps = find_bleeps(spoken, ALL)
        audio = channel(size, 200.0)
        audio[one.start : one.end] = channel(one.end - one.start, pitch)
        codes.append(codec.encode(bleep_sound(audio, "agent", bleeps, spoken["agent"], ALL)))
        rows.append(text_row(bleep_words(spoken, bleeps)["agent"], size // FRAME, tokenizer))
    assert np.array_equal(rows[0], rows[1])
    assert np.array_equal(codes[0], codes[1])
    text = tokenizer.decode([int(token) for token in rows[0] if token > tokenizer.eos])
    assert PLACEHOLDERS["number"] in text
    assert "four" not in text


def test_a_bleep_at_the_edges_of_a_channel() -> None:
    bleeps = [
        Bleep(speaker="agent", kind="name", start=0, end=1_000, first=0, last=0),
        Bleep(speaker="agent", kind="name", start=4_990, end=6_000, first=1, last=1),
        Bleep(speaker="agent", kind="name", start=9_000, end=9_900, first=2, last=2),
    ]
    out = bleep_sound(np.ones(5_000, np.float32), "agent", bleeps, [], ALL)
    assert len(out) == 5_000
    assert np.isfinite(out).all()
    assert out[2_000] == 1.0
