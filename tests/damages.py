"""What can be wrong with a run folder, and which check must find it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from datagen.types import FRAME, SAMPLE_RATE
from tests.fake_run import CUT, NUM_SAMPLES, edit, edit_footer, edit_json, rewrite

SHARD = "shards/service-00000.parquet"
OTHER = "shards/service-00001.parquet"
Rows = list[dict[str, Any]]


def row(position: int, **changes: Any) -> Callable[[Path], None]:
    """Return a damage: set columns of one row of the first shard."""
    return rows(lambda shard: shard[position].update(changes))


def rows(change: Callable[[Rows], object]) -> Callable[[Path], None]:
    return lambda run: edit(run, SHARD, change)


def item(column: str, index: int, **changes: Any) -> Callable[[Path], None]:
    """Return a damage: set fields of one turn, word or event of row 2."""
    return rows(lambda shard: shard[2][column][index].update(changes))


def codes(column: str, change: Callable[[Any], Any]) -> Callable[[Path], None]:
    return rows(lambda shard: shard[2].update({column: list(change(np.array(shard[2][column])))}))


def receipt(file: str, **changes: Any) -> Callable[[Path], None]:
    return lambda run: edit_footer(run, file, lambda data: data["receipt"].update(changes))


def truncate(file: str) -> Callable[[Path], None]:
    def damage(run: Path) -> None:
        data = (run / file).read_bytes()
        (run / file).write_bytes(data[: len(data) // 2])

    return damage


def flip(file: str) -> Callable[[Path], None]:
    """Return a damage: change one byte in the middle of a file's first page."""

    def damage(run: Path) -> None:
        data = bytearray((run / file).read_bytes())
        data[60] ^= 0xFF
        (run / file).write_bytes(data)

    return damage


def swap_channels(shard: Rows) -> None:
    for name in ("codes", "text"):
        mine, theirs = f"agent_{name}", f"user_{name}"
        shard[2][mine], shard[2][theirs] = shard[2][theirs], shard[2][mine]


def swap_codes(shard: Rows) -> None:
    shard[2]["agent_codes"], shard[2]["user_codes"] = (
        shard[2]["user_codes"],
        shard[2]["agent_codes"],
    )


def late_text(ids: Any) -> Any:
    return np.roll(ids, 2)


def drop_epad(ids: Any) -> Any:
    return np.where(ids == 0, 3, ids)


def another_schema(run: Path) -> None:
    table = pq.read_table(run / SHARD, partitioning=None)
    rewrite(run, SHARD, table.drop_columns(["hygiene"]))


def silence(ids: Any) -> Any:
    return np.repeat(np.arange(1, 9), len(ids) // 8)


def still_speaking(shard: Rows) -> None:
    """The interrupted turn goes on for a word after its cut."""
    turn = shard[2]["turns"][CUT]
    words = shard[2]["words"]
    last = max(w["end"] for w in words if w["turn"] == CUT)
    words.append(words[0] | {"text": "there", "start": last, "end": last + 9600, "turn": CUT})
    words.sort(key=lambda word: word["start"])
    turn["spoken"] += " there"
    turn["end"] = last + 9600


def reject_record(run: Path) -> None:
    edit(run, "script/000001.parquet", lambda rows: rows[0].update(record='{"dialog_id": 1}'))


def wrong_clip(run: Path) -> None:
    edit(run, "speech/000001.parquet", lambda rows: rows[3].update(num_samples=7))


ID = "service-0000002"
Damage = tuple[Callable[[Path], None], str, str, str | None]
"""What to do, the check that must find it, the file and the dialogue that it must name."""
FILES: dict[str, Damage] = {
    "truncated shard": (truncate(SHARD), "damaged", SHARD, None),
    "truncated artifact": (truncate("speech/000001.parquet"), "damaged", "speech/000001", None),
    "page damaged": (flip(SHARD), "damaged", SHARD, None),
    "not Parquet": (lambda run: (run / SHARD).write_text("hello"), "damaged", SHARD, None),
    "shard missing": (lambda run: (run / OTHER).unlink(), "missing", OTHER, None),
    "artifact missing": (
        lambda run: (run / "timeline/000001.parquet").unlink(),
        "missing",
        "timeline/000001",
        None,
    ),
    "plan not JSON": (
        lambda run: (run / "plan.json").write_text("{"),
        "damaged",
        "plan.json",
        None,
    ),
    "plan without blocks": (
        lambda run: edit_json(run, "plan.json", lambda plan: plan.pop("blocks")),
        "settings",
        "plan.json",
        None,
    ),
    "recipe with unknown key": (
        lambda run: edit_json(run, "run.json", lambda data: data["recipe"].update(x=1)),
        "settings",
        "run.json",
        None,
    ),
    "plan too short": (
        lambda run: edit_json(run, "plan.json", lambda plan: plan.update(dialogs=17)),
        "plan",
        "plan.json",
        None,
    ),
    "hours not reached": (
        lambda run: edit_json(run, "plan.json", lambda plan: plan.update(hours=9.0)),
        "hours",
        "plan.json",
        None,
    ),
    "secret": (
        lambda run: edit_json(run, "run.json", lambda d: d.update(key="sk-" + "a1" * 12)),
        "secrets",
        "run.json",
        None,
    ),
    "stray shard": (
        lambda run: shutil.copy(run / SHARD, run / "shards/qa-00000.parquet"),
        "stray",
        "shards/qa-00000",
        None,
    ),
    "receipt of another block": (
        receipt("tokens/000001.parquet", block=0),
        "place",
        "tokens/000001",
        None,
    ),
    "receipt counts wrong": (receipt("script/000000.parquet", rows=3), "num_rows", "script/", None),
    "receipt incomplete": (
        lambda run: edit_footer(run, SHARD, lambda data: data["receipt"].pop("content")),
        "receipt",
        SHARD,
        None,
    ),
    "other settings": (
        receipt("timeline/000001.parquet", fingerprint="timeline-2"),
        "same_fingerprint",
        "timeline/000001",
        None,
    ),
    "upstream changed": (
        receipt("script/000000.parquet", content="0" * 32),
        "reads",
        "speech/000000",
        None,
    ),
    "shard of fewer blocks": (receipt(SHARD, reads={}), "reads", SHARD, None),
    "content changed": (receipt(SHARD, content="0" * 32), "content", SHARD, None),
    "other columns": (another_schema, "columns", SHARD, None),
    "codecs mixed": (
        lambda run: edit_footer(run, OTHER, lambda data: data["codec"].update(hash="beef")),
        "same_tokens",
        OTHER,
        None,
    ),
    "of another recipe": (
        lambda run: edit_json(run, "run.json", lambda data: data.update(fingerprint="recipe-2")),
        "same_recipe",
        SHARD,
        None,
    ),
}
ROWS: dict[str, Damage] = {
    "row lost": (rows(lambda shard: shard.pop(2)), "completeness", SHARD, ID),
    "row twice": (rows(lambda shard: shard.append(shard[2])), "unique_ids", SHARD, ID),
    "all rows lost": (rows(lambda shard: shard.clear()), "completeness", SHARD, ID),
    "rejected row kept": (
        row(2, dialog_id="service-0000005"),
        "completeness",
        SHARD,
        "service-0000005",
    ),
    "id of another shard": (
        row(2, dialog_id="service-0000015"),
        "completeness",
        SHARD,
        "service-0000015",
    ),
    "value missing": (row(2, split=None), "nulls", SHARD, ID),
    "word time missing": (item("words", 3, start=None), "nulls", SHARD, ID),
    "token missing": (codes("agent_text", lambda ids: [None, *ids[1:]]), "nulls", SHARD, ID),
    "frames wrong": (row(2, num_frames=149), "lengths", SHARD, ID),
    "codes too short": (codes("user_codes", lambda ids: ids[:-8]), "lengths", SHARD, ID),
    "code out of range": (codes("agent_codes", lambda ids: [2048, *ids[1:]]), "ranges", SHARD, ID),
    "text id out of range": (
        codes("user_text", lambda ids: [4000, *ids[1:]]),
        "ranges",
        SHARD,
        ID,
    ),
    "reference too short": (
        codes("user_voice_codes", lambda ids: ids[:80]),
        "references",
        SHARD,
        ID,
    ),
    "text late": (codes("agent_text", late_text), "text", SHARD, ID),
    "text without EPAD": (codes("agent_text", drop_epad), "text", SHARD, ID),
    "text empty": (codes("agent_text", lambda ids: np.full_like(ids, 3)), "text", SHARD, ID),
    "channels swapped": (rows(swap_channels), "text", SHARD, ID),
    "codes swapped": (rows(swap_codes), "sound", SHARD, ID),
    "channel silent": (codes("agent_codes", silence), "sound", SHARD, ID),
    "words overlap": (item("words", 1, end=5 * SAMPLE_RATE), "words", SHARD, ID),
    "word after the end": (item("words", -1, end=NUM_SAMPLES + 1), "times", SHARD, ID),
    "words not sorted": (
        rows(lambda shard: shard[2]["words"].reverse()),
        "times",
        SHARD,
        ID,
    ),
    "word of no turn": (item("words", 0, turn=17), "words", SHARD, ID),
    "word not heard": (rows(lambda shard: shard[2]["words"].pop(1)), "words_of_turns", SHARD, ID),
    "turn after the end": (item("turns", 5, end=NUM_SAMPLES + FRAME), "times", SHARD, ID),
    "unknown speaker": (item("turns", 0, speaker="robot"), "names", SHARD, ID),
    "unknown split": (row(2, split="test"), "names", SHARD, ID),
    "goes on after the cut": (rows(still_speaking), "cuts", SHARD, ID),
    "unsaid without a cut": (item("turns", 0, unsaid="and more"), "cuts", SHARD, ID),
    "probe without an answer": (item("probes", 0, agent_turn=4), "probes", SHARD, ID),
    "probe failed": (item("probes", 0, verdict="fail"), "probes", SHARD, ID),
    "prompt with tags": (row(2, role_prompt="<system> You are"), "roles", SHARD, ID),
    "same role twice": (
        rows(lambda shard: shard[2].update(role_prompt=shard[1]["role_prompt"])),
        "unique_prompts",
        SHARD,
        ID,
    ),
    "same voice twice": (
        rows(lambda shard: shard[2].update(user_voice=shard[2]["agent_voice"])),
        "roles",
        SHARD,
        ID,
    ),
    "held-out company": (
        row(2, role_prompt="You work for Twin Tongue Translations and your name is Bo."),
        "held_out_roles",
        SHARD,
        ID,
    ),
    "held-out scenario": (
        row(2, domain="bank", scenario="safe_deposit_key/fee/Q1"),
        "held_out_roles",
        SHARD,
        ID,
    ),
    "voice in both splits": (
        rows(lambda shard: shard[2].update(user_voice=shard[0]["user_voice"])),
        "held_out_voices",
        SHARD,
        ID,
    ),
}
DEEP: dict[str, Damage] = {
    "artifact page damaged": (flip("speech/000001.parquet"), "damaged", "speech/000001", None),
    "artifact content changed": (
        receipt("script/000001.parquet", content="0" * 32),
        "content",
        "script/000001",
        None,
    ),
    "script not a script": (reject_record, "records", "script/000001", "service-0000008"),
    "clip of another length": (wrong_clip, "records", "speech/000001", "service-0000008"),
}
