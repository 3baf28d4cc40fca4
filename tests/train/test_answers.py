"""What is asked and answered with a fact of the role: found, shown, weighed and scored."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

torch = pytest.importorskip("torch")

from train.answers import COLUMNS, AnswerTable, cached_answers, decode, read_records
from train.config import Config, UserError
from train.data import Corpus
from train.evaluation.facts import FactScores, find_answers
from train.evaluation.held_out import HeldOutDialogs
from train.examples import Epoch, View
from train.loop import make_plan
from train.model import DuplexLM
from train.prompt import PAUSE_FRAMES, TEXT, PromptPolicy

Make = Callable[..., Config]
SILENT = (3, 0)
FEE, DEPOSIT, HOUR, MEAL = [20, 21], [22, 21], [23], [24, 22, 21]


def encode(text: str) -> list[int]:
    return [int(word) for word in text.split() if word.isdigit()]


def fact(kind: str, written: str, spoken: list[int]) -> dict[str, str]:
    words = " ".join(map(str, spoken))
    return {"id": written, "type": kind, "written": written, "spoken": words}


def turn(speaker: str, words: list[int], onset: str = "after") -> dict[str, str]:
    return {"speaker": speaker, "spoken": " ".join(map(str, words)), "onset": onset}


def record(name: str, text: list[int]) -> dict[str, Any]:
    """Return a call whose agent says the deposit, which is asked, and the fee, which it repeats."""
    return {
        "dialog_id": name,
        "role_prompt": "The fee is $58, the deposit $9. We open at 7. Lunch is $35.",
        "agent_text": text,
        "facts": [
            *(fact("money", "$58", FEE), fact("money", "$9", DEPOSIT), fact("time", "7", HOUR)),
            *(fact("money", "$4", [30, 21]), fact("name", "Lunch", [31]), fact("text", "no", [32])),
            fact("money", "$35", MEAL),
        ],
        "turns": [
            turn("agent", [40, 41]),
            turn("user", [42, 43]),
            turn("user", [44], "backchannel"),
            turn("agent", [40, *DEPOSIT, 41]),
            turn("user", [*FEE, 46]),
            turn("agent", [41, *FEE, 45, *HOUR, 47, 46]),
            turn("agent", [*MEAL]),
        ],
        "probes": [{"user_turn": 1, "agent_turn": 3}, {"user_turn": 4, "agent_turn": 5}],
    }


SPOKEN = [40, 41, 40, *DEPOSIT, 41, 41, *FEE, 45, *HOUR, 47, 46]
"""What the agent says of it: the meal was broken off."""


def test_answers_are_turns_with_facts_of_the_role_and_what_was_asked() -> None:
    arrays = decode([record("a", SPOKEN)], encode, SILENT)
    table = AnswerTable(arrays, np.array(["b", "a"]))
    assert table.num_answers.tolist() == [0, 2]
    assert table.of(0) == table.facts(0) == []
    one, two = table.of(1)
    assert (one.question.tolist(), one.text.tolist(), one.place) == ([42, 43], [40, *DEPOSIT], 2)
    assert (two.question.tolist(), two.place) == ([*FEE, 46], 6)
    assert two.text.tolist() == [41, *FEE, 45, *HOUR], "up to its last fact"
    assert table.num_tokens.tolist() == [0, 5 + 8]
    assert [(f.kind, f.start, f.is_told) for f in one.facts] == [("money", 1, False)]
    assert [(f.kind, f.start, f.is_told) for f in two.facts] == [
        ("money", 1, True),
        ("time", 4, False),
    ]
    assert [f.tolist() for f in one.facts[0].others] == [FEE, MEAL], "$4 is not in the role"
    assert two.facts[1].others == ()
    assert one.is_probe
    assert [f.tolist() for f in table.facts(1)] == [FEE, DEPOSIT, HOUR, MEAL]


def test_of_facts_that_overlap_the_longer_is_said() -> None:
    whole = [*SPOKEN, *MEAL]
    last = AnswerTable(decode([record("a", whole)], encode, SILENT), np.array(["a"])).of(0)[-1]
    assert [found.tokens.tolist() for found in last.facts] == [MEAL]


@pytest.fixture
def asked(tiny: Make, shards: Path, tmp_path: Path) -> Path:
    """The shards, in every second of which an agent answers."""
    folder = tmp_path / "asked"
    folder.mkdir()
    strings = ("id", "type", "written", "spoken")
    added: dict[str, list[tuple[str, pa.DataType]]] = {
        "turns": [(name, pa.string()) for name in ("speaker", "spoken", "onset")],
        "facts": [(name, pa.string()) for name in strings],
        "probes": [(name, pa.int16()) for name in ("user_turn", "agent_turn")],
    }
    for file in shards.glob("*.parquet"):
        rows = pq.read_table(file)
        records = rows.to_pylist()
        for index, row in enumerate(records):
            text = [3] * 30 + [token for word in SPOKEN for token in (word, 0)] + [3] * 20
            row |= {**record(row["dialog_id"], text), "num_frames": len(text)}
            row["num_samples"] = len(text) * 1_920
            row["user_text"] = [3] * len(text)
            for side in ("agent", "user"):
                row[f"{side}_codes"] = [index % 9] * (8 * len(text))
            if index % 2:
                row["facts"] = []
        schema = rows.schema
        for name, fields in added.items():
            schema = schema.append(pa.field(name, pa.list_(pa.struct(fields))))
        pq.write_table(pa.Table.from_pylist(records, schema), folder / file.name)
    return folder


def viewed(config: Config, view: Any) -> Config:
    """Return a config of another view; a tokenizer is not read, as answers are given."""
    return replace(config, data=replace(config.data, view=view, answers=0.7))


def opened(config: Config, asked: Path, tmp_path: Path) -> Corpus:
    corpus = Corpus.open(config.data, tmp_path / "cache")
    files = sorted(asked.glob("*.parquet"))
    made = cached_answers(files, tmp_path / "cache", encode, SILENT, "these")
    corpus.answers = AnswerTable.load(made, corpus.dialog_ids)
    return corpus


def test_dense_answers_follow_the_opening_and_questions_are_only_read(
    tiny: Make, asked: Path, tmp_path: Path
) -> None:
    corpus = opened(tiny(f"data.shards=[{asked}]"), asked, tmp_path)
    row = int(np.flatnonzero(corpus.has_answers())[0])
    view = View(name="answers", opening_tokens=3, quoted=True)
    corpus.common = (np.arange(100), np.arange(0))
    epoch = Epoch(corpus, PromptPolicy(), 0, 0, 400, view)
    batch = epoch.batch([row, row + 1 if not corpus.has_answers()[row + 1] else 0])
    start, stop = batch.prompt_frames[0], batch.num_frames[0]
    asks = [[42, 43], [*FEE, 46]]
    says = [[40, *DEPOSIT], [41, *FEE, 45, *HOUR]]
    expected = [*SPOKEN[:3], *asks[0], *says[0], *asks[1], *says[1]]
    assert batch.codes[0, TEXT, start:stop].tolist() == expected
    learnt = batch.loss_mask()[0, start:stop]
    assert [t for t, kept in zip(expected, learnt, strict=True) if not kept] == [*asks[0], *asks[1]]
    assert batch.quoted is not None
    weighs = batch.quoted[0, start:stop] & learnt
    assert [t for t, kept in zip(expected, weighs, strict=True) if kept] == [
        *DEPOSIT,
        *FEE,
        *HOUR,
    ]
    assert batch.num_frames[1] == batch.prompt_frames[1] + 3, "who answers nothing has an opening"
    assert start == 2 * PAUSE_FRAMES + len(epoch.dialogue(row).prompt)


def test_a_shortened_role_is_the_sentences_that_are_answered(
    tiny: Make, asked: Path, tmp_path: Path
) -> None:
    def spell(text: str) -> list[int]:
        letters = {"The": 9, "We": 10, "Lunch": 11}
        return [
            int(w) if w.isdigit() else letters[w]
            for w in text.split()
            if w in letters or w.isdigit()
        ]

    table = AnswerTable(decode([record("a", SPOKEN)], spell, SILENT), np.array(["a", "b"]))
    assert table.brief(0).tolist() == [9, 10], "lunch is not spoken of"
    assert table.num_brief.tolist() == [2, 0]
    corpus = opened(tiny(f"data.shards=[{asked}]"), asked, tmp_path)
    corpus.prompt_lengths[:, 1] = 1
    policy = PromptPolicy(shorten=1.0, shorten_kinds=("service", "qa"))
    row = int(np.flatnonzero(corpus.has_answers())[0])
    corpus.answers = AnswerTable(
        decode([record(corpus.dialog_ids[row], SPOKEN)], spell, SILENT), corpus.dialog_ids
    )
    batch = Epoch(corpus, policy, 0, 0, 400, View(name="answers")).batch([row])
    start = batch.prompt_frames[0]
    assert batch.codes[0, TEXT, PAUSE_FRAMES : start - PAUSE_FRAMES].tolist() == [9, 10]
    assert batch.codes[0, TEXT, start : start + 5].tolist() == [42, 43, 40, *DEPOSIT]
    assert batch.num_frames[0] == start + corpus.answers.num_tokens[row]


def test_who_learns_answers_learns_from_those_that_have_some(
    tiny: Make, asked: Path, tmp_path: Path
) -> None:
    config = tiny(f"data.shards=[{asked}]")
    corpus = opened(config, asked, tmp_path)
    view = View(name="answers")
    epoch = Epoch(corpus, PromptPolicy(), 0, 0, 400, view)
    plan = make_plan(viewed(config, "answers"), corpus, lambda number: epoch)
    everyone = make_plan(config, corpus, lambda number: epoch).rows
    assert plan.rows.tolist() == [row for row in everyone if corpus.has_answers()[row]]
    assert 0 < len(plan.rows) < len(everyone)


def test_examples_on_the_clock_end_with_an_answer(tiny: Make, asked: Path, tmp_path: Path) -> None:
    corpus = opened(tiny(f"data.shards=[{asked}]"), asked, tmp_path)
    view = View(dialogue_frames=20, answers=1.0)
    epoch = Epoch(corpus, PromptPolicy(), 0, 0, 400, view)
    shown, facts = 0, 0
    for row in range(len(corpus)):
        text = epoch.dialogue(row).text[:20]
        spoken = text[~np.isin(text, SILENT)].tolist()
        if not corpus.has_answers()[row]:
            assert spoken == [], "it begins with its silence"
            continue
        shown += 1
        facts += any(list(pair) in (DEPOSIT, FEE) for pair in pairwise(spoken))
    assert facts == shown > 0
    assert (epoch.lengths == epoch.prompt_frames + 20).all()
    half = Epoch(corpus, PromptPolicy(), 0, 0, 400, View(dialogue_frames=20, answers=0.5))
    moved = [not (half.dialogue(row).text[:20] == 3).all() for row in range(len(corpus))]
    assert 0 < sum(moved) < shown


class Reader(DuplexLM):
    """Knows one amount, whatever was asked, and would rather say its end."""

    def forward(
        self,
        inputs: Any,
        targets: Any = None,
        segments: Any = None,
        depth_steps: Any = None,
        text_steps: Any = None,
        *,
        apart: bool = False,
    ) -> tuple[Any, Any]:
        logits = torch.zeros(int(text_steps.sum()), self.config.text_card)
        logits[:, DEPOSIT] = torch.tensor([2.0, 3.0])
        return logits[None], None


@pytest.mark.parametrize("view", ["answers", "text"])
def test_what_is_asked_is_scored_against_what_else_the_role_holds(
    view: str, tiny: Make, asked: Path, tmp_path: Path
) -> None:
    config = viewed(tiny(f"data.shards=[{asked}]", "data.max_frames=60"), view)
    corpus = opened(config, asked, tmp_path)
    held_out = HeldOutDialogs(config, corpus, 4)
    assert corpus.answers is not None
    mentions = find_answers(held_out, held_out.unseen.tolist(), corpus.answers)
    kinds = {mention.kind for mention in mentions}
    assert kinds == {"asked_money", "asked_time", "confirmed_money"}
    for mention in mentions:
        text = held_out.parts(mention.row).text[mention.first :]
        assert text[mention.frames].tolist() == mention.tokens.tolist()
        assert mention.frames[-1] < held_out.room
        if view == "text" and mention.first:
            assert mention.frames[-1] == held_out.room - 1, "the example ends with the fact"
    scores = FactScores(held_out, mentions * 4)
    torch.manual_seed(0)
    found = scores.teacher_forced(Reader(model_of(config, corpus).config))
    assert found["facts/asked_money/chosen"] == 1.0
    assert found["facts/asked_money/own"] == 1.0, "of those that begin an amount it begins best"
    assert found["facts/asked_money/plain"] == 0.0
    assert found["facts/asked_money/chance"] == pytest.approx(1 / 3)
    assert found["facts/confirmed_money/chosen"] == 0.0
    assert found["facts/asked/mentions"] == sum(
        4 for mention in mentions if mention.kind.startswith("asked_")
    )


def model_of(config: Config, corpus: Corpus) -> DuplexLM:
    from train import build

    return DuplexLM(build.sizes(config, corpus.metadata))


def test_answers_need_a_tokenizer_and_their_columns(
    tiny: Make, shards: Path, tmp_path: Path
) -> None:
    for setting in ("data.answers=0.5", "data.view=answers"):
        with pytest.raises(UserError, match=r"need data\.tokenizer"):
            tiny(setting)
    with pytest.raises(UserError, match="between 0 and 1"):
        tiny("data.answers=0.5", "prompt.begin_later=0.6", "data.tokenizer=t")
    with pytest.raises(UserError, match="has no column facts"):
        list(read_records(sorted(shards.glob("*.parquet")), COLUMNS))
