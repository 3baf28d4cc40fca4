"""Figures of how dialogues are built: counted on dialogues that show each thing."""

from __future__ import annotations

from datagen.scripting.corpus.structure import Structure, masked_sentences
from datagen.types import Fact, Persona, Probe, Script, Turn


def script(*texts: str, probes: tuple[Probe, ...] = (), outcome: str = "solved") -> Script:
    turns = tuple(
        Turn(
            speaker="agent" if at % 2 == 0 else "user",
            text=text,
            spoken=text,
            act="setQuestion" if text.endswith("?") else "inform",
        )
        for at, text in enumerate(texts)
    )
    return Script(
        dialog_id="service-0000000",
        kind="service",
        split="train",
        domain="nowhere",
        scenario="s",
        prompt_level="service",
        role_prompt="You work for Alder Air. A bag costs $40.",
        agent=Persona(name="Ana Diaz", gender="female"),
        user=Persona(name="Omar Rao", gender="male"),
        facts=(
            Fact(id="fee", type="money", written="$40", spoken="forty dollars"),
            Fact(id="company", type="name", written="Alder Air", spoken="Alder Air"),
        ),
        probes=probes,
        turns=turns,
        writer="test",
        outcome=outcome,
    )


def test_sentences_are_masked() -> None:
    one = script("Alder Air, this is Ana.", "Hi Ana, is it $40 or $50?")
    assert list(masked_sentences(one, one.turns)) == [
        "[name] this is [name]",
        "hi [name] is it [money] or [number]",
    ]


def test_what_is_alike_is_counted() -> None:
    structure = Structure()
    structure.add([script("A bag costs $40.", "I see.", "Bye now.", "Bye.")] * 3)
    structure.add([script("What is it?", "A bag.", "A bag costs $40.", "Oh.", "Bye now.")])
    assert structure.count == 4
    assert structure.skeletons.most_common(1)[0][1] == 3
    assert structure.top_skeletons == 1
    assert structure.top_sentence == ("a bag costs [money]", 1.0)
    assert structure.share("alternating") == 1
    assert structure.outcomes["solved"] == 4


def test_claims_without_a_licence_are_counted() -> None:
    structure = Structure()
    structure.add([script("A bag costs $40.", "Okay.", "The manager approved a voucher.", "Oh.")])
    assert structure.totals["with a claim"] == 1
    assert any("unlicensed claims: 1 in 1 of 1 calls" in line for line in structure.lines())
    assert "voucher" in structure.first_claims["state"] or structure.claims["action"]


def test_consent_and_thanks_are_seen() -> None:
    refusal = Probe(type="Q3", act="decline", user_turn=1, agent_turn=2)
    rude = Probe(type="Q4", act="deescalate", user_turn=1, agent_turn=2)
    texts = ("Hello.", "Do it.", "Sure, but I can't.", "Okay, thanks.")
    structure = Structure()
    structure.add([script(*texts, probes=(refusal, rude))])
    assert structure.totals["refusals that begin with consent"] == 1
    assert structure.totals["rude that end with thanks"] == 1


def test_who_asks_is_counted_without_offers_of_more() -> None:
    structure = Structure()
    structure.add([script("Hi.", "Hello.", "Which day?", "One.", "Anything else?", "No.", "Bye.")])
    assert structure.totals["agent turns"] == 2
    assert structure.totals["agent asks"] == 1
