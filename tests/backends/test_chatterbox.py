from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import soundfile
import yaml

from datagen.backends.protocols import DialogLines
from datagen.backends.registry import VOICES
from datagen.backends.speech.chatterbox import (
    PACKAGE,
    SHORT_TAKES,
    SHORT_VARIANTS,
    WEIGHTS,
    Chatterbox,
)
from datagen.backends.speech.chatterbox_model import SpokenPiece
from datagen.backends.speech.finish import LEAD, TAIL, finish
from datagen.backends.speech.texts import chunks
from datagen.config import BackendSpec
from datagen.engine.kept import KeptDialogues
from datagen.storage.run_folder import RunFolder
from datagen.types import SAMPLE_RATE, Audio, Line, Rejected, SpokenWord, UserError, Voice
from tests.doubles.chatterbox import ChatterboxDouble, Doubled
from tests.fixtures.speech_like import voiced

CONTRACT = yaml.safe_load(
    (Path(__file__).parents[1] / "golden/chatterbox_contract.yaml").read_text()
)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    for name in {name for names in WEIGHTS.values() for name in names}:
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


@pytest.fixture
def voice(tmp_path: Path) -> Voice:
    path = tmp_path / "ada.wav"
    soundfile.write(path, voiced(6 * SAMPLE_RATE), SAMPLE_RATE)
    return Voice(
        id="ada", source="test", license="CC0-1.0", synthetic=False, gender="female", path=str(path)
    )


def make(weights: Path, **options: Any) -> tuple[Chatterbox, ChatterboxDouble]:
    made = Doubled(Chatterbox.Options.model_validate({"model": str(weights), **options}))
    return made, ChatterboxDouble.made[-1]


def test_a_line_is_said_in_its_voice_and_trimmed(weights: Path, voice: Voice) -> None:
    chatterbox, model = make(weights)
    line = Line("Your balance is forty dollars.", voice, "agent")
    one, again = chatterbox.speak([line, line], seed=5)
    assert np.array_equal(one.audio, again.audio)
    assert one.words is None
    letters = sum(map(str.isalnum, line.spoken))
    assert len(one.audio) <= letters * SAMPLE_RATE // 14 + TAIL
    (first,) = model.said
    assert first.voice == voice.path
    assert (first.exaggeration, first.cfg_weight, first.temperature) == (0.5, 0.5, 0.8)
    chatterbox.speak([line], seed=6)
    assert model.said[-1].seed != first.seed


def test_the_lines_of_many_dialogues_are_said_at_once(weights: Path, voice: Voice) -> None:
    chatterbox, model = make(weights)
    other = voice.model_copy(update={"id": "bo"})
    dialogues = [
        DialogLines([Line(f"This is line {n} of {d}.", v, "agent") for n, v in enumerate(pair)], d)
        for d, pair in enumerate([(voice, other), (other, voice), (voice, voice)])
    ]
    unspeakable = DialogLines([Line("...", voice, "user")], 7)
    answers = chatterbox.speak_batch([*dialogues[:2], unspeakable, dialogues[2]])
    assert len(model.calls) == 1
    assert isinstance(answers[2], Rejected)
    for request, answer in zip(dialogues, [*answers[:2], answers[3]], strict=True):
        assert not isinstance(answer, Rejected)
        alone = chatterbox.speak(request.lines, seed=request.seed)
        for one, together in zip(alone, answer, strict=True):
            assert np.array_equal(one.audio, together.audio)


def test_what_was_said_before_a_worker_was_lost_is_not_said_again(
    weights: Path, voice: Voice, tmp_path: Path
) -> None:
    lines = [Line(f"This is line {'and ' * n}{n}.", voice, "agent") for n in range(5)]
    chatterbox, model = make(weights, batch=2)
    whole = chatterbox.speak(lines, seed=1)
    sizes = [len(call) for call in model.calls]
    assert sizes == [2, 2, 1]
    say, model.calls = model.say, []

    def lose(pieces: Sequence[SpokenPiece], batch: int) -> list[Audio]:
        if len(model.calls) == 2:
            raise MemoryError("killed")
        return say(pieces, batch)

    chatterbox.keeper = KeptDialogues(RunFolder(tmp_path / "run"), "speech", 0, "key")
    model.say = lose  # type: ignore[method-assign]
    with pytest.raises(MemoryError):
        chatterbox.speak(lines, seed=1)
    model.say, model.calls = say, []  # type: ignore[method-assign]
    again = chatterbox.speak(lines, seed=1)
    assert [len(call) for call in model.calls] == [1]
    assert all(np.array_equal(a.audio, b.audio) for a, b in zip(whole, again, strict=True))


def test_emotions_are_deliveries(weights: Path, voice: Voice) -> None:
    chatterbox, model = make(weights)
    line = Line("This is the third time I have called.", voice, "user")
    chatterbox.speak([replace(line, emotion=e) for e in ("angry", "calm", "neutral")], seed=1)
    angry, calm, neutral = model.said
    assert angry.exaggeration > neutral.exaggeration > calm.exaggeration
    assert calm.temperature < neutral.temperature
    assert angry.seed == neutral.seed


def test_long_lines_are_said_in_parts(weights: Path, voice: Voice) -> None:
    chatterbox, model = make(weights, max_letters=60)
    spoken = "I see. " + "That will be ready on Monday, or Tuesday at the latest. " * 3
    (utterance,) = chatterbox.speak([Line(spoken, voice, "agent")], seed=1)
    texts = [piece.text for piece in model.said]
    assert " ".join(texts) == spoken.strip()
    assert max(map(len, texts)) <= 60
    assert len(texts) == 4
    assert len({piece.seed for piece in model.said}) == 4
    assert len(utterance.audio) > 10 * SAMPLE_RATE


def test_short_lines_are_tried_until_one_is_good(weights: Path, voice: Voice) -> None:
    chatterbox, model = make(weights)
    model.spoil["Mm-hmm."] = 2
    line = Line("Mm-hmm.", voice, "user")
    long = Line("This one is long enough to be good.", voice, "agent")
    first, second, _ = chatterbox.speak([line, line, long], seed=8)
    assert [len(call) for call in model.calls] == [2, 1, 1], "with the others, then alone"
    assert np.array_equal(first.audio, second.audio)
    model.spoil["Mm-hmm."] = 2
    (again,) = chatterbox.speak([line], seed=8 + SHORT_VARIANTS)
    assert np.array_equal(first.audio, again.audio), "a voice has few ways of saying it"
    chatterbox.speak([line], seed=9)
    assert model.said[-1].seed != model.said[0].seed
    model.spoil["Uh-huh."] = 99
    with pytest.raises(Rejected, match="short_line") as rejected:
        chatterbox.speak([replace(line, spoken="Uh-huh.")], seed=1)
    assert f"failed {SHORT_TAKES} times" in rejected.value.evidence


@pytest.mark.parametrize("spoken", ["...", " ", "—"])
def test_nothing_to_say_is_not_said(weights: Path, voice: Voice, spoken: str) -> None:
    chatterbox, model = make(weights)
    with pytest.raises(Rejected, match="unspeakable"):
        chatterbox.speak([Line(spoken, voice, "user")], seed=1)
    assert not any(model.said)


def test_turbo_has_fewer_settings_and_wants_longer_recordings(
    weights: Path, voice: Voice, tmp_path: Path
) -> None:
    chatterbox, model = make(weights, variant="turbo", device="cpu")
    chatterbox.speak([Line("Good morning to all of you.", voice, "agent", "angry")], seed=1)
    assert model.said[0].exaggeration == model.said[0].cfg_weight == 0
    path = tmp_path / "short.wav"
    soundfile.write(path, voiced(5 * SAMPLE_RATE), SAMPLE_RATE)
    short = voice.model_copy(update={"path": str(path)})
    with pytest.raises(UserError, match="more than 5 s"):
        chatterbox.speak([Line("Good morning.", short, "agent")], seed=1)


def test_a_voice_needs_a_recording(weights: Path, voice: Voice, tmp_path: Path) -> None:
    chatterbox, _ = make(weights)
    for path, said in ((None, "needs a recording"), (str(tmp_path / "no.wav"), "is no recording")):
        line = Line("Good morning.", voice.model_copy(update={"path": path}), "agent")
        with pytest.raises(UserError, match=said):
            chatterbox.speak([line], seed=1)


def test_a_bare_machine_is_told_what_is_missing(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("chatterbox", "chatterbox.tts"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    with pytest.raises(UserError, match="env create chatterbox"):
        Chatterbox(Chatterbox.Options(model=str(weights)))
    (weights / "ve.safetensors").unlink()
    with pytest.raises(UserError, match=r"speech\.options\.model.*ve\.safetensors"):
        VOICES.check(BackendSpec(use="chatterbox", options={"model": str(weights)}))
    with pytest.raises(UserError, match="hf download ResembleAI/chatterbox-turbo"):
        VOICES.check(BackendSpec(use="chatterbox", options={"variant": "turbo"}))


def test_a_lost_watermarker_is_explained(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class ChatterboxTTS:
        @classmethod
        def from_local(cls, ckpt_dir: object, device: str) -> None:
            raise TypeError("'NoneType' object is not callable")

    package = ModuleType("chatterbox.tts")
    package.ChatterboxTTS = ChatterboxTTS  # type: ignore[attr-defined]
    for name, module in (("chatterbox", ModuleType("chatterbox")), ("chatterbox.tts", package)):
        monkeypatch.setitem(__import__("sys").modules, name, module)
    with pytest.raises(UserError, match="setuptools<81"):
        Chatterbox(Chatterbox.Options(model=str(weights)))


def test_identity_follows_the_weights_not_the_device(weights: Path) -> None:
    def spec(use: str, options: dict[str, Any]) -> BackendSpec:
        return BackendSpec(use=use, options=options)

    one = VOICES.identity(spec("chatterbox", {"model": str(weights)}))
    assert one["watermark"] == "perth"
    assert one == VOICES.identity(spec("chatterbox", {"model": str(weights), "device": "cpu"}))
    (weights / "s3gen.safetensors").write_bytes(b"other")
    assert one != VOICES.identity(spec("chatterbox", {"model": str(weights)}))


def arguments(method: Any) -> str:
    """A method's arguments and defaults, as the recorded contract has them."""
    found = inspect.signature(method).parameters.values()
    return ", ".join(
        one.name + ("" if one.default is one.empty else f"={one.default!r}")
        for one in found
        if one.name != "self"
    )


@pytest.mark.parametrize("variant", WEIGHTS)
def test_the_installed_package_keeps_the_recorded_contract(variant: str) -> None:
    contract = CONTRACT[variant]
    assert list(WEIGHTS[variant]) == contract["files"]
    assert f"chatterbox-tts {CONTRACT['version']}" == PACKAGE
    module, _, name = contract["class"].partition(":")
    kind = getattr(pytest.importorskip(module), name)
    assert version("chatterbox-tts") == CONTRACT["version"]
    for method, expected in contract["methods"].items():
        assert arguments(getattr(kind, method)) == expected


def test_chunks_keep_all_words_and_fit() -> None:
    text = "One two three. " * 10 + "a" * 50 + " end"
    parts = chunks(text, 40)
    assert " ".join(parts) == text
    assert sorted(map(len, parts))[-2] <= 40  # a single word may be longer
    assert chunks("Short.", 40) == ["Short."]


def test_finish_trims_but_never_a_word() -> None:
    quiet = np.zeros(SAMPLE_RATE, np.float32)
    sound = np.concatenate([quiet, voiced(SAMPLE_RATE), quiet])
    assert abs(len(finish(sound).audio) - (LEAD + SAMPLE_RATE + TAIL)) < 0.1 * SAMPLE_RATE
    word = SpokenWord(text="a", start=SAMPLE_RATE // 2, end=5 * SAMPLE_RATE // 2)
    kept = finish(sound, [word])
    assert kept.words is not None
    assert (kept.words[0].start, kept.words[0].end) == (0, 2 * SAMPLE_RATE)
    assert len(kept.audio) == 2 * SAMPLE_RATE
    assert len(finish(np.zeros(0, np.float32)).audio) == 0
    assert np.isnan(finish(np.full(100, np.nan, np.float32)).audio).all()
    centred = finish(voiced(SAMPLE_RATE) + np.float32(0.1)).audio
    assert abs(centred.mean()) < 1e-3
