"""Tool calls in the text row: where they stand, what trains of them, how a model is answered."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

pytest.importorskip("torch")
spm = pytest.importorskip("sentencepiece")

import torch

from train import build, prompt, sample
from train import checkpoint as checkpoints
from train.__main__ import main
from train.actions import CALL, ON_CLOCK, RESULT, ActionMarks, Insertions, MarkedTokens, insert
from train.config import Config, DataSpec, UserError
from train.data import Corpus
from train.distributed import Group
from train.examples import Epoch, View
from train.loop import Trainer
from train.prompt import AGENT, TEXT, USER, ExampleParts, Marks, PromptPolicy
from train.prompt_text import load_tokenizer
from train.tools import LONGEST_CALL, CallReader, Tools, read_tools

Factory = tuple[Callable[..., dict[str, Any]], Callable[..., Path]]
Make = Callable[..., Config]
ACTION = pa.struct(
    [(name, pa.string()) for name in ("id", "name", "arguments", "result", "status")]
    + [("call_frame", pa.int32()), ("result_frame", pa.int32()), ("turn", pa.int16())]
)
FIND = {
    "id": "a1",
    "name": "find",
    "arguments": '{"order": "7"}',
    "result": "It is on its way.",
    "status": "ok",
    "call_frame": 4,
    "result_frame": 9,
    "turn": 1,
}
CHAINED = FIND | {"id": "a2", "name": "pay", "result": "", "call_frame": 9, "result_frame": 12}
VOCABULARY = 80
ID = "service-0000001"
MARKS = Marks(silence=(1, 2, 3, 4, 5, 6, 7, 8), sine=(9, 8, 7, 6, 5, 4, 3, 2))


@pytest.fixture(params=["pieces", "text"])
def tokenizer(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A tokenizer with pieces of its own for the marks, and one that spells them."""
    text = tmp_path / "text.txt"
    line = '<call> find {"order":"7"} <call> <result> It is on its way. no answer <result> pay'
    text.write_text(f"<system> You help. <system>\n{line}\n" * 20)
    symbols = ["<pad>", *(["<call>", "<result>"] if request.param == "pieces" else [])]
    spm.SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str(tmp_path / "spm"),
        vocab_size=VOCABULARY,
        hard_vocab_limit=False,
        minloglevel=2,
        user_defined_symbols=symbols,
    )
    return tmp_path / "spm.model"


@pytest.fixture
def folder(
    tokenizer: Path, tmp_path: Path, shard_factory: Factory, shard_metadata: dict[str, Any]
) -> Path:
    """Shards of schema 2: every odd dialogue has two calls, the second on the first's result."""
    make_row, write_shard = shard_factory
    shard_metadata |= {"schema": 2}
    shard_metadata["tokenizer"]["size"] = VOCABULARY
    encode = load_tokenizer(str(tokenizer))
    role = np.asarray(encode("<system> You help. <system>"), np.int16)
    rows = [make_row(index, frames=20) | {"prompt_tokens": role} for index in range(16)]
    known = sorted({*encode("help on its way")} - {*encode("<call> <result>")})
    words = np.resize(known, 20)  # no mark begins with one of these
    for row in rows:
        row["agent_text"] = np.where(np.arange(20) % 3, 3, words).astype(np.int16)
    file = write_shard(tmp_path / "shards" / "service-00000.parquet", rows, shard_metadata)
    table = pq.read_table(file, partitioning=None)
    calls = pa.array(
        [[FIND, CHAINED] if index % 2 else [] for index in range(16)], pa.list_(ACTION)
    )
    pq.write_table(table.append_column("actions", calls), file, row_group_size=8)
    return file.parent


def opened(folder: Path, tokenizer: Path, tmp_path: Path, actions: Any = "text") -> Corpus:
    spec = DataSpec(shards=(str(folder),), tokenizer=str(tokenizer), actions=actions)
    return Corpus.open(spec, tmp_path / "cache")


def expected(tokenizer: Path) -> list[tuple[int, int, list[int]]]:
    """Frame, kind and tokens of what is put into the text row."""
    encode = load_tokenizer(str(tokenizer))
    blank = encode("x")[:1] if encode("x")[:1] == encode("<call>")[:1] else []
    call, result = (encode(mark)[len(blank) :] for mark in ("<call>", "<result>"))
    return [
        (4, CALL, [*call, *encode('find {"order":"7"}'), *call]),
        (9, RESULT, [*result, *encode("It is on its way."), *result]),
        (9, CALL, [*call, *encode('pay {"order":"7"}'), *call]),
        (12, RESULT, [*result, *encode("no answer"), *result]),
    ]


def test_calls_stand_where_they_are_made_and_no_frame_is_moved(
    folder: Path, tokenizer: Path, tmp_path: Path
) -> None:
    corpus = opened(folder, tokenizer, tmp_path)
    plain = opened(folder, tokenizer, tmp_path, "leave_out")
    row = corpus.row_of(ID)
    made, before = (Epoch(one, PromptPolicy(), 0, 0).dialogue(row) for one in (corpus, plain))
    wanted = expected(tokenizer)
    assert made.off_clock is not None
    assert before.off_clock is None
    place = 0
    for frame, kind, tokens in wanted:
        start = frame + place
        assert made.text[start : start + len(tokens)].tolist() == tokens
        assert (made.off_clock[start : start + len(tokens)] == kind).all()
        assert (MARKS.silence == made.agent[:, start : start + len(tokens)].T).all()
        assert (MARKS.sine == made.user[:, start : start + len(tokens)].T).all()
        place += len(tokens)
    assert (made.off_clock == ON_CLOCK).sum() == 20
    again = made.on_clock()
    for name in ("text", "agent", "user"):
        assert (getattr(again, name) == getattr(before, name)).all()
    even = Epoch(corpus, PromptPolicy(), 0, 0).dialogue(corpus.row_of("service-0000002"))
    assert len(even.text) == 20


def test_calls_train_as_text_and_results_do_not(
    folder: Path, tokenizer: Path, tmp_path: Path
) -> None:
    corpus = opened(folder, tokenizer, tmp_path)
    rows = [corpus.row_of(ID), corpus.row_of("service-0000002")]
    batch = Epoch(corpus, PromptPolicy(), 0, 0).batch(rows)
    mask, start = batch.stream_mask(), batch.prompt_frames
    assert not mask[0, :, : start[0]].any()
    made = Epoch(corpus, PromptPolicy(), 0, 0).dialogue(rows[0])
    assert made.off_clock is not None
    dialogue = mask[0, :, start[0] : batch.num_frames[0]]
    assert (dialogue[TEXT] == (made.off_clock != RESULT)).all()
    assert (dialogue[1:] == (made.off_clock == ON_CLOCK)).all()
    plain = mask[1, :, start[1] : batch.num_frames[1]]
    assert plain.all()
    assert plain.shape == (17, 20)
    assert not mask[1, :, batch.num_frames[1] :].any()
    steps = build.steps_of(batch, build.model_config("tiny", {}), torch.device("cpu"))
    assert (steps.mask[:, 0].numpy() == mask[:, 0]).all()
    assert (steps.mask[:, 2, 1:].numpy() == mask[:, 2, :-1])[0, : batch.num_frames[0] - 1].all()


def test_without_the_setting_nothing_changes(folder: Path, tokenizer: Path, tmp_path: Path) -> None:
    corpus = opened(folder, tokenizer, tmp_path, "leave_out")
    batch = Epoch(corpus, PromptPolicy(), 0, 0).batch([corpus.row_of(ID)])
    assert batch.off_clock is None
    assert (batch.stream_mask() == batch.loss_mask()[:, None]).all()
    assert corpus.actions is None


def test_lengths_are_those_of_the_examples_cut_and_begun_later(
    folder: Path, tokenizer: Path, tmp_path: Path
) -> None:
    corpus = opened(folder, tokenizer, tmp_path)
    for number in range(8):
        epoch = Epoch(corpus, PromptPolicy(begin_later=0.8), 0, number, max_frames=60)
        for row in range(len(corpus)):
            whole = epoch.prompt_frames[row] + len(epoch.dialogue(row).text)
            assert epoch.lengths[row] == min(whole, 60)
        batch = epoch.batch(range(len(corpus)))
        assert batch.off_clock is not None
        assert (batch.codes[:, TEXT] >= 0).sum(1).tolist() == epoch.lengths.tolist()


def test_openings_hold_words_alone(folder: Path, tokenizer: Path, tmp_path: Path) -> None:
    corpus = opened(folder, tokenizer, tmp_path)
    plain = opened(folder, tokenizer, tmp_path, "leave_out")
    view = View(name="openings", opening_tokens=5)
    one, other = (Epoch(c, PromptPolicy(), 0, 0, view=view).batch([1]) for c in (corpus, plain))
    assert (one.codes == other.codes).all()


def test_who_plays_the_user_calls_nothing() -> None:
    parts = ExampleParts(
        text=np.arange(3, dtype=np.int16),
        agent=np.zeros((8, 3), np.int16),
        user=np.zeros((8, 3), np.int16),
        voice=np.zeros((8, 1), np.int16),
        prompt=np.zeros(1, np.int16),
    )
    nothing = Insertions(np.empty(0, np.int64), np.empty(0, np.int64), [])
    made = insert(parts, nothing, MARKS)
    assert (made.text == parts.text).all()
    assert made.off_clock is not None
    assert not made.off_clock.any()


def test_what_cannot_be_is_one_sentence(
    folder: Path,
    tokenizer: Path,
    tmp_path: Path,
    tiny: Make,
    shard_factory: Factory,
    shard_metadata: dict[str, Any],
) -> None:
    shard_metadata |= {"schema": 1}
    make_row, write_shard = shard_factory
    encode = load_tokenizer(str(tokenizer))
    role = np.asarray(encode("<system> You help. <system>"), np.int16)
    old = write_shard(
        tmp_path / "old" / "a.parquet", [make_row(0) | {"prompt_tokens": role}], shard_metadata
    )
    with pytest.raises(UserError, match=r"schema 1, which has no tool calls"):
        opened(old, tokenizer, tmp_path)
    marks = ActionMarks(call="<pad>")
    spec = DataSpec(
        shards=(str(folder),), tokenizer=str(tokenizer), actions="text", action_marks=marks
    )
    with pytest.raises(UserError, match="padding"):
        Corpus.open(spec, tmp_path / "cache")
    with pytest.raises(UserError, match=r"data\.actions: text needs data\.tokenizer"):
        tiny("data.actions=text")
    with pytest.raises(UserError, match="action_marks"):
        tiny("data.action_marks.call=<result>")
    (tmp_path / "tools.json").write_text("[1]")
    with pytest.raises(UserError, match=r"--tools .* must be JSON"):
        read_tools(tmp_path / "tools.json")


def test_a_call_is_read_to_its_second_mark_or_to_a_limit() -> None:
    reader = CallReader((5, 6))
    assert reader.begins(5)
    assert not reader.begins(6)
    read = [reader.read(token) for token in (5, 6, 9, 5, 6)]
    assert read[:4] == [None] * 4
    assert read[4] is not None
    assert read[4].tolist() == [5, 6, 9, 5, 6]
    assert reader.begins(5)
    endless = [reader.read(token) for token in [5, 6, *[9] * LONGEST_CALL]]
    ended = [one for one in endless if one is not None]
    assert len(ended) == 1
    assert len(ended[0]) == LONGEST_CALL


def test_tools_answer_as_recorded_or_as_a_file_says(tokenizer: Path, tmp_path: Path) -> None:
    marked = MarkedTokens.load(str(tokenizer), ActionMarks())
    frames, kinds, tokens = zip(*expected(tokenizer), strict=True)
    arrays = [np.asarray(one, np.int16) for one in tokens]
    recorded = Insertions(np.array(frames), np.array(kinds), arrays)
    tools = Tools.of(marked, recorded, {})
    first, second, third = (tools.answer("find {}") for _ in range(3))
    assert (first[0], second[0], third[0]) == (5, 3, 13)
    assert first[1].tolist() == list(tokens[1])
    assert third[1].tolist() == tokens[3]
    (tmp_path / "tools.json").write_text('{"find": {"result": "It is on its way.", "seconds": 2}}')
    named = Tools.of(marked, recorded, read_tools(tmp_path / "tools.json"))
    assert named.answer("find {}")[0] == 25
    assert named.answer("pay {}")[1].tolist() == tokens[3]


@pytest.fixture
def trained(folder: Path, tokenizer: Path, tiny: Make) -> tuple[Config, Path]:
    settings = [f"data.shards=[{folder}]", f"data.tokenizer={tokenizer}", "data.actions=text"]
    config = tiny(*settings, "optim.steps=3", "optim.warmup_steps=0")
    Trainer(config, Group(0, 1, torch.device("cpu"))).run()
    found = checkpoints.latest(config.out)
    assert found is not None
    return config, found


def test_a_model_that_calls_sees_what_training_showed_it(
    trained: tuple[Config, Path],
    folder: Path,
    tokenizer: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If it draws what was recorded, its frames are those of the training example."""
    _config, checkpoint = trained
    corpus = opened(folder, tokenizer, tmp_path)
    row = corpus.row_of(ID)
    example = Epoch(corpus, PromptPolicy(), 0, 0).dialogue(row)
    codes, _ = prompt.assemble(example, corpus.marks)
    start = int(prompt.prompt_frames(example.voice.shape[1], len(example.prompt)))
    sheets: list[Any] = []
    real = sample.Sheet
    monkeypatch.setattr(sample, "Sheet", lambda *a: sheets.append(real(*a)) or sheets[-1])
    drawn = {"text": start, "agent": np.full(9, start)}
    free = (codes[TEXT], example.off_clock)

    def draw(row: int, *_: Any) -> torch.Tensor:
        """Give the next token that is not given to the model."""
        if row == TEXT:
            while free[1][drawn["text"] - start] == RESULT:
                drawn["text"] += 1
            drawn["text"] += 1
            return torch.tensor([int(codes[TEXT, drawn["text"] - 1])])
        place = drawn["agent"]
        while free[1][place[row] - start] != ON_CLOCK:
            place[row] += 1
        place[row] += 1
        return torch.tensor([int(codes[row, place[row] - 1])])

    monkeypatch.setattr(sample, "draw", draw)
    spec = DataSpec(shards=(str(folder),), tokenizer=str(tokenizer))
    asked = [sample.SpeakRequest(dialog_id=ID)]
    (file,) = sample.run(checkpoint, spec, asked, tmp_path / "out", sample.TokenSampling())
    made = sheets[0].codes.numpy()
    assert made.shape[1] == codes.shape[1] - 1
    assert (made[TEXT] == codes[TEXT, 1:]).all()
    assert (made[USER, :-1] == codes[USER, 1:-1]).all()
    assert (made[AGENT, :-1] == codes[AGENT, 1:-1]).all()
    assert sheets[0].on_clock.sum() == start - 1 + 20
    with np.load(file) as tokens:
        assert (tokens["text"] == example.on_clock().text[:-1]).all()
        assert (tokens["user_codes"] == example.on_clock().user[:, :-1]).all()
    record = json.loads(file.with_suffix(".json").read_text())
    assert [(one["frame"], one["result_frame"]) for one in record["calls"]] == [(4, 9), (9, 12)]
    assert record["calls"][0]["call"].replace(" ", "") == '<call>find{"order":"7"}<call>'
    assert "on its way" in record["calls"][0]["result"]


def test_export_says_what_marks_a_call(
    trained: tuple[Config, Path], folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from safetensors import safe_open

    _config, checkpoint = trained
    file = tmp_path / "model.safetensors"
    command = ["export", "--checkpoint", str(checkpoint), "--shards", str(folder)]
    assert main([*command, "--out", str(file)]) == 0
    assert "calls tools between two <call>" in capsys.readouterr().out
    with safe_open(file, "pt") as opened_file:
        assert opened_file.metadata()["call_mark"] == "<call>"
        assert opened_file.metadata()["result_mark"] == "<result>"


def test_tools_are_for_models_that_call(tiny: Make, tmp_path: Path, shards: Path) -> None:
    (tmp_path / "tools.json").write_text("{}")
    with pytest.raises(UserError, match=r"data\.actions=text"):
        sample.run(
            tiny(),
            DataSpec(shards=(str(shards),)),
            [sample.SpeakRequest(dialog_id=ID)],
            tmp_path / "out",
            sample.TokenSampling(),
            tools=tmp_path / "tools.json",
        )
