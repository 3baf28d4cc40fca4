"""Against PyPI moshi, where it is installed: the same names, the same numbers."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("moshi")

from train.delay import delay
from train.model import PRESETS, DuplexLM
from train.prompt import DELAYS
from train.weights import initialise, load_weights, save_weights

pytestmark = pytest.mark.integration
CONFIG = PRESETS["tiny"]


def make_moshi() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from moshi.models import loaders
        from moshi.models.lm import LMModel
    sizes = {name: getattr(CONFIG, name) for name in loaders._lm_kwargs if hasattr(CONFIG, name)}
    torch.manual_seed(0)
    return LMModel(device="cpu", dtype=torch.float32, **loaders._lm_kwargs | sizes).eval()


def test_tiny_model_equals_moshi(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    theirs, ours = make_moshi(), DuplexLM(CONFIG)
    initialise(ours, 1)
    theirs.load_state_dict(ours.state_dict(), strict=True)
    generator = torch.Generator().manual_seed(0)
    codes = torch.cat(
        (
            torch.randint(0, CONFIG.text_card, (1, 40), generator=generator),
            torch.randint(0, CONFIG.card, (16, 40), generator=generator),
        )
    )
    codes[:, 35:] = -1
    steps = delay(codes, torch.ones_like(codes, dtype=torch.bool), CONFIG.initial)
    from moshi.utils.compile import no_compile

    with torch.no_grad(), no_compile():
        expected = theirs(codes[None])
        text, audio = ours(steps.inputs[None], steps.targets[None])
    assert (text - expected.text_logits[:, 0]).abs().max() < 1e-5
    for row, shift in enumerate(DELAYS[1:]):
        frames = 35 - shift
        ours_row = audio[0, row, shift : shift + frames]
        assert (ours_row - expected.logits[0, row, :frames]).abs().max() < 1e-5

    back = DuplexLM(CONFIG)
    back.load_state_dict(theirs.state_dict(), strict=True)
    save_weights(ours, tmp_path / "model.safetensors", torch.float32)
    from safetensors.torch import load_file

    theirs.load_state_dict(load_file(tmp_path / "model.safetensors"), strict=True)
    load_weights(back, tmp_path)
    for name, tensor in ours.state_dict().items():
        assert torch.equal(theirs.state_dict()[name], tensor)
        assert torch.equal(back.state_dict()[name], tensor)
