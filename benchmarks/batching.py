"""Measure Chatterbox in batches beside chatterbox-tts itself: `python benchmarks/batching.py`.

Full-size models of the package's own classes with random weights, on one thread, in CPU seconds
(`time.process_time`), so that neighbours disturb little. Of the same texts and seeds: T3's prompts
and steps, S3Gen, vocoder and watermark, one text at a time as the package does and in batches; how
many tokens are the same; memory a row; and what the matrix products alone would take. Needs
chatterbox-tts (`make .venv-chatterbox/installed`), 8 GB of memory and a quarter of an hour.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TQDM_DISABLE", "1")
sys.path.insert(0, str(Path(__file__).parents[1]))

LETTERS, VOICES, PROMPT_TOKENS = 60, 4, 150
"""A text's letters, the voices that say the texts, and tokens of a recording (150 are 6 s)."""
MEMORY_LAYERS = 6
"""Layers of T3, of its 30, in which memory is measured."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--steps", type=int, default=24, help="tokens of a text that are timed")
    parser.add_argument("--tokens", type=int, default=100, help="tokens of a turn (25 a second)")
    parser.add_argument("--sounds", type=int, default=2, help="texts whose sound is timed")
    parser.add_argument("--prompt", type=int, default=PROMPT_TOKENS, help="tokens of a recording")
    parser.add_argument("--part", choices=PARTS, help="measure one part in this process")
    arguments = parser.parse_args()
    if arguments.part:
        print(json.dumps(PARTS[arguments.part](arguments)))
        return
    found: dict[str, Any] = {}
    for part in PARTS:  # each in a process of its own, for its memory
        command = [sys.executable, __file__, *sys.argv[1:], "--part", part]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr[-2_000:])
        found |= json.loads(done.stdout.splitlines()[-1])
        print(f"{part}: {done.stdout.splitlines()[-1]}", flush=True)
    report(found, arguments)


def report(found: dict[str, Any], arguments: argparse.Namespace) -> None:
    """Print what the parts come to, for a turn of so many tokens."""
    one, many = found["package"], found["batches"]
    steps, batch = arguments.tokens, arguments.batch
    print(f"\nCPU seconds a text, one thread, at a batch of 1 (package) and {batch} (ours)")
    line = "{:34} {:8.3f} {:8.3f} {:6.1f}x".format
    print(line("T3, a step", one["step"], many["step"], one["step"] / many["step"]))
    print(line("T3, the prompt", one["prompt"], many["prompt"], one["prompt"] / many["prompt"]))
    t3 = [part["prompt"] + steps * part["step"] for part in (one, many)]
    print(line(f"T3, {steps} tokens with the prompt", *t3, t3[0] / t3[1]))
    print(line("S3Gen and vocoder", one["sound"], many["sound"], one["sound"] / many["sound"]))
    turn = [
        whole + part["sound"] + one["mark"] for whole, part in zip(t3, (one, many), strict=True)
    ]
    print(line("a turn, watermark included", *turn, turn[0] / turn[1]))
    flow = many["rounded"]
    print(line("S3Gen with precision: bfloat16", one["sound"], flow, one["sound"] / flow))
    rounded = turn[1] - many["sound"] + flow
    print(line("a turn with it", turn[0], rounded, turn[0] / rounded))
    mb = found["memory"]
    print(line(f"T3, MB a row ({MEMORY_LAYERS} layers)", *mb, mb[0] / mb[1]))
    print(f"tokens as the package draws them: alone {found['same_alone']}, batch {found['same']}")
    limits = found["products"]
    print("the matrix products alone, seconds a text at 1 and in a batch, and their quotient:")
    bound = t3[1] + limits["S3Gen's flow"][1] + one["mark"]
    print(line("a turn, if S3Gen were these alone", turn[0], bound, turn[0] / bound))
    for name, (alone, batched) in limits.items():
        print(line(f"  {name}", alone, batched, alone / batched))


def texts(arguments: argparse.Namespace) -> list[Any]:
    """Return ids of texts whose lengths differ by a third, as in a batch of like ones."""
    import torch

    rng = torch.Generator().manual_seed(0)
    made = []
    for number in range(arguments.batch):
        letters = LETTERS + (number % 5 - 2) * LETTERS // 12
        inner = torch.randint(1, 250, (letters,), generator=rng)
        made.append(torch.cat([torch.tensor([255]), inner, torch.tensor([0])]))
    return made


def timed(make: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU seconds of a call, and what it made."""
    started = time.process_time()
    made = make()
    return time.process_time() - started, made


class Memory:
    """Resident memory of this process above what it has now, in MB (Linux)."""

    def __init__(self) -> None:
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
        self._before = self._read("VmRSS")

    def more(self) -> float:
        return self._read("VmHWM") - self._before

    @staticmethod
    def _read(name: str) -> float:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1e3


def models() -> tuple[Any, Any]:
    """Return T3 and S3Gen at full size with random weights."""
    import torch
    from chatterbox.models.s3gen import S3Gen
    from chatterbox.models.t3 import T3

    torch.set_num_threads(1)
    torch.manual_seed(0)
    return endless(T3().eval()), S3Gen().eval()


def endless(t3: Any) -> Any:
    """Let no row end by itself."""
    t3.speech_head.weight.data[t3.hp.stop_speech_token] = 0
    return t3


def voices(arguments: argparse.Namespace) -> list[Any]:
    from tests.backends.tiny_chatterbox import conditionals

    return [conditionals(number, arguments.prompt) for number in range(VOICES)]


def package_tokens(t3: Any, text: Any, voice: Any, seed: int, steps: int) -> tuple[float, Any]:
    import torch

    def say() -> Any:
        torch.manual_seed(seed)
        return t3.inference(
            t3_cond=voice, text_tokens=torch.stack([text, text]), max_new_tokens=steps,
            temperature=0.8, cfg_weight=0.5, repetition_penalty=1.2, min_p=0.05, top_p=1.0,
        )  # fmt: skip

    seconds, tokens = timed(say)
    return seconds, tokens[0]


def measure_package(arguments: argparse.Namespace) -> dict[str, Any]:
    """One text at a time: the package's own loops."""
    import numpy as np
    import perth
    import torch

    t3, s3gen = models()
    said, known = texts(arguments), voices(arguments)
    package_tokens(t3, said[0], known[0].t3, 0, 2)
    short, _ = package_tokens(t3, said[0], known[0].t3, 0, 1)
    long, tokens = package_tokens(t3, said[0], known[0].t3, 0, 1 + arguments.steps)
    step = (long - short) / arguments.steps
    made = torch.randint(0, 6_561, (arguments.tokens,))
    sound, _ = timed(lambda: s3gen.inference(made, ref_dict=dict(known[0].gen)))
    marker = perth.PerthImplicitWatermarker()
    wave = np.random.default_rng(0).normal(size=arguments.tokens * 960).astype(np.float32) * 0.1
    marker.apply_watermark(wave, sample_rate=24_000)
    mark, _ = timed(lambda: marker.apply_watermark(wave, sample_rate=24_000))
    one = {"step": step, "prompt": short - step, "sound": sound, "mark": mark}
    return {"package": one, "package_tokens": tokens.tolist()}


def token_rows(numbers: range, said: list[Any], known: list[Any], steps: int) -> list[Any]:
    """Return rows of so many tokens each, as the package is given them."""
    from datagen.backends.speech.chatterbox_batch import T3Sampling, TokenRow
    from datagen.backends.speech.chatterbox_noise import RowNoise

    return [
        TokenRow(said[n], known[n % VOICES].t3, T3Sampling(), RowNoise(n, "cpu"), steps)
        for n in numbers
    ]


def measure_batches(arguments: argparse.Namespace) -> dict[str, Any]:
    """The same texts together."""
    import torch

    from datagen.backends.speech.chatterbox_noise import RowNoise
    from datagen.backends.speech.chatterbox_sound import SoundDecoder, SoundRow
    from datagen.backends.speech.chatterbox_tokens import TokenDecoder

    t3, s3gen = models()
    said, known = texts(arguments), voices(arguments)
    decoder = TokenDecoder(t3)

    def say(numbers: range, steps: int) -> tuple[float, Any]:
        rows = token_rows(numbers, said, known, steps)
        return timed(lambda: decoder.decode(rows))

    say(range(1), 2)
    short, _ = say(range(arguments.batch), 1)
    long, tokens = say(range(arguments.batch), 1 + arguments.steps)
    step = (long - short) / arguments.steps / arguments.batch
    sounds = [
        SoundRow(
            torch.randint(0, 6_561, (arguments.tokens,)),
            known[number % VOICES].gen,
            RowNoise(number, "cpu"),
        )
        for number in range(arguments.sounds)
    ]
    sound, _ = timed(lambda: SoundDecoder(s3gen).decode(sounds))
    prompt = short / arguments.batch
    rounded, _ = timed(lambda: SoundDecoder(s3gen, "bfloat16").decode(sounds))

    def own(number: int) -> list[int]:
        """Return what the package draws first, without the marks that are no sound."""
        drawn = package_tokens(t3, said[number], known[number % VOICES].t3, number, 12)[1]
        return decoder._sound_of(drawn.tolist()).tolist()

    looked_at = (0, arguments.batch // 2, arguments.batch - 1)
    same = [own(n) == tokens[n][: len(own(n))].tolist() for n in looked_at]
    _, (alone,) = say(range(1), 12)
    batches = {
        "step": step,
        "prompt": prompt,
        "sound": sound / arguments.sounds,
        "rounded": rounded / arguments.sounds,
    }
    return {
        "batches": batches,
        "same": f"{sum(same)} of {len(same)} rows",
        "same_alone": alone.tolist() == own(0),
    }


def measure_memory(arguments: argparse.Namespace) -> dict[str, Any]:
    """What a row of T3 takes over the weights, in a few layers: one alone, and one of a batch."""
    import torch

    from datagen.backends.speech.chatterbox_tokens import TokenDecoder
    from tests.backends.tiny_chatterbox import t3 as t3_of

    torch.set_num_threads(1)

    t3, said, known = endless(t3_of("english", MEMORY_LAYERS)), texts(arguments), voices(arguments)
    package_tokens(t3, said[0], known[0].t3, 0, 2)
    memory = Memory()
    package_tokens(t3, said[0], known[0].t3, 0, arguments.tokens)
    alone = memory.more()
    decoder = TokenDecoder(t3)
    rows = token_rows(range(arguments.batch), said, known, arguments.tokens)
    memory = Memory()
    decoder.decode(rows)
    return {"memory": [alone, memory.more() / arguments.batch]}


def measure_products(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the matrix products alone take: the limit of any batching."""
    import torch
    from torch.nn.functional import linear, scaled_dot_product_attention

    torch.set_num_threads(1)

    def seconds(rows: int, shapes: list[tuple[int, int, int]], attention: Any = None) -> float:
        """Return the seconds of products of [rows, in] by [in, out], so many times each."""
        spent = 0.0
        for inputs, outputs, times in shapes:
            x, weights = torch.randn(rows, inputs), torch.randn(outputs * 3, inputs)
            parts = weights.split(outputs)  # in turn, so that none is at hand
            linear(x, parts[0])
            spent += times * min(
                timed(lambda: [linear(x, part) for part in parts])[0] / 3  # noqa: B023
                for _ in range(4)
            )
        if attention:
            (size, heads, new, columns, times) = attention
            q, k = torch.randn(size, heads, new, 64), torch.randn(size, heads, columns, 64)
            spent += times * min(
                timed(lambda: scaled_dot_product_attention(q, k, k))[0] for _ in range(4)
            )
        return spent

    layers, batch = 30, arguments.batch
    step = [(1_024, 1_024, 4 * layers), (1_024, 4_096, 2 * layers), (4_096, 1_024, layers)]
    head = [(1_024, 8_194, 1)]
    columns = 34 + LETTERS + 4 + arguments.tokens // 2
    t3 = [
        seconds(2 * size, step + head, (2 * size, 16, 1, columns, layers)) / size
        for size in (1, batch)
    ]
    blocks, evaluations, frames = 56, 10, 2 * (arguments.prompt + arguments.tokens)
    flow = [(256, 512, 3 * blocks), (512, 256, blocks), (256, 1_024, blocks), (1_024, 256, blocks)]
    size = arguments.sounds
    s3gen = [
        evaluations * seconds(2 * n * frames, flow, (2 * n, 8, frames, frames, blocks)) / n
        for n in (1, size)
    ]
    return {"products": {"T3, a step": t3, "S3Gen's flow": s3gen}}


PARTS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "package": measure_package,
    "batches": measure_batches,
    "memory": measure_memory,
    "products": measure_products,
}

if __name__ == "__main__":
    main()
