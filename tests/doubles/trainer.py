"""Plays `python -m train sample --requests -`: says the user's codes back, and a text of its own.

Its arguments are those of the trainer. TRAINER_DIES=N ends it after N answers. With a config in
place of a command it "trains": it makes a checkpoint's folder, and writes down its settings.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np


def train(settings: list[str]) -> None:
    out = Path(next(one.partition("=")[2] for one in settings if one.startswith("out=")))
    (out / "checkpoints" / "step-00000003").mkdir(parents=True, exist_ok=True)
    (out / "settings.json").write_text(json.dumps(settings))
    with (out / "trained.txt").open("a") as file:
        file.write("trained\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("--set", action="append", default=[], dest="overrides")
    for name in ("checkpoint", "config"):
        parser.add_argument(f"--{name}")
    sampling = sys.argv[1] == "sample"
    for name in ("shards", "tokenizer", "requests", "batch", "seed", "out"):
        parser.add_argument(f"--{name}", required=sampling)
    chosen = parser.parse_args()
    if not sampling:
        train(chosen.overrides)
        return
    assert (chosen.checkpoint is None) != (chosen.config is None)
    if (Path(chosen.checkpoint or "") / "broken").exists():
        print("loading", file=sys.stderr)
        print("error: it was trained on tokens of another codec", file=sys.stderr)
        sys.exit(2)
    from sentencepiece import SentencePieceProcessor

    spell = SentencePieceProcessor(model_file=chosen.tokenizer)
    out = Path(chosen.out)
    with (out / "loads.txt").open("a") as file:
        file.write("loaded\n")
    for number, line in enumerate(sys.stdin, 1):
        request = json.loads(line)
        name = Path(request["user"]).stem
        user = np.load(request["user"])["codes"]
        assert np.load(request["voice"])["codes"].shape[0] == len(user)
        text = np.full(user.shape[1], 3, np.int16)
        said = spell.encode(request["role"].split(".")[0] + ".")
        text[10 : 10 + len(said)] = said[: len(text) - 10]
        np.savez(
            out / f"{name}.npz", agent_codes=user[:, :-1], user_codes=user[:, :-1], text=text[:-1]
        )
        record = {"calls": [{"call": '<call>find_order {"order": "A 12"}<call>'}]}
        (out / f"{name}.json.tmp").write_text(json.dumps(record))
        (out / f"{name}.json.tmp").replace(out / f"{name}.json")
        if number == int(os.environ.get("TRAINER_DIES", "-1")):
            print("out of memory", file=sys.stderr)
            sys.exit(1)


if __name__ == "__main__":
    main()
