"""NVIDIA's own inference beside ours, greedy, cell for cell: run by hand, not a test of the suite.

    git clone https://github.com/NVIDIA/personaplex   (checked at 3428dfd)
    pip install --no-deps einops sphn tqdm huggingface_hub
    NO_TORCH_COMPILE=1 python tests/train/personaplex_fork.py personaplex

A tiny model of ours is exported, loaded by their loader, and given the same voice, role and user:
by codes, and by a voice preset of ours. Only their codec is left out: our codes are fed instead.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch

SIZES = {"card": 64, "text_card": 512}
VOICE, ROLE, USER = 9, 12, 40
"""Frames of the voice, tokens of the role, frames of the user's speech."""


def main(checkout: Path) -> int:
    """Compare; return 1 if anything differs."""
    root = Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(checkout / "moshi"), str(root)]
    from moshi.models import lm as theirs
    from moshi.models import loaders

    from train import prompt, sample
    from train.model import PRESETS, DuplexLM
    from train.voice_preset import make_preset
    from train.weights import initialise, save_weights

    torch.set_num_threads(1)
    config = dataclasses.replace(PRESETS["tiny"], context=3_000, **SIZES)
    model = DuplexLM(config).eval()
    initialise(model, 0)
    loaders._lm_kwargs.update(
        dim=config.dim,
        num_heads=config.num_heads,
        num_layers=config.num_layers,
        hidden_scale=config.hidden_scale,
        depformer_dim=config.depformer_dim,
        depformer_num_heads=config.depformer_num_heads,
        depformer_num_layers=config.depformer_num_layers,
        depformer_dim_feedforward=config.depformer_dim_feedforward,
        **SIZES,
    )
    rng = np.random.default_rng(0)
    marks = prompt.Marks(
        silence=tuple(rng.integers(0, 64, 8).tolist()), sine=tuple(rng.integers(0, 64, 8).tolist())
    )
    theirs.SILENCE_TOKENS, theirs.SINE_TOKENS = np.array(marks.silence), np.array(marks.sine)
    voice = rng.integers(0, 64, (8, VOICE)).astype(np.int16)
    role = rng.integers(4, 512, ROLE).astype(np.int16)
    user = rng.integers(0, 64, (8, USER)).astype(np.int16)
    codes = np.empty((17, int(prompt.prompt_frames(VOICE, ROLE))), np.int16)
    prompt.write_prompt(codes, voice, role, marks)
    greedy = sample.TokenSampling(text_temperature=0.0, audio_temperature=0.0)
    ours = sample.respond(model, codes, user, greedy, torch.Generator())

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.safetensors"
        save_weights(model, file, torch.float32)
        their_model = loaders.get_moshi_lm(file, device="cpu", dtype=torch.float32).eval()
        preset = Path(folder) / "voice.pt"
        torch.save(make_preset(model, voice, marks, torch.float32), preset)
        differing = {
            name: _compare(theirs, their_model, voice, role, user, ours, path)
            for name, path in (("codes", None), ("preset", preset))
        }
    for name, count in differing.items():
        print(f"voice by {name}: {count} of {ours.size} cells differ")
    return int(any(differing.values()))


def _compare(theirs, model, voice, role, user, ours, preset) -> int:  # type: ignore[no-untyped-def]
    """Let LMGen speak; return in how many cells it says something else."""
    generator = theirs.LMGen(
        model,
        device="cpu",
        use_sampling=False,
        audio_silence_frame_cnt=6,
        text_prompt_tokens=role.tolist(),
        sample_rate=24_000,
    )
    generator._encode_voice_prompt_frames = (
        lambda mimi: (  # type: ignore[method-assign]
            torch.from_numpy(voice[:, t : t + 1].astype(np.int64))[None]
            for t in range(voice.shape[1])
        )
    )
    if preset is None:
        generator.voice_prompt_audio = torch.zeros(1)
    else:
        generator.load_voice_prompt_embeddings(str(preset))
    generator.streaming_forever(1)
    generator.step_system_prompts(None)
    said = []
    for frame in range(user.shape[1]):
        one = torch.from_numpy(user[:, frame : frame + 1].astype(np.int64))[None]
        out = generator.step(one)
        said.append(out[0, :, 0].numpy())
    found = np.stack(said, axis=1)[:, 1:]  # the first one out is the prompt's last frame
    return int((found[:9] != ours[:9]).sum() + (found[9:] != ours[9:]).sum())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
