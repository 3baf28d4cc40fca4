"""PyPI moshi's own server, with a tiny model of random weights, driven by the exam for real.

Runs where moshi is installed (`make consumers`' environment). What comes back is noise; that it
comes, frame for frame, is what is tested.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

os.environ["NO_TORCH_COMPILE"] = "1"  # moshi's own switch: compiling takes longer than this test
moshi = pytest.importorskip("moshi")
pytest.importorskip("websockets")

from benchmarks import served  # noqa: E402
from datagen.exam.examinees.moshi import Moshi  # noqa: E402
from datagen.exam.items import Exam  # noqa: E402

TINY = {
    "dim": 64, "existing_text_padding_id": 3, "n_q": 16, "dep_q": 8, "card": 2_048,
    "num_heads": 4, "num_layers": 2, "hidden_scale": 2, "causal": True, "context": 500,
    "max_period": 10_000, "gating": "silu", "norm": "rms_norm_f32", "positional_embedding": "rope",
    "depformer_dim": 32, "depformer_dim_feedforward": 64, "depformer_num_heads": 2,
    "depformer_num_layers": 1, "depformer_multi_linear": True, "depformer_context": 8,
    "depformer_max_period": 10_000, "depformer_gating": "silu", "depformer_pos_emb": "none",
    "depformer_weights_per_step": True,
    "delays": [0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1],
}  # fmt: skip


def server_module() -> Any:
    """Return moshi.server, which starts a server when it is imported: its classes come first."""
    spec = importlib.util.find_spec("moshi.server")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["moshi.server", "--help"])
        with pytest.raises(SystemExit):
            spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve /api/chat as ``python -m moshi.server`` does, on the CPU."""
    import torch
    from aiohttp import web
    from moshi.models import loaders
    from sentencepiece import SentencePieceProcessor

    torch.manual_seed(0)
    tokenizer = SentencePieceProcessor(
        model_file=str(Path("datagen/backends/tokenizer/shipped.model").resolve())
    )
    model = loaders.get_moshi_lm(
        None, TINY | {"text_card": tokenizer.vocab_size()}, "cpu", torch.float32
    )
    mimi = loaders.get_mimi(None, num_codebooks=8)
    state = server_module().ServerState("moshi", mimi, tokenizer, model, 1.0, "cpu")
    ready, box = threading.Event(), dict[str, Any]()

    async def serve() -> None:
        app = web.Application()
        app.router.add_get("/api/chat", state.handle_chat)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        box["port"] = site._server.sockets[0].getsockname()[1]
        box["stop"] = asyncio.Event()
        box["loop"] = asyncio.get_running_loop()
        ready.set()
        await box["stop"].wait()
        await runner.cleanup()

    def run() -> None:
        with torch.no_grad():  # as moshi.server does, and for this thread alone
            asyncio.run(serve())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(60)
    yield f"ws://127.0.0.1:{box['port']}"
    box["loop"].call_soon_threadsafe(box["stop"].set)
    thread.join(30)


PATIENCE = 900
"""Seconds that the server may take: on a machine that does other things it is slow."""


def test_the_real_server_answers_frame_for_frame(exam: Exam, address: str, tmp_path: Path) -> None:
    item = min(exam.chosen(("pause",)), key=lambda one: one.num_samples)
    record, sound = Moshi(address, speed=1.0, patience=PATIENCE).answer(exam, item, tmp_path)
    assert sound is not None
    assert len(sound) == item.num_samples
    assert np.abs(sound).max() > 0
    # the server leaves out its first steps; an Opus stream ends on a page
    assert np.flatnonzero(sound)[-1] > item.num_samples - 24_000
    assert record.words is not None


def test_what_train_exports_is_served(capsys: pytest.CaptureFixture[str]) -> None:
    """The path that `make served` takes at full size: checkpoint, export, convert, a server."""
    served.main(["--preset", "tiny", "--frames", "8"])
    said = capsys.readouterr().out
    for step in ("checkpoint of random weights", "train export", "train convert", "moshi.server"):
        assert step in said
    assert "frames over /api/chat" in said
