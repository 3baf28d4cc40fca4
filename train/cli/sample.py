"""``python -m train sample``: hear what a model says."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from train import config as configs
from train.cli import options
from train.config import Config, DataSpec
from train.conversation import SpeakRequest


def command(arguments: Sequence[str]) -> int:
    """Let a model take the agent's part: in dialogues of the shards, or with what you give it."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.frames is not None and chosen.frames < 2:
        parser.error("--frames must be at least 2")
    alone = (chosen.dialog, chosen.role, chosen.voice, chosen.user, chosen.frames)
    if chosen.requests and any(given is not None for given in alone):
        parser.error("--requests says all: leave out --dialog, --role, --voice, --user, --frames")
    if chosen.batch < 1:
        parser.error("--batch must be at least 1")
    from train import sample

    sampling = sample.TokenSampling(seed=chosen.seed)
    if chosen.greedy:
        sampling = replace(sampling, text_temperature=0.0, audio_temperature=0.0)
    model: Config | Path
    if chosen.config:
        model = configs.load(chosen.config, chosen.overrides)
    elif chosen.overrides:
        parser.error("--set is for --config")
    else:
        model = options.checkpoint(chosen.checkpoint)
    data = DataSpec(shards=tuple(chosen.shards), tokenizer=chosen.tokenizer)
    if chosen.requests:
        from train import requests

        with requests.opened(chosen.requests) as lines:
            session = sample.SamplingSession.open(model, data, chosen.out, sampling, chosen.tools)
            how = {"decode": chosen.decode, "encode": chosen.encode}
            requests.run(session, lines, chosen.requests, batch=chosen.batch, **how)
        return 0
    asked = [
        SpeakRequest(
            dialog_id=dialog_id,
            role=chosen.role,
            voice=chosen.voice,
            user=chosen.user,
            frames=chosen.frames,
        )
        for dialog_id in chosen.dialog or [None]
    ]
    sample.run(
        model,
        data,
        asked,
        chosen.out,
        sampling,
        decode=chosen.decode,
        encode=chosen.encode,
        tools=chosen.tools,
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = options.parser("sample", command.__doc__)
    model = parser.add_mutually_exclusive_group(required=True)
    model.add_argument("--checkpoint", type=Path, help="OUT, or OUT/checkpoints/…")
    model.add_argument("--config", help="take what a config starts from, untrained")
    options.add_overrides(parser)
    parser.add_argument("--shards", required=True, action="append", help="a run, or its shards")
    parser.add_argument("--dialog", action="append", metavar="ID", help="a dialogue of the shards")
    parser.add_argument("--role", metavar="TEXT", help="a role prompt instead of the dialogue's")
    parser.add_argument("--voice", type=Path, metavar="FILE", help="a voice sample: .wav or .npz")
    parser.add_argument("--user", type=Path, metavar="FILE", help="what the user says: .wav, .npz")
    parser.add_argument("--frames", type=int, help="frames of 80 ms to speak, prompt not counted")
    parser.add_argument(
        "--requests",
        metavar="FILE",
        help="many at once: a JSON line each with role, voice, user, frames, dialog_id; - is stdin",
    )
    parser.add_argument("--batch", type=int, default=16, help="of --requests, in one stream")
    parser.add_argument("--out", type=Path, default=Path("samples"))
    parser.add_argument("--tokenizer", help="SentencePiece model, to spell the text")
    parser.add_argument("--decode", metavar="COMMAND", help="is given IN.npz and OUT.wav")
    parser.add_argument("--encode", metavar="COMMAND", help="is given [--voice] IN.wav and OUT.npz")
    parser.add_argument(
        "--tools", type=Path, metavar="FILE", help="what tools answer, by name: JSON"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--greedy", action="store_true", help="take the likeliest tokens")
    return parser
