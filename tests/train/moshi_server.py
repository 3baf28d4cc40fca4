"""An export of full width in PyPI moshi's server, loaded and stepped: run by hand, once.

    pip install torch==2.13.0; pip install --no-deps moshi==0.2.13
    pip install sphn aiohttp einops safetensors 'huggingface_hub<1' sentencepiece protobuf tqdm
    NO_TORCH_COMPILE=1 python tests/train/moshi_server.py [LAYERS]

Weights are random. All 32 layers are PersonaPlex's 8.4 B parameters: a file of 16.7 GB, written a
tensor at a time; each layer less saves 0.2 B. Widths and rows are always its own.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from train.convert import convert
from train.model import PRESETS, DuplexLM, ModelConfig
from train.weights import save_weights

STEPS = 8


def main(layers: int) -> None:
    """Export, leave out the user's rows, load as ``python -m moshi.server`` does, and step."""
    config = dataclasses.replace(PRESETS["personaplex"], num_layers=layers)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _said("made and exported", lambda: _export(config, folder / "model.safetensors"))
        served = folder / "served.safetensors"
        _said(
            "without the user's rows",
            lambda: convert(folder / "model.safetensors", served, "moshi", narrowed=True),
        )
        (folder / "model.safetensors").unlink()
        print(f"{served.stat().st_size / 1e9:.2f} GB as served")
        state = _said("loaded by moshi's server", lambda: _server(config, folder, served))
        _said("warmed up", state.warmup)
        frames = [torch.randn(1, 1, state.frame_size) * 0.1 for _ in range(STEPS)]
        with torch.no_grad():
            out = _said(f"{STEPS} frames", lambda: [_frame(state, frame) for frame in frames])
    assert all(tokens.shape == (1, 9, 1) for tokens in out), [tokens.shape for tokens in out]
    assert all(int(tokens.min()) >= 0 for tokens in out)
    print("each frame came back as text and the agent's 8 codes")


def _said(what: str, work: Any) -> Any:
    """Do ``work``; print what it took: CPU seconds and the most memory so far."""
    start = time.process_time()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{what}: {time.process_time() - start:.1f} CPU s, peak {peak:.1f} GB", flush=True)
    return result


def _export(config: ModelConfig, file: Path) -> None:
    """Write a model of noise, as `train export` writes one."""
    with torch.device("meta"):
        model = DuplexLM(config).bfloat16()
    model.to_empty(device="cpu")
    noise = torch.randn(1_000_003, generator=torch.Generator().manual_seed(0)) * 0.02
    with torch.no_grad():
        for parameter in model.parameters():  # one noise again and again: billions take minutes
            flat = parameter.view(-1)
            for start in range(0, len(flat), len(noise)):
                part = flat[start : start + len(noise)]
                part.copy_(noise[: len(part)])
    count = sum(parameter.numel() for parameter in model.parameters())
    print(f"{count / 1e9:.2f} B parameters")
    save_weights(model, file)


def _server(config: ModelConfig, folder: Path, weights: Path) -> Any:
    """Return the state of moshi's server, made by its own code from files."""
    server = _server_module()
    from moshi.models import loaders
    from safetensors.torch import save_file

    sizes = {name: getattr(config, name) for name in loaders._lm_kwargs if hasattr(config, name)}
    lm_config = loaders._lm_kwargs | sizes | {"dep_q": 8}
    (folder / "config.json").write_text(json.dumps(lm_config))
    mimi = loaders.get_mimi(None, num_codebooks=8)
    save_file(mimi.state_dict(), folder / "mimi.safetensors")
    _write_tokenizer(folder / "tokenizer.model", config.text_card)
    info = loaders.CheckpointInfo.from_hf_repo(
        "nobody/nothing",
        weights,
        folder / "mimi.safetensors",
        folder / "tokenizer.model",
        config_path=folder / "config.json",
    )
    lm = info.get_moshi(device="cpu", dtype=torch.bfloat16)
    torch.cuda.synchronize = lambda *args: None  # type: ignore[assignment]  # its warm-up wants CUDA
    words = info.get_text_tokenizer()
    with torch.no_grad():
        return server.ServerState(
            info.model_type, info.get_mimi("cpu"), words, lm, 1.0, "cpu", **info.lm_gen_config
        )


def _frame(state: Any, frame: torch.Tensor) -> torch.Tensor:
    """Do for one frame of sound what the server's loop does; return text and codes [1, 9, 1]."""
    codes = state.mimi.encode(frame)
    tokens = state.lm_gen.step(codes)
    sound = state.mimi.decode(tokens[:, 1:])
    assert sound.shape == frame.shape
    assert bool(sound.isfinite().all())
    return tokens  # type: ignore[no-any-return]


def _server_module() -> Any:
    """Return moshi.server, which starts a server when it is imported: its classes come first."""
    spec = importlib.util.find_spec("moshi.server")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    argv, sys.argv = sys.argv, ["moshi.server", "--help"]
    try:
        spec.loader.exec_module(module)
    except SystemExit:
        pass
    finally:
        sys.argv = argv
    return module


def _write_tokenizer(file: Path, size: int) -> None:
    """Write a tokenizer of as many made-up words as the model has."""
    from sentencepiece import sentencepiece_model_pb2

    model = sentencepiece_model_pb2.ModelProto()
    for index in range(size):
        kind = 2 if index == 0 else 1  # one must be unknown
        model.pieces.add(piece=f"w{index}", score=-float(index), type=kind)
    file.write_bytes(model.SerializeToString())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PRESETS["personaplex"].num_layers)
