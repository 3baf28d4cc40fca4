from __future__ import annotations

import pytest

from datagen.config import VoicesSpec
from datagen.types import SPEAKERS, Persona, Script, Split, Turn, UserError, Voice
from datagen.voices.casting import cast, is_held_out


def script(index: int, split: Split = "train") -> Script:
    return Script(
        dialog_id=f"service-{index:07d}",
        kind="service",
        split=split,
        domain="test",
        scenario="test",
        prompt_level="full",
        role_prompt="You are kind.",
        agent=Persona(name="Ada", gender="female"),
        user=Persona(name="Ben", gender="male" if index % 2 else "female"),
        turns=(
            Turn(speaker="agent", text="Hello.", spoken="Hello."),
            Turn(speaker="user", text="Hi.", spoken="Hi."),
        ),
        writer="test",
    )


def voices(split: Split, held_out: float, count: int = 400, run_seed: int = 0) -> list[Voice]:
    spec = VoicesSpec(held_out=held_out)
    return [
        voice
        for index in range(count)
        for voice in cast(script(index, split), spec, run_seed).values()
    ]


def test_a_voice_fits_its_persona_and_nobody_shares_one() -> None:
    for index in range(50):
        pair = cast(script(index), VoicesSpec(), 0)
        assert tuple(pair) == SPEAKERS
        assert pair["agent"].id != pair["user"].id
        assert pair["agent"].gender == "female"
        assert pair["user"].gender == ("male" if index % 2 else "female")
        assert {(v.source, v.license, v.synthetic, v.path) for v in pair.values()} == {
            ("espeak", "synthetic", True, None)
        }


def test_voices_depend_on_seed_and_dialogue_alone() -> None:
    again = voices("train", 0.1)
    assert voices("train", 0.1) == again
    assert len({voice.id for voice in again}) == 800
    assert {v.id for v in voices("train", 0.1, run_seed=1)}.isdisjoint(v.id for v in again)


def test_a_voice_taken_by_the_agent_is_not_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if the draws collide."""
    monkeypatch.setattr("datagen.voices.casting.seed_for", lambda *path: path[-1])
    pair = cast(script(1), VoicesSpec(held_out=0), 0)
    assert [voice.id for voice in pair.values()] == [f"espeak-{0:016x}", f"espeak-{1:016x}"]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_held_out_voices_are_for_validation_alone(share: float) -> None:
    assert not any(is_held_out(voice.id, share) for voice in voices("train", share))
    assert all(is_held_out(voice.id, share) for voice in voices("validation", share))


def test_the_share_held_out_is_the_share_asked_for() -> None:
    everyone = voices("train", 0.0, count=2_000)
    held_out = [is_held_out(voice.id, 0.1) for voice in everyone]
    assert 0.08 < sum(held_out) / len(held_out) < 0.12
    assert not any(is_held_out(voice.id, 0.0) for voice in everyone)


def test_without_a_share_validation_has_voices_too() -> None:
    assert len(voices("validation", 0.0, count=5)) == 10


def test_the_source_is_the_synthesizers() -> None:
    pair = cast(script(0), VoicesSpec(), 0, source="tone")
    assert {voice.source for voice in pair.values()} == {"tone"}
    assert all(voice.id.startswith("tone-") for voice in pair.values())


def test_an_unknown_catalogue_is_a_user_error() -> None:
    with pytest.raises(UserError, match=r"voices\.catalogue.*'libri'.*known are synthetic"):
        cast(script(0), VoicesSpec(catalogue="libri"), 0)
