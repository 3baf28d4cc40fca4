"""README.md of a dataset repository: configs and splits for ``load_dataset``, and what is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from datagen.export.receipt import ExportSummary
from datagen.terms import license_name, markdown, tags

_SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
_NAMES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "n>10M")
"""Hugging Face's size categories."""
_USE = """```python
from datasets import load_dataset

dataset = load_dataset("{place}")  # or streaming=True; the folder's path or the repository's name
row = dataset["{split}"][0]
samples = row["audio"].get_all_samples()  # data [2, S]: 0 the agent, 1 the user; needs torchcodec
```

Do not set a `dtype` with `with_format("numpy")`: it turns times and valences into it, too. For many
rows `with_format("arrow")` is some 40 times as quick as plain Python."""


def card(summary: ExportSummary, facts: Mapping[str, Any]) -> str:
    """Return the text of README.md."""
    front = yaml.safe_dump(_front_matter(summary), sort_keys=False, allow_unicode=True)
    return f"---\n{front}---\n\n" + "\n\n".join(_sections(summary, facts)) + "\n"


def _front_matter(summary: ExportSummary) -> dict[str, Any]:
    size = sum(summary.dialogues >= limit for limit in _SIZES)
    terms = summary.terms
    configs = [_config("default", "*", tuple(summary.splits)) | {"default": True}]
    if len(summary.kinds) > 1:
        configs += [_config(kind, kind, own) for kind, own in summary.kind_splits.items()]
    return {
        "pretty_name": "Full-duplex dialogues",
        "license": "other",
        "license_name": license_name(terms),
        "task_categories": ["audio-to-audio"],
        "tags": tags(terms),
        "size_categories": [_NAMES[size]],
        "configs": configs,
    }


def _config(name: str, kind: str, splits: Sequence[str]) -> dict[str, Any]:
    """Return a config; a split that a kind has no file of would keep it from being loaded."""
    files = [{"split": split, "path": f"data/{kind}-{split}-*.parquet"} for split in splits]
    return {"config_name": name, "data_files": files}


def _sections(summary: ExportSummary, facts: Mapping[str, Any]) -> Iterator[str]:
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in summary.kinds.items())
    yield "# Full-duplex dialogues"
    yield (
        f"{summary.dialogues:,} two-channel dialogues ({kinds}), {summary.hours:,.2f} hours, made"
        f" by {summary.made_by}. {summary.layout}; codes and text rows at {summary.frame_rate} Hz."
    )
    if facts["stand_ins"]:
        yield (
            f"**Stand-ins took the place of models** ({', '.join(facts['stand_ins'])}): this set is"
            " for trying loaders and trainers, not for training a product."
        )
    if summary.terms:
        yield markdown(summary.terms, sound=True).strip().replace("# Terms", "## Terms", 1)
    else:
        yield "All people, companies and numbers are made up."
    yield _USE.format(place="PLACE", split=next(iter(summary.splits)))
    yield _table(
        {
            "splits": ", ".join(f"{name} {count:,}" for name, count in summary.splits.items()),
            "channels": ", ".join(summary.channels),
            "sample rate": f"{summary.sample_rate:,} Hz",
            "codec": facts["codec"]["id"],
            "tokenizer": facts["tokenizer"]["id"],
            "recipes": ", ".join(f"`{run.recipe}`" for run in summary.request.runs),
        }
    )
    yield "## Voices\n\n" + _voices(summary)


def _table(rows: Mapping[str, str]) -> str:
    return "\n".join(["| | |", "|---|---|", *(f"| {k} | {v} |" for k, v in rows.items())])


def _voices(summary: ExportSummary) -> str:
    lines = ["| source | licence | synthetic | sides |", "|---|---|---|---|"]
    for voice in summary.voices:
        synthetic = "yes" if voice.synthetic else "no"
        source, licence = (text.replace("|", "\\|") for text in (voice.source, voice.license))
        lines.append(f"| {source} | {licence} | {synthetic} | {voice.sides:,} |")
    return "\n".join(lines)
