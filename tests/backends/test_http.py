from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile

from datagen.backends.registry import VOICES
from datagen.backends.servers import client
from datagen.backends.speech.http import Http, word_times
from datagen.backends.speech.spoken import Spoken
from datagen.config import BackendSpec
from datagen.engine import run_files
from datagen.engine.pipeline import ResolvedRecipe
from datagen.engine.run_files import RUN
from datagen.types import SAMPLE_RATE, Line, Rejected, UserError, Voice
from tests.doubles.speech_server import SpeechServer, serve

pytestmark = pytest.mark.slow

VOICE = Voice(id="ada", source="http", license="", synthetic=True, gender="female")
LINES = [
    Line("Good morning, how can I help you today?", VOICE, "agent", "calm"),
    Line("I would like to pay my bill.", VOICE.model_copy(update={"id": "bo"}), "user"),
]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SpeechServer]:
    pytest.importorskip("espeakng_loader")
    monkeypatch.setattr(client, "WAITS", (0.001, 0.05))
    monkeypatch.delenv("SPEECH_API_KEY", raising=False)
    with serve() as running:
        yield running


def make(server: SpeechServer, **options: Any) -> Http:
    return Http(
        Http.Options.model_validate(
            {"model": "tts", "url": server.url, "patience_seconds": 5, **options}
        )
    )


def test_lines_are_spoken_in_order_at_24_khz_with_their_words(server: SpeechServer) -> None:
    server.rate = 44_100
    utterances = make(server).speak(LINES, seed=3)
    for utterance, line in zip(utterances, LINES, strict=True):
        direct = server.say(
            {"input": line.spoken, "voice": line.voice.id, "seed": _seed(server, line)}
        )
        assert abs(len(utterance.audio) - len(direct.audio)) < 0.03 * SAMPLE_RATE
        assert utterance.words is not None
        assert direct.words is not None
        assert [word.text for word in utterance.words] == line.spoken.split()
        for mine, theirs in zip(utterance.words, direct.words, strict=True):
            assert abs(mine.start - theirs.start) < 0.03 * SAMPLE_RATE
        assert np.abs(utterance.audio).max() > 0.05
        assert abs(utterance.audio[0]) < 1e-3


def _seed(server: SpeechServer, line: Line) -> int:
    return next(int(body["seed"]) for body in server.requests if body["input"] == line.spoken)


def test_requests_carry_what_the_server_wants(
    server: SpeechServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "open sesame")
    recording = tmp_path / "ada.wav"
    soundfile.write(recording, np.zeros(100), SAMPLE_RATE)
    http = make(
        server,
        voice="{gender}-{id}",
        extra_body={
            "instructions": "sound {emotion}",
            "deep": [{"who": "{speaker}"}],
            "speed": 1.0,
        },
        reference_field="ref_audio",
        seed_field="random_state",
        key_env="MY_KEY",
    )
    voice = VOICE.model_copy(update={"path": str(recording)})
    http.speak([Line("Hello there.", voice, "agent", "calm")], seed=3)
    (body,) = server.requests
    assert body.pop("ref_audio").startswith("data:audio/wav;base64,UklGR")
    assert 0 <= body.pop("random_state") < 2**31
    assert body == {
        "model": "tts",
        "input": "Hello there.",
        "voice": "female-ada",
        "response_format": "wav",
        "instructions": "sound calm",
        "deep": [{"who": "agent"}],
        "speed": 1.0,
    }
    assert server.keys == ["Bearer open sesame"]
    with pytest.raises(UserError, match="voice ada has no recording"):
        http.speak(LINES[:1], seed=3)


@pytest.mark.parametrize(
    ("factor", "is_told"), [(0.5, True), (2.0, True), (1.5, True), (1 / 1.5, True), (1.0, False)]
)
def test_a_header_of_another_rate_than_the_sounds_is_told(
    factor: float, is_told: bool, server: SpeechServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All is at half speed where a WAV of 48 kHz says 24 kHz (CrispStrobe/CrispASR#122)."""
    right = soundfile.write

    def wrong(file: Any, sound: Any, rate: int, **more: Any) -> None:
        right(file, sound, int(rate * factor), **more)

    monkeypatch.setattr("tests.doubles.speech_server.soundfile.write", wrong)
    voice = Voice(id="ada", source="http", license="", synthetic=True, gender="female")
    lines = [
        Line(f"It costs {number} dollars to send it to another country.", voice, "agent")
        for number in ("two", "three", "four", "five", "six", "seven", "eight", "nine")
    ]
    if is_told:
        with pytest.raises(UserError, match=r"letters a second .* rate than the [\d,]+ Hz of its"):
            make(server).speak(lines, seed=1)
    else:
        make(server).speak(lines, seed=1)


def test_sound_of_one_length_whatever_is_said_is_told(
    server: SpeechServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server sent the first second of all speech (tenstorrent/tt-inference-server#1719)."""
    right = soundfile.write

    def first_second(file: Any, sound: Any, rate: int, **more: Any) -> None:
        right(file, sound[:rate], rate, **more)

    monkeypatch.setattr("tests.doubles.speech_server.soundfile.write", first_second)
    monkeypatch.setattr(server, "with_words", False)
    said = "It costs two dollars to send it to another country{}."
    lines = [Line(said.format(", and more" * more), VOICE, "agent") for more in range(8)]
    with pytest.raises(UserError, match=r"sends 1\.0 s of sound for each of 8 lines, of \d+ to"):
        make(server).speak(lines, seed=1)


def test_the_seed_decides(server: SpeechServer) -> None:
    http = make(server)
    http.speak(LINES[:1], seed=1)
    http.speak(LINES[:1], seed=1)
    http.speak(LINES[:1], seed=2)
    one, again, other = (body["seed"] for body in server.requests)
    assert one == again != other
    make(server, seed_field=None).speak(LINES[:1], seed=1)
    assert "seed" not in server.requests[-1]


@pytest.mark.parametrize("failure", [500, 503, 429, "drop", "short", "garbage"])
def test_what_passes_is_waited_for(server: SpeechServer, failure: int | str) -> None:
    server.failures.extend([failure, failure])
    (utterance,) = make(server).speak(LINES[:1], seed=1)
    assert len(utterance.audio) > SAMPLE_RATE
    assert len(server.requests) == 3


def test_patience_ends(server: SpeechServer) -> None:
    server.failures.extend([503] * 50)
    with pytest.raises(UserError, match=r"not answered for .* last: HTTP 503: not now; mend it"):
        make(server, patience_seconds=0.05).speak(LINES[:1], seed=1)
    assert len(server.requests) >= 2


def test_a_text_that_breaks_the_server_is_rejected_and_does_not_stop_the_run(
    server: SpeechServer,
) -> None:
    server.poison = LINES[0].spoken
    with pytest.raises(Rejected, match="speech_refused") as caught:
        make(server).speak(LINES[:1], seed=1)
    assert (
        "it failed 7 times, and nothing else does, last: HTTP 500: not now" in caught.value.evidence
    )


def test_a_text_that_the_server_is_always_too_busy_for_is_rejected(server: SpeechServer) -> None:
    server.poison, server.poisoned = LINES[0].spoken, 429
    with pytest.raises(Rejected, match="speech_refused"):
        make(server, patience_seconds=1).speak(LINES[:1], seed=1)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (401, "set another key; .* variable SPEECH_API_KEY"),
        (404, "check the model's name, the URL"),
        ("html", "sends text/html, not audio"),
    ],
)
def test_what_the_user_must_mend_is_said(
    server: SpeechServer, failure: int | str, said: str
) -> None:
    server.failures.append(failure)
    with pytest.raises(UserError, match=said):
        make(server).speak(LINES[:1], seed=1)
    assert len(server.requests) == 1


def test_a_refused_text_is_a_reject(server: SpeechServer) -> None:
    server.failures.append(422)
    with pytest.raises(Rejected) as rejected:
        make(server).speak(LINES[:1], seed=1)
    assert rejected.value.reason == "speech_refused"
    assert rejected.value.evidence == "HTTP 422: not now (voice 'ada')"


def test_without_the_header_there_are_no_times(server: SpeechServer) -> None:
    server.with_words = False
    (utterance,) = make(server).speak(LINES[:1], seed=1)
    assert utterance.words is None


def test_times_of_other_words_are_not_used() -> None:
    def times(*words: tuple[str, float, float]) -> Any:
        answer = Spoken(np.zeros((10, 1), np.float32), 24_000, words)
        return word_times("It's five, yes.", answer, 24_000)

    good = times(("it's", 10, 50), ("FIVE", 40, 90), ("yes", 100, 100))
    assert [(w.text, w.start, w.end) for w in good] == [
        ("It's", 240, 1200),
        ("five,", 1200, 2160),
        ("yes.", 2400, 2401),
    ]
    assert times(("it", 10, 20), ("is", 20, 30), ("five", 30, 40), ("yes", 50, 60)) is None
    assert times(("its", 10, 20), ("5", 30, 40), ("yes", 50, 60)) is None
    assert times(("its", 10, 20), ("five", 30, 40), ("yes", 1_500, 1_600)) is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "127.0.0.1:8000"}, "is no URL"),
        ({"url": "http://127.0.0.1:9/v1"}, "no speech server answers at 127.0.0.1:9"),
        ({"voice": "{name}"}, "may only name {id}, {gender}"),
        ({"extra_body": {"input": "x"}}, "input is set by datagen itself"),
        (
            {"extra_body": {"response_format": "mp3"}},
            "is set by datagen itself; set speech.options.response_format",
        ),
        ({"speed": 2}, "speed: there is no such key; known are model, "),
    ],
)
def test_check_says_what_is_wrong(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        VOICES.check(BackendSpec(use="http", options={"model": "tts", **options}))


def test_where_a_server_is_does_not_decide_what_is_made(server: SpeechServer) -> None:
    one = BackendSpec(use="http", options={"model": "tts"})
    other = BackendSpec(use="http", options={"model": "tts", "url": server.url, "concurrency": 2})
    assert VOICES.identity(one) == VOICES.identity(other)
    VOICES.check(other)
    changed = BackendSpec(use="http", options={"model": "tts", "voice": "x"})
    assert VOICES.identity(one) != VOICES.identity(changed)


def test_a_run_is_voiced_by_a_server(server: SpeechServer, tmp_path: Path) -> None:
    """Through the stage as the engine runs it, with a server that stumbles."""
    from datagen.config import load_recipe
    from datagen.engine.plan import make_plan
    from datagen.engine.worker import Done, UnitRunner
    from datagen.runs.make import describe
    from datagen.storage.run_folder import RunFolder
    from tests.fixtures.short_calls import SMALL

    options = json.dumps({"model": "tts", "url": server.url, "extra_body": {"gender": "{gender}"}})
    recipe = load_recipe(
        "service", overrides=[*SMALL, "speech.use=http", f"speech.options={options}"]
    )
    folder = RunFolder(tmp_path)
    run_files.write(folder, RUN, describe(ResolvedRecipe(recipe)))
    make_plan(recipe, None, 16)
    server.failures.extend([500, "drop", 429, "garbage"])
    for stage in ("script", "speech", "timeline"):
        runner = UnitRunner(tmp_path, ResolvedRecipe(recipe), stage)
        answer = runner.make(0)
        runner.close()
        assert isinstance(answer, Done), answer
    table = pq.read_table(tmp_path / "speech" / "000000.parquet")
    sources = {json.loads(voice)["source"] for voice in table["voice"].to_pylist()}
    assert sources == {"http"}
    assert len(set(table["dialog_id"].to_pylist())) == 15
    genders = {body["voice"]: body["gender"] for body in server.requests}
    assert set(genders.values()) == {"female", "male"}
