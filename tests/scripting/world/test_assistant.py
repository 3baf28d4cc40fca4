"""Calls that an assistant makes for somebody: it knows its task, asks, and keeps to its bounds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain, combinations, pairwise

import pytest

from datagen.scripting.claims import unlicensed
from datagen.scripting.compose.grammar import slots, spelled_out
from datagen.scripting.content.questions import content_stems, question_kind
from datagen.scripting.corpus.minhash import Index, sketch_of
from datagen.scripting.simulate.acts import Acts
from datagen.scripting.simulate.answers import answering
from datagen.scripting.simulate.assistant_closing import DAY_BEFORE
from datagen.scripting.simulate.assistant_numbers import CHECKS
from datagen.scripting.simulate.assistant_probes import belonging
from datagen.scripting.simulate.call_state import WISHES
from datagen.scripting.simulate.maker import deal_assistant_probes
from datagen.scripting.simulate.repair import unlinked
from datagen.scripting.world.absent import of_caller, to_assistant, to_assistant_all
from datagen.scripting.world.compiled import happens
from datagen.scripting.world.customer_asks import answered_first, concerns, without_others
from datagen.scripting.world.mandate import for_assistants, is_secret
from datagen.scripting.world.notes import answer_of, note_of, stands_alone, wordings
from datagen.scripting.world.pack import ProcedureStep
from datagen.scripting.world.roles import MANNER_SENTENCES
from datagen.text import speak
from datagen.timing import cue_checks
from datagen.types import Script, Speaker, Turn
from tests.scripting.world.test_calls import DOMAINS, call_of, floor, lexicon, maker

pytestmark = pytest.mark.slow

CALLS = 100


@lru_cache
def calls(domain: str) -> tuple[Script, ...]:
    return tuple(call_of(domain, index, 0, "assistant") for index in range(CALLS))


def everything() -> list[Script]:
    return list(chain.from_iterable(map(calls, DOMAINS)))


def fact(script: Script, name: str) -> str:
    return next(one.written for one in script.facts if one.id == name)


@pytest.mark.parametrize("domain", DOMAINS)
def test_nothing_is_claimed_without_a_licence(domain: str) -> None:
    found = [one for script in calls(domain) for one in unlicensed(script, lexicon(domain))]
    assert not found, found[:3]


def test_the_business_answers_and_the_agent_speaks_for_its_customer() -> None:
    for script in everything():
        held = floor(script)
        assert held[0].speaker == "user"
        assert fact(script, "customer") in script.role_prompt
        assert fact(script, "customer") in " ".join(turn.text for turn in held)
        assert fact(script, "rep") == script.user.name
        assert "your name is" in (script.user_role_prompt or "") or script.user.name in (
            script.user_role_prompt or ""
        )
        assert not script.tools
        assert not script.actions


def test_what_it_was_told_to_ask_it_asks() -> None:
    asked = 0
    for script in everything():
        said = " ".join(turn.text for turn in floor(script) if turn.speaker == "agent").lower()
        for sentence in script.role_prompt.split("Ask: ")[1:]:
            asked += 1
            assert sentence.partition("?")[0].lower() in said, script.dialog_id
    assert asked > CALLS


def test_it_keeps_to_its_limit() -> None:
    seen = Counter[str]()
    for script in everything():
        if "Their limit is" not in script.role_prompt:
            continue
        acts = {turn.act for turn in floor(script) if turn.speaker == "agent"}
        if "You may not agree" in script.role_prompt:
            assert "acceptOffer" not in acts
            seen["declines"] += "declineOffer" in acts
        else:
            assert "declineOffer" not in acts
            seen["accepts"] += "acceptOffer" in acts
    assert seen["accepts"] > 0, seen
    assert seen["declines"] > 0, seen


def test_what_costs_nothing_is_within_no_limit() -> None:
    limits = tuple(
        line
        for parts in maker().assistant_acts.agent["accept_limit"].values()
        for part in parts
        for line in part
    )
    seen = 0
    for script in everything():
        prices = {one.id for one in script.facts if one.type == "money"}
        for offer, answer in pairwise(floor(script)):
            if answer.act == "acceptOffer" and answer.text in limits:
                seen += 1
                assert prices.intersection(offer.fact_ids), (offer.text, answer.text)
    assert seen > 20


def test_every_probe_is_answered_as_it_must_be() -> None:
    held = Counter(probe.type for script in everything() for probe in script.probes)
    assert held.keys() == {"Q0", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6"}
    for script in everything():
        for probe in script.probes:
            asked, answered = script.turns[probe.user_turn], script.turns[probe.agent_turn]
            assert (asked.speaker, answered.speaker) == ("user", "agent")
            assert all(one in answered.spoken for one in probe.expects), (probe, answered)
            assert not any(one in answered.spoken for one in probe.forbids), (probe, answered)


def test_turns_can_be_spoken_and_placed() -> None:
    for script in everything():
        cue_checks.check(script.turns)
    for script in everything()[::5]:
        for turn in script.turns:
            assert turn.spoken == speak(turn.text, script.facts)


def test_calls_differ() -> None:
    found = Index().add([sketch_of(script) for script in everything()])
    assert sum(one is not None for one in found) <= 0.01 * len(found)
    sizes = [sum(len(turn.spoken.split()) for turn in script.turns) for script in everything()]
    assert 150 <= sum(sizes) / len(sizes) <= 225


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("I've booked you a table.", "I've booked them a table."),
        ("I have you in row 12.", "I have them in row 12."),
        ("You paid for your ticket.", "They paid for their ticket."),
        ("If you cancel, you get it back.", "If they cancel, they get it back."),
        ("We can put you on the list.", "We can put them on the list."),
        ("Could your doctor write you that one?", "Could their doctor write them that one?"),
        ("Nobody asked you about that.", "Nobody asked them about that."),
        ("The pier desk lets you in.", "The pier desk lets them in."),
        ("He calls you back at noon.", "He calls them back at noon."),
        ("What scares you?", "What scares them?"),
        ("Was that you?", "Was that them?"),
        ("Where are you?", "Where are they?"),
        ("What makes you want to stop?", "What makes them want to stop?"),
        ("Please bring your card.", "They should bring their card."),
        ("Don't wipe near the bait.", "They shouldn't wipe near the bait."),
        ("Stay away, please, and do not dig.", "They should stay away, and not dig."),
        ("Put in, a lock is $90.", "Put in, a lock is $90."),
        ("give you a credit", "give them a credit"),
        (
            "The plumber has a note to phone you first.",
            "The plumber has a note to phone them first.",
        ),
        ("I ordered you a cab.", "I ordered them a cab."),
        ("Can you tell me what your dog has?", "Can you tell me what their dog has?"),
        ("Could you describe it?", "Could you describe it?"),
        ("How would you describe it?", "How would they describe it?"),
        ("You're all booked.", "They're booked."),
        ("You're all set.", "They're all set."),
        ("It looks like you signed for it.", "It looks like they signed for it."),
        ("We'd like you to sign it.", "We'd like them to sign it."),
        ("There's a label telling you what it is.", "There's a label telling them what it is."),
        ("I see you have a visit.", "I see they have a visit."),
        ("Are you on Basic, or do you want it?", "Are they on Basic, or do they want it?"),
        (
            "A photo has to come, and please keep it.",
            "A photo has to come, and they should keep it.",
        ),
        (
            "It's $9 a bundle, and please don't bring wood.",
            "It's $9 a bundle, and they shouldn't bring wood.",
        ),
        ("Please report what is missing.", "They should report what is missing."),
        ("Just switch it off, don't charge it.", "They should switch it off and not charge it."),
    ],
)
def test_the_business_speaks_of_who_is_not_there(line: str, said: str) -> None:
    assert to_assistant(line).lower() == said.lower()


def test_nothing_is_done_to_they() -> None:
    """No line of a world keeps the form of who acts for whom something is done to."""
    left = re.compile(r"(\w+) they(?= (?:back|in|on|through|about|that one|up)\b|[,.?!])")
    for world in maker().worlds.values():
        steps = chain.from_iterable(story.steps for story in world.pack.stories.values())
        lines = [*chain.from_iterable(step.say for step in steps)]
        lines += chain.from_iterable(fact.tell for fact in world.pack.facts.values())
        lines += [tool.proposed for tool in world.pack.tools.values()]
        for line in lines:
            found = set(left.findall(to_assistant(line)))
            assert found <= {"are", "were", "did", "do", "could", "t"}, (line, to_assistant(line))


def test_who_is_corrected_takes_it_in() -> None:
    seen = 0
    for script in everything():
        for probe in script.probes:
            if (probe.type, probe.act) == ("Q1", "correct"):
                seen += 1
                following = floor(script)[floor(script).index(script.turns[probe.agent_turn]) + 1]
                assert following.speaker == "user"
                assert probe.expects[0].lower() in following.spoken.lower()
    assert seen > 50


def _has_decided(held: list[Turn]) -> bool:
    agents = {turn.act for turn in held if turn.speaker == "agent"}
    return not agents.isdisjoint(("acceptOffer", "declineOffer"))


def test_it_asks_its_own_questions_when_the_matter_is_settled() -> None:
    """But what an offer means it asks before it decides on that."""
    seen = weighed = two = 0
    for script in everything():
        held = floor(script)
        asks = [at for at, turn in enumerate(held) if "prompt.ask." in " ".join(turn.licence)]
        asks = [at for at in asks if held[at].speaker == "agent"]
        asks = [at for at in asks if "prompt.bounds" not in held[at].licence]  # it has agreed first
        early = [at for at in asks if held[at - 1].act == "offer"]
        weighed += len(early)
        for at in set(asks).difference(early):  # nobody leaves another one for when it is done
            if any(one < at and not _has_decided(held[one:at]) for one in early):
                early.append(at)
                two += 1
        for at in set(asks).difference(early):
            seen += 1
            later = {turn.act for turn in held[at + 1 :] if turn.speaker == "agent"}
            assert not later & {"acceptOffer", "declineOffer"}, script.dialog_id
        for at in early:
            decided = [turn.act for turn in held[at + 1 : at + 10] if turn.speaker == "agent"]
            assert {"acceptOffer", "declineOffer"} & {*decided}, script.dialog_id
    assert seen > CALLS
    assert weighed > 0.1 * CALLS
    assert two > 0


def test_what_is_asked_before_it_agrees_is_about_the_offer() -> None:
    about = frozenset(content_stems("book a visit with a plumber on Friday"))
    assert concerns("Can they still move a visit?", about)
    assert not concerns("What does a new lock cost?", about)
    assert not concerns("How long does it take to mend a visit card?", about)
    assert not concerns("Is the plumber nice?", about)
    assert concerns("What are your prices?", about), "they are those of what is booked"
    assert not concerns("What are your prices?", content_stems("take a charge off a bill"))
    mended = content_stems("accept the quote, not sure if a repair is worth the money")
    assert concerns("How much would a new one be?", mended)
    assert concerns("How long is a repair good for?", mended)


def test_short_forms_change_no_answer() -> None:
    """Who does not like a cut asks what one who doesn't like it asks."""
    told = ("We redo hair at no charge within a week, but not over home color.",)
    assert answered_first("What can they do if they don't like the cut?", told) == told
    assert answered_first("What can they do if they do not like the cut?", told) == told


def test_who_cannot_make_up_its_mind_asks_before_it_decides() -> None:
    """Whether a repair is worth the money is known when one has heard what a new one costs."""
    seen = 0
    for script in calls("appliance_repair"):
        if "a repair is worth the money" in script.role_prompt:
            held = floor(script)
            acts = [turn.act for turn in held if turn.speaker == "agent"]
            asks = [at for at, turn in enumerate(held) if "prompt.ask.new_rule" in turn.licence]
            if asks and "acceptOffer" in acts:
                seen += 1
                assert not _has_decided(held[: asks[0]]), script.dialog_id
    assert seen > 2


def test_it_asks_what_it_must() -> None:
    """At least a fifth of what it says in the body of calls asks."""
    turns = [turn for script in everything() for turn in floor(script)[1:-2]]
    agents = [turn for turn in turns if turn.speaker == "agent"]
    assert sum("?" in turn.text for turn in agents) >= 0.21 * len(agents)


def test_only_what_can_count_or_be_kept_is_read_back_of_an_offer() -> None:
    seen = 0
    for script in everything():
        types = {one.id: one.type for one in script.facts}
        for offer, check in pairwise(floor(script)):
            if (offer.act, check.act, check.speaker) == ("offer", "checkQuestion", "agent"):
                seen += 1
                names = {one.removeprefix("user.") for one in check.licence}
                assert {types[name] for name in names} <= {"money", "time", "date"}, check.text
    assert seen > 20


def test_a_question_is_not_answered_before_it_is() -> None:
    """After a question for yes or no nobody hums, or says sure, and then tells something else."""
    yes_or_no = re.compile(r"(?:is|are|do|does|can|could|will)\b[^.?!]*\?$", re.I)
    for script in everything():
        for asked, answer in pairwise(floor(script)):
            if any("prompt.ask." in one for one in asked.licence):
                question = re.split(r"(?<=[.?!]) ", asked.text)[-1]
                if yes_or_no.match(question):
                    assert not answer.text.startswith(("Mm-hmm.", "Sure.", "Oh, sure.", "Right."))


def test_who_is_refused_a_signature_says_what_comes_of_it() -> None:
    settles = re.compile(r"\b(?:later|wait|ask them|to them|themselves|hurry|open|do it|bill)\b")
    seen = 0
    for script in everything():
        held = floor(script)
        for probe in script.probes:
            if probe.type == "Q3" and script.turns[probe.agent_turn].act == "declineRequest":
                seen += 1
                answer = held[held.index(script.turns[probe.agent_turn]) + 1]
                assert answer.speaker == "user"
                assert settles.search(answer.text), answer.text
    assert seen > 50


def test_after_a_refusal_there_is_no_small_talk() -> None:
    seen = 0
    for script in everything():
        if script.outcome not in ("refused", "failed"):
            continue
        told = [at for at, turn in enumerate(script.turns) if turn.act in ("inform", "offer")]
        for probe in script.probes:
            if probe.type in ("Q5", "Q6"):
                seen += 1
                assert probe.user_turn < max(told), script.dialog_id
    assert seen > 20


def test_nobody_is_rude_whose_role_says_to_be_warm() -> None:
    warm = MANNER_SENTENCES["friendly"]
    for script in everything():
        if any(probe.type == "Q4" for probe in script.probes):
            assert not any(one in (script.user_role_prompt or "") for one in warm)


def test_nothing_is_tried_out_while_it_calls_or_done_that_it_has_not_agreed_to() -> None:
    ends = re.compile(r"\b(?:cancel|close|end|quit)\b")
    in_call = re.compile(r"\b(?:can|could) you\b[^?]*\b(?:right now|while I wait)\?$")
    for world in maker().worlds.values():
        ways = for_assistants(world)
        assert ways, world.pack.id
        for name, cases in ways.items():
            for case in cases:
                steps = [step for step in world.pack.stories[name].steps if happens(step, case)]
                done = [step.do for step in steps]
                assert "instruct" not in done
                asked = [step.say[0] for step in steps if step.do == "ask"]
                assert not any(map(in_call.search, asked)), (world.pack.id, name, case)
                if "act" in done:
                    assert "check" not in done[done.index("act") :], (world.pack.id, name, case)
                does = [world.pack.tools[step.tool].does for step in steps if step.do == "act"]
                if any(map(ends.search, does)) and "offer" not in done:
                    assert ends.search(world.pack.stories[name].because), (world.pack.id, name)
                assert not any("forget it" in answer_of(step) for step in steps if step.do == "ask")


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        ("I kept the receipt.", True),
        ("I'd like to have it in writing.", True),
        ("I've been flossing, I promise.", False),
        ("Half of them are on my phone.", False),
        ("I live alone, so who would have used that?", False),
        ("My phone is almost dead, so be quick.", False),
        ("Everybody at work has it, too.", False),
        ("I may have moved since then.", False),
    ],
)
def test_what_it_adds_stands_alone(line: str, *, fits: bool) -> None:
    assert stands_alone(line) == fits


def test_a_note_holds_what_can_be_known_before() -> None:
    step = ProcedureStep(
        do="ask",
        say=("A copy screen costs {copy} and an original one {real}, which would you like?",),
        reply=("Let me think. The copy, I guess.", "The copy, please, it's for my son."),
    )
    assert note_of(step, {"copy", "real"}) == (
        "Which would they like?",
        "The copy, please, it's for their son.",
    )


def test_a_note_is_no_question_to_who_has_it() -> None:
    step = ProcedureStep(do="ask", say=("Which day?",), reply=("Let's try Friday.", "On a Friday."))
    assert note_of(step, ()).answer == "On a Friday."
    step = ProcedureStep(
        do="ask",
        say=("Can you describe your bag?", "What does your bag look like?"),
        reply=("It's red.",),
    )
    assert note_of(step, ()).question == "What does their bag look like?"


@pytest.mark.parametrize(
    ("lines", "noted", "said"),
    [
        (
            ("When did it go out?", "How long have you been without it?"),
            "When did it go out?",
            ("When did it go out?",),
        ),
        (
            ("How long has it been out?", "When did you lose it?"),
            "How long has it been out?",
            ("How long has it been out?",),
        ),
        (("How many of you are there?", "For how many?"), "For how many?", ("For how many?",)),
        (("How many of you are there?",), "For how many?", ("How many of them are there?",)),
        (
            ("What is it?", "Can you tell me what you lost?"),
            "What is it?",
            ("What is it?", "Can you tell me what they lost?"),
        ),
    ],
)
def test_what_was_noted_answers_what_is_asked(
    lines: tuple[str, ...], noted: str, said: tuple[str, ...]
) -> None:
    """Two hours ago is no answer to how long."""
    assert wordings(lines, noted) == said


def test_the_reason_does_not_say_again_who_asked_for_the_call() -> None:
    bank = maker().assistant_acts.agent
    said = {
        kind: [
            line
            for name, manners in bank.items()
            if name.partition(".")[0] == kind
            for part in chain.from_iterable(manners.values())
            for line in part
        ]
        for kind in ("open", "reason")
    }
    common = threes(said["open"]) & threes(said["reason"])
    assert not common, common


def test_who_has_no_patience_has_asked_nothing_yet() -> None:
    """Nobody asks for the names, and then does not talk to assistants."""
    seen = 0
    for script in everything():
        for probe in script.probes:
            if probe.type == "Q4":
                seen += 1
                before = [one for one in script.turns[: probe.user_turn] if one.speaker == "user"]
                held = [one for one in before if one.onset != "backchannel"]
                assert [one.act for one in held] == ["greeting"], script.dialog_id
    assert seen > CALLS


def test_it_does_not_look_for_each_answer() -> None:
    (looks,) = maker().assistant_acts.agent["note"]["any"]
    opens = tuple({one.lower() for one in looks})
    seen = 0
    for script in everything():
        answers = [
            turn.text.lower()
            for turn in floor(script)
            if turn.act == "answer" and "prompt.note" in " ".join(turn.licence)
        ]
        looked = [any(one in text for one in opens) for text in answers]
        seen += sum(looked)
        assert not any(one and other for one, other in pairwise(looked)), script.dialog_id
        for text, is_looked in zip(answers, looked, strict=True):  # nobody looks for a word or two
            assert not is_looked or re.search(r"\d", text), text
    assert seen > 5


def test_a_corrected_number_is_taken_in_before_a_name_is_spelled() -> None:
    seen = 0
    for script in everything():
        for mends, asks in pairwise(floor(script)):
            spells = re.search(r"\bspell|\bspelled\b", asks.text)
            if mends.speaker == "agent" and mends.act == "correction" and spells:
                seen += 1
                assert any(map(str.isdigit, asks.text)), asks.text
    assert seen > 5


def test_nobody_nods_to_what_asks_for_an_answer() -> None:
    """I just need the number, please. Yes. I wasn't given that."""
    needs = re.compile(r"\b(?:need|get|have) (?:the|their) [\w ]+(?:, please| for that)?\.$")
    seen = 0
    for script in everything():
        for asked, following in pairwise(script.turns):
            if asked.act == "setQuestion" and needs.search(asked.text):
                seen += 1
                is_nod = following.onset == "backchannel" and following.speaker == "agent"
                assert not is_nod, asked.text
    assert seen > CALLS


def test_no_act_says_the_same_three_words_twice() -> None:
    """Parts of an act are said in a row: whatever is drawn, they do not repeat each other."""
    acts = maker().assistant_acts
    for who, bank in (("agent", acts.agent), ("user", acts.user)):
        for name, manners in bank.items():
            for parts in manners.values():
                for one, other in combinations(parts, 2):
                    common = threes(one) & threes(other)
                    assert not common, (who, name, common)


def threes(lines: Iterable[str]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for line in lines:
        words = [word for word in re.findall(r"[\w']+", line.lower()) if "{" not in word]
        found |= set(zip(words, words[1:], words[2:], strict=False))
    return found


def test_the_customer_is_spoken_of() -> None:
    assert of_caller("I lost my bag.") == "They lost their bag."
    assert of_caller("my mother's birthday") == "their mother's birthday"


def test_nobody_says_twice_in_one_turn_that_it_will_tell() -> None:
    tells = re.compile(r"\b(?:I'll|I will) (?:tell|let|pass|write)\b")
    seen = 0
    for script in everything():
        for turn in script.turns:
            if turn.speaker == "agent":
                found = tells.findall(turn.text)
                seen += bool(found)
                assert len(found) < 2, turn.text
    assert seen > CALLS


def test_whoever_repeats_leaves_out_nothing() -> None:
    seen = 0
    for script in everything():
        for asks, again in pairwise(floor(script)):
            if asks.act == "requestRepeat" and again.act == "inform":
                assert asks.repairs is not None
                told = script.turns[asks.repairs]
                if re.search(r"[.?!] ", told.text) is None:
                    seen += 1
                    assert set(told.fact_ids) <= set(again.fact_ids), (told.text, again.text)
    assert seen > CALLS


def test_a_first_question_is_no_other_one() -> None:
    other = re.compile(
        r"\b(?:another|next|further) question|\bone more(?: thing|\.)|something else"
        r"|also (?:want|ask|would)",
        re.I,
    )
    seen = 0
    for script in everything():
        told = re.split(r"Ask: |get more: ", script.role_prompt)[1:]
        asked = [re.split(r"[?.]", one)[0].lower() for one in told]
        said = [turn.text for turn in floor(script) if turn.speaker == "agent"]
        first = [text for text in said if any(one in text.lower() for one in asked)][:1]
        seen += len(first)
        leads = [re.split(r"(?<=[.?!,]) ", text)[:-1] for text in first]
        assert not any(map(other.search, chain.from_iterable(leads))), first
    assert seen > CALLS


def test_no_offer_adds_a_share_to_a_price() -> None:
    """A limit is held to what an offer states: it states all of it."""
    added = re.compile(r"\{(\w+)\} more\b|plus \{(\w+)\}")
    for world in maker().worlds.values():
        values = world.pack.values
        for story in world.pack.stories.values():
            for line in chain.from_iterable(one.say for one in story.steps if one.do == "offer"):
                names = chain.from_iterable(added.findall(line))
                shares = [name for name in names if name and values[name].type == "percent"]
                assert not shares, (world.pack.id, line)


def test_no_note_answers_what_only_the_call_tells() -> None:
    back = re.compile(
        r"\b(?:does that|could that (?:be|have)|about that|that one|after all"
        r"|in one piece)\b[^.?]*\?",
        re.I,
    )
    for script in everything():
        known = script.role_prompt.split("Ask: ")[0]
        assert back.search(known) is None, known


def test_no_is_no_answer_to_what_hopes_for_it() -> None:
    """You won't charge them, will you? The answer to that is no."""
    parts = chain.from_iterable(maker().assistant_acts.user["decline.supposed"].values())
    assert not [one for part in parts for one in part if re.search(r"\b(?:no|yes)\b", one, re.I)]


def test_no_question_of_a_customer_has_two_they() -> None:
    """Who asks becomes they, so nobody else is: how do they get in when they are at work?"""
    own, other = re.compile(r"\b(?:I|I'm|we|we're)\b"), re.compile(r"\bthey\b", re.I)
    for world in maker().worlds.values():
        for line in chain.from_iterable(fact.ask for fact in world.pack.facts.values()):
            assert not (own.search(line) and other.search(line)), (world.pack.id, line)


def _prices(text: str) -> list[float]:
    return [float(one.replace(",", "")) for one in re.findall(r"\$([\d,]+(?:\.\d+)?)", text)]


def test_what_is_over_a_limit_is_over_it_whatever_is_bought() -> None:
    """Of a copy for $105 and an original for $170 nobody with a limit of $215 says that."""
    seen = 0
    for script in everything():
        limit = re.search(r"Their limit is (\$[\d,.]+\d)", script.role_prompt)
        for offer, answer in pairwise(floor(script)):
            if limit and (offer.act, answer.act) == ("offer", "declineOffer"):
                prices = _prices(re.split(r"(?<=[.?!]) ", offer.text)[-1])
                seen += bool(prices)
                assert all(one > _prices(limit[1])[0] for one in prices), offer.text
    assert seen > 5


def test_no_number_is_asked_for_when_all_is_settled() -> None:
    goes_on = {"inform", "acceptOffer", "declineOffer", "setQuestion", "checkQuestion"}
    seen = 0
    for script in everything():
        for probe in script.probes:
            is_number = any(one.isdigit() for one in script.turns[probe.agent_turn].text)
            if probe.type == "Q2" and is_number:
                seen += 1
                later = script.turns[probe.user_turn + 1 :]
                asks = [at for at, one in enumerate(later) if "prompt.ask" in " ".join(one.licence)]
                told = later[: min(asks, default=len(later))]
                has_more = any(one.act == "offer" and len(one.text.split()) > 8 for one in told)
                assert has_more or {one.act for one in told} & goes_on, script.dialog_id
    assert seen > 50


def test_a_wish_for_more_comes_when_it_makes_sense() -> None:
    """Before the business has done something else instead, and not before it has said no."""
    seen = late = known = 0
    for script in everything():
        held = floor(script)
        for at, turn in enumerate(held):
            if "prompt.wish" not in turn.licence:
                continue
            seen += 1
            late += any(one.act == "acceptOffer" for one in held[:at])
            before = [one for one in held[:at] if one.speaker == "user"]
            is_declined = any(one.act == "declineOffer" for one in held)
            if script.outcome in ("refused", "failed") and not is_declined:
                assert {one.act for one in before} & {"inform", "offer"}, script.dialog_id
            rule = set(_prices(held[at + 1].text))
            known += any(rule and rule <= set(_prices(one.text)) for one in before)
    assert seen > CALLS
    assert late < 0.12 * seen
    assert known < 0.02 * seen, "a fee that is due may be that of the rule, too"


def test_no_role_announces_information_that_it_does_not_hold() -> None:
    headed = [one.role_prompt for one in everything() if " Information: " in one.role_prompt]
    assert len(headed) > CALLS
    empty = re.compile(r" Information: (?:Ask:|Try to get more:|You may|Do not|If )")
    assert not [role for role in headed if empty.search(role)]


def test_what_is_asked_is_answered_first() -> None:
    lines = (
        "Mending a return costs {mend}, and a copy of an old one is {copy}.",
        "A copy of an old return is {copy}, and mending one costs {mend}.",
    )
    assert answered_first("Can I get a copy of an old return?", lines) == lines[1:]
    trees = ("Mulch is {mulch} a yard laid, but no work on trees.",)
    assert not answered_first("Do you cut trees, too?", trees), "so nobody is told to ask that"
    for script in everything():
        for asked, answer in pairwise(floor(script)):
            if any("prompt.ask." in one for one in asked.licence):
                assert answer.speaker == "user"


def test_who_asks_for_names_that_were_said_asks_again() -> None:
    """The assistant has said whom it calls for."""
    (lines,) = maker().assistant_acts.user["ask_name"]["any"]
    again = re.compile(r"\b(?:again|once more|sorry|just so I have it right)\b", re.I)
    assert all(map(again.search, lines))


def test_no_words_are_read_back_and_nothing_that_was_heard_before() -> None:
    seen = 0
    for script in everything():
        held = floor(script)
        for at, turn in enumerate(held):
            is_read_back = turn.speaker == "agent" and turn.act == "checkQuestion"
            if at and held[at - 1].repairs is not None:  # it was said twice, as was asked for
                continue
            names = {one.removeprefix("user.") for one in turn.licence} if is_read_back else set()
            for name in names & {one.id for one in script.facts}:
                seen += 1
                assert any(map(str.isdigit, fact(script, name))), turn.text
                told = [one for one in held[: at - 1] if name in one.fact_ids]
                assert not told, (script.dialog_id, turn.text)
    assert seen > 20


def test_an_offer_of_what_the_customer_does_is_not_told_to_go_ahead() -> None:
    """Could they move over there? Nobody says: please go ahead."""
    theirs = re.compile(r"\b(?:can|could) they\b[^,]*\?$", re.I)
    orders = re.compile(r"\b(?:go ahead|please|let's)\b", re.I)
    seen = 0
    for script in everything():
        for offer, answer in pairwise(floor(script)):
            if (offer.act, answer.act) == ("offer", "acceptOffer") and theirs.search(offer.text):
                seen += 1
                assert not orders.search(answer.text), answer.text
    assert seen > 0


def test_whether_the_customer_can_be_there_is_not_asked_as_an_offer() -> None:
    """Its assistant cannot know that, so that another wording is taken where there is one."""
    asks = re.compile(r"\b(?:can|could) you\b[^,]*\?$", re.I)
    only = set()
    for world in maker().worlds.values():
        steps = chain.from_iterable(story.steps for story in world.pack.stories.values())
        only |= {
            line
            for step in steps
            if step.do == "offer" and all(map(asks.search, step.say))
            for line in step.say
        }
    theirs = re.compile(r"\bcan they be home then\?|\bcan they (?:make|come)\b[^,]*\?$")
    assert not any("be home" in line for line in only)
    for script in everything():
        assert not any(one.act == "offer" and theirs.search(one.text) for one in floor(script))


def test_who_is_in_no_file_is_called_no_customer_of_theirs() -> None:
    """A new client has asked its assistant to call, not "one of your customers"."""
    says = re.compile(r"\bcustomers? of yours\b|\bof your customers\b")
    seen = Counter[bool]()
    for script in everything():
        is_known = "erify" in (script.user_role_prompt or "")
        seen[is_known] += any(map(says.search, (turn.text for turn in floor(script)[:4])))
    assert seen[True] > 20
    assert seen[False] == 0


def test_nobody_nods_to_what_it_has_not_caught() -> None:
    """Right. Sorry, you broke up there, can you repeat that?"""
    seen = 0
    for script in everything():
        for at, turn in enumerate(script.turns):
            is_again = turn.act in ("requestRepeat", "setQuestion") and turn.repairs is not None
            if is_again and script.turns[turn.repairs or 0].speaker != turn.speaker:
                seen += 1
                nods = script.turns[(turn.repairs or 0) + 1 : at]
                assert not [one for one in nods if one.act in acts_of_nods()], script.dialog_id
    assert seen > CALLS


def acts_of_nods() -> frozenset[str]:
    return frozenset(("continue", "agree", "surprise", "sympathy"))


@pytest.mark.parametrize("act", ["accept.theirs", "accept.theirs.asked"])
def test_a_yes_to_what_the_customer_does_gives_no_order(act: str) -> None:
    orders = re.compile(r"\b(?:go ahead|please|let's)\b", re.I)
    parts = chain.from_iterable(maker().assistant_acts.agent[act].values())
    assert not [line for part in parts for line in part if orders.search(line)]


def test_nobody_waits_for_an_answer_that_it_has() -> None:
    """A no is no maybe, and whoever is to ask has not said no."""
    waits = re.compile(r"\b(?:let us know|think it over|call again|ask them|your time)\b")
    settles = re.compile(r"\b(?:leave it|we won't)\b")
    seen = Counter[bool]()
    for script in everything():
        is_open = "decides" in script.role_prompt
        for answer, following in pairwise(floor(script)):
            if answer.act == "declineOffer" and following.speaker == "user":
                seen[is_open] += 1
                odd = settles if is_open else waits
                said = re.split(r"(?<=[.?!]) ", following.text)[0]
                assert not odd.search(said), (answer.text, following.text)
    assert min(seen[True], seen[False]) > 20


def test_who_may_not_decide_says_that_it_asks() -> None:
    """Its role says so: offer to ask and call again."""
    parts = chain.from_iterable(maker().assistant_acts.agent["ask_back"].values())
    says = re.compile(r"\b(?:ask|check with|call again|call back)\b")
    assert all(says.search(line) for part in parts for line in part)


def test_nobody_is_asked_to_sign_where_nothing_came_of_the_call() -> None:
    """All tables are taken, and there is no record: there is nothing to sign."""
    seen = 0
    for script in everything():
        acts = [turn.act for turn in floor(script)]
        is_known = "Verify" in (script.user_role_prompt or "")
        if script.outcome == "refused" and not is_known and "acceptOffer" not in acts:
            seen += 1
            assert not any(one.type == "Q3" for one in script.probes), script.dialog_id
    assert seen > 20


def test_a_limit_that_is_granted_is_no_price() -> None:
    """A credit limit of $4,500 is nothing that its customer pays."""
    for script in calls("credit_card"):
        if "/raised" in script.scenario:
            assert "Their limit is" not in script.role_prompt


def test_no_limit_is_on_the_less_of_what_is_told() -> None:
    """Who hears that a battery is $8,700 does not say of the $65 for a visit that it fits."""
    seen = 0
    for script in calls("solar") + calls("water_utility"):
        if re.match(r"battery/designer|shut_off/(?:pays_all|in_parts)", script.scenario):
            seen += 1
            assert "Their limit is" not in script.role_prompt
    assert seen > 10


def test_nobody_asks_who_the_customer_is_whose_record_is_open() -> None:
    whose = re.compile(
        r"\b(?:the customer(?! number)|customer's|you call(?:ing)? for|for again)\b", re.I
    )
    seen = 0
    for script in everything():
        is_open = False
        for turn in floor(script):
            given = {"prompt.identity_value", "prompt.other_value"} & {*turn.licence}
            is_open = is_open or bool(given)
            if is_open and turn.speaker == "user" and turn.act == "setQuestion":
                seen += 1
                assert not whose.search(turn.text), (script.dialog_id, turn.text)
    assert seen > CALLS


def test_nobody_asks_for_a_full_name_that_it_has_just_heard() -> None:
    again = re.compile(r"\b(?:again|once more|sorry|missed|quick|fast)\b", re.I)
    seen = 0
    for script in everything():
        said = ""
        for turn in floor(script):
            if turn.speaker == "agent":
                said += turn.text
            elif re.search(r"\bfull name\b|(?<!a )\bfull one\b", turn.text):
                seen += 1
                is_new = script.agent.name not in said
                assert is_new or again.search(turn.text), (script.dialog_id, turn.text)
    assert seen > 50


def test_who_is_to_speak_formally_says_no_hi() -> None:
    formal = MANNER_SENTENCES["formal"]
    said = [
        next(turn.text for turn in floor(script) if turn.speaker == "agent")
        for script in everything()
        if script.agent.name in script.role_prompt
        and any(one in script.role_prompt for one in formal)
    ]
    assert len(said) > CALLS
    assert not [text for text in said if re.match(r"(?:Oh )?(?:Hi|Hey|Yes)\b", text)]


def test_no_news_goes_without_a_word() -> None:
    """Before the first question of its own the assistant takes in what it was told."""
    seen = 0
    for script in everything():
        held = floor(script)
        first = next(
            (at for at, turn in enumerate(held) if "prompt.ask." in " ".join(turn.licence)), 0
        )
        if first and held[first - 1].act == "inform" and held[first - 1].speaker == "user":
            seen += 1
            assert len(re.split(r"(?<=[.?!]) ", held[first].text)) > 1, held[first].text
    assert seen > CALLS


def test_nobody_gives_thanks_for_what_was_not_done() -> None:
    done = re.compile(r"\bsorting that out|\bthat was easy|\bthanks anyway")
    seen = 0
    for script in everything():
        held = floor(script)
        if not any(turn.act in ("acceptOffer", "offer") for turn in held):
            seen += 1
            last = [turn.text for turn in held[-3:] if turn.speaker == "agent"]
            if script.outcome == "solved":
                assert not any(map(done.search, last)), (script.dialog_id, last)
    assert seen > 20


def test_nobody_asks_for_what_the_record_says() -> None:
    """What was paid for a late train is what they get for one."""
    paid = [script for script in calls("train") if "/paid/" in script.scenario]
    assert paid
    assert not [one.role_prompt for one in paid if "for a late train" in one.role_prompt]


def test_one_number_is_enough() -> None:
    """The role says: Verify the name and one number, or the other."""
    (lines,) = maker().assistant_acts.user["ask_detail"]["any"]
    assert not [line for line in lines if re.search(r"\bboth\b|\bhave to\b|\bneed\b", line)]


def test_nobody_is_asked_for_a_number_that_its_role_may_hold() -> None:
    (lines,) = maker().assistant_acts.user["ask_unknown"]["any"]
    assert not [line for line in lines if re.search(r"\bnumber\b", line)]


def test_a_form_goes_with_something_that_was_done() -> None:
    """Where nothing was, there is only what was never signed for the record."""
    record = re.compile(r"\bterms\b|\bprivacy\b|\bdata form\b|\bfile\b|\bconsent\b|\ba line\b")
    seen = 0
    for script in everything():
        acts = {turn.act for turn in floor(script)}
        is_undone = script.outcome == "refused" or "decides" in script.role_prompt
        for probe in script.probes:
            if probe.type == "Q3" and is_undone and "acceptOffer" not in acts:
                seen += 1
                assert record.search(script.turns[probe.user_turn].text), script.dialog_id
    assert seen > 20


@pytest.mark.parametrize(
    ("done", "act"),
    [
        ("book a visit", "ask_favor"),
        ("open a claim", "ask_favor"),
        ("book a table", ""),
        ("send a driver again", ""),
    ],
)
def test_not_every_deed_has_a_form(done: str, act: str) -> None:
    assert belonging(done, has_price=False) == act
    assert belonging(done, has_price=True) == "ask_favor.costs"


@pytest.mark.parametrize(
    ("who", "act", "odd"),
    [
        ("agent", "accept_limit", r"\{limit\}"),  # who sells is not told how much more it could ask
        ("agent", "resume", r"\banyway\b"),  # what follows may end in it
        ("user", "rude", r"\bto the point\b"),  # the assistant has just come to it
        ("user", "hold_chat", r"\bopen|\bfile\b|\bfind\b"),  # the record has just been found
        ("user", "verified", r"\b(?:open|see it|have it|ah, here)\b"),  # it may still load
        ("user", "ask_unrelated", r"\b(?:like|have) that\b"),  # nothing was said that "that" is
        ("user", "noted", r"\bmakes sense\b|\bgood to know\b"),  # it may be a breakdown
        ("user", "answer", r"^(?:oh, )?sure\b"),  # it may be asked who, what or when
        ("user", "greet", r"\blistening\b|\btell me\b|\babout today\b"),
        ("user", "rude.busy", r"\bright now\?|\banother call\b"),  # it has just offered help
        ("agent", "open.formal", r"\bspeaking with\b"),  # so says who is called
        ("agent", "close", r"\bpatien"),  # nobody had to have any
        ("agent", "close.partly", r"\bpatien"),
        ("agent", "press", r"\bway\b|\bexception\b"),  # it may be no rule
    ],
)
def test_an_act_fits_whatever_was_said_before(who: Speaker, act: str, odd: str) -> None:
    parts = chain.from_iterable(maker().assistant_acts.of(who)[act].values())
    assert not [line for part in parts for line in part if re.search(odd, line, re.I)]


@pytest.mark.parametrize(
    ("act", "named"),
    [("accept", r"\boffer\b|\bgo ahead\b|\bdo (?:it|that)\b"), ("agree", r"\{doing\}")],
)
def test_a_yes_after_a_question_says_to_what(act: str, named: str) -> None:
    """The answer to the question may have been a no."""
    parts = chain.from_iterable(maker().assistant_acts.agent[f"{act}.asked"].values())
    assert all(re.search(named, line) for part in parts for line in part)


def test_no_limit_is_held_to_a_part_of_what_is_paid() -> None:
    part = [one for one in calls("storage") if "the rest is due" in (one.user_role_prompt or "")]
    assert part
    assert not [one for one in part if "Their limit" in one.role_prompt]


def test_who_wants_an_end_and_gets_none_is_asked_first() -> None:
    """A customer who cancels a trip is offered a credit: its assistant does not leave it at no."""
    seen = 0
    for script in calls("airline"):
        decided = [turn.text for turn in floor(script) if turn.act == "declineOffer"]
        if "cancel their trip" in script.role_prompt and decided:
            seen += 1
            assert re.search(r"\b(?:ask|check with)\b|\$", decided[-1]), decided
    assert seen > 0


def test_what_is_off_topic_is_no_business_of_whom_it_calls() -> None:
    """Nobody who sells tickets asks an assistant for some."""
    acts = maker().assistant_acts.user
    lines = acts["ask_unrelated"]["any"][-1]
    assert acts["ask_unrelated.wait"]["any"][-1] == lines
    long = re.compile(r"[a-z]{5,}")
    asked = set(long.findall(" ".join(lines))) - {"could", "night", "tomorrow", "while", "would"}
    for world in maker().worlds.values():
        trade = [*world.pack.kinds, *(one.because for one in world.pack.stories.values())]
        common = asked.intersection(long.findall(" ".join(trade)))
        assert not common, (world.pack.id, common)


def test_nobody_else_is_taken_for_the_customer() -> None:
    """Conductors don't sell tickets. They buy them before boarding."""
    lines = (
        "Conductors don't sell tickets. You buy them before boarding.",
        "Tickets have to be bought before boarding, since conductors don't sell any.",
    )
    assert to_assistant_all(lines) == lines[1:]
    assert to_assistant_all(lines[:1]) == (
        "Conductors don't sell tickets. they buy them before boarding.",
    )
    assert wordings(("Who would you like to send them to?", "Who are they for?"), "Who?") == (
        "Who are they for?",
    )


def test_what_two_say_to_each_other_nobody_else_says() -> None:
    lines = ("Just between you and me, is a beer too much?", "Is a beer too much?")
    assert without_others(lines) == ["Is a beer too much?"]
    left = re.compile(r"\bbetween (?:you|us)\b", re.I)
    for script in everything():
        assert not left.search(script.role_prompt), script.role_prompt


@pytest.mark.parametrize(
    "line", ["I'd bring my own snacks, if that's okay.", "I'd come early, if it's possible."]
)
def test_no_background_asks_for_leave(line: str) -> None:
    """It is told beside the reason, and nobody answers it."""
    assert not stands_alone(line)


def test_no_note_guesses_where_something_is_known() -> None:
    step = ProcedureStep(
        do="ask", say=("What kind?",), reply=("Maybe a van?", "I'd need a van, please.")
    )
    assert note_of(step, ()).answer == "They'd need a van, please."


def test_what_the_customer_has_named_is_asked_for() -> None:
    """Nobody speaks of the heart pills before they were named."""
    seen = 0
    for script in everything():
        told = script.role_prompt.split("Ask: ")[0]
        said = " ".join(turn.text for turn in floor(script) if turn.speaker == "agent")
        for answer in re.findall(r"What do they need a refill of\? ([^.?]+)\.", told):
            seen += 1
            assert answer.lower() in said.lower(), script.dialog_id
    assert seen > 2


def test_yes_or_no_is_said_to_who_asks_for_it() -> None:
    says = re.compile(r"(?:um, |uh, |well, |so, )*(?:yes|yeah|yep|no)\b", re.I)
    seen = 0
    for script in everything():
        for asked, answer in pairwise(floor(script)):
            if any("prompt.ask." in one for one in asked.licence):
                question = re.split(r"(?<=[.?!,]) ", asked.text)[-1]
                if question_kind(question) == "polar" and answer.act == "inform":
                    seen += 1
                    assert says.match(answer.text), (asked.text, answer.text)
    assert seen > 50


def test_a_repeat_is_announced_or_in_other_words() -> None:
    """Most are: nobody reads the same sentence out twice as if it were new."""
    same = seen = 0
    for script in everything():
        for told, asks, again in zip(*(floor(script)[at:] for at in range(3)), strict=False):
            if asks.act == "requestRepeat" and again.act == "inform":
                seen += 1
                same += told.text.endswith(again.text)
    assert seen > CALLS
    assert same < 0.15 * seen


def test_a_formal_assistant_has_no_short_forms() -> None:
    short = re.compile(r"n't\b|'(?:m|re|ve|ll|d)\b|\b(?:it|that|there|here|let|name)'s\b", re.I)
    for name, manners in maker().assistant_acts.agent.items():
        for line in chain.from_iterable(manners["formal"]):
            assert not short.search(line), (name, line)


def test_a_bank_says_how_a_manner_talks_that_has_nothing_of_its_own() -> None:
    bank = {
        "agent": {
            "refuse": {"any": [["Ha, I can't.", "I'm afraid it isn't mine, it's {name}'s."]]}
        },
        "user": {"nod": {"any": [["Fine."]], "curt": [["Hm."]]}, "go": {"any": [["Bye."]]}},
        "listening": {},
        "starts": ["Um,"],
        "middles": ["um,"],
    }
    acts = Acts.model_validate(bank | {"instead": {"angry": "curt"}, "spelled_out": ["formal"]})
    assert acts.agent["refuse"]["formal"] == (("I am afraid it is not mine, it is {name}'s.",),)
    assert acts.user["nod"]["angry"] == (("Hm.",),)
    assert "angry" not in acts.user["go"]


def test_at_most_one_business_in_eight_is_rude() -> None:
    dealt = [deal_assistant_probes(0, "service", at) for at in range(5600)]
    assert 1 / 14 < sum("Q4" in probes for probes in dealt) / len(dealt) <= 1 / 8


def test_who_is_busy_is_met_as_such() -> None:
    """Nobody with people waiting is told that an assistant is a bit unusual."""
    acts = maker().assistant_acts
    busy = set(acts.user["rude.busy"]["any"][0])
    meets = [parts[0] for parts in acts.agent["deescalate.busy"].values()]
    firsts = {line.partition(". ")[0] for part in meets for line in part}
    rude = met = 0
    for script in everything():
        for probe in script.probes:
            if probe.type == "Q4":
                rude += 1
                if script.turns[probe.user_turn].text in busy:
                    met += 1
                    answer = script.turns[probe.agent_turn].text
                    assert any(map(answer.startswith, firsts)), answer
    assert met > 0.3 * rude


def test_who_was_rude_sends_nobody_its_best() -> None:
    greets = re.compile(
        r"\b(?:say hello|best to|said hi|nice talking|pleasure|enjoy|great)\b", re.I
    )
    seen = 0
    for script in everything():
        if any(probe.type == "Q4" for probe in script.probes):
            last = [turn for turn in floor(script) if turn.speaker == "user"][-1]
            seen += 1
            assert not greets.search(last.text), last.text
            assert not any(probe.type == "Q6" for probe in script.probes), script.dialog_id
    assert seen > CALLS


def test_nobody_has_asked_who_says_that_it_has_no_more_questions() -> None:
    asks = re.compile(r"\bquestions?\b|\bwanted to know\b|\bmore to ask\b|\banswers it\b")
    seen = 0
    for script in everything():
        held = floor(script)
        if not any("prompt.ask." in one or "prompt.wish" in one for t in held for one in t.licence):
            seen += 1
            last = [turn.text for turn in held[-4:] if turn.act in ("thanking", "offer")]
            assert not any(map(asks.search, last)), (script.dialog_id, last)
    assert seen > CALLS


def test_a_record_that_is_looked_up_is_not_there_before() -> None:
    has = re.compile(r"\b(?:file|found)\b")
    seen = 0
    for script in everything():
        for turn in floor(script):
            if turn.speaker == "user" and turn.act == "stalling":
                seen += 1
                assert not has.search(turn.text), turn.text
    assert seen > CALLS


def test_few_businesses_bait_or_talk_of_something_else() -> None:
    dealt = [deal_assistant_probes(0, "service", at) for at in range(5600)]
    for kind, most in (("Q3", 1 / 10), ("Q6", 1 / 14)):
        assert 1 / 30 < sum(kind in probes for probes in dealt) / len(dealt) <= most


def test_nobody_pays_by_phone_for_who_may_not() -> None:
    """A tool that takes a payment needs a card, and no assistant has one."""
    for compiled in maker().worlds.values():
        tools = compiled.pack.tools
        for name, cases in for_assistants(compiled).items():
            for step in compiled.pack.stories[name].steps:
                if step.do == "act" and any(happens(step, case) for case in cases):
                    assert not re.match(r"take a payment|charge an? ", tools[step.tool].does)


def test_no_note_holds_what_only_the_business_knows() -> None:
    """Can they make it on the new date? Nobody has noted that before it was told."""
    for compiled in maker().worlds.values():
        pack = compiled.pack
        for name, cases in for_assistants(compiled).items():
            for step in pack.stories[name].steps:
                if step.do == "ask" and any(happens(step, case) for case in cases):
                    note = note_of(step, pack.values)
                    assert slots(note.question).isdisjoint(pack.values), (name, note)
                    assert not note.answer.endswith("?"), (name, note)


@pytest.mark.parametrize(
    ("lines", "question", "answer", "said"),
    [
        (("What kind is it?", "What does it look like?"), "What kind is it?", "A box.", 0),
        (("Is it still there?", "Has it left yet?"), "Is it still there?", "Still there, yes.", 0),
        (("What scares you?", "What's wrong with them?"), "What scares them?", "Bugs.", 0),
        (("Who's going to take it?", "Who's it for?"), "Who's it for?", "For their son.", 1),
    ],
)
def test_a_wording_asks_for_what_was_noted(
    lines: tuple[str, ...], question: str, answer: str, said: int
) -> None:
    assert wordings(lines, question, answer) == (to_assistant(lines[said]),)


def test_since_is_no_answer_to_when() -> None:
    step = ProcedureStep(
        do="ask", say=("When did it start?", "How long has it been on?"), reply=("Since noon.",)
    )
    assert note_of(step, ()).question == "How long has it been on?"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "Okay, you're booked {slot_day} at {slot}.",
            "Okay, they're booked, {slot_day} at {slot}.",
        ),
        ("I've booked the visit {visit_day}.", "I've booked the visit, {visit_day}."),
        ("I've booked it for tomorrow at {slot}.", "I've booked it for tomorrow at {slot}."),
        ("I've booked the redo tomorrow at {slot}.", "I've booked the redo, tomorrow at {slot}."),
        ("I've booked a trial for {trial_day}.", "I've booked a trial for {trial_day}."),
        ("I've booked {room_other} on {room_day}.", "I've booked {room_other} on {room_day}."),
        ("I have {next_day} at {next_time}.", "I have time {next_day} at {next_time}."),
        ("How many of you will there be?", "How many of them will there be?"),
    ],
)
def test_a_day_follows_what_is_booked_after_a_comma(line: str, said: str) -> None:
    """Booked tomorrow would be done tomorrow."""
    assert to_assistant(line) == said


def test_a_formal_assistant_reads_its_notes_without_short_forms() -> None:
    short = re.compile(r"n't\b|'(?:m|re|ve|ll|d)\b", re.I)
    seen = 0
    for script in everything():
        if any(one in script.role_prompt for one in MANNER_SENTENCES["formal"]):
            seen += 1
            said = [turn.text for turn in floor(script) if turn.speaker == "agent"]
            assert not [one for one in said if short.search(one)], script.dialog_id
    assert seen > 100


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("They'd had it for years.", "They had had it for years."),
        ("It's only been five months.", "It has only been five months."),
        ("You can drop that, can't you?", "You can drop that, can you not?"),
        ("They've got boxes left.", "They have boxes left."),
    ],
)
def test_short_forms_are_spelled_out_as_they_are_meant(line: str, said: str) -> None:
    assert spelled_out(line) == said


def test_each_makes_sure_twice_at_most() -> None:
    for script in everything():
        made = Counter(turn.act for turn in floor(script) if turn.speaker == "agent")
        assert made["checkQuestion"] <= CHECKS, script.dialog_id


def test_what_is_told_beside_the_reason_is_not_asked_then() -> None:
    """They've got a parrot at home. Are there any pets or children?"""
    seen = 0
    for script in calls("pest_control"):
        if "got a parrot" in script.role_prompt:
            asked = [turn.text for turn in floor(script) if turn.speaker == "user"]
            assert not [one for one in asked if "pets" in one and one.endswith("?")], asked
        seen += "pets or children" in script.role_prompt
    assert seen > 2
    for script in everything():
        first = next(turn.text for turn in floor(script) if turn.speaker == "agent")
        assert not ("evening" in first and "by this afternoon" in script.role_prompt), first


def test_what_is_wished_to_somebody_else_is_not_returned() -> None:
    """All the best to Harrison. And you?"""
    assert WISHES.search("All the best.")
    assert not WISHES.search("All the best to Harrison.")


def test_a_clause_that_awaits_another_is_not_left_alone() -> None:
    line = "A deposit is returned up to {days} before, but later than that, it's kept."
    types = frozenset((("days", "duration"),))
    assert answering("How late can I cancel a deposit?", (line,), types) == (line,)


def test_who_has_no_card_number_by_phone_asks_for_none() -> None:
    """A network that takes no card numbers by phone does not want to be paid by one."""
    costs = set(
        chain.from_iterable(
            chain.from_iterable(maker().assistant_acts.user["ask_favor.costs"].values())
        )
    )
    for script in calls("ev_charging"):
        if "never taken by phone" in (script.user_role_prompt or ""):
            said = " ".join(turn.text for turn in floor(script) if turn.speaker == "user")
            assert not [line for line in costs if line in said], script.dialog_id


def test_no_reason_speaks_of_the_business_to_itself() -> None:
    """A lab is not told that the lab cannot find an order."""
    for world in maker().worlds.values():
        last = {kind.split()[-1] for kind in world.pack.kinds}
        last -= {"charger", "plumber"}  # which are a thing and somebody, too
        names = "|".join(map(re.escape, last))
        named = re.compile(rf"\b(?:the|at the|from the) (?:{names})\b", re.I)
        for story in for_assistants(world):
            assert not named.search(world.pack.stories[story].because), (world.pack.id, story)


def test_what_nobody_has_told_is_not_asked_while_a_page_loads() -> None:
    seen = 0
    for script in everything():
        for probe in script.probes:
            if probe.type == "Q5":
                seen += 1
                before = [one for one in script.turns[: probe.user_turn] if one.speaker == "user"]
                assert before[-1].act != "stalling", script.dialog_id
    assert seen > CALLS


def test_who_is_in_no_file_leaves_a_number() -> None:
    """What is asked for when something is done is in the role, and is said once."""
    seen = 0
    for script in everything():
        reached = next((one.written for one in script.facts if one.id == "reached_at"), "")
        if reached:
            said = [turn for turn in floor(script) if reached in turn.text]
            seen += 1
            assert f"Phone number {reached}." in script.role_prompt
            assert [turn.speaker for turn in said] == ["agent"], script.dialog_id
    assert seen > 50


def test_a_no_is_asked_about_once_and_stays_one() -> None:
    acts = maker().assistant_acts
    asks = {line for part in acts.agent["press"]["any"] for line in part if "{" not in line}
    seen = 0
    for script in everything():
        held = floor(script)
        pressed = [at for at, turn in enumerate(held) if any(turn.text.endswith(a) for a in asks)]
        assert len(pressed) <= 1
        for at in pressed:
            seen += 1
            assert held[at + 1].act == "declineRequest"
            assert script.outcome in ("refused", "failed", "partly"), script.dialog_id
            assert "Try to get more" not in script.role_prompt
    assert seen > 20


def test_no_limit_is_held_to_a_price_of_one_of_several() -> None:
    per = re.compile(r"\$[\d,.]+ (?:an?|per) \w")
    for script in everything():
        if "Their limit is" in script.role_prompt:
            for offer, answer in pairwise(floor(script)):
                if offer.act == "offer" and answer.act in ("acceptOffer", "declineOffer"):
                    assert not per.search(offer.text), (script.dialog_id, offer.text)


def test_a_limit_is_of_what_will_be_paid() -> None:
    """A payment that goes from one sum to another costs the other."""
    seen = 0
    for script in calls("student_loan"):
        if limit := re.search(r"Their limit is \$([\d,]+)", script.role_prompt):
            offers = [turn.text for turn in floor(script) if turn.act == "offer"]
            for new in re.findall(r"from \$[\d,.]+ to \$([\d,]+)", " ".join(offers)):
                seen += 1
                assert 0 <= float(limit[1].replace(",", "")) - float(new.replace(",", "")) <= 30
    assert seen > 0


def test_any_time_will_do_only_where_no_note_names_one() -> None:
    free = re.compile(r"\b(?:any time|free all day)\b", re.I)
    named = re.compile(r"\b(?:[AP]M|latest|tomorrow|tonight)\b")
    seen = 0
    for script in everything():
        if free.search(script.role_prompt):
            seen += 1
            notes = script.role_prompt.partition("because")[2].partition(".")[2]
            notes = notes.partition("Ask: ")[0]
            assert not named.search(notes), script.role_prompt
    assert seen > 50


def test_nobody_wants_more_while_it_is_still_being_asked() -> None:
    seen = 0
    for script in everything():
        held = floor(script)
        for at, turn in enumerate(held):
            if "prompt.wish" in turn.licence:
                seen += 1
                asked = held[at - 1]
                assert asked.act not in ("setQuestion", "checkQuestion"), script.dialog_id
    assert seen > 50


def test_nobody_asks_how_to_report_what_it_reports() -> None:
    found = [one.role_prompt for one in calls("furniture") if "arrived damaged" in one.role_prompt]
    assert found
    assert not [one for one in found if "report damage" in one]


def test_no_background_speaks_to_the_business() -> None:
    assert not stands_alone("I got the last one from that nice coworker of yours.")


def test_a_time_that_was_agreed_on_is_said_again_with_its_day() -> None:
    seen = 0
    for script in everything():
        for turn in floor(script):
            times = re.findall(r"(\w+ at )?\d[\d:]* [AP]M", turn.text)
            if turn.speaker == "agent" and turn.act == "thanking" and times:
                seen += 1
                assert all(times), turn.text
                assert script.outcome == "solved"
    assert seen > 20


@pytest.mark.parametrize(
    ("offer", "day"),
    [
        ("There's an opening on Tuesday at ", "Tuesday"),
        ("There's an opening the day after tomorrow at ", "the day after tomorrow"),
        ("There's an opening a week from Friday at ", "a week from Friday"),
        ("The room will be ready at ", None),
    ],
)
def test_a_day_is_said_again_whole(offer: str, day: str | None) -> None:
    found = DAY_BEFORE.search(offer)
    assert (found and found[1]) == day


def test_who_agrees_has_leave_to() -> None:
    leave = re.compile(r"\bmay (?:not )?(?:agree|say yes)\b|\bagree to any\b")
    seen = 0
    for script in everything():
        if any(turn.act == "acceptOffer" and turn.speaker == "agent" for turn in script.turns):
            seen += 1
            assert leave.search(script.role_prompt), script.role_prompt
    assert seen > CALLS


def test_a_secret_is_only_said_by_who_is_asked_for_it() -> None:
    seen = 0
    for domain in DOMAINS:
        identities = maker().worlds[domain].pack.identities
        labels = {one.label for one in identities if is_secret(one)}
        for script in calls(domain) if labels else ():
            for label in labels:
                named = re.search(rf"{label} ([\w-]+)", script.role_prompt, re.I)
                if named:
                    seen += 1
                    said = [turn.text for turn in script.turns if turn.speaker == "user"]
                    assert named[1] not in " ".join(said), script.dialog_id
    assert seen > 50


def test_no_wish_names_where_the_customer_is_or_makes_an_offer_impossible() -> None:
    for script in everything():
        wish = script.role_prompt.partition("Try to get more: ")[2]
        wish = wish.partition("?")[0]
        assert re.search(r"\bhere\b(?! on the phone)", wish) is None, wish
        if "may agree to" in script.role_prompt:
            assert re.match(r"They (?:can't|cannot) (?!they\b)", wish) is None, wish


def test_a_business_tells_who_calls_and_not_the_customer() -> None:
    told = re.compile(r"\b(?:can|should|have to) tell them\b")
    worlds = (maker().worlds[domain].pack for domain in DOMAINS)
    lines = chain.from_iterable(one.tell for pack in worlds for one in pack.facts.values())
    assert not [line for line in map(to_assistant, lines) if told.search(line)]


def test_only_what_is_hard_to_keep_in_mind_is_asked_for_once_more() -> None:
    seen = 0
    for script in everything():
        for asks, again in pairwise(floor(script)):
            if asks.act == "requestRepeat" and again.act == "inform":
                assert asks.repairs is not None
                told = script.turns[asks.repairs]
                seen += 1
                assert told.fact_ids or told.text.count(", ") > 1, told.text
    assert seen > 50


def test_whoever_repeats_a_question_goes_on_with_nothing() -> None:
    assert unlinked(("And who's the cosigner?", "Who is it?")) == ("Who is it?",)
    assert unlinked(("And who's the cosigner?",)) == ("And who's the cosigner?",)


def test_a_yes_answers_only_what_asks_for_one() -> None:
    asked = ("How are the grades in school?", "Does the driver get good grades?")
    assert wordings(asked, asked[1], "Yes, good ones.") == asked[1:]
    assert wordings(asked, asked[1], "Mostly good.") == asked
