"""Models behind sockets: what they say lands on the item's clock."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from datagen.exam.examinees.base import NoAnswer
from datagen.exam.examinees.moshi import Moshi, words_of
from datagen.exam.examinees.realtime import Realtime
from datagen.exam.examinees.socket_clock import Playback
from datagen.exam.items import Exam
from datagen.types import FRAME, SAMPLE_RATE, UserError
from tests.doubles.duplex_servers import BEEP, BEEP_AT, FakeMoshi, FakeRealtime, serving

pytestmark = pytest.mark.slow  # 900 items are made first

SPEED = 8.0


def loud(sound: np.ndarray) -> tuple[float, float]:
    places = np.flatnonzero(np.abs(sound) > 0.1)
    return places[0] / SAMPLE_RATE, places[-1] / SAMPLE_RATE


def test_moshi_is_asked_with_role_and_voice_and_answers_on_its_clock(
    exam: Exam, tmp_path: Path
) -> None:
    item, server = exam.chosen(("turn_taking",), 1)[0], FakeMoshi()
    with serving(server) as url:
        record, sound = Moshi(url, speed=SPEED).answer(exam, item, tmp_path)
    assert server.asked[0]["text_prompt"] == [item.role_prompt]
    assert server.asked[0]["voice_prompt"] == [exam.voice(item).name]
    assert sound is not None
    assert len(sound) == item.num_samples
    start, end = loud(sound)
    # an Opus encoder holds a few milliseconds back
    assert start == pytest.approx(BEEP_AT, abs=0.1)
    assert end == pytest.approx(BEEP_AT + BEEP, abs=0.1)
    assert record.words is not None
    assert [word.text for word in record.words] == ["Hello", "there"]
    assert record.words[0].start / SAMPLE_RATE == pytest.approx(BEEP_AT, abs=0.25)


def test_realtime_is_heard_when_it_comes_and_stops_when_the_user_speaks(
    exam: Exam, tmp_path: Path
) -> None:
    item, server = exam.chosen(("task",), 1)[0], FakeRealtime()
    with serving(server) as url:
        record, sound = Realtime(url, speed=SPEED).answer(exam, item, tmp_path)
    assert server.sessions[0]["instructions"] == item.role_prompt
    assert item.call is not None
    assert server.sessions[0]["tools"][0]["name"] == item.call.name
    assert sound is not None
    start, end = loud(sound)
    assert start == pytest.approx(BEEP_AT, abs=0.8)  # the answer is on its way while sound goes in
    assert end - start < 2.8  # three seconds were sent, and cut about a second in
    assert record.calls[0].arguments == {"day": "Sunday"}
    assert record.words is not None
    assert 0 < len(record.words) < 6


def test_a_model_on_this_machine_is_asked_without_a_proxy(
    exam: Exam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    item = exam.chosen(("turn_taking",), 1)[0]
    with serving(FakeMoshi()) as url:
        assert Moshi(url, speed=SPEED).answer(exam, item, tmp_path)[1] is not None


def test_nobody_there_is_said(exam: Exam, tmp_path: Path) -> None:
    item = exam.items[0]
    for examinee in (Moshi("ws://127.0.0.1:9", patience=1), Realtime("ws://127.0.0.1:9")):
        with pytest.raises(UserError, match="cannot be reached"):
            examinee.answer(exam, item, tmp_path)
    with pytest.raises(UserError, match="give an address such as ws://127"):
        Moshi("http://127.0.0.1:8998")
    with pytest.raises(UserError, match="give an address such as wss://HOST"):
        Realtime("127.0.0.1")


def test_a_server_that_is_never_ready_is_no_answer(exam: Exam, tmp_path: Path) -> None:
    with serving(lambda socket: None) as url, pytest.raises(NoAnswer):
        Moshi(url, patience=1).answer(exam, exam.items[0], tmp_path)


def test_sounds_follow_one_another_and_are_cut() -> None:
    playback = Playback(100)
    assert playback.add(np.ones(30, np.float32), 10) == 10
    assert playback.add(np.ones(30, np.float32), 20) == 40
    playback.stop(50)
    assert playback.add(np.ones(80, np.float32), 90) == 90
    assert np.flatnonzero(playback.sound()).tolist() == [*range(10, 50), *range(90, 100)]


def test_pieces_at_one_moment_keep_their_order() -> None:
    words = words_of([(0, " Hel"), (0, "lo"), (5 * FRAME, " you")])
    assert [(word.text, word.start) for word in words] == [("Hello", 0), ("you", 5 * FRAME)]
