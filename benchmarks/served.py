"""A model of PersonaPlex's size in kyutai's own server, on a CPU: what each step to it takes.

    .venv-consumers/bin/python -m benchmarks.served [--preset tiny] [--frames 8]

A checkpoint of random weights is exported and converted by the commands that a user has, then
served by ``python -m moshi.server`` and spoken to over its web socket. At full size it takes 35 GB
of disk and 17 GB of memory. A program's own memory is what it needs; files that it maps are there
as long as there is room.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any, NoReturn, cast

import numpy as np

from benchmarks.loader import write as write_shards
from datagen.exam.examinees.moshi import Moshi
from datagen.types import FRAME, SAMPLE_RATE

ROOT = Path(__file__).resolve().parents[1]
MAKE = "import sys; from benchmarks.served import make_checkpoint; make_checkpoint(*sys.argv[1:])"
SERVE = (  # its warm-up wants CUDA whatever the device: findings/moshi_server_on_a_cpu.sh
    "import runpy, torch; torch.cuda.synchronize = lambda *_: None;"
    " runpy.run_module('moshi.server', run_name='__main__')"
)
READY = "Access the Web UI"
HANDLED = re.compile(r"frame handled in ([\d.]+)ms")
SIZE = re.compile(r"^(\w+):\s+(\d+) kB$", re.M)
PATIENCE = 3_600.0
"""Seconds that the server may take over anything."""
TOKENIZER_SIZE = 32_000


def make_checkpoint(preset: str, shards: str, out: str) -> None:
    """Write what training leaves, with its first weights: in bfloat16, and without moments."""
    import torch

    from train import build, checkpoint, config
    from train.data import Corpus
    from train.distributed import Group

    settings = [f"model.preset={preset}", "model.weights=null", "model.compile=false"]
    made = config.load("paper", [*settings, f"data.shards=[{shards}]", f"out={out}"])
    metadata = Corpus.open(made.data, Path(out) / "cache").metadata
    alone = Group(0, 1, torch.device("cpu"))
    model = build.make_model(made, metadata, alone, dtype=torch.bfloat16)
    optimizer = torch.optim.SGD([model.out_norm.alpha], lr=0.0)
    checkpoint.save(made, metadata.hashes, 1, model, optimizer, alone)
    count = sum(parameter.numel() for parameter in model.parameters())
    print(f"  {preset}: {count / 1e9:.3f} B parameters", flush=True)


@dataclass
class Watched:
    """A program that runs, and the most memory that it had."""

    process: subprocess.Popen[str]
    own: int = 0
    """Bytes that no file stands behind."""
    resident: int = 0
    """Bytes in memory, those of mapped files among them."""
    lines: list[tuple[float, str]] = field(default_factory=list)
    """What it printed, and how many seconds after its start."""
    reader: threading.Thread = field(default_factory=threading.Thread)

    @classmethod
    def start(cls, command: Sequence[str | Path]) -> Watched:
        """Start a program, and watch it."""
        environment = {**os.environ, "NO_TORCH_COMPILE": "1", "PYTHONUNBUFFERED": "1"}
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        words = [str(word) for word in command]
        self = cls(subprocess.Popen(words, cwd=ROOT, env=environment, text=True, **pipes))
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        threading.Thread(target=self._sample, daemon=True).start()
        return self

    def end(self) -> None:
        """Wait until it ends by itself."""
        self.process.wait()
        self.reader.join()

    def _read(self) -> None:
        begun = time.monotonic()
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append((time.monotonic() - begun, line.rstrip()))

    def _sample(self) -> None:
        status = Path(f"/proc/{self.process.pid}/status")
        while self.process.returncode is None:
            try:
                sizes = dict(SIZE.findall(status.read_text()))
            except OSError:
                return
            self.own = max(self.own, 1_024 * int(sizes.get("RssAnon", 0)))
            self.resident = max(self.resident, 1_024 * int(sizes.get("VmRSS", 0)))
            time.sleep(0.02)

    def wait_for(self, text: str) -> float:
        """Return how many seconds after its start the program printed ``text``."""
        late = time.monotonic() + PATIENCE
        while time.monotonic() < late:
            is_over = self.process.poll() is not None
            for seconds, line in list(self.lines):
                if text in line:
                    return seconds
            if is_over:
                break
            time.sleep(0.05)
        self.fail(f"it never said {text!r}")

    def fail(self, why: str) -> NoReturn:
        """Show what it printed, and end."""
        print("\n".join(line for _, line in self.lines))
        raise SystemExit(why)

    def used(self) -> float:
        """Return the CPU seconds that it has used."""
        words = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> str:
        """Say how much memory it had."""
        return f"{self.own / 1e9:5.2f} GB its own, {self.resident / 1e9:5.2f} GB with mapped files"


def run(what: str, command: Sequence[str | Path], made: Path) -> str:
    """Run a program that makes ``made`` and print what it took; return the last line it printed."""
    begun, used = time.monotonic(), os.times()
    watched = Watched.start(command)
    watched.end()
    seconds, now = time.monotonic() - begun, os.times()
    cpu = now.children_user + now.children_system - used.children_user - used.children_system
    if watched.process.returncode:
        watched.fail(f"{what} failed")
    files = [made] if made.is_file() else [file for file in made.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files) / 1e9
    print(
        f"{what:34} {size:6.2f} GB, {seconds:6.0f} s ({cpu:.0f} CPU s), {watched.memory()}",
        flush=True,
    )
    return watched.lines[-1][1]


def prepare(preset: str, work: Path) -> dict[str, Path]:
    """Make a checkpoint, export and convert it; return the files that the server takes."""
    shards, out = work / "shards", work / "out"
    shards.mkdir()
    write_shards(shards, 1)
    print(
        run("checkpoint of random weights", [sys.executable, "-c", MAKE, preset, shards, out], out)
    )
    exported, served = work / "model.safetensors", work / "served.safetensors"
    train = [sys.executable, "-m", "train"]
    words = ["export", "--checkpoint", out, "--shards", shards, "--out", exported]
    run("train export", [*train, *words], exported)
    _remove(out / "checkpoints")
    words = ["convert", exported, served, "--to", "moshi", "--narrow"]
    run("train convert --to moshi --narrow", [*train, *words], served)
    exported.unlink()
    return {"--moshi-weight": served, **companions(preset, work)}


def _remove(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()


def companions(preset: str, work: Path) -> dict[str, Path]:
    """Write what the server wants beside the model: sizes, a codec of noise, made-up words."""
    from moshi.models import loaders
    from safetensors.torch import save_file
    from sentencepiece import sentencepiece_model_pb2

    from train.model import PRESETS

    paths = {
        "--config-path": work / "config.json",
        "--mimi-weight": work / "mimi.safetensors",
        "--tokenizer": work / "tokenizer.model",
    }
    config, known = PRESETS[preset], loaders._lm_kwargs
    sizes = {name: getattr(config, name) for name in known if hasattr(config, name)}
    sizes |= {"dep_q": 8, "card": 2_048, "text_card": TOKENIZER_SIZE}
    paths["--config-path"].write_text(json.dumps(known | sizes))
    mimi = loaders.get_mimi(None, num_codebooks=8)
    save_file(mimi.state_dict(), paths["--mimi-weight"])
    words = sentencepiece_model_pb2.ModelProto()
    for index in range(TOKENIZER_SIZE):
        kind = 1 if index else 2  # one piece must be the unknown
        words.pieces.add(piece=f"w{index}", score=-float(index), type=kind)
    paths["--tokenizer"].write_bytes(words.SerializeToString())
    return paths


def serve(files: dict[str, Path], frames: int, work: Path) -> None:
    """Start kyutai's server, have a conversation of some frames, and print what it took."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVE, "--device", "cpu", "--static", "none"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    server = Watched.start([*command, *(str(word) for pair in files.items() for word in pair)])
    try:
        loaded, ready = server.wait_for("moshi loaded"), server.wait_for(READY)
        used = server.used()
        print(
            f"moshi.server: loaded after {loaded:.0f} s, warm (4 frames) after {ready:.0f} s"
            f" ({used:.0f} CPU s)"
        )
        sound = talk(f"ws://127.0.0.1:{port}", frames, work)
        if not np.abs(sound).max() > 0:
            server.fail("no sound came back")
        used = server.used() - used
        handled = [found for _, line in server.lines if (found := HANDLED.search(line))]
        times = [float(found[1]) / 1e3 for found in handled]
        print(
            f"  {len(times)} frames over /api/chat: {median(times):.2f} s a frame in the middle,"
            f" {min(times):.2f} to {max(times):.2f} ({used / len(times):.2f} CPU s)"
        )
        print(f"  {server.memory()}", flush=True)
    finally:
        server.process.terminate()
        server.process.wait(60)


def talk(address: str, frames: int, work: Path) -> np.ndarray:
    """Say noise to a server with the exam's own client; return what it answers [S]."""
    said = work / "user.wav"
    noise = np.random.default_rng(0).normal(0, 3_000, frames * FRAME).astype(np.int16)
    with wave.open(str(said), "wb") as file:
        file.setparams((1, 2, SAMPLE_RATE, len(noise), "NONE", ""))
        file.writeframes(noise.tobytes())
    exam = SimpleNamespace(sound=lambda item: said, voice=lambda item: said)
    item = SimpleNamespace(id="noise", num_samples=len(noise), role_prompt="")
    reply = Moshi(address, patience=PATIENCE).answer(cast(Any, exam), cast(Any, item), work)
    assert reply.sound is not None
    return reply.sound


def main(words: Sequence[str] | None = None) -> None:
    """Do all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--preset", default="personaplex", help="of train/model.py")
    parser.add_argument("--frames", type=int, default=12, help="of 80 ms, to say to the server")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        serve(prepare(options.preset, work), options.frames, work)


if __name__ == "__main__":
    main()
