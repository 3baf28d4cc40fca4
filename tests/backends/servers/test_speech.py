"""Speech servers' replies as they really are: headers that lie, bodies cut short, other forms."""

from __future__ import annotations

import base64
import io
import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soundfile

from datagen.backends.servers import client, sound
from datagen.backends.speech.http import EASY, Http
from datagen.types import SAMPLE_RATE, Line, Rejected, UserError, Utterance, Voice
from tests.doubles.raw_server import Answer, Asked, raw

VOICE = Voice(id="ada", source="http", license="", synthetic=True, gender="female")
LINE = Line("Good morning.", VOICE, "agent")
SOUND = (0.3 * np.sin(np.arange(SAMPLE_RATE) * 0.1)).astype(np.float32)
BODY = SAMPLE_RATE * 2
"""Bytes of the samples."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "WAITS", (0.001, 0.01))
    monkeypatch.setenv("SPEECH_API_KEY", "very-secret-key")


def encoded(kind: str = "WAV", audio: Any = SOUND, rate: int = SAMPLE_RATE, **more: Any) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, audio, rate, format=kind, **more)
    return file.getvalue()


WAV = encoded()
assert WAV[36:40] == b"data"
assert len(WAV) == BODY + 44


def with_sizes(riff: int, data: int) -> bytes:
    """Return the WAV with other sizes in its header."""
    return WAV[:4] + struct.pack("<I", riff) + WAV[8:40] + struct.pack("<I", data) + WAV[44:]


def speak(reply: Callable[[Asked], Answer] | Answer, **options: Any) -> Utterance:
    answer = (lambda asked: reply) if isinstance(reply, Answer) else reply
    with raw(answer) as running:
        settings = {"model": "tts", "url": running.url, "patience_seconds": 0.5, **options}
        return Http(Http.Options.model_validate(settings)).speak([LINE], seed=1)[0]


def audio(data: bytes, kind: str = "audio/wav", **headers: str) -> Answer:
    return Answer(200, data, {"Content-Type": kind, **headers} if kind else headers)


GOOD = {
    "sizes of zero": audio(with_sizes(0, 0)),
    "the first chunk's sizes": audio(with_sizes(36 + 4_800, 4_800)),
    "sizes of 0xFFFFFFFF": audio(with_sizes(0xFFFFFFFF, 0xFFFFFFFF)),
    "sizes of 0xFFFFFFFF less the header": audio(with_sizes(0xFFFFFFFF, 0xFFFFFFFF - 36)),
    "sizes of 0x7FFFFFFF": audio(with_sizes(0x7FFFFFFF, 0x7FFFFFFF - 36)),
    "sizes of 0x7FFFF000": audio(with_sizes(0x7FFFF024, 0x7FFFF000)),
    "sizes of a stream without end": audio(with_sizes(2_000_000_036, 2_000_000_000)),
    "a wrong size of the whole": audio(with_sizes(36, BODY)),
    "metadata behind": audio(WAV + b"LIST" + struct.pack("<I", 4) + b"INFO"),
    "no content type": audio(WAV, ""),
    "binary/octet-stream": audio(WAV, "binary/octet-stream"),
    "application/octet-stream": audio(WAV, "application/octet-stream; charset=utf-8"),
    "a wrong type": audio(WAV, "text/plain"),
    "called mp3": audio(WAV, "audio/mpeg"),
    "no length": Answer(200, WAV, {"Content-Type": "audio/wav"}, length=False),
    "FLAC": audio(encoded("FLAC"), "audio/flac"),
    "Ogg": audio(encoded("OGG"), "audio/ogg"),
    "MP3": audio(encoded("MP3"), "audio/mpeg"),
    "float samples": audio(encoded(subtype="FLOAT")),
    "A-law": audio(encoded(subtype="ALAW")),
    "stereo": audio(encoded(audio=np.stack([SOUND, SOUND], 1))),
    "extensible": audio(encoded("WAVEX")),
    "RF64": audio(encoded("RF64")),
}


CODED = base64.b64encode(WAV).decode()


def pieces(data: bytes, last: str = "speech.audio.done") -> Answer:
    """Return sound as a speech server's events."""
    coded = [base64.b64encode(data[at : at + 9_001]).decode() for at in range(0, len(data), 9_001)]
    events = [{"type": "speech.audio.delta", "audio": piece} for piece in coded]
    frames = [f"data: {json.dumps(one)}\n\n".encode() for one in (*events, {"type": last})]
    return audio(b"".join(frames), "text/event-stream")


def said(value: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


GOOD |= {
    "base64 in JSON": said({"audio": CODED, "audio_format": "wav", "timestamps": []}),
    "a data URL in JSON": said({"audio": f"data:audio/wav;base64,{CODED}"}),
    "base64 inside of JSON": said({"data": [{"id": "a", "b64_json": CODED}]}),
    "base64 beside a message": said({"code": 3000, "message": "success", "data": CODED}),
    "FLAC in JSON": said({"audio": base64.b64encode(encoded("FLAC")).decode()}),
    "MP3 in JSON": said({"audio": base64.b64encode(encoded("MP3")).decode()}),
    "a string of base64": said(CODED),
    "base64 alone": audio(CODED.encode(), "text/plain"),
    "base64 called WAV": audio(CODED.encode()),
    "a data URL alone": audio(f"data:audio/wav;base64,{CODED}".encode(), "text/plain"),
    "events": pieces(WAV),
}


@pytest.mark.parametrize("name", GOOD)
def test_sound_is_read_to_its_end(name: str) -> None:
    made = speak(GOOD[name]).audio
    assert len(made) == pytest.approx(SAMPLE_RATE, rel=0.12)
    assert np.abs(made).max() > 0.2


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_sizes_that_a_writer_puts_behind_the_samples_are_not_heard(alone: bool, size: int) -> None:
    quiet = encoded(audio=np.concatenate([SOUND, np.zeros(4_800, np.float32)]))
    sizes = [struct.pack("<I", len(quiet) - less) for less in (8, 44)]
    behind = b"".join(sizes) if alone else bytes(4) + sizes[0] + bytes(32) + sizes[1]
    head = struct.pack("<I", size)
    made = speak(audio(quiet[:4] + head + quiet[8:40] + head + quiet[44:] + behind)).audio
    assert np.abs(made[-3_000:]).max() < 0.001


LOUD = np.random.default_rng(1).integers(-32_000, 32_000, 4_001).astype("<i2").tobytes()[:-1]
"""Bytes of metadata, which are noise if they are heard."""


def behind(name: bytes) -> bytes:
    return name + struct.pack("<I", len(LOUD)) + LOUD + b"\0"


METADATA = {
    "of a right size": WAV + behind(b"LIST") + behind(b"id3 "),
    "of no size": with_sizes(0, 0) + behind(b"LIST"),
    "of a stream": with_sizes(0xFFFFFFFF, 0xFFFFFFFF) + behind(b"bext") + behind(b"LIST"),
    "a tag that is no chunk": WAV + b"ID3\x04" + LOUD,
}


@pytest.mark.parametrize("name", METADATA)
def test_metadata_behind_the_samples_is_not_heard(name: str) -> None:
    """It pops where a player goes on to the file's end (hzeller/gmrender-resurrect#39)."""
    made = speak(audio(METADATA[name])).audio
    assert len(made) == len(speak(audio(WAV)).audio)
    assert np.abs(made).max() < 0.35


def of_a_text(bad: Answer, later: Answer | None = None) -> Callable[[Asked], Answer]:
    """Answer the line with what is bad, the first time or always, and all else well."""
    times: list[None] = []

    def reply(asked: Asked) -> Answer:
        if asked.body["input"] == EASY or (times and later):
            return audio(WAV)
        times.append(None)
        return bad

    return reply


CUT = {
    "a length": audio(WAV[:20_000], **{"Content-Length": str(len(WAV))}),
    "no length": Answer(200, WAV[:20_000], {"Content-Type": "audio/wav"}, length=False),
    "a length of what is there": audio(WAV[:20_000]),
    "before the samples": audio(WAV[:30]),
    "FLAC": audio(encoded("FLAC", np.random.default_rng(0).normal(size=48_000) * 0.1)[:30_000]),
}


@pytest.mark.parametrize("name", CUT)
def test_sound_that_is_cut_short_is_asked_for_again(name: str) -> None:
    made = speak(of_a_text(CUT[name], audio(WAV))).audio
    assert len(made) == pytest.approx(SAMPLE_RATE, rel=0.01)


@pytest.mark.parametrize("name", CUT)
def test_sound_that_is_always_cut_short_is_not_accepted(name: str) -> None:
    with pytest.raises((Rejected, UserError)):
        speak(of_a_text(CUT[name]))


PCM = (SOUND * 32_767).astype("<i2").tobytes()
UNREADABLE = {
    "several WAVs": (audio(WAV + WAV), "several files"),
    "several WAVs of no size": (audio(with_sizes(0, 0) + with_sizes(0, 0)), "several files"),
    "several MP3s": (audio(encoded("MP3") * 2, "audio/mpeg"), "several files"),
    "several MP3s of CDs' rate": (audio(encoded("MP3", rate=44_100) * 2, "audio/mp3"), "several"),
    "several MP3s in stereo": (
        audio(encoded("MP3", np.stack([SOUND, SOUND], 1), 48_000) * 2, "audio/mpeg"),
        "several",
    ),
    "several FLACs": (audio(encoded("FLAC") * 2, "audio/flac"), "several files"),
    "several Oggs": (audio(encoded("OGG") * 2, "audio/ogg"), "several files"),
    "several Opus": (audio(encoded("OGG", subtype="OPUS") * 2, "audio/ogg"), "several files"),
    "several in JSON": (said({"audios": [CODED, CODED]}), "several files"),
    "raw PCM": (audio(PCM, "audio/pcm"), r"audio/pcm, beginning b'\\x00"),
    "raw PCM that begins as MP3": (audio(b"\xff\xfb" + PCM, "audio/L16"), "audio/l16, beginning"),
    "raw PCM called WAV": (audio(PCM), "audio/wav, beginning"),
    "an empty 200": (audio(b""), "an empty body"),
    "no type and no sound": (audio(b"hello there", ""), "no content type, beginning b'hello"),
    "a WAV without samples": (audio(encoded(audio=SOUND[:0])), "no samples"),
    "a streamed WAV without samples": (audio(WAV[:40] + b"\xff" * 4), "no samples"),
    "a WAV of nonsense": (audio(b"RIFF\0\0\0\0WAVEdata\0\0\0\0"), "cannot be read"),
}


def test_a_stream_of_sound_that_breaks_off_is_asked_for_again() -> None:
    made = speak(of_a_text(pieces(WAV, "speech.audio.delta"), audio(WAV))).audio
    assert len(made) == pytest.approx(SAMPLE_RATE, rel=0.01)


@pytest.mark.parametrize("name", UNREADABLE)
def test_sound_that_cannot_be_read_is_said_soon(name: str) -> None:
    answer, words = UNREADABLE[name]
    with raw(lambda asked: answer) as running:
        http = Http(Http.Options(model="tts", url=running.url, patience_seconds=60))
        with pytest.raises(UserError, match=words) as caught:
            http.speak([LINE], seed=1)
        assert "sends sound that cannot be read" in str(caught.value)
        assert len(running.asked) == client.UNREADABLE_TRIES


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
def test_text_is_no_sound(kind: str) -> None:
    with pytest.raises(UserError, match=f"sends {kind}, not audio"):
        speak(audio(b"{}", kind))


def test_text_with_sound_that_is_no_file_in_it_is_told_in_a_line() -> None:
    for answer in (
        said({"audio": base64.b64encode(PCM).decode(), "format": "pcm"}),
        said({"audio_url": "http://127.0.0.1/1.wav"}),
        pieces(PCM),
        audio(f"<!doctype html><p>{CODED}".encode(), "audio/mpeg"),
    ):
        with pytest.raises(UserError, match=r"json|stream|audio/mpeg, beginning") as caught:
            speak(answer, patience_seconds=60)
        assert len(str(caught.value)) < 300


def test_an_error_in_a_200_is_what_it_says() -> None:
    busy = said({"error": {"code": 503, "message": "loading the model"}})
    assert len(speak(of_a_text(busy, audio(WAV))).audio) > 0
    with pytest.raises(UserError, match="loading the model"):
        speak(busy)


@pytest.mark.parametrize(
    "value",
    [
        {"error": {"message": "voice ada is not available"}},
        {"error": "voice ada is not available"},
        {"detail": "voice ada is not available"},
        {"detail": {"error": "validation_error", "message": "voice ada is not available"}},
        {"message": "voice ada is not available", "code": "invalid"},
    ],
)
def test_a_voice_the_server_does_not_have_stops_with_its_sentence(value: Any) -> None:
    with raw(lambda asked: said(value, 400)) as running:
        http = Http(Http.Options(model="tts", url=running.url, voice="{id}"))
        with pytest.raises(UserError, match=r"refuses every request: .*voice ada is not available"):
            http.speak([LINE], seed=1)
        assert {asked.body["voice"] for asked in running.asked} == {"ada"}


@pytest.mark.parametrize("status", [400, 404, 422])
@pytest.mark.parametrize(
    "words", ["Voice 'ada' not found", "unknown speaker", "no file ada.wav in voices/", "ada?"]
)
def test_a_voice_the_server_does_not_have_is_named_with_where_to_set_it(
    words: str, status: int
) -> None:
    with pytest.raises(UserError) as caught:
        speak(said({"detail": words}, status))
    assert words in str(caught.value)
    assert "asked for the voice 'ada' (speech.options.voice is '{id}')" in str(caught.value)
    assert "datagen voices server http" in str(caught.value)
    assert "the model's name" not in str(caught.value)


@pytest.mark.parametrize("status", [400, 404, 422, 500])
@pytest.mark.parametrize(
    "value",
    [
        {"detail": "response_format: wav is none of mp3, opus, aac, flac"},
        {
            "detail": [
                {"loc": ["body", "response_format"], "msg": "Input should be 'mp3' or 'flac'"}
            ]
        },
        {"error": {"message": "Unsupported response_format 'wav'", "type": "validation_error"}},
    ],
)
def test_a_format_the_server_does_not_send_is_named_with_where_to_set_it(
    value: Any, status: int
) -> None:
    with pytest.raises(UserError) as caught:
        speak(said(value, status))
    assert "asked for wav; set speech.options.response_format to" in str(caught.value)


def test_the_format_of_what_a_server_was_sent_is_another_matter() -> None:
    with pytest.raises(UserError, match="ref_audio: unsupported audio format; mend its options"):
        speak(said({"detail": "ref_audio: unsupported audio format"}, 400))


@pytest.mark.parametrize(
    ("name", "subtype"), [("flac", "PCM_16"), ("mp3", "MPEG_LAYER_III"), ("opus", "OPUS")]
)
def test_another_format_is_asked_for_and_read(name: str, subtype: str) -> None:
    container = "OGG" if name == "opus" else name.upper()
    kind = {"mp3": "audio/mpeg", "opus": "audio/opus"}.get(name, f"audio/{name}")
    reply = audio(encoded(container, subtype=subtype), kind)
    with raw(lambda asked: reply) as running:
        options = {"model": "tts", "url": running.url, "response_format": name}
        (clip,) = Http(Http.Options.model_validate(options)).speak([LINE], seed=1)
        assert running.asked[0].body["response_format"] == name
    assert len(clip.audio) == pytest.approx(SAMPLE_RATE, abs=SAMPLE_RATE / 10)
    assert np.abs(clip.audio).max() == pytest.approx(0.3, abs=0.03)


def test_what_is_not_set_leaves_a_recipes_fingerprint_as_it_was() -> None:
    assert "response_format" not in Http.Options(model="tts").model_dump()
    other = Http.Options(model="tts", response_format="flac")
    assert other.model_dump()["response_format"] == "flac"


def test_a_text_that_is_refused_is_a_reject_with_the_servers_sentence() -> None:
    with pytest.raises(Rejected) as caught:
        speak(of_a_text(said({"detail": "text too long"}, 413)))
    assert caught.value.evidence == "HTTP 413: text too long (voice 'ada')"


def test_endless_bodies_and_sounds_are_refused_in_bounded_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flac = encoded("FLAC", np.zeros(SAMPLE_RATE * 400, np.int16))
    assert len(flac) < 300_000
    with pytest.raises(Rejected, match="speech_refused") as caught:
        speak(of_a_text(audio(flac, "audio/flac")))
    assert f"longer than {sound.MAX_SECONDS:g} s" in caught.value.evidence
    with pytest.raises(Rejected, match="speech_refused") as caught:
        speak(of_a_text(audio(WAV + bytes(70 * 2**20))))
    assert "longer than 64 MB" in caught.value.evidence


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_is_followed_without_the_key_to_another_host(status: int) -> None:
    with raw(lambda asked: audio(WAV)) as other:
        location = {"Location": f"{other.url}/audio/speech"}
        speak(Answer(status, headers=location))
        (asked,) = other.asked
    assert (asked.method, asked.body["input"]) == ("POST", LINE.spoken)
    assert "authorization" not in asked.headers


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_would_become_get_is_refused(status: int) -> None:
    with raw(lambda asked: audio(WAV)) as other:
        location = {"Location": f"{other.url}/audio/speech"}
        with pytest.raises(UserError, match=f"redirects .{status}. to {other.root}"):
            speak(Answer(status, headers=location))
        assert other.asked == []


WORDS = [{"word": "Good", "start_ms": 0, "end_ms": 400}, {"word": "morning.", "start_ms": 400}]


@pytest.mark.parametrize("end", ["NaN", "Infinity", "-Infinity", "-3", "1e999", '"soon"', "[]"])
def test_word_times_that_are_none_are_an_aligners_task(end: str) -> None:
    header = json.dumps(WORDS)[:-2] + f', "end_ms": {end}}}]'
    made = speak(audio(WAV, **{"X-Word-Timestamps": header}))
    assert made.words is None
    good = json.dumps(WORDS)[:-2] + ', "end_ms": 900}]'
    made = speak(audio(WAV, **{"X-Word-Timestamps": good}))
    assert [word.text for word in made.words or ()] == ["Good", "morning."]


@pytest.mark.parametrize("header", ["[", "[" * 9_000, "{}", '[{"word": "x"}]', "null", "[1]"])
def test_a_header_of_no_word_times_is_left_out(header: str) -> None:
    assert speak(audio(WAV, **{"X-Word-Timestamps": header})).words is None
