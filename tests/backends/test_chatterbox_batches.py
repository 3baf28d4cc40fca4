"""Batches against chatterbox-tts itself, with its own classes and random weights.

They need its environment (`make test-chatterbox`); elsewhere they are skipped.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datagen.backends.protocols import DialogLines
from datagen.backends.speech.chatterbox import Chatterbox
from datagen.backends.speech.chatterbox_model import (
    ChatterboxModel,
    SpokenPiece,
    in_batches,
    max_tokens,
)
from datagen.backends.speech.chatterbox_noise import RowNoise
from datagen.backends.speech.chatterbox_sound import SoundDecoder, SoundRow
from datagen.types import Audio, Line, Rejected, Voice

pytest.importorskip("chatterbox.tts")
from tests.backends import tiny_chatterbox

pytestmark = pytest.mark.filterwarnings("ignore")  # of diffusers and others
TEXTS = ("Good morning.", "How is it?", "It is five five five, zero one two.", "Yes, it is so.")
FLOAT_TIES = 2e-3
"""Most that a sum in another order changes in a sample."""


@pytest.fixture(scope="module", params=["english", "turbo"])
def package(request: pytest.FixtureRequest) -> Any:
    return tiny_chatterbox.package(request.param)


@pytest.fixture
def model(package: Any, monkeypatch: pytest.MonkeyPatch) -> ChatterboxModel:
    """The model with four voices, whose recordings differ in length."""
    made = ChatterboxModel(package)
    turbo = package.t3.is_gpt
    for number in range(4):
        voice = tiny_chatterbox.conditionals(
            number, 10 + 3 * number, 200 + number if turbo else 150
        )
        made._conditionals[str(number)] = voice
    return made


def piece(package: Any, number: int, **changes: Any) -> SpokenPiece:
    given: dict[str, Any] = {
        "text": TEXTS[number % len(TEXTS)],
        "voice": str(number % 3),
        "exaggeration": 0.5,
        "cfg_weight": 0.0 if package.t3.is_gpt else 0.5,
        "temperature": 0.8,
        "seed": 100 + number,
    }
    return SpokenPiece(**(given | changes))


def own(package: Any, model: ChatterboxModel, said: SpokenPiece) -> tuple[list[int], Audio]:
    """What the package itself generates with the same seed: tokens and sound."""
    import torch

    package.conds = deepcopy(model._conditionals[said.voice])
    heard: list[Any] = []
    decode = package.s3gen.inference
    package.s3gen.inference = lambda speech_tokens, **given: (
        heard.append(speech_tokens) or decode(speech_tokens=speech_tokens, **given)
    )
    limited = {"max_new_tokens": max_tokens(said.text)}
    inference = package.t3.inference
    package.t3.inference = lambda **given: inference(**(given | limited))
    torch.manual_seed(said.seed)
    settings = {"temperature": said.temperature}
    if not package.t3.is_gpt:
        settings |= {"exaggeration": said.exaggeration, "cfg_weight": said.cfg_weight}
    try:
        wave = package.generate(said.text, **settings)
    finally:
        package.s3gen.inference, package.t3.inference = decode, inference
    return heard[0].tolist(), wave.numpy()[0]


def tokens_of(model: ChatterboxModel, pieces: list[SpokenPiece]) -> list[list[int]]:
    """What T3 makes of pieces in one batch."""
    conds: dict[Any, Any] = {}
    rows = [model._row(one, model._conditionals[one.voice], conds) for one in pieces]
    return [model._ended(made).tolist() for made in model._tokens.decode(rows)]


def test_a_batch_of_one_is_the_packages_own(package: Any, model: ChatterboxModel) -> None:
    for number in range(3):
        said = piece(package, number)
        expected, sound = own(package, model, said)
        assert tokens_of(model, [said]) == [expected]
        (made,) = model.say([said], 1)
        assert np.array_equal(made, sound)


def test_rows_of_a_batch_are_what_they_are_alone(package: Any, model: ChatterboxModel) -> None:
    """Other lengths, voices and deliveries beside them; some end before the others."""
    pieces = [piece(package, number) for number in range(5)]
    if not package.t3.is_gpt:
        pieces[1] = piece(package, 1, exaggeration=0.7, cfg_weight=0.3)
        pieces[4] = piece(package, 4, temperature=0.6, cfg_weight=0.0)
    together = tokens_of(model, pieces)
    assert len({len(tokens) for tokens in together}) > 2
    alone = [tokens_of(model, [one])[0] for one in pieces]
    assert together == alone
    sounds = model.say(pieces, 5)
    for one, sound in zip(pieces, sounds, strict=True):
        (expected,) = model.say([one], 1)
        assert len(sound) == len(expected)
        assert np.abs(sound).max() > 0.01
        assert np.abs(sound - expected).max() < FLOAT_TIES
    assert all(np.array_equal(a, b) for a, b in zip(sounds, model.say(pieces, 5), strict=True))


def test_a_row_that_ends_at_once_is_silent(package: Any, model: ChatterboxModel) -> None:
    import torch

    model._tokens.decode = (
        lambda rows: [  # type: ignore[method-assign]
            torch.tensor([5, 6, 7][: 3 * number], dtype=torch.long) for number in range(len(rows))
        ]
    )
    silent, spoken = model.say([piece(package, 0), piece(package, 0, seed=1)], 2)
    assert len(spoken) > 0
    assert len(silent) in (0, 3 * 960), "Turbo adds silence of its own"


def test_a_rounded_flow_is_near_the_exact_one(package: Any, model: ChatterboxModel) -> None:
    """A flow is solved in small steps, so rounding must not add up."""
    import torch

    said = model._conditionals["1"].gen
    mels = []
    for precision in ("float32", "bfloat16"):
        decoder = SoundDecoder(package.s3gen, precision)
        row = SoundRow(torch.arange(12), said, RowNoise(3, "cpu"))
        with torch.inference_mode():
            mels.append(decoder._mels([row])[0])
    exact, rounded = mels
    assert rounded.dtype == torch.float32
    assert 0 < float((exact - rounded).std() / exact.std()) < 0.05


def test_what_is_alike_in_length_goes_together() -> None:
    seen: list[list[str]] = []

    def make(batch: list[str]) -> list[str]:
        seen.append(batch)
        return [one.upper() for one in batch]

    words = ["ccc", "a", "bb", "dddd", "e"]
    assert in_batches(words, 2, len, make) == ["CCC", "A", "BB", "DDDD", "E"]
    assert seen == [["a", "e"], ["bb", "ccc"], ["dddd"]]


def test_a_recording_is_heard_by_the_package(tmp_path: Path) -> None:
    """From a file to a voice through the package's own encoders, kept for the next lines."""
    import soundfile

    from tests.fixtures.speech_like import voiced

    path = tmp_path / "ada.wav"
    soundfile.write(path, voiced(4 * 24_000), 24_000)
    voice = Voice(
        id="ada", source="test", license="", synthetic=False, gender="female", path=str(path)
    )
    line = Line("Yes, it is.", voice, "agent")
    adapter = tiny_chatterbox.Tiny(Chatterbox.Options(device="cpu", precision="bfloat16"))
    requests = [DialogLines([line], 1), DialogLines([line], 2)]
    (first, other), (again, _) = (adapter.speak_batch(requests) for _ in range(2))
    assert not isinstance(first, Rejected)
    assert not isinstance(other, Rejected)
    assert not isinstance(again, Rejected)
    assert np.array_equal(first[0].audio, again[0].audio)
    assert not np.array_equal(first[0].audio, other[0].audio)
    assert list(adapter._model._conditionals) == [str(path)]
