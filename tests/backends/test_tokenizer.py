import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.backends.protocols import Tokenizer
from datagen.backends.registry import TOKENIZERS
from datagen.backends.tokenizer.fit import fit
from datagen.backends.tokenizer.shipped import MODEL
from datagen.config import BackendSpec

SPEC = BackendSpec(use="shipped")
ROLE = (
    "<system> You work for CitySan Services which is a waste management company and your name is"
    " Ayelen Lucero. Information: Verify customer name Omar Torres. Upcoming pickup: April 12th."
    " Compost bin service available for $8/month add-on. <system>"
)


@pytest.fixture(scope="module")
def shipped() -> Tokenizer:
    return TOKENIZERS.load(SPEC)


def test_special_ids_are_those_of_moshi(shipped: Tokenizer) -> None:
    assert (shipped.epad, shipped.bos, shipped.eos, shipped.pad) == (0, 1, 2, 3)
    assert shipped.decode([0, 1, 2, 3]) == ""


def test_a_role_prompt_round_trips(shipped: Tokenizer) -> None:
    ids = shipped.encode(ROLE)
    assert shipped.decode(ids) == ROLE
    assert len(ids) < len(ROLE) / 2


@given(text=st.text())
def test_any_text_round_trips_but_for_spare_blanks(shipped: Tokenizer, text: str) -> None:
    ids = shipped.encode(text)
    assert all(3 < token < shipped.size for token in ids)
    words = text.replace("\u2581", " ").split(" ")  # SentencePiece's own sign for a blank
    assert shipped.decode(ids) == " ".join(word for word in words if word)


@pytest.mark.parametrize(
    "text", ["<s>", "</s>", "<pad>", "<unk>", "<0x41>", "\u4f60\u597d", "\U0001f600"]
)
def test_what_looks_special_is_plain_text(shipped: Tokenizer, text: str) -> None:
    assert shipped.decode(shipped.encode(text)) == text
    assert not {0, 1, 2, 3} & set(shipped.encode(text))


def test_everyday_words_are_one_token(shipped: Tokenizer) -> None:
    words = ["the", "your", "account", "dollars", "seven", "twenty", "April", "you"]
    assert [len(shipped.encode(word)) for word in words] == [1] * len(words)


def test_ids_fit_the_shard(shipped: Tokenizer) -> None:
    assert 3_000 <= shipped.size <= 2**15
    assert MODEL.stat().st_size < 150_000


def test_the_hash_names_the_model_file(shipped: Tokenizer) -> None:
    assert TOKENIZERS.identity(SPEC)["model"] == shipped.hash
    assert TOKENIZERS.resolve(SPEC).stand_in


def test_fitting_twice_gives_the_same_bytes() -> None:
    lines = [f"Your total is {n} dollars, thank you." for n in range(50)]
    assert fit(lines, size=400) == fit(lines, size=400)
    assert fit(lines, size=400) != fit(lines[:25] + ["Goodbye for now."] * 25, size=400)
