"""Make shipped.model from what the composer writes: dialogues -> lines -> SentencePiece model.

    python -m datagen.backends.tokenizer.fit

One thread, no sampling, counts only (BPE): the same dialogues give the same bytes. A new model is
a new tokenizer, and shards of different tokenizers do not mix.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator
from io import BytesIO

from datagen import assets
from datagen.backends.registry import WRITERS
from datagen.backends.tokenizer.shipped import BOS, EOS, EPAD, MODEL, PAD
from datagen.config import BackendSpec
from datagen.types import DialogId, Job, Script

SIZE = 4_000
"""Entries of the vocabulary: enough for call-centre English, and the file stays below 100 kB."""
NUM_DIALOGUES = 1_000
"""Number of dialogues of each kind."""


def lines(num_dialogues: int = NUM_DIALOGUES) -> Iterator[str]:
    """Yield the role prompts and turns, as written and as spoken, of the composer's dialogues."""
    writer = WRITERS.load(BackendSpec(use="composer"))
    for kind in assets.names("pipelines"):
        jobs = [
            Job(dialog_id=str(DialogId(kind, index)), kind=kind, index=index, seed=0)
            for index in range(num_dialogues)
        ]
        for script in writer.write(jobs):
            if isinstance(script, Script):
                yield f"<system> {script.role_prompt} <system>"
                for turn in script.turns:
                    yield turn.text
                    yield turn.spoken


def fit(text: Iterable[str], size: int = SIZE) -> bytes:
    """Return a model file of ``size`` entries, with Moshi's special ids and byte fallback."""
    from sentencepiece import SentencePieceTrainer

    model = BytesIO()
    SentencePieceTrainer.train(
        sentence_iterator=iter(text),
        model_writer=model,
        model_type="bpe",
        vocab_size=size,
        unk_id=EPAD,
        bos_id=BOS,
        eos_id=EOS,
        pad_id=PAD,
        byte_fallback=True,
        required_chars=string.ascii_letters + string.digits + string.punctuation,
        split_digits=True,
        normalization_rule_name="identity",
        num_threads=1,
        minloglevel=2,
    )
    return model.getvalue()


if __name__ == "__main__":
    MODEL.write_bytes(fit(lines()))
    print(f"{MODEL}: {MODEL.stat().st_size} bytes, {assets.digest(MODEL)}")
