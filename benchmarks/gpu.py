"""Measure in one call what a GPU can tell: `python benchmarks/gpu.py --minutes 8 --out gpu.jsonl`.

Chatterbox beside its package and in batches, Dia in batches, Mimi, and a LoRA step of the 7B model
with its MFU and memory: full-size classes with random weights, so nothing is downloaded. Each part
has a process and a share of the time, and may have an interpreter of its own, since Chatterbox's
packages cannot live with the others' (`--python chatterbox=.venv-chatterbox/bin/python`). A line
goes into --out as soon as it is measured, so a call that is cut off keeps what it has.

`--rehearse` runs every part on the CPU with tiny shapes: do that before you pay for a GPU. Its
figures are of those shapes and say nothing; lines of it are marked.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

Result = dict[str, Any]
SHARES = {"lora": 0.25, "chatterbox": 0.35, "mimi": 0.12, "dia": 0.28}
"""Parts in the order they run, with their shares of the time."""
GRACE_SECONDS = 20.0
"""What a part may take over its share to end by itself."""
LOW_GIGABYTES = 1e9


@dataclass(frozen=True)
class Bench:
    """Where a part runs, and until when."""

    device: str
    rehearsal: bool
    deadline: float
    """Time, on the clock of `time.monotonic`, after which no measurement begins."""

    def late(self) -> bool:
        return time.monotonic() > self.deadline

    def seconds(self, make: Callable[[], Any]) -> tuple[float, Any]:
        """Return the seconds by the clock until the device has made something, and what it is."""
        import torch

        def settled() -> float:
            if self.device != "cpu":
                torch.cuda.synchronize()
            return time.perf_counter()

        started = settled()
        made = make()
        return settled() - started, made

    def gigabytes(self) -> float | None:
        """Return the device's memory that was in use at most since this was last asked."""
        import torch

        if self.device == "cpu":
            return None
        peak = torch.cuda.max_memory_allocated() / LOW_GIGABYTES
        torch.cuda.reset_peak_memory_stats()
        return peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--out", type=Path, default=Path("gpu.jsonl"))
    parser.add_argument("--rehearse", action="store_true", help="tiny shapes on the CPU")
    parser.add_argument("--only", choices=SHARES, action="append", help="parts, of all")
    parser.add_argument("--python", action="append", default=[], metavar="PART=INTERPRETER")
    parser.add_argument("--part", choices=SHARES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        run_part(arguments.part, arguments.rehearse, arguments.minutes)
        return
    pythons = dict(given.partition("=")[::2] for given in arguments.python)
    parts = [part for part in SHARES if part in (arguments.only or SHARES)]
    ends = time.monotonic() + 60 * arguments.minutes
    results: list[Result] = []
    for number, part in enumerate(parts):
        share = SHARES[part] / sum(SHARES[one] for one in parts[number:])
        minutes = (ends - time.monotonic()) / 60 * share
        for result in lines_of(part, minutes, arguments.rehearse, pythons.get(part)):
            results.append(result)
            write(results, arguments.out)
            print(json.dumps(result), flush=True)


def lines_of(part: str, minutes: float, rehearse: bool, python: str | None) -> Iterator[Result]:
    """Run a part in its own process; yield its results as they come, and why it ended early."""
    command = [python or sys.executable, __file__, "--part", part, "--minutes", f"{minutes:.3f}"]
    command += ["--rehearse"] if rehearse else []
    environment = os.environ | {"TQDM_DISABLE": "1", "NO_TORCH_COMPILE": "1"}
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
        )
        assert process.stdout
        for line in process.stdout:
            if line.startswith("{"):
                yield json.loads(line)
        try:
            code = process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if code:
            errors.seek(0)
            yield {"part": part, "what": "failed", "value": code, "why": errors.read()[-2_000:]}


def write(results: list[Result], path: Path) -> None:
    """Replace the file by one with all results so far."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        file.writelines(f"{json.dumps(result)}\n" for result in results)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def run_part(part: str, rehearse: bool, minutes: float) -> None:
    """Measure one part here, a line of JSON a result; end a process that outlives its time."""
    import threading

    import torch

    ends = time.monotonic() + 60 * minutes
    guard = threading.Timer(60 * minutes + GRACE_SECONDS, lambda: os._exit(3))
    guard.daemon = True
    guard.start()
    if rehearse:
        torch.set_num_threads(1)
    elif not torch.cuda.is_available():
        raise SystemExit("there is no GPU here; --rehearse runs every part on the CPU")
    device = "cpu" if rehearse else "cuda"
    name = "CPU, tiny shapes" if rehearse else torch.cuda.get_device_name()
    for result in PARTS[part](Bench(device, rehearse, ends)):
        common = {"part": part, "device": name, "rehearsal": rehearse}
        print(json.dumps(common | result), flush=True)


def chatterbox(bench: Bench) -> Iterator[Result]:
    """T3 and S3Gen one text at a time, as the package does, and in batches."""
    import torch

    from datagen.backends.speech.chatterbox_batch import T3Sampling, TokenRow
    from datagen.backends.speech.chatterbox_noise import RowNoise
    from datagen.backends.speech.chatterbox_sound import SoundDecoder, SoundRow
    from datagen.backends.speech.chatterbox_tokens import TokenDecoder
    from tests.backends import tiny_chatterbox

    if bench.rehearsal:
        t3, s3gen = tiny_chatterbox.t3("english"), tiny_chatterbox.s3gen("english")
        steps, sizes, letters, tokens = 4, (1, 2), 8, 6
    else:
        from chatterbox.models.s3gen import S3Gen
        from chatterbox.models.t3 import T3

        t3, s3gen = T3().eval().to(bench.device), S3Gen().eval().to(bench.device)
        steps, sizes, letters, tokens = 100, (1, 32, 8, 64, 16), 60, 100
    t3.speech_head.weight.data[t3.hp.stop_speech_token] = 0
    voices = [tiny_chatterbox.conditionals(number).to(bench.device) for number in range(4)]
    rng = torch.Generator().manual_seed(0)
    inner = torch.randint(1, 250, (letters,), generator=rng)
    text = torch.cat([torch.tensor([255]), inner, torch.tensor([0])])

    def own(count: int) -> Any:
        return t3.inference(
            t3_cond=voices[0].t3, text_tokens=torch.stack([text, text]), max_new_tokens=count,
            temperature=0.8, cfg_weight=0.5, repetition_penalty=1.2, min_p=0.05, top_p=1.0,
        )  # fmt: skip

    def rows(size: int, count: int) -> list[TokenRow]:
        return [
            TokenRow(text, voices[n % 4].t3, T3Sampling(), RowNoise(n, bench.device), count)
            for n in range(size)
        ]

    def sounds(size: int) -> list[SoundRow]:
        said = torch.randint(0, 6_561, (tokens,), generator=rng)
        return [SoundRow(said, voices[n % 4].gen, RowNoise(n, bench.device)) for n in range(size)]

    own(2)
    spent, _ = bench.seconds(lambda: own(steps))
    yield rate("T3, the package", 1, steps / spent / 25)
    bench.gigabytes()
    for size in sizes:
        if bench.late():
            return
        batch = rows(size, steps)
        spent, _ = bench.seconds(lambda: TokenDecoder(t3).decode(batch))  # noqa: B023
        yield rate("T3", size, size * steps / spent / 25, gigabytes=bench.gigabytes())
        heard = sounds(size)
        SoundDecoder(s3gen).decode(heard[:1])
        spent, _ = bench.seconds(lambda: SoundDecoder(s3gen).decode(heard))  # noqa: B023
        yield rate("S3Gen", size, size * tokens / 25 / spent, gigabytes=bench.gigabytes())


def dia(bench: Bench) -> Iterator[Result]:
    """Dia's chunks in batches: the product's own class on weights that are written here."""
    import numpy as np

    from datagen.backends.speech.dia_model import DiaModel
    from tests.backends import tiny_dia

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        weights = tiny_dia.save(path) if bench.rehearsal else whole_dia(path)
        precision = "float32" if bench.rehearsal else "bfloat16"
        model = DiaModel(*weights, bench.device, precision)
    seconds, sizes = (1.0, (1, 2)) if bench.rehearsal else (12.0, (1, 8, 16, 32))
    prompt = np.random.default_rng(0).normal(size=8 * 24_000).astype(np.float32) * 0.1
    text = "[S1] These are the words of one. [S2] These are the other's. [S1] Good morning. [S2]"
    sampling = {"temperature": 1.8, "top_p": 0.9, "top_k": 45, "guidance_scale": 3.0}

    def say(size: int, length: float) -> Any:
        return model.say(
            [text] * size,
            [prompt] * size,
            seconds=[length] * size,
            seeds=list(range(size)),
            sampling=sampling,
        )

    say(1, 0.5)
    for size in sizes:
        if bench.late():
            return
        bench.gigabytes()
        spent, made = bench.seconds(lambda: say(size, seconds))  # noqa: B023
        heard = sum(len(sound) for sound in made) / 24_000
        yield rate("Dia", size, heard / spent, gigabytes=bench.gigabytes())


def whole_dia(folder: Path) -> tuple[Path, Path]:
    """Write Dia 1.6B and the 44 kHz DAC at full size with random weights."""
    import torch
    from transformers import DacConfig, DacModel, DiaConfig, DiaForConditionalGeneration

    with torch.device("cuda"):
        model = DiaForConditionalGeneration(DiaConfig()).bfloat16()
        codec = DacModel(DacConfig(sampling_rate=44_100, n_codebooks=9))
    model.save_pretrained(folder / "dia")
    codec.save_pretrained(folder / "dac")
    return folder / "dia", folder / "dac"


def mimi(bench: Bench) -> Iterator[Result]:
    """Mimi's encoder, channel by channel and in batches, in exact float32 as shards need it."""
    import numpy as np

    from datagen.backends.codec.mimi import Mimi
    from tests.backends import tiny_mimi

    channel, sizes = (2.0, (0, 4)) if bench.rehearsal else (60.0, (0, 480, 1_920))
    whole = {
        "hidden_size": 512, "num_filters": 64, "codebook_dim": 256, "upsample_groups": 512,
        "vector_quantization_hidden_dimension": 256, "num_hidden_layers": 8,
        "intermediate_size": 2_048, "num_attention_heads": 8, "num_key_value_heads": 8,
        "max_position_embeddings": 8_000, "initializer_range": 0.02,
    }  # fmt: skip
    rng = np.random.default_rng(0)
    sound = rng.normal(size=int(channel * 24_000)).astype(np.float32) * 0.1
    for seconds in sizes:
        if bench.late():
            return
        with tempfile.TemporaryDirectory() as folder:
            tiny_mimi.save(Path(folder), **({} if bench.rehearsal else whole))
            codec = Mimi(Mimi.Options(model=folder, device=bench.device, batch_seconds=seconds))
        count = max(2, int(seconds / channel))
        codec.encode_batch([sound])
        bench.gigabytes()
        spent, _ = bench.seconds(lambda: codec.encode_batch([sound] * count))  # noqa: B023
        x = count * channel / spent
        yield rate("Mimi, one channel", int(seconds), x, gigabytes=bench.gigabytes())


def lora(bench: Bench) -> Iterator[Result]:
    """Training steps of LoRA on the 7B model, whose weights are never loaded."""
    import torch

    from train.metrics import flops_per_frame, peak_flops

    device = torch.device(bench.device)
    sizes, rank = (((1, 32), (2, 32)), 4) if bench.rehearsal else (((2, 2_048), (8, 2_048)), 128)
    model = lora_model("tiny" if bench.rehearsal else "personaplex", rank, device)
    step = lora_step(model, device)
    peak = peak_flops(device)
    for rows, frames in sizes:
        if bench.late():
            return
        try:
            step(rows, frames)
            bench.gigabytes()
            spent, _ = bench.seconds(lambda: [step(rows, frames) for _ in range(3)])  # noqa: B023
        except torch.OutOfMemoryError:
            yield {"what": "a LoRA step", "batch": rows, "value": None, "why": "out of memory"}
            return
        speed = 3 * rows * frames / spent
        mfu = speed * flops_per_frame(model) / peak if peak else None
        made = {"what": "a LoRA step", "batch": rows, "value": speed, "unit": "frames a second"}
        yield made | {"mfu": mfu, "gigabytes": bench.gigabytes()}


def lora_model(preset: str, rank: int, device: Any) -> Any:
    """Return a model as the trainer makes it for LoRA in bfloat16, at random."""
    import torch

    from train.lora import add_lora
    from train.model import DuplexLM, model_config

    with torch.device("meta"):
        model = DuplexLM(model_config(preset), checkpoint_activations=True)
        add_lora(model, rank=rank)
    for parameter in model.parameters():
        if not parameter.requires_grad:
            parameter.data = parameter.data.bfloat16()
    model.to_empty(device=device)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.01)
    return model


def lora_step(model: Any, device: Any) -> Callable[[int, int], float]:
    """Return a function that takes a step on so many rows of so many frames."""
    import torch

    from train.loss import LossWeights, sums, total

    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-5, fused=device.type == "cuda")
    weights, config = LossWeights(), model.config

    def step(rows: int, frames: int) -> float:
        shape = (rows, 1 + config.n_q, frames)
        tokens = torch.randint(0, config.card, shape, device=device)
        mask = torch.ones_like(tokens, dtype=torch.bool)
        with torch.autocast(device.type, torch.bfloat16):
            text, audio = model(tokens, tokens, apart=True)
        loss = total(sums(text, audio, tokens, mask, weights), weights)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return float(loss.detach())

    return step


def rate(what: str, batch: int, value: float, gigabytes: float | None = None) -> Result:
    """Return a speed as times real time."""
    unit = "x realtime"
    return {"what": what, "batch": batch, "value": value, "unit": unit, "gigabytes": gigabytes}


PARTS: dict[str, Callable[[Bench], Iterator[Result]]] = {
    "lora": lora,
    "chatterbox": chatterbox,
    "mimi": mimi,
    "dia": dia,
}

if __name__ == "__main__":
    main()
