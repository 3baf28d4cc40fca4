from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from datagen.stages.retakes import JOIN, Studio, TakeRequest, join, record, split
from datagen.types import Audio, Fault, Line, Rejected, SpokenWord, Utterance, Voice
from tests.fixtures.speech_like import PITCH, Babbler, babble

SAID = (
    "Good morning, this is Ada. How can I help you today?",
    "Hello. I would like to move my appointment, please.",
    "Of course. Which day would suit you better then?",
    "I think that Monday would be the best for me.",
    "Alright, I have put you down for Monday morning.",
    "Great. Thank you very much for all of your help.",
)
LETTERS = [sum(map(str.isalnum, spoken)) for spoken in SAID]
BAD = np.zeros(24_000, np.float32)


def requests() -> list[TakeRequest]:
    voices = {
        speaker: Voice(id=speaker, source="babble", license="", synthetic=True, gender="male")
        for speaker in ("agent", "user")
    }
    lines = [
        Line(spoken, voices[speaker], speaker, "angry")  # type: ignore[arg-type]
        for spoken, speaker in zip(SAID, ("agent", "user") * 3, strict=True)
    ]
    return [TakeRequest(f"turn {index}", line, seed=7) for index, line in enumerate(lines)]


def test_good_takes_are_kept_and_nothing_is_said_twice() -> None:
    babbler = Babbler()
    takes, attempts = record(Studio.of(babbler), requests())
    assert attempts == ()
    assert [len(lines) for lines, _ in babbler.calls] == [len(SAID)]
    assert [len(take.audio) for take in takes] == [len(babble(n)) for n in LETTERS]


def test_a_bad_take_is_said_again_with_a_new_seed() -> None:
    babbler = Babbler({SAID[1]: [BAD]})
    takes, attempts = record(Studio.of(babbler), requests())
    assert [(a.name, a.step, a.reason) for a in attempts] == [("turn 1", "first", "clip_silent")]
    (_, first), (again, second) = babbler.calls
    assert [line.spoken for line in again] == [SAID[1]]
    assert again[0].emotion == "angry"
    assert first != second
    assert np.array_equal(takes[1].audio, babble(LETTERS[1], pitch=PITCH["user"]))


def test_the_third_take_is_calmer_and_the_fourth_in_parts() -> None:
    babbler = Babbler({SAID[1]: [BAD, BAD, BAD]})
    takes, attempts = record(Studio.of(babbler), requests())
    assert [a.step for a in attempts] == ["first", "new seed", "calmer"]
    assert [[line.spoken for line in lines] for lines, _ in babbler.calls[1:]] == [
        [SAID[1]],
        [SAID[1]],
        ["Hello.", "I would like to move my appointment, please."],
    ]
    assert [lines[0].emotion for lines, _ in babbler.calls[1:]] == ["angry", "calm", "calm"]
    assert len({seed for _, seed in babbler.calls}) == 4
    parts = [babble(5), babble(LETTERS[1] - 5)]
    assert len(takes[1].audio) == sum(map(len, parts)) + JOIN


def test_the_other_backend_says_all_lines_of_the_speaker() -> None:
    hopeless = Babbler({SAID[1]: [BAD] * 3, "Hello.": [BAD]})
    hopeless.instead["I would like to move my appointment, please."] = [BAD]
    other = Babbler()
    takes, attempts = record(replace(Studio.of(hopeless), fallback=other), requests())
    assert [a.step for a in attempts] == ["first", "new seed", "calmer", "split"]
    assert [line.spoken for lines, _ in other.calls for line in lines] == list(SAID[1::2])
    assert len(takes) == len(SAID)


def test_a_hopeless_line_rejects_the_dialogue_with_every_attempt() -> None:
    babbler = Babbler({SAID[3]: [BAD] * 9})
    with pytest.raises(Rejected) as rejected:
        record(Studio.of(babbler), requests())
    assert rejected.value.reason == "clip_silent"
    assert [part.partition(":")[0] for part in rejected.value.evidence.split("; ")] == [
        "first",
        "new seed",
        "calmer",  # it has one sentence without a comma, and there is no other backend
    ]
    assert rejected.value.evidence.count("turn 3 peaks at -120.0 dBFS") == 3


def test_a_synthesizer_may_reject_and_be_asked_again() -> None:
    class Shy(Babbler):
        def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
            if len(lines) > 1:
                raise Rejected("shy", "so many lines")
            return super().speak(lines, seed=seed)

    takes, attempts = record(Studio.of(Shy()), requests())
    assert [(a.reason, a.evidence) for a in attempts] == [("shy", "so many lines")] * len(SAID)
    assert len(takes) == len(SAID)


def test_a_turn_that_does_not_fit_the_dialogue_is_said_again() -> None:
    theirs = babble(LETTERS[2], pitch=PITCH["user"])
    babbler = Babbler({SAID[2]: [theirs]})
    _, attempts = record(Studio.of(babbler), requests())
    assert [(a.name, a.reason) for a in attempts] == [("turn 2", "turn_pitch")]


def test_a_judge_is_asked_about_good_takes_only() -> None:
    class Strict:
        def __init__(self) -> None:
            self.heard: list[tuple[str, bool]] = []

        def fault(self, audio: Audio, line: Line, reference: Audio | None) -> Fault | None:
            self.heard.append((line.spoken, reference is not None))
            once = [spoken for spoken, _ in self.heard].count(line.spoken) == 1
            return Fault("words", "wrong") if line.spoken == SAID[0] and once else None

    judge = Strict()
    wanted = requests()
    studio = replace(Studio.of(Babbler({SAID[1]: [BAD]})), judge=judge)  # type: ignore[arg-type]
    _, attempts = record(studio, wanted, {wanted[0].line.voice: BAD})
    assert [(a.name, a.reason) for a in attempts] == [
        ("turn 0", "words"),
        ("turn 1", "clip_silent"),
    ]
    said = [spoken for spoken, _ in judge.heard]
    assert sorted(said) == sorted([*SAID, SAID[0]])
    assert dict(judge.heard) == {spoken: index % 2 == 0 for index, spoken in enumerate(SAID)}


def test_nobody_can_tell_equal_voices_apart() -> None:
    class Monotone(Babbler):
        def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
            return super().speak([replace(line, speaker="agent") for line in lines], seed=seed)

    with pytest.raises(Rejected, match="voices_alike"):
        record(Studio.of(Monotone()), requests())


def test_a_synthesizer_that_skips_a_line_is_stopped() -> None:
    class Skipper(Babbler):
        def speak(self, lines: Sequence[Line], *, seed: int) -> list[Utterance]:
            return super().speak(lines, seed=seed)[1:]

    with pytest.raises(RuntimeError, match=r"Skipper.* made 5 clips of 6 lines"):
        record(Studio.of(Skipper()), requests())


def test_the_parts_of_a_line_are_its_words() -> None:
    line = "Yes, it is. Two  hundred and five, then; or not"
    assert split(line) == ["Yes, it is.", "Two  hundred and five, then; or not"]
    assert split("one, two, three, four, five, six") == [
        "one,",
        "two,",
        "three,",
        "four,",
        "five,",
        "six",
    ]
    assert split("No. Not now.") == ["No. Not now."]
    for spoken in SAID:
        assert " ".join(split(spoken)).split() == spoken.split()


def test_word_times_move_with_their_part() -> None:
    parts = [
        Utterance(np.ones(n, np.float32), (SpokenWord(text=text, start=10, end=90),))
        for n, text in ((100, "one"), (120, "two"))
    ]
    whole = join(parts)
    assert whole.words is not None
    assert [(w.text, w.start, w.end) for w in whole.words] == [
        ("one", 10, 90),
        ("two", 110 + JOIN, 190 + JOIN),
    ]
    assert len(whole.audio) == 220 + JOIN
    assert not whole.audio[100 : 100 + JOIN].any()
    assert join([parts[0], replace(parts[1], words=None)]).words is None


def test_a_backend_without_randomness_is_never_asked_the_same_twice() -> None:
    class Fixed(Babbler):
        random = False

    fixed = Fixed({SAID[0]: [BAD] * 9})
    _, attempts = record(Studio.of(fixed), requests())
    assert [a.step for a in attempts] == ["first", "slower", "calmer"]
    asked = [
        tuple((line.spoken, line.emotion, line.speed) for line in lines)
        for lines, _ in fixed.calls[1:]
    ]
    assert asked == [
        ((SAID[0], "angry", 0.92),),
        ((SAID[0], "calm", 1.0),),
        (("Good morning, this is Ada.", "calm", 1.0), ("How can I help you today?", "calm", 1.0)),
    ]


def test_a_calm_line_of_a_backend_without_randomness_is_not_said_calmer() -> None:
    class Fixed(Babbler):
        random = False

    fixed = Fixed({SAID[3]: [BAD] * 9})
    calm = [replace(r, line=replace(r.line, emotion="calm")) for r in requests()]
    with pytest.raises(Rejected) as rejected:
        record(Studio.of(fixed), calm)
    assert [part.partition(":")[0] for part in rejected.value.evidence.split("; ")] == [
        "first",
        "slower",
    ]
