"""Against PyPI moshi, where it is installed: the same names, the same numbers."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("moshi")

from train import sample
from train.cli.main import main
from train.config import Config
from train.data import Corpus
from train.delay import delay
from train.loop import train
from train.model import PRESETS, DuplexLM, ModelConfig
from train.prompt import DELAYS
from train.weights import initialise, load_weights, save_weights

pytestmark = pytest.mark.integration
CONFIG = PRESETS["tiny"]


def make_moshi(config: ModelConfig = CONFIG, file: Path | None = None) -> Any:
    """Return moshi's model of our sizes: as its own loader reads a file, if there is one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from moshi.models import loaders
    sizes = {name: getattr(config, name) for name in loaders._lm_kwargs if hasattr(config, name)}
    torch.manual_seed(0)
    made = loaders.get_moshi_lm(file, loaders._lm_kwargs | sizes, "cpu", torch.float32)
    return made.eval()


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


def test_adapters_are_trained_exported_and_spoken_by_moshis_own_loader(
    tiny: Callable[..., Config], shards: Path, tmp_path: Path
) -> None:
    """LoRA on an own export, merged, without the user's rows: kyutai's loader and LMGen take it."""
    from moshi.models import LMGen
    from moshi.utils.compile import no_compile

    def export(config: Config, file: str) -> Path:
        words = ["export", "--checkpoint", config.out, "--shards", str(shards)]
        assert main([*words, "--out", str(tmp_path / file)]) == 0
        return tmp_path / file

    whole = tiny("optim.steps=3", f"out={tmp_path}/whole")
    train(whole)
    start = export(whole, "start.safetensors")
    rates = ("optim.temporal_lr=1e-2", "optim.depth_lr=1e-2", "lora.rank=4", "optim.steps=8")
    adapted = tiny(*rates, f"model.weights={start}", f"out={tmp_path}/lora")
    train(adapted)
    merged = export(adapted, "merged.safetensors")
    served = tmp_path / "served.safetensors"
    assert main(["convert", str(merged), str(served), "--to", "moshi", "--narrow"]) == 0

    corpus = Corpus.open(adapted.data, tmp_path / "cache")
    ours, _ = sample.open_model(sample_checkpoint(adapted), corpus, "cpu")
    theirs = make_moshi(dataclasses.replace(ours.config, dep_q=8), served)
    codes = torch.cat((torch.randint(4, 48, (1, 30)), torch.randint(0, 16, (16, 30))))
    steps = delay(codes, torch.ones_like(codes, dtype=torch.bool), ours.config.initial)
    with torch.no_grad(), no_compile():
        expected = theirs(codes[None])
        text, audio = ours(steps.inputs[None], steps.targets[None])
        # the file is bfloat16
        assert (text - expected.text_logits[:, 0]).abs().max() < 2e-2
        assert (audio[0, 0] - expected.logits[0, 0]).abs().max() < 2e-2
        said = [_speak(LMGen(theirs, use_sampling=False), user) for user in (1, 9)]
    assert said[0].shape == (9, 18)
    assert not torch.equal(*said), "it hears the user"


def sample_checkpoint(config: Config) -> Path:
    from train import checkpoint as checkpoints

    found = checkpoints.latest(config.out)
    assert found is not None
    return found


def _speak(generator: Any, user: int) -> Any:
    """Let moshi's LMGen answer a user who says one code over and over; return [9, 18]."""
    frames = []
    with generator.streaming(1):
        for _ in range(20):
            out = generator.step(torch.full((1, 8, 1), user))
            frames += [] if out is None else [out[0, :, 0]]
    return torch.stack(frames[-18:], dim=1)
