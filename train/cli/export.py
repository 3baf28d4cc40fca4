"""``python -m train export``: what was trained, as others read it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from train.cli import options
from train.config import DataSpec


def command(arguments: Sequence[str]) -> int:
    """Write a checkpoint as PersonaPlex's server reads it, adapters merged; and voice presets."""
    parser = options.parser("export", command.__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True, help="OUT, or OUT/checkpoints/…")
    parser.add_argument("--shards", required=True, action="append", help="what it was trained on")
    parser.add_argument("--out", type=Path, default=Path("model.safetensors"))
    parser.add_argument(
        "--voices",
        type=Path,
        metavar="FOLDER",
        help="write FOLDER/ID.pt: the agents' voices of the dialogues --dialog names",
    )
    parser.add_argument("--dialog", action="append", default=[], metavar="ID")
    chosen = parser.parse_args(arguments)
    if bool(chosen.voices) != bool(chosen.dialog):
        parser.error("--voices and --dialog go together")
    from train import sample
    from train.data import Corpus
    from train.voice_preset import save_presets
    from train.weights import FILE_NAME, save_weights

    if chosen.out.suffix != ".safetensors":
        example = chosen.out / FILE_NAME
        parser.error(f"--out {chosen.out} must be a .safetensors file, e.g. {example}")
    checkpoint = options.checkpoint(chosen.checkpoint)
    corpus = Corpus.open(DataSpec(shards=tuple(chosen.shards)), chosen.out.parent / "cache")
    for dialog_id in chosen.dialog:
        corpus.row_of(dialog_id)  # a mistyped one is told before gigabytes are written
    model, config = sample.open_model(checkpoint, corpus, "cpu", narrow=True)
    marks = config.data.marks_in_text
    save_weights(model, chosen.out, tokens=corpus.metadata.hashes, marks=marks)
    print(f"{chosen.out} holds {checkpoint}")
    if marks is not None:
        print(
            f"it calls tools between two {marks.call} in its text: PersonaPlex's server prints them"
            " and answers none, `train sample` does"
        )
    for file in save_presets(model, corpus, chosen.dialog, chosen.voices) if chosen.dialog else ():
        print(f"{file} holds the agent's voice")
    return 0
