"""WavLM's real class with tiny random weights, read from a folder as the real ones are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr

from datagen.backends.judge.wavlm import WavLMEar
from datagen.types import SAMPLE_RATE, UserError

pytest.importorskip("transformers")
torch = pytest.importorskip("torch")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import Wav2Vec2FeatureExtractor, WavLMConfig, WavLMForXVector

    torch.manual_seed(0)
    config = WavLMConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
        conv_dim=(16, 16, 16), conv_kernel=(10, 3, 3), conv_stride=(5, 4, 4),
        num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4,
        tdnn_dim=(16, 16, 16, 16, 24), xvector_output_dim=12,
    )  # fmt: skip
    place = tmp_path_factory.mktemp("wavlm")
    WavLMForXVector(config).save_pretrained(place)
    Wav2Vec2FeatureExtractor(do_normalize=True).save_pretrained(place)
    return place


def test_its_vector_is_the_models_own(folder: Path) -> None:
    from transformers import WavLMForXVector

    audio = np.random.default_rng(0).normal(0, 0.1, 2 * SAMPLE_RATE).astype(np.float32)
    ear = WavLMEar("--likeness", str(folder))
    found = ear.vector(audio)
    assert found is not None
    assert found.shape == (12,)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    sound = soxr.resample(audio, SAMPLE_RATE, 16_000)
    sound = (sound - sound.mean()) / np.sqrt(sound.var() + 1e-7)
    with torch.no_grad():
        own = WavLMForXVector.from_pretrained(folder).eval()(torch.tensor(sound)[None]).embeddings
    assert found == pytest.approx(torch.nn.functional.normalize(own[0], dim=0).numpy(), abs=1e-4)
    assert (ear.vector(audio) == found).all()
    assert ear.vector(audio[:SAMPLE_RATE]) is None  # too short to tell


def test_what_is_not_here_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"--likeness: there is no folder some/model"):
        WavLMEar("--likeness", "some/model")
    with pytest.raises(UserError, match=r"has no config.json and no preprocessor_config.json"):
        WavLMEar("--likeness", str(tmp_path))
