"""A small valid run folder made of types alone: no voices, no codec, no engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from datagen.backends.protocols import Tokenizer
from datagen.scripting.corpus import digest
from datagen.shards import layout
from datagen.stages.artifacts import records_table, scripts_table, speech_table
from datagen.storage.run_folder import JOURNAL, METADATA_KEY, Receipt, RunFolder, content_hash
from datagen.types import (
    FRAME,
    SAMPLE_RATE,
    SPEAKERS,
    Audio,
    Clip,
    Dialogue,
    Event,
    Fact,
    Onset,
    Pause,
    Persona,
    PlacedTurn,
    Probe,
    Reject,
    Script,
    Segment,
    ShardRow,
    Speaker,
    Speech,
    SpokenWord,
    Turn,
    Voice,
    Word,
)
from tests.fake_backends import FakeCodec, FakeTokenizer

KIND = "service"
PER_BLOCK = 8
"""Fewer than a real run has, so that tests are quick."""
NUM_SAMPLES = 150 * FRAME
WORD = 6_000
"""Samples of each spoken word (0.25 s), and SLOT from one to the next (0.3 s)."""
SLOT = 7_200
CUT_FADE = 960
TURNS: tuple[tuple[Speaker, str, Onset, float], ...] = (
    ("agent", "Harbor Bank this is Ana", "after", 0.4),
    ("user", "Hi please tell me what the fee is", "after", 2.2),
    ("agent", "mhm", "backchannel", 3.5),
    ("agent", "The fee is five dollars each month but", "overlap", 4.5),
    ("user", "Sorry stop there thanks", "barge_in", 6.5),
    ("agent", "Of course goodbye", "after", 8.1),
)
"""Speaker, what is heard, onset, start in seconds."""
CUT = 3
UNSAID = "there is more"
REJECTS = {5: "script", 12: "speech", 3: "tokens"}
"""Index of a dialogue, and the stage that rejects it."""
STAGES = ("script", "speech", "timeline", "tokens")


def write_run(root: Path, blocks: int = 2, blocks_per_shard: int = 1) -> Path:
    """Write a whole run of ``blocks`` x 8 dialogues of 12 s; three are rejected."""
    folder = RunFolder(root)
    shards = -(-blocks // blocks_per_shard)
    plan = {"schema": 1, "kind": KIND, "hours": 0.02 * blocks, "dialogs": blocks * PER_BLOCK}
    plan |= {"dialogs_per_block": PER_BLOCK, "blocks_per_shard": blocks_per_shard}
    folder.write_json("plan.json", plan | {"blocks": blocks, "shards": shards})
    folder.write_json("run.json", run_json())
    receipts = [_write_block(folder, block) for block in range(blocks)]
    for shard in range(shards):
        _write_shard(folder, shard, receipts[shard * blocks_per_shard :][:blocks_per_shard])
    events = [
        {"event": "started", "blocks": blocks},
        {"event": "finished", "audio_seconds": 348.0, "wall_seconds": 4.0},
    ]
    lines = "".join(json.dumps(event) + "\n" for event in events)
    (root / JOURNAL).write_text(lines)
    return root


def run_json() -> dict[str, Any]:
    spec = {"use": "fake", "options": {}}
    recipe = {"kind": KIND, "seed": 0, "mean_seconds": 12.0}
    recipe |= dict.fromkeys(("script", "speech", "align", "tokenizer"), spec)
    recipe |= {
        "codec": {"use": "tests.fake_backends:FakeCodec", "options": {}},
        "timeline": {"preset": "service", "overrides": {}},
        "voices": {"catalogue": "synthetic", "held_out": 0.1},
    }
    return {
        "schema": 1,
        "recipe": recipe,
        "fingerprint": "recipe-1",
        "seed": 0,
        "stand_ins": ["codec=fake"],
        "versions": {"datagen": "0.1.0"},
        "git": None,
    }


def edit(run: Path, file: str, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Change a file's rows, with a receipt that is true of the new ones."""
    table = pq.read_table(run / file, partitioning=None)
    rows = table.to_pylist()
    change(rows)
    rewrite(run, file, pa.Table.from_pylist(rows, schema=table.schema))


def rewrite(run: Path, file: str, table: pa.Table) -> None:
    """Replace a file's table, with a receipt that is true of the new one."""
    metadata, folder = footer(run, file), RunFolder(run)
    folder.commit(file, table, metadata)
    # as read: what a null's slot holds is not kept
    table = folder.read(file)
    metadata["receipt"] |= {"content": content_hash(table), "rows": table.num_rows}
    folder.commit(file, table, metadata)


def edit_footer(run: Path, file: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Change what a file says of itself, and nothing else."""
    metadata = footer(run, file)
    change(metadata)
    RunFolder(run).commit(file, pq.read_table(run / file, partitioning=None), metadata)


def footer(run: Path, file: str) -> dict[str, Any]:
    data = json.loads(pq.read_schema(run / file).metadata[METADATA_KEY])
    assert isinstance(data, dict)
    return data


def edit_json(run: Path, file: str, change: Callable[[dict[str, Any]], object]) -> None:
    data = json.loads((run / file).read_text())
    change(data)
    (run / file).write_text(json.dumps(data))


def script_of(index: int) -> Script:
    turns = tuple(
        Turn(
            speaker=speaker,
            text=spoken,
            spoken=f"{spoken} {UNSAID}" if number == CUT else spoken,
            onset="after" if onset == "overlap" else onset,
            at_word=5 if onset in ("barge_in", "backchannel") else None,
            pauses=(Pause(after_word=1),) if number == 1 else (),
        )
        for number, (speaker, spoken, onset, _) in enumerate(TURNS)
    )
    return Script(
        dialog_id=f"{KIND}-{index:07d}",
        kind=KIND,
        split="validation" if index % 8 == 0 else "train",
        domain="bank" if index % 2 else "hotel",
        scenario="fees",
        prompt_level="service",
        role_prompt=f"You work for Harbor Bank and your name is Ana {index}.",
        agent=Persona(name="Ana", gender="female"),
        user=Persona(name="Bo", gender="male"),
        facts=(Fact(id="fee", type="money", written="$5", spoken="five dollars"),),
        probes=(Probe(type="Q0", act="state", user_turn=1, agent_turn=3, verdict="pass"),),
        turns=turns,
        writer="fake",
    )


def voices_of(index: int) -> dict[Speaker, Voice]:
    return {
        speaker: Voice(
            id=f"{speaker}-{index}",
            source="fake",
            license="synthetic",
            synthetic=True,
            gender="female" if speaker == "agent" else "male",
        )
        for speaker in SPEAKERS
    }


def speech_of(script: Script, index: int) -> Speech:
    clips = []
    for number, turn in enumerate(script.turns):
        words = tuple(_spoken_words(turn.spoken))
        audio = _tone(words[-1].end, words)
        clips.append(Clip(number, len(audio), words, -23.0, -6.0, audio))
    reference = _tone(4 * SAMPLE_RATE, _spoken_words("one two three four"))
    return Speech(
        dialog_id=script.dialog_id,
        voices=voices_of(index),
        clips=tuple(clips),
        references={"agent": reference, "user": reference},
    )


def dialogue_of(script: Script) -> Dialogue:
    turns, words, segments = [], [], []
    for number, (speaker, spoken, onset, seconds) in enumerate(TURNS):
        start = round(seconds * SAMPLE_RATE)
        placed = [
            Word(
                speaker=speaker,
                text=word.text,
                start=start + word.start,
                end=start + word.end,
                turn=number,
            )
            for word in _spoken_words(spoken)
        ]
        cut = number == CUT
        length = placed[-1].end - start + (CUT_FADE if cut else 0)
        segments.append(
            Segment(
                turn=number, start=0, end=length, at=start, gain=0.0, fade_out=CUT_FADE * int(cut)
            )
        )
        words += placed
        turns.append(
            PlacedTurn(
                speaker=speaker,
                text=spoken,
                spoken=spoken,
                onset=onset,
                unsaid=UNSAID if cut else "",
                start=start,
                end=placed[-1].end,
            )
        )
    return Dialogue(
        dialog_id=script.dialog_id,
        num_samples=NUM_SAMPLES,
        segments=tuple(segments),
        turns=tuple(turns),
        words=tuple(sorted(words, key=lambda word: word.start)),
        events=tuple(sorted(_events(turns), key=lambda event: event.start)),
    )


def _events(turns: Sequence[PlacedTurn]) -> list[Event]:
    def event(kind: str, speaker: Speaker, start: int, end: int, text: str = "") -> Event:
        return Event(type=kind, speaker=speaker, cause="script", text=text, start=start, end=end)

    cut = turns[CUT].end
    return [
        event("gap", "user", turns[0].end, turns[1].start),
        event("backchannel", "agent", turns[2].start, turns[2].end, "mhm"),
        event("overlap", "agent", turns[3].start, turns[1].end),
        event("barge_in", "user", turns[4].start, cut, "Sorry"),
        event("cut", "agent", cut, cut + CUT_FADE, UNSAID),
    ]


def _spoken_words(spoken: str) -> list[SpokenWord]:
    return [
        SpokenWord(text=text, start=i * SLOT, end=i * SLOT + WORD)
        for i, text in enumerate(spoken.split())
    ]


def _tone(num_samples: int, words: Sequence[SpokenWord]) -> Audio:
    audio = np.zeros(num_samples, dtype=np.float32)
    for word in words:
        audio[word.start : word.end] = 0.1
    return audio


def text_of(words: Sequence[Word], tokenizer: Tokenizer) -> NDArray[np.int16]:
    row = np.full(NUM_SAMPLES // FRAME, tokenizer.pad, dtype=np.int16)
    free = 0
    for word in words:
        frame = max(free, word.start // FRAME)
        if frame and row[frame - 1] == tokenizer.pad:
            row[frame - 1] = tokenizer.epad
        ids = tokenizer.encode(word.text)
        free = frame + len(ids)
        row[frame:free] = ids
    return row


def row_of(index: int) -> ShardRow:
    script = script_of(index)
    return _row(script, speech_of(script, index), dialogue_of(script))


def _row(script: Script, speech: Speech, dialogue: Dialogue) -> ShardRow:
    codec, tokenizer = FakeCodec(), FakeTokenizer()
    sound = np.zeros((2, NUM_SAMPLES), dtype=np.float32)
    for word in dialogue.words:
        sound[SPEAKERS.index(word.speaker), word.start : word.end] = 0.1
    spoken = {s: [w for w in dialogue.words if w.speaker == s] for s in SPEAKERS}
    return ShardRow(
        script=script,
        dialogue=dialogue,
        voices=speech.voices,
        codes={speaker: codec.encode(sound[i]) for i, speaker in enumerate(SPEAKERS)},
        voice_codes={s: codec.encode(sound[0, : 4 * SAMPLE_RATE]) for s in SPEAKERS},
        text={speaker: text_of(spoken[speaker], tokenizer) for speaker in SPEAKERS},
        prompt_tokens=(10, 11, 12),
        hygiene=dict.fromkeys(layout.HYGIENE, 0.0),
        provenance=dict.fromkeys(layout.PROVENANCE, "fake") | {"attempts": 1},
    )


def _write_block(folder: RunFolder, block: int) -> Receipt:
    indices = range(block * PER_BLOCK, (block + 1) * PER_BLOCK)

    def kept(stage: str) -> list[int]:
        gone = STAGES[: STAGES.index(stage) + 1]
        return [index for index in indices if REJECTS.get(index) not in gone]

    scripts = {index: script_of(index) for index in kept("script")}
    speeches = {index: speech_of(scripts[index], index) for index in kept("speech")}
    dialogues = {index: dialogue_of(scripts[index]) for index in kept("timeline")}
    rows = [_row(scripts[i], speeches[i], dialogues[i]) for i in kept("tokens")]
    tables = {
        "script": scripts_table(scripts.values()),
        "speech": speech_table((scripts[i], speech) for i, speech in speeches.items()),
        "timeline": records_table(dialogues.values()),
        "tokens": layout.table(rows, FakeTokenizer.size),
    }
    contents = {stage: content_hash(table) for stage, table in tables.items()}
    reads = {"script": 0, "speech": 1, "timeline": 2, "tokens": 3}
    for stage, table in tables.items():
        receipt = Receipt(
            stage=stage,
            block=block,
            fingerprint=f"{stage}-1",
            reads={f"{s}/{block:06d}": contents[s] for s in STAGES[: reads[stage]]},
            content=contents[stage],
            rows=table.num_rows,
            num_samples=NUM_SAMPLES * len(rows) if stage == "tokens" else 0,
            rejects=tuple(_reject(i) for i in indices if REJECTS.get(i) == stage),
        )
        folder.commit(folder.unit(stage, block), table, _metadata(stage, receipt))
    return receipt


def _reject(index: int) -> Reject:
    return Reject(dialog_id=f"{KIND}-{index:07d}", stage=REJECTS[index], reason="too dull")


def _write_shard(folder: RunFolder, shard: int, receipts: Sequence[Receipt]) -> None:
    paths = [folder.unit("tokens", receipt.block) for receipt in receipts]
    table = pa.concat_tables([folder.read(path) for path in paths])
    reads = {f"tokens/{receipt.block:06d}": receipt.content for receipt in receipts}
    receipt = Receipt(
        stage="shards",
        block=shard,
        fingerprint="tokens-1",
        reads=reads | _scripts(folder, receipts[-1].block + 1),
        content=content_hash(table),
        rows=table.num_rows,
        num_samples=NUM_SAMPLES * table.num_rows,
    )
    folder.commit(folder.shard(KIND, shard), table, _metadata("shards", receipt))


def _scripts(folder: RunFolder, blocks: int) -> dict[str, str]:
    """Return how a shard cites the scripts it was compared with."""
    name = digest.START
    for block in range(blocks):
        receipt = folder.receipt(folder.unit("script", block))
        assert receipt is not None
        name = digest.follow(name, receipt.content)
    return {digest.key(blocks): name}


def _metadata(stage: str, receipt: Receipt) -> dict[str, Any]:
    metadata: dict[str, Any] = {"receipt": receipt.model_dump(mode="json")}
    if stage in ("tokens", "shards"):
        metadata |= layout.file_metadata(FakeCodec(), FakeTokenizer())
        metadata |= {"stand_ins": ["codec=fake"], "recipe": "recipe-1"}
    return metadata
