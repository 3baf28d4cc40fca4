"""A dataset card in Hugging Face's form, from a manifest: what is in a set, and what it is not for.

Manifest --card--> README.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import yaml

from datagen.runs.manifest import Manifest
from datagen.terms import license_name, markdown, tags

_SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
_NAMES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "n>10M")
"""Hugging Face's size categories."""
_LOAD = """```python
from datasets import load_dataset

rows = load_dataset("parquet", data_files="shards/*.parquet", split="train")
train = rows.filter(lambda split: split == "train", input_columns="split")
```"""


def card(manifest: Manifest, name: str, figures: Mapping[str, str] | None = None) -> str:
    """Return the text of README.md; ``figures`` are the report's (`report.page.card_lines`)."""
    front = yaml.safe_dump(_front_matter(manifest, name), sort_keys=False, allow_unicode=True)
    return f"---\n{front}---\n\n" + "\n\n".join(_sections(manifest, name, figures or {})) + "\n"


def _front_matter(manifest: Manifest, name: str) -> dict[str, object]:
    size = sum(manifest.dialogues >= limit for limit in _SIZES)
    return {
        "pretty_name": name,
        "language": sorted(manifest.languages),
        "license": "other",
        "license_name": license_name(manifest.terms),
        "task_categories": ["audio-to-audio"],
        "tags": tags(manifest.terms),
        "size_categories": [_NAMES[size]],
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": "train", "path": "shards/*.parquet"}],
            }
        ],
    }


def _sections(manifest: Manifest, name: str, figures: Mapping[str, str]) -> Iterator[str]:
    yield f"# {name}"
    yield (
        f"{manifest.dialogues:,} two-channel dialogues of kind `{manifest.kind}`,"
        f" {manifest.hours:,.2f} hours, made by fullduplex-datagen"
        f" {manifest.versions.get('datagen', '')}: the agent's and the user's codec tokens, text"
        " streams, words, turns, events, role prompts, facts and probes."
    )
    if manifest.stand_ins:
        yield (
            "**Stand-ins took the place of models** "
            f"({', '.join(manifest.stand_ins)}): this set is for trying loaders and trainers, not"
            " for training a product."
        )
    if manifest.terms:
        yield markdown(manifest.terms, sound=False).strip().replace("# Terms", "## Terms", 1)
        yield _LOAD
    else:
        yield f"All people, companies and numbers are made up.\n\n{_LOAD}"
    yield "## What is in it\n\n" + _table(
        {
            "splits (column `split`)": _listed(manifest.splits),
            "domains": _listed(manifest.domains),
            "events": _listed(manifest.events),
            "probes": _listed(manifest.probes),
            "left out, with reasons": _listed(manifest.rejects),
            **figures,
            "codec": str(manifest.codec.get("id", "")),
            "tokenizer": str(manifest.tokenizer.get("id", "")),
        }
    )
    yield "## Voices\n\n" + _voices(manifest)
    yield (
        "## How to make it again\n\n"
        f"Recipe fingerprint `{manifest.fingerprint}`, seed {manifest.seed}; the manifest has the"
        f" recipe, the versions and the sha256 of every shard. Its signature is"
        f" `{manifest.signature}`."
    )


def _voices(manifest: Manifest) -> str:
    lines = ["| source | licence | synthetic | voices | sides |", "|---|---|---|---|---|"]
    for entry in manifest.voices:
        synthetic = "yes" if entry.synthetic else "no"
        cells = (_cell(entry.source), _cell(entry.license), synthetic)
        lines.append(f"| {' | '.join(cells)} | {entry.voices:,} | {entry.dialogues:,} |")
    return "\n".join(lines)


def _table(rows: Mapping[str, str]) -> str:
    lines = (f"| {name} | {_cell(value)} |" for name, value in rows.items() if value)
    return "\n".join(["| | |", "|---|---|", *lines])


def _listed(counts: Mapping[str, int]) -> str:
    pairs = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{name} {count:,}" for name, count in pairs)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
