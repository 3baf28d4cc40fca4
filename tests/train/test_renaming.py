"""Names that nobody has: the same pieces in prompt and text, drawn anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from train.config import Config, UserError
from train.data import Corpus
from train.examples import Epoch, View
from train.prompt import TEXT, PromptPolicy, Tokens
from train.renaming import BEGINS, NamePieces

Make = Callable[..., Config]
TOKENIZER = Path(__file__).parents[2] / "datagen/backends/tokenizer/shipped.model"
FIRST, LATER = np.arange(10, 20), np.arange(20, 30)


def seed(number: int) -> np.ndarray:
    return np.array([number], np.uint32)


def renamed(row: Tokens, quoted: list[int], common: list[int], number: int) -> Tokens:
    found, mask = row.copy(), np.zeros(len(row), np.bool_)
    mask[quoted] = True
    NamePieces(FIRST, LATER).rename(found, mask, np.array(common, np.int64), seed(number))
    return found


def test_what_is_quoted_has_another_name_wherever_it_stands() -> None:
    row = np.array([40, 12, 25, 41, 11, 3, 12, 0, 25, 35, 11], np.int16)
    for number in range(20):
        found = renamed(row, [6, 8, 9], [], number)
        assert found[[0, 3, 4, 5, 7, 10]].tolist() == [40, 41, 11, 3, 0, 11], "nobody quotes these"
        assert found[9] == 35, "no letters"
        assert found[1] == found[6]
        assert found[6] in FIRST
        assert found[2] == found[8]
        assert found[8] in LATER
    assert len({tuple(renamed(row, [6, 8], [], number)) for number in range(20)}) > 10
    assert renamed(row, [6, 8], [12], 0)[6] == 12, "what is common is wording"


def test_two_names_that_change_places_stay_two() -> None:
    row = np.array([10, 11, 10, 11], np.int16)
    for number in range(50):
        found = NamePieces(np.array([10, 11]), LATER)
        text = row.copy()
        found.rename(
            text, np.array([False, False, True, True]), np.array([], np.int64), seed(number)
        )
        assert text[:2].tolist() == text[2:].tolist()


@pytest.fixture
def corpus(tiny: Make, tmp_path: Path) -> Corpus:
    made = Corpus.open(tiny().data, tmp_path / "cache")
    made.names = NamePieces(np.arange(4, 24), np.arange(24, 48))
    return made


def test_prompt_and_text_of_an_example_are_renamed_together(corpus: Corpus) -> None:
    rows = np.arange(len(corpus))

    def texts(share: float, number: int = 0) -> Tokens:
        view = View(name="openings", quoted=True, renamed=share)
        batch = Epoch(corpus, PromptPolicy(), 0, number, 400, view).batch(rows)
        assert batch.quoted is not None
        for line in rows:
            row, start = batch.codes[line, TEXT], batch.prompt_frames[line]
            assert np.isin(row[batch.quoted[line]], row[:start]).all(), "a quote is one still"
        return batch.codes[:, TEXT]

    plain, every = texts(0.0), texts(1.0)
    assert (texts(1.0) == every).all()
    assert (texts(1.0, number=1) != every).any()
    changed = (plain != every).any(1)
    assert changed.any()
    half = (plain != texts(0.5)).any(1)
    assert 0 < half.sum() < changed.sum()


def test_pieces_of_names_are_letters() -> None:
    pieces = NamePieces.load(str(TOKENIZER))
    from sentencepiece import SentencePieceProcessor

    model = SentencePieceProcessor(str(TOKENIZER))
    first = [model.id_to_piece(int(token)) for token in pieces.first]
    assert len(first) > 1_000
    assert all(piece[0] == BEGINS and piece[1].isupper() for piece in first)
    assert all(model.id_to_piece(int(token)).isalpha() for token in pieces.later)


def test_what_it_needs_is_told(tiny: Make) -> None:
    with pytest.raises(UserError, match=r"renamed needs loss.quoted"):
        tiny("data.renamed=0.5")
    with pytest.raises(UserError, match=r"renamed must be between 0 and 1"):
        tiny("data.renamed=2", "loss.quoted=4", f"data.tokenizer={TOKENIZER}")
