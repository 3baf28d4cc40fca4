from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from datagen.audio.timbre import distance, timbre
from datagen.backends.protocols import DialogLines
from datagen.backends.registry import VOICES
from datagen.backends.speech import dia as module
from datagen.backends.speech import dia_chunks
from datagen.backends.speech.dia import Dia
from datagen.backends.speech.dia_model import DiaModel
from datagen.backends.speech.espeak import Espeak
from datagen.config import BackendSpec
from datagen.engine.kept import KeptDialogues
from datagen.storage.run_folder import RunFolder
from datagen.types import (
    SAMPLE_RATE,
    SPEAKERS,
    Audio,
    Line,
    Rejected,
    SpokenWord,
    UserError,
    Utterance,
    Voice,
)
from tests.backends import tiny_dia
from tests.doubles.dia import DiaDouble
from tests.fixtures.speech_like import voiced

SAID = (
    "Thank you for calling, how can I help you today?",
    "Hello, I would like to pay my bill. Is that possible on the phone?",
    "Of course! (laughs) What is your customer number?",
    "Mm-hmm.",
    "It is five five five, zero one two.",
    "Thank you, that is forty dollars and fifty cents.",
)
WHO = ("agent", "user", "agent", "user", "user", "agent")
EXACT = {"use": "tests.doubles.dia:Exact"}


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


@pytest.fixture
def lines(tmp_path: Path) -> list[Line]:
    """The six lines, each speaker with a recording of 6 s and its words."""
    pytest.importorskip("espeakng_loader")
    espeak = Espeak(Espeak.Options())
    voices: dict[str, Voice] = {}
    for speaker, name in zip(SPEAKERS, ("woman", "man"), strict=True):
        synthetic = Voice(
            id=name,
            source="espeak",
            license="",
            synthetic=True,
            gender="female" if name == "woman" else "male",
        )
        text = "This is how I sound when I read something aloud, and these are my words."
        (utterance,) = espeak.speak([Line(text, synthetic, speaker)], seed=0)
        path = tmp_path / f"{name}.wav"
        soundfile.write(path, utterance.audio, SAMPLE_RATE)
        path.with_suffix(".txt").write_text(f"{text}\n")
        voices[speaker] = synthetic.model_copy(update={"path": str(path), "synthetic": False})
    return [Line(s, voices[w], w) for s, w in zip(SAID, WHO, strict=True)]  # type: ignore[arg-type]


@pytest.fixture
def dia(weights: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Dia, DiaDouble]:
    monkeypatch.setattr(module, "DiaModel", DiaDouble)
    options = {"model": str(weights), "codec": str(weights), "aligner": EXACT}
    made = VOICES.load(BackendSpec(use="dia", options=options))
    assert isinstance(made, Dia)
    return made, DiaDouble.made[-1]


def check_pieces(takes: list[Utterance], lines: list[Line]) -> None:
    """Each take is its line's words, in its speaker's voice."""
    voices = {w: timbre(takes[i].audio) for i, w in ((0, "agent"), (1, "user"))}
    for take, line in zip(takes, lines, strict=True):
        assert take.words is not None
        assert [word.text for word in take.words] == line.spoken.split()
        assert take.words[0].start < 0.2 * SAMPLE_RATE
        assert len(take.audio) - take.words[-1].end < 0.25 * SAMPLE_RATE
        heard = timbre(take.audio)
        own, other = voices[line.speaker], voices["user" if line.speaker == "agent" else "agent"]
        if heard:
            assert own is not None
            assert other is not None
            assert distance(heard, own) < distance(heard, other)


def test_a_dialogue_is_said_in_chunks_and_cut_into_turns(
    dia: tuple[Dia, DiaDouble], lines: list[Line]
) -> None:
    takes = dia[0].speak(lines, seed=1)
    check_pieces(takes, lines)
    (call,) = dia[1].calls
    second, first = call["texts"]  # the shorter one first
    prompt = (
        "[S1] This is how I sound when I read something aloud, and these are my words. "
        "[S2] This is how I sound when I read something aloud, and these are my words. "
    )
    assert first == prompt + (
        f"[S1] {SAID[0]} [S2] {SAID[1]} [S1] Of course. (laughs) What is your customer number?"
        " [S2] Mm-hmm. [S1]"
    )
    assert second == f"{prompt[:-1]} {SAID[4]} [S1] {SAID[5]} [S2]"
    assert (call["temperature"], call["guidance_scale"], call["top_k"]) == (1.8, 3.0, 45)


def test_the_same_lines_and_seed_are_said_the_same(
    dia: tuple[Dia, DiaDouble], lines: list[Line]
) -> None:
    one, again, other = (dia[0].speak(lines, seed=seed) for seed in (1, 1, 2))
    for first, second in zip(one, again, strict=True):
        assert np.array_equal(first.audio, second.audio)
    seeds = [call["seeds"] for call in dia[1].calls]
    assert seeds[0] == seeds[1] != seeds[2]
    assert len(other) == len(lines)


def test_what_was_said_before_a_worker_was_lost_is_not_said_again(
    dia: tuple[Dia, DiaDouble], lines: list[Line], tmp_path: Path
) -> None:
    said, model = dia
    said._options = said._options.model_copy(update={"batch": 1})
    whole = said.speak(lines, seed=1)
    texts = [call["texts"] for call in model.calls]
    assert len(texts) == 2
    say, model.calls = model.say, []

    def lose(*given: Any, **more: Any) -> list[Audio]:
        if model.calls:
            raise MemoryError("killed")
        return say(*given, **more)

    said.keeper = KeptDialogues(RunFolder(tmp_path / "run"), "speech", 0, "key")
    model.say = lose  # type: ignore[method-assign]
    with pytest.raises(MemoryError):
        said.speak(lines, seed=1)
    model.say, model.calls = say, []  # type: ignore[method-assign]
    again = said.speak(lines, seed=1)
    assert [call["texts"] for call in model.calls] == texts[1:]
    assert all(np.array_equal(a.audio, b.audio) for a, b in zip(whole, again, strict=True))


def test_chunks_of_many_dialogues_are_said_together(
    dia: tuple[Dia, DiaDouble], lines: list[Line]
) -> None:
    dia[1].confused.add(SAID[1])
    requests = [
        DialogLines(lines, 1),
        DialogLines(lines[:2], 2),
        DialogLines([Line("...", lines[0].voice, "agent")], 3),
        DialogLines([Line(SAID[1], lines[1].voice, "user", "calm")], 4),
    ]
    answers = dia[0].speak_batch(requests)
    sizes = [(len(call["texts"]), call["temperature"]) for call in dia[1].calls]
    assert sizes == [(3, 1.8), (1, 1.2), (2, 1.8)], "the calm one, and two lines again"
    assert isinstance(answers[2], Rejected)
    for request, answer in zip(requests, answers, strict=True):
        if not isinstance(answer, Rejected):
            alone = dia[0].speak(request.lines, seed=request.seed)
            assert all(np.array_equal(a.audio, b.audio) for a, b in zip(answer, alone, strict=True))


def test_a_piece_in_the_wrong_voice_is_said_alone(
    dia: tuple[Dia, DiaDouble], lines: list[Line]
) -> None:
    dia[1].confused.add(SAID[1])
    takes = dia[0].speak(lines, seed=1)
    check_pieces(takes, lines)
    assert len(dia[1].calls) == 2
    (alone,) = dia[1].calls[1]["texts"]
    assert alone.endswith(f"these are my words. {SAID[1]} [S1]")


def test_a_chunk_without_alignment_is_said_line_by_line(
    dia: tuple[Dia, DiaDouble], lines: list[Line]
) -> None:
    dia[1].lost.add(SAID[4])
    check_pieces(dia[0].speak(lines, seed=1), lines)
    assert [len(call["texts"]) for call in dia[1].calls] == [2, 2], "the lost lines go together"
    dia[1].lost.clear()
    with pytest.raises(Rejected, match="unspeakable"):
        dia[0].speak([Line("...", lines[0].voice, "agent")], seed=1)


def test_a_single_line_has_its_own_voice_alone(
    dia: tuple[Dia, DiaDouble], lines: list[Line]
) -> None:
    calm = Line(SAID[1], lines[1].voice, "user", "calm")
    dia[0].speak([calm], seed=1)
    (call,) = dia[1].calls
    (text,) = call["texts"]
    assert text.startswith("[S1] This is how")
    assert text.endswith(f"{SAID[1]} [S2]")
    assert text.count("[S") == 2
    assert call["temperature"] == 1.2


def test_recordings_need_words_and_room(dia: tuple[Dia, DiaDouble], lines: list[Line]) -> None:
    path = Path(lines[0].voice.path or "")
    path.with_suffix(".txt").write_text(" \n")
    with pytest.raises(UserError, match=r"words of each recording.*woman\.txt"):
        dia[0].speak(lines, seed=1)
    path.with_suffix(".txt").write_text("And these are my words.")
    soundfile.write(path, voiced(28 * SAMPLE_RATE), SAMPLE_RATE)
    with pytest.raises(UserError, match="leaves dia no room"):
        dia[0].speak(lines, seed=1)
    path.unlink()
    with pytest.raises(UserError, match="cannot be read"):
        dia[0].speak(lines, seed=1)
    bare = Line(SAID[0], lines[0].voice.model_copy(update={"path": None}), "agent")
    with pytest.raises(UserError, match="needs a recording of each voice"):
        dia[0].speak([bare], seed=1)


def test_a_bare_machine_is_told_what_is_missing(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"model": str(weights), "codec": str(weights), "aligner": EXACT}
    VOICES.check(BackendSpec(use="dia", options=options))
    with pytest.raises(UserError, match="hf download nari-labs/Dia"):
        VOICES.check(BackendSpec(use="dia", options={**options, "model": Dia.Options().model}))
    with pytest.raises(UserError, match=r"speech\.options\.codec.*hf download descript"):
        VOICES.check(BackendSpec(use="dia", options={"model": str(weights), "aligner": EXACT}))
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    with pytest.raises(UserError, match="env create transformers"):
        VOICES.load(BackendSpec(use="dia", options=options))


def test_identity_follows_weights_and_aligner(weights: Path) -> None:
    def identity(**changes: Any) -> dict[str, Any]:
        options = {"model": str(weights), "codec": str(weights), "aligner": EXACT, **changes}
        return VOICES.identity(BackendSpec(use="dia", options=options))

    one = identity()
    assert one == identity(device="cpu")
    assert one != identity(aligner={"use": "proportional"})
    (weights / "model.safetensors").write_bytes(b"other")
    assert one["weights"] != identity()["weights"]


def test_chunks_are_small_and_whole(lines: list[Line]) -> None:
    many = lines * 5
    chunks = dia_chunks.plan(many)
    assert [index for chunk in chunks for index in chunk] == list(range(len(many)))
    assert max(map(len, chunks)) <= dia_chunks.MAX_TURNS
    for chunk in chunks:
        part = [dia_chunks.seconds(line.spoken) for line in many[chunk.start : chunk.stop]]
        assert sum(part) <= dia_chunks.MAX_SECONDS
    assert len(dia_chunks.plan(many, max_seconds=8.0)) > len(chunks)
    assert dia_chunks.plan(many, prompt_bytes=850)[0] == range(1)
    assert dia_chunks.plan([]) == []


def test_a_cut_lies_where_it_is_quietest() -> None:
    sound = voiced(SAMPLE_RATE) + np.float32(0.02)
    gap = slice(11_000, 12_000)
    sound[gap] = 0
    words = [
        SpokenWord(text="one", start=0, end=10_900),
        SpokenWord(text="two", start=12_100, end=SAMPLE_RATE),
    ]
    voice = Voice(id="v", source="t", license="", synthetic=True, gender="male")
    lines = [Line("one", voice, "agent"), Line("two", voice, "user")]
    one, two = dia_chunks.cut(sound, words, lines)
    assert gap.start <= len(one.audio) <= gap.stop
    assert len(one.audio) + len(two.audio) == len(sound)
    assert two.words[0].start == 12_100 - len(one.audio)
    touching = [words[0], SpokenWord(text="two", start=10_900, end=SAMPLE_RATE)]
    one, two = dia_chunks.cut(sound, touching, lines)
    assert one.words[0].end <= len(one.audio)
    assert two.words[0].start >= 0
    assert two.words[0].end == len(two.audio)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The real classes with small random weights, as a user's folders hold them."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    return tiny_dia.save(tmp_path_factory.mktemp("tiny"))


def test_the_real_classes_speak_and_are_cut(tiny: tuple[Path, Path], lines: list[Line]) -> None:
    """Random weights make noise: what is tested is that it goes all the way, twice the same."""
    options = Dia.Options(
        model=str(tiny[0]),
        codec=str(tiny[1]),
        aligner=BackendSpec(use="tests.doubles.dia:Even"),
        precision="float32",
        device="cpu",
    )
    Dia.check(options)
    dia = Dia(options)
    lines = lines[:2]
    one, again = (dia.speak(lines, seed=3) for _ in range(2))
    for first, second, line in zip(one, again, lines, strict=True):
        assert np.array_equal(first.audio, second.audio)
        assert first.audio.dtype == np.float32
        assert first.words is not None
        assert [word.text for word in first.words] == line.spoken.split()
        assert first.words[-1].end <= len(first.audio)
    other = dia.speak(lines, seed=4)
    assert not all(np.array_equal(a.audio, b.audio) for a, b in zip(one, other, strict=True))


def test_rows_of_a_batch_are_what_they_are_alone(tiny: tuple[Path, Path]) -> None:
    """Prompts and texts of other lengths beside them, ends of their own, seeds of their own."""
    model = DiaModel(*tiny, "cpu", "float32")
    texts = [f"[S1] Hi. {said} [S2]" for said in ("Yes.", "It is not so late, is it?", "No, it is")]
    prompts = [voiced(SAMPLE_RATE * n // 2) for n in (2, 3, 1)]
    seconds, seeds = [1.5, 3.0, 2.0], [5, 6, 7]
    sampling = {"temperature": 1.5, "top_p": 0.9, "top_k": 45, "guidance_scale": 3.0}
    together = model.say(texts, prompts, seconds=seconds, seeds=seeds, sampling=sampling)
    for number, sound in enumerate(together):
        one = slice(number, number + 1)
        (alone,) = model.say(
            texts[one], prompts[one], seconds=seconds[one], seeds=seeds[one], sampling=sampling
        )
        assert len(sound) == len(alone) > 0
        assert np.abs(sound - alone).max() < 1e-3
        assert len(sound) <= (seconds[number] + 0.2) * SAMPLE_RATE


def test_a_sequence_that_has_no_end_is_decoded_up_to_where_it_is_whole(
    tiny: tuple[Path, Path],
) -> None:
    """transformers would look the late codebooks of its last frames up as entry -1."""
    import torch

    model = DiaModel(*tiny, "cpu", "float32")
    config, prompt_steps = model._model.config, 10
    delay, pad = max(config.delay_pattern), config.decoder_config.pad_token_id
    eos = config.decoder_config.eos_token_id
    tokens = torch.randint(0, 1_000, (1, prompt_steps + 60, 9))
    with torch.inference_mode():
        whole = tokens.clone()
        whole[0, -delay - 1 :, 0] = pad
        whole[0, -delay - 1, 0] = eos
        assert len(model._decode(tokens.clone(), prompt_steps)) == len(
            model._decode(whole, prompt_steps)
        )
        silent = tokens.clone()
        silent[0, prompt_steps:, 0] = pad
        assert len(model._decode(silent, prompt_steps)) == 0
