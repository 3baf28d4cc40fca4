from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from train import prompt
from train import shards as shard_files
from train.config import DataSpec, UserError
from train.data import Corpus
from train.examples import Epoch
from train.prompt import ExampleParts, Marks, PromptPolicy
from train.prompt_text import load_tokenizer

Factory = tuple[Callable[..., dict[str, Any]], Callable[..., Path]]


def corpus_of(folder: Path, tmp_path: Path, **spec: Any) -> Corpus:
    return Corpus.open(DataSpec(shards=(str(folder),), **spec), tmp_path / "cache")


def test_rows_come_back_as_written_in_the_order_of_their_ids(
    shards: Path, tmp_path: Path, shard_factory: Factory
) -> None:
    make_row, _ = shard_factory
    corpus = corpus_of(shards, tmp_path)
    assert len(corpus) == 48
    assert corpus.dialog_ids.tolist() == sorted(corpus.dialog_ids.tolist())
    epoch = Epoch(corpus, PromptPolicy(), seed=0, epoch=0)
    wanted = [(20, "service"), (3, "qa"), (31, "service")]
    rows = [corpus.row_of(f"{kind}-{index:07d}") for index, kind in wanted]
    batch = epoch.batch(rows)
    marks = Marks(silence=(1, 2, 3, 4, 5, 6, 7, 8), sine=(9, 8, 7, 6, 5, 4, 3, 2))
    for position, (index, kind) in enumerate(wanted):
        row = make_row(index, kind)
        dialogue = ExampleParts(
            text=row["agent_text"],
            agent=row["agent_codes"].reshape(8, -1),
            user=row["user_codes"].reshape(8, -1),
            voice=row["agent_voice_codes"].reshape(8, -1),
            prompt=row["prompt_tokens"],
        )
        codes, mask = prompt.assemble(dialogue, marks)
        length = codes.shape[1]
        assert (batch.codes[position, :, :length] == codes).all()
        assert (batch.codes[position, :, length:] == -1).all()
        assert (batch.loss_mask()[position, :length] == mask[0]).all()
        assert not batch.loss_mask()[position, length:].any()
    assert batch.kinds == ("service", "qa", "service")


def test_a_tail_that_is_cut_is_counted(tmp_path: Path, shard_factory: Factory) -> None:
    make_row, write_shard = shard_factory
    write_shard(tmp_path / "s" / "a.parquet", [make_row(0, frames=60), make_row(1, frames=20)])
    corpus = corpus_of(tmp_path / "s", tmp_path)
    epoch = Epoch(corpus, PromptPolicy(), seed=0, epoch=0, max_frames=50)
    prompts = 5 + 12 + corpus.prompt_lengths[:, 0]
    assert epoch.lengths.tolist() == [50, prompts[1] + 20]
    assert epoch.cut_frames.tolist() == [prompts[0] + 60 - 50, 0]
    assert epoch.batch([0]).num_frames.tolist() == [50]
    assert corpus.fits(50).all()
    assert not corpus.fits(int(prompts.min())).any()


def test_what_does_not_fit_may_begin_anywhere(tmp_path: Path, shard_factory: Factory) -> None:
    make_row, write_shard = shard_factory
    rows = [make_row(0, frames=60), make_row(1, frames=20)]
    write_shard(tmp_path / "s" / "a.parquet", rows)
    corpus = corpus_of(tmp_path / "s", tmp_path)
    policy, begun = PromptPolicy(begin_later=0.7), []
    for number in range(60):
        epoch = Epoch(corpus, policy, seed=0, epoch=number, max_frames=50)
        assert len(epoch.dialogue(1).text) == 20, "what fits is whole"
        assert epoch.lengths[0] == 50
        dialogue, room = epoch.dialogue(0), int(50 - epoch.prompt_frames[0])
        begun.append(60 - len(dialogue.text))
        user = rows[0]["user_codes"].reshape(8, -1)
        assert (epoch.batch([0]).codes[0, 9:, -room:] == user[:, begun[-1] :][:, :room]).all()
    cut = int(epoch.cut_frames[0])
    assert set(begun) <= set(range(cut + 1))
    assert len(set(begun)) > cut / 2
    assert 0.2 < np.mean(np.array(begun) == 0) < 0.5


def test_a_shorter_voice_is_the_beginning_of_the_reference(shards: Path, tmp_path: Path) -> None:
    corpus = corpus_of(shards, tmp_path)
    whole = Epoch(corpus, PromptPolicy(), 0, 0)
    cropped = Epoch(corpus, PromptPolicy(min_voice_frames=1), 0, 0)
    widths = [cropped.dialogue(row).voice.shape[1] for row in range(48)]
    assert min(widths) < 5
    assert max(widths) <= 5
    for row, width in enumerate(widths):
        assert (cropped.dialogue(row).voice == whole.dialogue(row).voice[:, :width]).all()
        assert cropped.lengths[row] == whole.lengths[row] - (5 - width)


def train_tokenizer(folder: Path) -> Path:
    spm = pytest.importorskip("sentencepiece")
    text = folder / "text.txt"
    text.write_text("<system> You enjoy talking. Talk about tea. You are Kim. You want help.\n" * 9)
    spm.SentencePieceTrainer.train(
        input=str(text),
        model_prefix=str(folder / "spm"),
        vocab_size=40,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    return folder / "spm.model"


def test_roles_swap_and_prompts_shorten_with_the_tokenizer(
    tmp_path: Path, shard_factory: Factory
) -> None:
    make_row, write_shard = shard_factory
    model = train_tokenizer(tmp_path)
    encode = load_tokenizer(str(model))
    role = "You enjoy talking. Talk about tea. You are Kim."
    row = make_row(0, "casual") | {
        "role_prompt": role,
        "user_role_prompt": "You want help.",
        "prompt_tokens": np.asarray(encode(f"<system> {role} <system>"), np.int16),
    }
    write_shard(tmp_path / "s" / "casual.parquet", [row])
    with pytest.raises(UserError, match=r"data\.tokenizer"):
        Epoch(corpus_of(tmp_path / "s", tmp_path), PromptPolicy(swap_roles=0.5), 0, 0)
    corpus = corpus_of(tmp_path / "s", tmp_path, tokenizer=str(model))
    swapped = Epoch(corpus, PromptPolicy(swap_roles=1.0), 0, 0).dialogue(0)
    assert (swapped.agent == row["user_codes"].reshape(8, -1)).all()
    assert (swapped.user == row["agent_codes"].reshape(8, -1)).all()
    assert (swapped.text == row["user_text"]).all()
    assert (swapped.voice == row["user_voice_codes"].reshape(8, -1)).all()
    assert swapped.prompt.tolist() == encode("<system> You want help. <system>")
    seen = set()
    for epoch in range(20):
        view = Epoch(corpus, PromptPolicy(shorten=0.7), 0, epoch)
        tokens = view.dialogue(0).prompt
        seen.add(tuple(tokens.tolist()))
        assert view.lengths[0] == 5 + 12 + len(tokens) + row["num_frames"]
    shorter = ["You enjoy talking.", "You enjoy talking. Talk about tea.", role]
    assert seen == {tuple(encode(f"<system> {text} <system>")) for text in shorter}


def test_another_tokenizer_is_refused(shards: Path, tmp_path: Path) -> None:
    model = train_tokenizer(tmp_path)
    with pytest.raises(UserError, match="the SentencePiece model that the shards were made with"):
        corpus_of(shards, tmp_path, tokenizer=str(model))


def change(record: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    for path, value in changes.items():
        inner = record
        *names, last = path.split("__")
        for name in names:
            inner = inner[name]
        inner[last] = value
    return record


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": 3}, "schema 3"),
        ({"codec__hash": "other"}, "another codec"),
        ({"tokenizer__hash": "other"}, "another tokenizer"),
        ({"delays_applied": True}, "delays_applied"),
        ({"frame_rate": 25.0}, "frame_rate"),
        ({"codec__silence": [1, 2]}, r"codec\.silence"),
        ({"codec__silence": [1, 2, 3, 4, 5, 6, 7, 16]}, r"codec\.silence"),
        ({"codec__sine": [-1, 2, 3, 4, 5, 6, 7, 8]}, r"codec\.sine"),
        ({"tokenizer__pad": 48}, r"tokenizer\.pad"),
        ({"codec": {}}, "metadata lacks"),
    ],
)
def test_shards_that_do_not_fit_are_refused(
    changes: dict[str, Any],
    message: str,
    tmp_path: Path,
    shard_factory: Factory,
    shard_metadata: dict[str, Any],
) -> None:
    make_row, write_shard = shard_factory
    write_shard(tmp_path / "a.parquet", [make_row(0)])
    write_shard(tmp_path / "b.parquet", [make_row(1)], change(shard_metadata, changes))
    with pytest.raises(UserError, match=message):
        shard_files.read_metadata(shard_files.find([str(tmp_path)]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"agent_text": np.full(20, 48, np.int16)}, "agent_text has tokens outside"),
        ({"user_codes": np.full(160, 16, np.int16)}, "user_codes has tokens outside"),
        ({"user_codes": np.zeros(159, np.int16)}, "user_codes of a wrong length"),
        ({"prompt_tokens": np.zeros(0, np.int16)}, "prompt_tokens of a wrong length"),
        ({"agent_voice_codes": None}, "agent_voice_codes of a wrong length"),
        ({"dialog_id": "service-0000000"}, "there twice"),
    ],
)
def test_rows_that_do_not_fit_are_refused(
    change: dict[str, Any], message: str, tmp_path: Path, shard_factory: Factory
) -> None:
    make_row, write_shard = shard_factory
    rows = [make_row(0), make_row(1, frames=20) | change]
    write_shard(tmp_path / "s" / "a.parquet", rows)
    with pytest.raises(UserError, match=message):
        corpus_of(tmp_path / "s", tmp_path)
    assert not list((tmp_path / "cache").iterdir()), "nothing half made stays"


def test_the_cache_is_made_once_and_anew_when_shards_change(
    tmp_path: Path, shard_factory: Factory
) -> None:
    make_row, write_shard = shard_factory
    path = write_shard(tmp_path / "s" / "a.parquet", [make_row(0)])
    first = shard_files.cached([path], tmp_path / "cache")
    stamp = (first / "rows.npz").stat().st_mtime_ns
    assert shard_files.cached([path], tmp_path / "cache") == first
    assert (first / "rows.npz").stat().st_mtime_ns == stamp
    write_shard(path, [make_row(0), make_row(1)])
    assert shard_files.cached([path], tmp_path / "cache") != first


def test_what_is_no_shard_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds no \.parquet"):
        shard_files.find([str(tmp_path)])
    (tmp_path / "a.parquet").write_text("no")
    with pytest.raises(UserError, match="is not a token shard"):
        shard_files.read_metadata(shard_files.find([str(tmp_path)]))


@pytest.mark.parametrize(
    ("changes", "foreign"),
    [
        ({}, "codec=vocoder, tokenizer=shipped"),
        ({"stand_ins": ["tokenizer=shipped"], "codec__id": "mimi-8"}, "tokenizer=shipped"),
        ({"stand_ins": ["speech=espeak"], "codec__id": "mimi-8"}, ""),
        ({"stand_ins": [], "codec__id": "soundstream"}, "codec=soundstream"),
    ],
)
def test_stand_ins_are_named(
    changes: dict[str, Any], foreign: str, shard_metadata: dict[str, Any]
) -> None:
    record = change(shard_metadata, changes)
    assert shard_files.parse_metadata(record, Path("x")).foreign == foreign


def test_people_s_marks_decide_what_is_trained_on(shards: Path, tmp_path: Path) -> None:
    lines = [
        '{"dialog_id":"service-0000002","who":"ada","verdict":"reject"}',
        '{"dialog_id":"service-0000002","who":"bo","verdict":"approve"}',
        '{"dialog_id":"qa-0000003","add":["noisy","short"]}',
        '{"dialog_id":"qa-0000003","remove":["noisy"]}',
        "half a li",
        '{"dialog_id":"qa-0000005","who":"ada","verdict":"approve"}',
    ]
    marks = tmp_path / "marks.jsonl"
    marks.write_text("\n".join(lines), encoding="utf-8")
    everything = corpus_of(shards, tmp_path)

    def trained(**spec: Any) -> set[str]:
        corpus = corpus_of(shards, tmp_path, marks=str(marks), **spec)
        return set(corpus.dialog_ids[corpus.splits != ""].tolist())

    every = set(everything.dialog_ids.tolist())
    assert trained(leave_out=("reject",)) == every - {"service-0000002"}
    assert trained(leave_out=("noisy",)) == every
    assert trained(keep=("approve", "short")) == {"qa-0000003", "qa-0000005"}
    with pytest.raises(UserError, match=r"data\.marks"):
        corpus_of(shards, tmp_path, leave_out=("reject",))
    with pytest.raises(UserError, match="cannot be read"):
        corpus_of(shards, tmp_path, marks=str(tmp_path / "none"), keep=("approve",))
