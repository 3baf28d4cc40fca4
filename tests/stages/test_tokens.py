"""Timeline and tokens of a block: each dialogue as it would be alone, effects and all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from datagen.backends.aligner.native import Native
from datagen.backends.floor.rules import Rules
from datagen.config import TimelineSpec
from datagen.stages.artifacts import records_table, speech_table
from datagen.stages.timeline import TimelineStage
from datagen.stages.tokens import TokensStage
from datagen.timing.preset import load_preset
from datagen.types import SAMPLE_RATE, Clip, Job, Script, Speech
from tests.doubles.codec_and_tokenizer import FakeCodec, FakeTokenizer
from tests.stages.test_timeline import VOICE, script_of, speech_of, turn

PRESET = load_preset(
    TimelineSpec(
        preset="conversational",
        overrides={
            "effects": {"preset": "phone", "noise": {"rate": 1.0}, "reverb": {"rate": 1.0}},
            "quotas": {"pause_rate": 0.5, "barge_in_rate": 0.5},
        },
    )
)
SCRIPTS = [
    script_of(
        turn("agent", 14),
        turn("user", 9, "barge_in", at_word=5),
        turn("agent", 1, "backchannel", at_word=3),
        turn("agent", 8),
        dialog_id=f"test-{index:07}",
    )
    for index in range(4)
]


class LevelCodec(FakeCodec):
    """Codes that depend on every sample."""

    def encode(self, audio: np.ndarray) -> np.ndarray:
        frames = audio.reshape(-1, 1920).view(np.uint32).sum(axis=1, dtype=np.uint64)
        return np.tile((frames % 2048).astype(np.int16), (8, 1))


def speech_with_sound(script: Script) -> Speech:
    rng = np.random.default_rng(len(script.turns))
    clips = tuple(
        Clip(
            clip.turn,
            clip.num_samples,
            clip.words,
            -20.0,
            -6.0,
            rng.uniform(-0.3, 0.3, clip.num_samples).astype(np.float32),
        )
        for clip in speech_of(script).clips
    )
    reference = rng.uniform(-0.3, 0.3, 4 * SAMPLE_RATE).astype(np.float32)
    references = {"agent": reference, "user": reference}
    return Speech(script.dialog_id, {"agent": VOICE, "user": VOICE}, clips, references)  # type: ignore[arg-type]


class BatchCodec(LevelCodec):
    """The same codes, many at once."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def encode_batch(self, audios: Sequence[np.ndarray]) -> list[np.ndarray]:
        self.batches.append(len(audios))
        return super().encode_batch(audios)


def made(scripts: Sequence[Script], codec: LevelCodec | None = None) -> tuple[pa.Table, pa.Table]:
    """Return the timeline and tokens of dialogues that are made together."""
    jobs = [
        Job(dialog_id=script.dialog_id, kind="test", index=index, seed=0)
        for index, script in enumerate(scripts)
    ]
    tables = {
        "script": records_table(scripts),
        "speech": speech_table([(script, speech_with_sound(script)) for script in scripts]),
    }
    timeline = TimelineStage(Native(Native.Options()), PRESET, Rules(Rules.Options())).run(
        jobs, tables
    )
    tokens = TokensStage(codec or LevelCodec(), FakeTokenizer(), {"speech": "test"}).run(
        jobs, tables | {"timeline": timeline.table}
    )
    assert not timeline.rejects
    assert not tokens.rejects
    return timeline.table, tokens.table


@pytest.fixture(scope="module")
def together() -> tuple[pa.Table, pa.Table]:
    return made(SCRIPTS)


@pytest.mark.parametrize("index", range(len(SCRIPTS)))
def test_a_dialogue_alone_has_the_bytes_it_has_in_a_run(
    together: tuple[pa.Table, pa.Table], index: int
) -> None:
    for whole, alone in zip(together, made([SCRIPTS[index]]), strict=True):
        assert whole.slice(index, 1).to_pylist() == alone.to_pylist()


def test_a_codec_that_encodes_many_at_once_gets_the_block(
    together: tuple[pa.Table, pa.Table],
) -> None:
    codec = BatchCodec()
    assert made(SCRIPTS, codec)[1].equals(together[1])
    assert codec.batches == [2 * len(SCRIPTS)]


def test_effects_change_what_is_encoded_of_the_user_and_nothing_of_the_agent(
    together: tuple[pa.Table, pa.Table],
) -> None:
    rows = together[1].to_pylist()
    assert all(
        {"noise", "reverb", "telephone"}
        <= {event["cause"] for event in row["events"] if event["type"] == "effect"}
        for row in rows
    )
    for row in rows:  # whose last frame has nobody's words
        agent, user = (np.array(row[f"{who}_codes"]).reshape(8, -1) for who in ("agent", "user"))
        assert agent[0, -1] == 0
        assert user[0, -1] != 0
