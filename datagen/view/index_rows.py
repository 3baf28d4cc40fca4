"""What the index knows of each dialogue, read a shard's blocks at a time with Arrow, without sound.

RunSource, shard number --rows--> Chunk (one Entry a dialogue, made or rejected)
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datagen.storage.run_folder import UNIT_STAGES, Receipt
from datagen.types import SPEAKERS, Reject
from datagen.view.source import RunSource

_COLUMNS = (
    *("dialog_id", "split", "domain", "scenario", "call_direction", "prompt_level"),
    *("num_samples", "role_prompt", "turns", "events", "probes", "agent_voice", "user_voice"),
    "provenance",
)
_PLAIN = (
    *("dialog_id", "split", "domain", "scenario", "call_direction", "prompt_level"),
    "num_samples",
)
_IN_A_LIST = ("barge_in", "backchannel", "overlap", "pause", "false_interruption", "dead_air")
"""Events whose numbers are shown in the list."""
_TITLE = 140
"""Characters of the first thing the user says."""


class Entry(NamedTuple):
    """One dialogue in the index."""

    number: int
    state: str
    """Either made or rejected."""
    split: str
    domain: str
    scenario: str
    direction: str
    level: str
    num_samples: int
    writer: str
    outcome: str
    title: str
    events: str
    """JSON: number by type, of those that the list shows."""
    probes: str
    """JSON: [type, verdict] each."""
    agent_voice: str
    user_voice: str
    stage: str
    """The stage that refused it, if it was rejected."""
    reason: str
    evidence: str
    takes: int
    """Takes that the gates refused."""


class TakeRow(NamedTuple):
    """One take that the gates refused."""

    number: int
    turn: int
    """-1: of the voice's reference."""
    speaker: str
    step: str
    reason: str
    evidence: str


@dataclass
class Chunk:
    """A shard's blocks."""

    entries: list[Entry] = field(default_factory=list)
    texts: list[tuple[int, str]] = field(default_factory=list)
    """What is searched, by number."""
    labels: list[tuple[str, int, int]] = field(default_factory=list)
    """(event:barge_in, number of the dialogue, how many), and alike probe:, effect:, voice:."""
    takes: list[TakeRow] = field(default_factory=list)


def rows(source: RunSource, shard: int) -> Chunk:
    """Return what a shard's blocks hold: its own rows, else those of its blocks' tokens."""
    first = shard * source.plan.blocks_per_shard
    blocks = range(first, min(source.plan.blocks, first + source.plan.blocks_per_shard))
    chunk = Chunk()
    scripts = _scripts(source, blocks)
    takes = Counter[int]()
    for take in _takes(source, blocks):
        takes[take.number] += 1
        chunk.takes.append(take)
    rejects = {source.index_of(r.dialog_id): r for r in _rejects(source, blocks, shard)}
    for table in _tables(source, shard, blocks):
        _add_made(chunk, source, table, _Context(scripts, takes, rejects))
    seen = {entry.number for entry in chunk.entries}
    for number, reject in rejects.items():
        if number not in seen:
            _add_rejected(chunk, number, reject, scripts.get(number, "{}"))
    return chunk


class _Context(NamedTuple):
    """What other files say of the dialogues of a table."""

    scripts: dict[int, str]
    takes: Counter[int]
    rejects: dict[int, Reject]


def _tables(source: RunSource, shard: int, blocks: range) -> Iterator[pa.Table]:
    folder = source.folder
    names = [folder.shard(source.kind, shard)]
    if not source.has(names[0]):
        names = [folder.unit("tokens", block) for block in blocks]
    for name in names:
        if source.has(name):
            yield _read(source, name, _COLUMNS)


def _read(source: RunSource, name: str, columns: Iterable[str]) -> pa.Table:
    def look(file: Any) -> pa.Table:
        parquet = pq.ParquetFile(file)
        known = set(parquet.schema_arrow.names)
        return parquet.read([c for c in columns if c in known], use_threads=False)

    return source.folder.storage.load(name, look)


def _add_made(chunk: Chunk, source: RunSource, table: pa.Table, about: _Context) -> None:
    table = table.combine_chunks()
    turns: Any = table["turns"].combine_chunks()
    events, effects = _counts(table["events"].combine_chunks())
    probes, titles = _probes(table["probes"].combine_chunks()), _titles(turns)
    plain = table.select([name for name in _PLAIN if name in table.column_names]).to_pylist()
    voices: list[Any] = [pc.struct_field(table[f"{s}_voice"], "id").to_pylist() for s in SPEAKERS]
    writers: Any = pc.struct_field(table["provenance"], "writer").to_pylist()
    texts = _texts(table["role_prompt"], turns)
    for at, row in enumerate(plain):
        number = source.index_of(row["dialog_id"])
        reject = about.rejects.get(number)
        chunk.entries.append(
            Entry(
                number=number,
                state="rejected" if reject else "made",
                split=row["split"],
                domain=row["domain"],
                scenario=row["scenario"],
                direction=row["call_direction"],
                level=row["prompt_level"],
                num_samples=row["num_samples"],
                writer=writers[at],
                outcome=_outcome(about.scripts.get(number, "")),
                title=titles[at],
                events=_json({name: events[at][name] for name in _IN_A_LIST if name in events[at]}),
                probes=_json(probes[at]),
                agent_voice=voices[0][at],
                user_voice=voices[1][at],
                stage=reject.stage if reject else "",
                reason=reject.reason if reject else "",
                evidence=reject.evidence if reject else "",
                takes=about.takes[number],
            )
        )
        found = Counter({f"event:{name}": n for name, n in events[at].items()})
        found.update(f"effect:{name}" for name in effects[at])
        found.update(_probe_labels(probes[at]))
        found.update(f"voice:{channel[at]}" for channel in voices)
        chunk.labels += ((label, number, count) for label, count in found.items())
        chunk.texts.append((number, texts[at]))


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _probe_labels(probes: list[list[str]]) -> Iterator[str]:
    for kind, verdict in probes:
        yield f"probe:{kind}"
        yield f"probe:{kind} {verdict}"


def _texts(prompts: Any, turns: Any) -> list[str]:
    """Return what is searched of each dialogue: the prompt and all that is said."""
    lines = _list_of(turns, "text")
    said = pc.binary_join(lines, "\n")
    return list(pc.binary_join_element_wise(prompts.combine_chunks(), said, "\n").to_pylist())


def _list_of(lists: Any, name: str) -> Any:
    """Return one field of lists of structs, as lists."""
    values: Any = pc.struct_field(lists.flatten(), name)
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    starts: Any = pa.array(offsets)
    return pa.ListArray.from_arrays(starts, values)


def _titles(turns: Any) -> list[str]:
    """Return the first floor turn of each user."""
    flat = turns.flatten()
    speakers, onsets, texts = (
        pc.struct_field(flat, name).to_pylist() for name in ("speaker", "onset", "text")
    )
    titles, start = [], 0
    for length in pc.list_value_length(turns).to_pylist():
        places = range(start, start + (length or 0))
        lines = (texts[n] for n in places if speakers[n] == "user" and onsets[n] != "backchannel")
        titles.append(next(lines, "")[:_TITLE])
        start += length or 0
    return titles


def _counts(events: Any) -> tuple[list[dict[str, int]], list[list[str]]]:
    """Return the number of events by type, and the names of effects, of each dialogue."""
    flat, parents = events.flatten(), pc.list_parent_indices(events).to_numpy()
    kinds = pc.dictionary_encode(pc.struct_field(flat, "type"))
    names = kinds.dictionary.to_pylist()
    width = max(1, len(names))
    codes = kinds.indices.to_numpy(zero_copy_only=False)
    table = np.bincount(parents * width + codes, minlength=len(events) * width)
    rows = table[: len(events) * width].reshape(len(events), width).tolist()
    shown = [name not in ("slot", "effect") for name in names]
    counts = [
        {names[n]: count for n, count in enumerate(row) if count and shown[n]} for row in rows
    ]
    effects: list[list[str]] = [[] for _ in range(len(events))]
    if "effect" in names:
        places = np.flatnonzero(codes == names.index("effect"))
        causes = pc.struct_field(flat, "cause").take(pa.array(places)).to_pylist()
        for place, cause in zip(places, causes, strict=True):
            effects[parents[place]].append(cause)
    return counts, effects


def _probes(probes: Any) -> list[list[list[str]]]:
    flat, parents = probes.flatten(), pc.list_parent_indices(probes).to_pylist()
    kinds, verdicts = (pc.struct_field(flat, name).to_pylist() for name in ("type", "verdict"))
    found: list[list[list[str]]] = [[] for _ in range(len(probes))]
    for parent, kind, verdict in zip(parents, kinds, verdicts, strict=True):
        found[parent].append([kind, verdict])
    return found


def _outcome(script: str) -> str:
    """Return a script's outcome without parsing all of it; it is a top-level name of one word."""
    _, found, rest = script.rpartition('"outcome":"')
    return rest.partition('"')[0] if found else ""


def _add_rejected(chunk: Chunk, number: int, reject: Reject, script: str) -> None:
    """Add a dialogue that has no tokens; of one that a writer refused only the reason is known."""
    record = json.loads(script)
    said = [turn["text"] for turn in record.get("turns", ())]
    user = [turn["text"] for turn in record.get("turns", ()) if turn["speaker"] == "user"]
    probes = [[probe["type"], probe["verdict"]] for probe in record.get("probes", ())]
    chunk.entries.append(
        Entry(
            number=number,
            state="rejected",
            split=record.get("split", ""),
            domain=record.get("domain", ""),
            scenario=record.get("scenario", ""),
            direction=record.get("call_direction", ""),
            level=record.get("prompt_level", ""),
            num_samples=0,
            writer=record.get("writer", ""),
            outcome=record.get("outcome", ""),
            title="".join(user[:1])[:_TITLE],
            events="{}",
            probes=_json(probes),
            agent_voice="",
            user_voice="",
            stage=reject.stage,
            reason=reject.reason,
            evidence=reject.evidence,
            takes=0,
        )
    )
    chunk.labels += [(label, number, 1) for label in set(_probe_labels(probes))]
    text = "\n".join([record.get("role_prompt", ""), *said, reject.evidence])
    chunk.texts.append((number, text))


def _scripts(source: RunSource, blocks: range) -> dict[int, str]:
    """Return the records of the blocks' scripts as JSON."""
    found: dict[int, str] = {}
    for block in blocks:
        name = source.folder.unit("script", block)
        if source.has(name):
            table = _read(source, name, ("dialog_id", "record"))
            for row in table.to_pylist():
                found[source.index_of(row["dialog_id"])] = row["record"]
    return found


def _takes(source: RunSource, blocks: range) -> Iterator[TakeRow]:
    for block in blocks:
        name = source.folder.unit("speech", block)
        if not source.has(name):
            continue
        table = _read(source, name, ("dialog_id", "speaker", "turn", "attempts"))
        tried = pc.greater(pc.list_value_length(table["attempts"]), pa.scalar(0))
        for row in table.filter(tried).to_pylist():
            number = source.index_of(row["dialog_id"])
            turn = -1 if row["turn"] is None else row["turn"]
            for attempt in row["attempts"]:
                names = ("step", "reason", "evidence")
                yield TakeRow(number, turn, row["speaker"], *(attempt[name] for name in names))


def _rejects(source: RunSource, blocks: range, shard: int) -> Iterator[Reject]:
    """Yield all rejects of the blocks' files and of their shard."""
    folder = source.folder
    names = [folder.unit(stage, block) for stage in UNIT_STAGES for block in blocks]
    for name in [*names, folder.shard(source.kind, shard)]:
        receipt: Receipt | None = folder.receipt(name) if source.has(name) else None
        yield from receipt.rejects if receipt else ()
