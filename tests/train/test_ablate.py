"""Each score says what it claims, shown on cases whose right score is known beforehand."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import pyarrow as pa
import pyarrow.parquet as pq

from train import build, model, prompt, sample
from train.ablate import Ablation, ablate
from train.batches import population
from train.cli.rehearse import command
from train.config import Config, UserError
from train.curriculum import TrainingStage
from train.data import Corpus
from train.evaluation import report, role, timbre, turns, voice
from train.evaluation.continuation import continue_all
from train.evaluation.held_out import HeldOutDialogs
from train.evaluation.likelihood import gains
from train.evaluation.moments import (
    ANSWER,
    BARGE_IN,
    FRAME,
    HOLD,
    PAUSE,
    WATCH,
    WINDOW,
    Moment,
    close_holes,
    find_moments,
    first_run,
    speaking,
)
from train.prompt import AGENT, NO_TOKEN, TEXT, USER, Marks
from train.shards import Metadata, find

Make = Callable[..., Config]
Shards = tuple[Callable[..., dict[str, Any]], Callable[..., Path]]
EVENTS = pa.list_(
    pa.struct(
        [
            ("type", pa.string()),
            ("speaker", pa.string()),
            ("start", pa.int32()),
            ("end", pa.int32()),
        ]
    )
)
LENGTH = 110
SILENCE = np.arange(1, 9, dtype=np.int16)[:, None]
"""What the shards say of the codec, [8, 1]."""


def event(kind: str, speaker: str, first: int, stop: int) -> dict[str, Any]:
    return {"type": kind, "speaker": speaker, "start": first * FRAME, "end": stop * FRAME + 5}


def add_events(path: Path, events: Sequence[list[dict[str, Any]]]) -> None:
    table = pq.read_table(path)
    column = pa.array(list(events), EVENTS)
    pq.write_table(table.append_column("events", column), path)


@pytest.fixture(scope="module")
def eventful(tmp_path_factory: pytest.TempPathFactory, shard_factory: Shards) -> Path:
    """Return a shard of 24 dialogues in which the agent says what its prompt holds."""
    make_row, write_shard = shard_factory
    rows = []
    for index in range(24):
        row = make_row(index, frames=LENGTH)
        rng = np.random.default_rng(index)
        row["prompt_tokens"] = rng.permutation(np.arange(8, 48))[:6].astype(np.int16)
        row["agent_text"][:] = 3
        row["agent_text"][10:16] = row["prompt_tokens"]
        row["agent_codes"].reshape(8, -1)[:, -3:] = SILENCE
        rows.append(row)
    path = write_shard(tmp_path_factory.mktemp("eventful") / "service-00000.parquet", rows)
    events = [
        event("gap", "agent", 20, 24),
        event("gap", "user", 30, 34),
        event("pause", "user", 40, 50),
        event("pause", "user", 52, 53),
        event("barge_in", "user", 60, 64),
        event("gap", "agent", LENGTH - WATCH, LENGTH),
    ]
    add_events(path, [events] * len(rows))
    return path


@pytest.fixture
def held_out(tiny: Make, eventful: Path) -> HeldOutDialogs:
    config = tiny(f"data.shards=[{eventful}]")
    return HeldOutDialogs(config, Corpus.open(config.data, Path(config.out) / "cache"), 4)


def test_nothing_that_is_scored_is_trained_on(tiny: Make, held_out: HeldOutDialogs) -> None:
    corpus = held_out.corpus
    trained, _ = population(corpus.kinds, corpus.splits, "train", 0.85)
    assert not set(held_out.unseen) & set(trained)
    assert len(held_out.unseen) + len(trained) == len(corpus)
    assert set(held_out.rows) <= set(held_out.unseen)
    assert len(held_out.rows) == 4
    assert all(row != other for row, other in zip(held_out.rows, held_out.others(), strict=True))


def test_an_exchanged_prompt_changes_nothing_else(held_out: HeldOutDialogs) -> None:
    row, other = (int(value) for value in held_out.rows[:2])
    own, start = held_out.example(row, 10, 40)
    role_of_other, moved = held_out.example(row, 10, 40, role=other)
    voice_of_other, same = held_out.example(row, 10, 40, voice=other)
    assert (own[:, start:] == role_of_other[:, moved:]).all()
    assert (own[TEXT] == voice_of_other[TEXT]).all()
    assert same == start
    parts = held_out.parts(row)
    assert (own[USER, start:] == parts.user[:, 10:40]).all()
    begins = parts.voice.shape[1] + prompt.PAUSE_FRAMES
    tokens = held_out.parts(other).prompt
    assert (role_of_other[TEXT, begins : begins + len(tokens)] == tokens).all()
    assert (voice_of_other[AGENT, :5] == held_out.parts(other).voice).all()


def test_too_little_to_score_is_said(tiny: Make, eventful: Path) -> None:
    config = tiny(f"data.shards=[{eventful}]", "data.max_frames=100")
    with pytest.raises(UserError, match="raise it"):
        HeldOutDialogs(config, Corpus.open(config.data, Path(config.out) / "cache"), 4)


class Copier(torch.nn.Module):
    """Holds every token likelier that its row has had before; deaf, it holds all alike."""

    def __init__(self, config: model.ModelConfig, *, deaf: bool) -> None:
        super().__init__()
        self.config, self.deaf = config, deaf
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def forward(self, inputs: Any, targets: Any, depth_steps: Any) -> Any:
        height = 0.0 if self.deaf else 4.0
        sizes = [self.config.text_card] + [self.config.card] * self.config.dep_q
        rows = [
            height * (torch.nn.functional.one_hot(row.clamp(min=0), size + 1).cumsum(1) > 0)
            for row, size in zip(inputs.unbind(1), sizes, strict=True)
        ]
        audio = torch.stack(rows[1:], 2)[depth_steps]
        return rows[0][..., :-1], audio.transpose(0, 1)[None, ..., :-1]


@pytest.mark.parametrize("deaf", [True, False])
def test_only_who_reads_the_prompt_gains_by_it(
    held_out: HeldOutDialogs, tiny: Make, deaf: bool
) -> None:
    sizes = build.sizes(tiny(), held_out.corpus.metadata)
    give_voices(held_out)
    found = gains(Copier(sizes, deaf=deaf), held_out, 3)  # type: ignore[arg-type]
    for name in ("role", "voice"):
        gain, error = found[f"{name}/gain"], found[f"{name}/gain_error"]
        assert gain is not None
        assert error is not None
        assert abs(gain) < 1e-5 if deaf else gain > 0.1
        assert error < 1e-5 if deaf else 0 < error < gain


def give_voices(held_out: HeldOutDialogs) -> dict[int, int]:
    """Let each unseen agent and its sample have a code of their own; return which."""
    voices = dict(zip(held_out.unseen.tolist(), range(2, 16, 2), strict=False))
    stored = held_out.parts

    def parts(row: int) -> prompt.ExampleParts:
        dialogue = stored(row)
        sample = np.full((8, 20), voices[row], np.int16)
        agent = np.where(dialogue.agent % 3 > 0, voices[row], dialogue.agent).astype(np.int16)
        return dataclasses.replace(dialogue, voice=sample, agent=agent)

    held_out.parts = parts  # type: ignore[method-assign]
    return voices


def test_a_role_is_said_or_not(held_out: HeldOutDialogs) -> None:
    said = [held_out.example(int(row), 0, 60)[0] for row in held_out.rows]
    starts = [held_out.example(int(row), 0, 60)[1] for row in held_out.rows]
    own = [codes[:, start:] for codes, start in zip(said, starts, strict=True)]
    assert role.spoken(held_out, own)["role/spoken"] == 1.0
    wrong = [own[-1], *own[:-1]]
    found = role.spoken(held_out, wrong)
    assert found["role/spoken"] < 0.3 < 0.9 < found["role/strange"]  # type: ignore[operator]


def test_moments_are_found_where_events_are(held_out: HeldOutDialogs, eventful: Path) -> None:
    row = int(held_out.unseen[0])
    found = [item for item in find_moments(held_out, [eventful]) if item.row == row]
    assert [item for item in found if item.kind != HOLD] == [
        Moment(kind=ANSWER, row=row, frame=21),
        Moment(kind=BARGE_IN, row=row, frame=61),
        Moment(kind=PAUSE, row=row, frame=41, window=9),
    ]


def test_shards_without_events_are_refused(held_out: HeldOutDialogs, shards: Path) -> None:
    with pytest.raises(UserError, match="events"):
        find_moments(held_out, find([str(shards)]))


def test_speech_is_what_differs_from_silence() -> None:
    codes = np.tile(np.arange(8, dtype=np.int16)[:, None], 4)
    codes[:2, 1] += 1
    codes[:, 2] += 1
    assert speaking(codes, range(8)).tolist() == [False, False, True, False]
    flags = np.array([1, 0, 0, 0, 1, 0, 0, 0, 0, 1], bool)
    assert close_holes(flags).tolist() == [True] * 5 + [False] * 4 + [True]
    assert first_run(flags, 4) is None
    assert first_run(~flags, 4) == 5
    assert first_run(np.zeros(2, bool), 3) is None


def test_rates_tell_taking_from_holding_the_turn() -> None:
    silent, speaks = np.zeros(WATCH, bool), np.ones(WATCH, bool)
    late, short, stops = silent.copy(), silent.copy(), speaks.copy()
    late[5:], short[5:12], stops[10:] = True, True, False
    cases = [
        (Moment(kind=ANSWER, row=0, frame=1), late),
        (Moment(kind=ANSWER, row=0, frame=1), short),
        (Moment(kind=PAUSE, row=0, frame=1, window=5), late),
        (Moment(kind=PAUSE, row=0, frame=1, window=6), late),
        (Moment(kind=BARGE_IN, row=0, frame=1), stops),
        (Moment(kind=HOLD, row=0, frame=1), speaks),
    ]
    assert turns.rates(*zip(*cases, strict=True)) == {
        "turns/takeover": 0.5,
        "turns/pause_takeover": 0.5,
        "turns/takeover_margin": 0.0,
        "turns/takeover_margin_error": 0.5,
        "turns/latency": 5 / 12.5,
        "turns/yield": 1.0,
        "turns/hold_yield": 0.0,
        "turns/yield_margin": 1.0,
        "turns/yield_margin_error": 0.0,
        "turns/yield_latency": 10 / 12.5,
    }
    assert set(turns.rates([], []).values()) == {None}
    assert WINDOW + turns.TAKEN <= WATCH, "what begins in the window must be seen to last"


def test_many_continue_as_one_does(tiny: Make, held_out: HeldOutDialogs) -> None:
    """Likeliest tokens leave nothing to chance; rows differ in where they begin and end."""
    config = tiny()
    network_ = _network(config, held_out.corpus.metadata)
    greedy = sample.TokenSampling(text_temperature=0.0, audio_temperature=0.0)
    known, expected = [], []
    for row, stop in zip(held_out.rows, (30, 45, 38), strict=False):
        codes, start = held_out.example(int(row), 0, stop)
        start -= int(row) % 2  # prompts of unequal length
        codes = codes[:, int(row) % 2 :].copy()
        generator = torch.Generator()
        user = codes[USER, start:]
        expected.append(sample.respond(network_, codes[:, :start], user, greedy, generator))
        for rows in (TEXT, AGENT):
            codes[rows, start:] = NO_TOKEN
        known.append(codes[:, 1:])  # `respond` leaves the first frame out, as inference does
    found = continue_all(network_, known, greedy, "test")
    for codes, given, single in zip(found, known, expected, strict=True):
        assert (codes[:, -single.shape[1] :] == single).all()
        assert codes.shape[1] == given.shape[1] - 1
        assert ((codes == given[:, :-1]) | (given[:, :-1] == NO_TOKEN)).all()


def _network(config: Config, metadata: Metadata) -> model.DuplexLM:
    from train.distributed import Group

    group = Group(0, 1, torch.device("cpu"))
    return build.make_model(config, metadata, group).eval()


def test_moments_are_continued_from_what_was(
    tiny: Make, held_out: HeldOutDialogs, eventful: Path
) -> None:
    config = tiny()
    moments = turns.choose(find_moments(held_out, [eventful]), 2)
    network_ = _network(config, held_out.corpus.metadata)
    drawn, again = (
        turns.drawn(network_, held_out, moments, sample.TokenSampling()) for _ in range(2)
    )
    assert all((one == two).all() for one, two in zip(drawn, again, strict=True))
    real = turns.recorded(held_out, moments)
    assert [len(speech) for speech in (*drawn, *real)] == [WATCH] * 2 * len(moments)


def tone(hertz: float, formant: float, seed: int) -> Any:
    """Return two seconds of a buzz at a pitch, loudest around a formant."""
    seconds = np.arange(48_000) / 24_000
    rng = np.random.default_rng(seed)
    partials = hertz * np.arange(1, 30)
    gains = np.exp(-(((partials - formant) / 400) ** 2)) + 0.02
    phases = rng.uniform(0, 6, len(partials))
    waves = np.sin(2 * np.pi * partials[:, None] * seconds + phases[:, None])
    return np.asarray(0.05 * gains @ waves, np.float32)


def test_voices_are_told_apart_by_pitch_and_formants() -> None:
    people = [(100.0, 500.0), (210.0, 500.0), (100.0, 1_500.0), (210.0, 1_500.0)]
    prompts = np.stack([timbre.describe(tone(*person, seed=1)) for person in people])
    heard = np.stack([timbre.describe(0.3 * tone(*person, seed=2)) for person in people])
    assert 2 ** prompts[0, -2] == pytest.approx(100, rel=0.02)
    assert 2 ** prompts[1, -2] == pytest.approx(210, rel=0.02)
    assert voice.nearest(heard, prompts) == 1.0
    assert voice.nearest(np.roll(heard, 1, axis=0), prompts) < 0.5
    assert voice.nearest(np.zeros_like(heard), prompts) == pytest.approx(0.5)
    assert np.isfinite(timbre.describe(np.zeros(100, np.float32))).all()


DECODER = """
import sys, wave
import numpy as np
codes = np.load(sys.argv[1])["agent_codes"]
hertz = 80 * 2.0 ** (np.repeat(codes[0], 1920) / 8)
sound = 0.3 * np.sign(np.sin(2 * np.pi * np.cumsum(hertz) / 24000))
with wave.open(sys.argv[2], "wb") as file:
    file.setnchannels(2); file.setsampwidth(2); file.setframerate(24000)
    file.writeframes(np.repeat((sound * 32767).astype("<i2"), 2).tobytes())
"""


@pytest.fixture
def decoder(tmp_path: Path) -> str:
    """Return a command that decodes code 0 as pitch."""
    script = tmp_path / "decoder.py"
    script.write_text(DECODER)
    return f"{sys.executable} {script}"


def test_sound_is_compared_through_the_codecs_decoder(
    held_out: HeldOutDialogs, decoder: str, tmp_path: Path
) -> None:
    rows = held_out.rows
    pitches = give_voices(held_out)
    held_out.corpus.marks = Marks(silence=(0,) * 8)
    said = [np.full((8, 30), pitches[int(row)], np.int16) for row in rows]
    found = voice.similarity(held_out, said, decoder, tmp_path / "decoded")
    assert found == {"voice/nearest": 1.0, "voice/speakers": 4.0}
    said[0][:] = 0  # says nothing
    assert voice.similarity(held_out, said, decoder, tmp_path)["voice/speakers"] == 3.0
    with pytest.raises(UserError, match="--decode"):
        voice.similarity(held_out, said, "false", tmp_path)


def test_what_moves_the_wrong_way_is_said_so() -> None:
    up, down = report.Metric("role/gain", "", 1), report.Metric("text", "", -1)
    mark = report.Metric("turns/latency", "", 0)

    def found(*values: float | None) -> dict[float, report.Values]:
        names = ("role/gain", "text", "turns/latency")
        return {float(index): dict.fromkeys(names, value) for index, value in enumerate(values)}

    assert report.verdict(found(1, 2, 3), up) == "yes"
    assert report.verdict(found(1, 2, 3), down) == "**no**"
    assert report.verdict(found(3, 2, 2), down) == "yes"
    assert report.verdict(found(1, 3, 2), up) == "from first to last"
    assert report.verdict(found(2, 2, 2), up) == "**no**"
    assert report.verdict(found(1, None, 3), up) == "-"
    assert report.verdict(found(1, 2, 3), mark) == "-"
    assert "| role/gain | 1 | 2 | - | 0.5 | - |" in report.table(
        found(1, 2, None), {"role/gain": 0.5}
    )


def test_the_command_needs_shards_and_their_tokenizer(
    eventful: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    asked: dict[str, Any] = {}

    def ablate(stages: list[TrainingStage], fractions: list[float], **options: Any) -> None:
        asked.update(options, config=stages[-1].config, fractions=fractions)
        (tmp_path / "rehearsal.md").write_text("what was found")

    monkeypatch.setattr("train.ablate.ablate", ablate)
    given = ["--shards", str(eventful), "--tokenizer", "tokenizer.model"]
    command([*given, "--decode", "make sound", "--set", f"out={tmp_path}"])
    assert asked["config"].data.shards == (str(eventful),)
    assert (asked["count"], asked["decode"]) == (24, "make sound")
    assert asked["fractions"] == [0.0, 1.0]
    with pytest.raises(UserError, match="between 0 and 1"):
        command([*given, "--fractions", "0,25,100"])
    with pytest.raises(UserError, match=r"needs .* data\.tokenizer, the SentencePiece model"):
        command(given[:2])
    assert capsys.readouterr().out == "what was found"


def test_a_model_of_few_rows_is_read_and_not_heard(tiny: Make, eventful: Path) -> None:
    few = (
        "model.overrides.dep_q=2",
        "optim.steps=2",
        "optim.warmup_steps=0",
        "data.max_frames=124",
    )
    config = tiny(f"data.shards=[{eventful}]", *few, "run.validate_every=0")
    scores = ablate([TrainingStage("all", config)], (1.0,), count=2)[1.0]
    assert scores["voice/gain"] is not None
    assert scores["agent_1"] is not None
    assert scores["agent_2"] is None
    assert not any(name.startswith(("turns/", "voice/nearest")) for name in scores)
    assert "| turns/takeover | - |" in (Path(config.out) / "rehearsal.md").read_text()


def test_what_needs_silence_is_left_out_of_shards_without_any(
    tiny: Make, shard_factory: Shards, tmp_path: Path
) -> None:
    make_row, write_shard = shard_factory
    rows = [make_row(index, frames=LENGTH) for index in range(24)]
    path = write_shard(tmp_path / "service-00000.parquet", rows)
    few = ("optim.steps=1", "optim.warmup_steps=0", "data.max_frames=124", "run.validate_every=0")
    config = tiny(f"data.shards=[{path}]", *few)
    scores = ablate([TrainingStage("all", config)], (0.0,), count=2, decode="not called")[0.0]
    assert not any(name.startswith(("turns/", "voice/")) for name in scores)
    assert scores["loss"] is not None
    page = (Path(config.out) / "rehearsal.md").read_text()
    assert "left out: turns/* and voice/* (in 6 of 6 held-out dialogues" in page
    assert "timeline.effects=null" in page


def test_a_rehearsal_from_end_to_end(tiny: Make, eventful: Path, decoder: str) -> None:
    config = tiny(
        f"data.shards=[{eventful}]",
        "optim.steps=12",
        "run.validate_every=0",
        "run.checkpoint_every=12",
        "data.max_frames=124",
    )
    found = ablate([TrainingStage("all", config)], (0.0, 1.0), count=2, decode=decoder)
    for name in ("loss", "text", "agent_0", "user_7"):
        assert found[1.0][name] < found[0.0][name], name  # type: ignore[operator]
    out = Path(config.out)
    content = json.loads((out / "rehearsal.json").read_text())
    assert content["fractions"]["1"] == found[1.0]
    assert content["dialogues"]["role/spoken"] == 1.0
    assert content["about"]["moments"]["answer"] == 6
    assert "| text |" in (out / "rehearsal.md").read_text()
    assert {metric.name for metric in report.METRICS} == set(found[1.0])
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        assert not (out / "rehearsal.png").exists()
    else:
        assert (out / "rehearsal.png").read_bytes()[1:4] == b"PNG"


def test_a_training_is_scored_once(
    tiny: Make, eventful: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = ("optim.steps=2", "optim.warmup_steps=0", "data.max_frames=124", "run.validate_every=0")
    config = tiny(f"data.shards=[{eventful}]", *few)
    stages = [TrainingStage("all", config)]
    first = ablate(stages, (0.0, 1.0), count=2)
    again = ablate(stages, (1.0,), count=3)[1.0]  # of more dialogues: scored anew
    assert again["loss"] != first[1.0]["loss"]
    ablate(stages, (1.0,), count=2)

    def measured(*_: object) -> None:
        raise AssertionError("scored twice")

    monkeypatch.setattr(Ablation, "_measured", measured)
    shutil.rmtree(Path(config.out) / "100-percent" / "all")  # as on another machine
    assert ablate(stages, (0.0, 1.0), count=2) == first
    longer = [TrainingStage("all", tiny(f"data.shards=[{eventful}]", *few, "optim.steps=3"))]
    with pytest.raises(UserError, match=r"another training, with all.optim.steps 2, not 3"):
        ablate(longer, (1.0,), count=2)
    file = Path(config.out) / "100-percent" / "scores.json"
    file.write_text("[]")
    with pytest.raises(UserError, match="does not hold the scores of a training"):
        ablate(stages, (1.0,), count=2)
