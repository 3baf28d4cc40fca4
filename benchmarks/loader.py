"""How fast training data is read: stereo seconds a CPU second, from shards to assembled batches.

    python -m benchmarks.loader [--shards RUN] [--dialogs 3000]

Without --shards it writes a set of its own: lengths as the service set's, codes with the entropy
of speech (about 10 bits while someone speaks, repetitive in silence).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from train import batches
from train.config import DataSpec
from train.data import Corpus
from train.examples import Epoch
from train.prompt import MOSHI_SILENCE, MOSHI_SINE, PromptPolicy

T = TypeVar("T")
FRAMES_A_SECOND = 12.5
IDS = pa.list_(pa.int16())
LABELS = ("dialog_id", "kind", "split", "role_prompt", "user_role_prompt")
TOKENS = ("agent_codes", "user_codes", "agent_text", "user_text", "prompt_tokens")
VOICES = ("agent_voice_codes", "user_voice_codes")


def write(folder: Path, num_dialogs: int) -> None:
    """Write shards of 1,000 dialogues in the layout of schema 1."""
    rng = np.random.default_rng(0)
    codec = {"id": "mimi", "hash": "m", "codebooks": 8, "cardinality": 2048}
    codec |= {"silence": MOSHI_SILENCE, "sine": MOSHI_SINE}
    ids = {"pad": 3, "epad": 0, "bos": 1, "eos": 2}
    record = {"schema": 1, "sample_rate": 24000, "frame_rate": 12.5, "delays_applied": False}
    record |= {"codec": codec, "tokenizer": {"id": "spm", "hash": "t", "size": 32000, **ids}}
    columns = [(name, pa.string()) for name in LABELS] + [("num_frames", pa.int32())]
    schema = pa.schema(columns + [(name, IDS) for name in (*TOKENS, *VOICES)])
    for first in range(0, num_dialogs, 1_000):
        indices = range(first, min(first + 1_000, num_dialogs))
        table = pa.Table.from_pylist([dialogue(i, rng) for i in indices], schema=schema)
        table = table.replace_schema_metadata({b"datagen": json.dumps(record)})
        path = folder / f"service-{first // 1_000:05d}.parquet"
        pq.write_table(table, path, compression="zstd", row_group_size=64)


def dialogue(index: int, rng: np.random.Generator) -> dict[str, object]:
    """Return a row: the speakers take turns of about 3 s, who is silent sends one frame again."""
    frames = int(np.clip(np.exp(rng.normal(np.log(720), 0.4)), 150, 1_900))
    agent_speaks = (np.cumsum(rng.random(frames) < 1 / 37) % 2).astype(bool)
    silence = np.asarray(MOSHI_SILENCE)[:, None]
    speech = np.minimum(rng.exponential(340, (2, 8, frames)), 2_047).astype(int)
    said = np.where(rng.random(frames) < 0.3, rng.integers(4, 32_000, frames), 3)
    return {
        "dialog_id": f"service-{index:07d}",
        "kind": "service",
        "split": "train",
        "role_prompt": "You help.",
        "user_role_prompt": None,
        "num_frames": frames,
        "agent_codes": np.where(agent_speaks, speech[0], silence).astype(np.int16).ravel(),
        "user_codes": np.where(agent_speaks, silence, speech[1]).astype(np.int16).ravel(),
        "agent_text": np.where(agent_speaks, said, 3).astype(np.int16),
        "user_text": np.where(agent_speaks, 3, said).astype(np.int16),
        "prompt_tokens": rng.integers(4, 32_000, int(rng.integers(50, 120))).astype(np.int16),
        "agent_voice_codes": rng.integers(0, 2_048, 8 * 50).astype(np.int16),
        "user_voice_codes": rng.integers(0, 2_048, 8 * 50).astype(np.int16),
    }


def measured(work: Callable[[], T]) -> tuple[T, float]:
    """Return a result, and the CPU seconds it took, all threads together."""
    start = time.process_time()
    return work(), time.process_time() - start


def assemble(corpus: Corpus, epoch_number: int) -> tuple[float, int]:
    """Put together every batch of one epoch, on one process; return useful share and bytes."""
    epoch = Epoch(corpus, PromptPolicy(min_voice_frames=38), 0, epoch_number)
    rows, weights = batches.population(corpus.kinds, corpus.splits, "train")
    batch_size = min(32, len(rows))
    made = batches.BatchPlan(0, batch_size, 64, rows, weights, lambda _: epoch.lengths)
    total = frames = filled = 0
    for step in range(made.steps_per_epoch):
        _, batch = made.at(step)
        micro = 8 if batch_size % 8 == 0 else 1
        for part in batches.share(batch, epoch.lengths, 0, 1, micro):
            total += epoch.batch(part).codes.nbytes
            frames += int(epoch.lengths[part].sum())
            filled += len(part) * int(epoch.lengths[part].max())
    return frames / filled, total


def report(folder: Path, cache: Path) -> None:
    """Measure reading a set for the first time, and every epoch after."""
    corpus, cold = measured(lambda: Corpus.open(DataSpec(shards=(str(folder),)), cache))
    seconds = float(corpus.num_frames.sum()) / FRAMES_A_SECOND
    warm = []
    for number in range(3):
        (useful, num_bytes), cpu = measured(lambda n=number: assemble(corpus, n))
        warm.append(cpu)
    once = cold + warm[0]
    best = min(warm)
    print(f"{len(corpus)} dialogues, {seconds / 3600:.1f} h; 8 rows a batch of {useful:.1%} useful")
    print(f"first epoch  {seconds / once:>12,.0f} stereo s per CPU s ({once:.2f} s, shards read)")
    print(f"later epochs {seconds / best:>12,.0f} stereo s per CPU s ({best:.2f} s, mapped files)")
    print(f"             {num_bytes / best / 1e6:>12,.0f} MB of int16 batches per CPU s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shards", type=Path, help="a run, or a folder of its shards")
    parser.add_argument("--dialogs", type=int, default=3_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = arguments.shards
        if folder is None:
            folder = Path(name) / "shards"
            folder.mkdir()
            write(folder, arguments.dialogs)
        report(folder, Path(name) / "cache")


if __name__ == "__main__":
    main()
