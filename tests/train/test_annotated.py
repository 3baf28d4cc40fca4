"""Real conversations beside synthetic ones: mixed by kind and corpus, refused by their terms."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from train import checkpoint, loop
from train.batches import population, repeat
from train.config import UserError
from train.data import Corpus


def terms(corpus: str, **answers: str) -> dict[str, Any]:
    """Return what a footer says of a corpus."""
    uses = ("train", "share_audio", "share_derived", "commercial", "name_people")
    clauses = {
        use: {"answer": answers.get(use, "allowed"), "says": "as you like", "source": "s"}
        for use in uses
    }
    return {"corpus": corpus, "title": corpus, "license": f"L-{corpus}", "clauses": clauses}


@pytest.fixture
def annotated(
    tmp_path: Path, shard_factory: Any, shard_metadata: dict[str, Any]
) -> Callable[..., Path]:
    """Return a maker of shards of a corpus; all number their dialogues alike."""
    make_row, write_shard = shard_factory

    def make(corpus: str, count: int = 16, **answers: str) -> Path:
        rows = [make_row(index, "annotated") for index in range(count)]
        footer = shard_metadata | {"terms": [terms(corpus, **answers)]}
        path: Path = write_shard(tmp_path / corpus / "annotated-00000.parquet", rows, footer)
        return path.parent

    return make


def seen(config: Any) -> Counter[str]:
    """Return how often each kind is seen in an epoch."""
    corpus = Corpus.open(config.data, Path(config.out) / "cache")
    rows, weights = population(corpus.kinds, corpus.splits, "train", 1.0, config.data.mix)
    return Counter(corpus.kinds[repeat(rows, weights, np.random.default_rng(0))].tolist())


def test_a_few_steps_on_synthetic_and_annotated_shards(
    tiny: Callable[..., Any], shards: Path, annotated: Callable[..., Path], tmp_path: Path
) -> None:
    both = [str(shards), str(annotated("fisher", commercial="refused")), str(annotated("ami"))]
    config = tiny(
        f"data.shards={json.dumps(both)}",
        "data.mix={annotated: 0.5, annotated/ami: 2}",
        *("optim.steps=3", "run.validate_every=3", "run.checkpoint_every=3"),
    )
    assert seen(config) == {"qa": 14, "service": 28, "annotated/fisher": 7, "annotated/ami": 28}
    assert loop.train(config) == config.optim.steps
    last = checkpoint.latest(config.out)
    assert last is not None
    text = "".join(p.read_text() for p in Path(last).rglob("*.json"))
    assert "fisher (L-fisher; not commercial)" in text
    assert "ami (L-ami)" in text
    lines = Path(config.out, "metrics.jsonl").read_text().splitlines()
    logged = {key for line in lines for key in json.loads(line)}
    assert {"validation/annotated/fisher/loss", "validation/service/loss"} <= logged


def test_one_corpus_keeps_its_ids(tiny: Callable[..., Any], annotated: Callable[..., Path]) -> None:
    config = tiny(f"data.shards={json.dumps([str(annotated('fisher'))])}")
    corpus = Corpus.open(config.data, Path(config.out) / "cache")
    assert corpus.dialog_ids[0] == "annotated-0000000"
    assert set(corpus.kinds.tolist()) == {"annotated/fisher"}


def test_a_mix_names_kinds_that_are_there(
    tiny: Callable[..., Any], shards: Path, annotated: Callable[..., Path]
) -> None:
    both = json.dumps([str(shards), str(annotated("fisher"))])
    assert seen(tiny(f"data.shards={both}", "data.mix={annotated: 0}"))["annotated/fisher"] == 0
    with pytest.raises(UserError, match=r"annotated/ami.*annotated/fisher, qa, service"):
        seen(tiny(f"data.shards={both}", "data.mix={annotated/ami: 1}"))


@pytest.mark.parametrize("answer", ["refused", "unknown"])
def test_what_may_not_be_trained_on_is_refused(
    answer: str, tiny: Callable[..., Any], annotated: Callable[..., Path]
) -> None:
    folder = annotated("candor", train=answer)
    with pytest.raises(UserError, match=f"training on it is {answer}"):
        seen(tiny(f"data.shards={json.dumps([str(folder)])}"))


def test_terms_that_are_cut_short_are_one_sentence(
    tiny: Callable[..., Any],
    tmp_path: Path,
    shard_factory: Any,
    shard_metadata: dict[str, Any],
) -> None:
    make_row, write_shard = shard_factory
    footer = shard_metadata | {"terms": [{"corpus": "fisher"}]}
    path = write_shard(tmp_path / "cut" / "annotated-00000.parquet", [make_row(0)], footer)
    with pytest.raises(UserError, match="its metadata lacks 'clauses'"):
        seen(tiny(f"data.shards={json.dumps([str(path)])}"))
