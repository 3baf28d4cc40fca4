"""What would sound wrong between two people: told twice, too glad, a name nobody gave, capitals."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import pytest

from datagen.scripting.claims import load_lexicon
from datagen.scripting.content.values import Value, money
from datagen.scripting.plans.draws import draws_for
from datagen.scripting.plans.records import changed
from datagen.scripting.simulate import steps, tools
from datagen.scripting.simulate.call import _news
from datagen.scripting.simulate.call_state import AgendaItem
from datagen.scripting.simulate.finish import _middle, _restart, _start
from datagen.scripting.simulate.floor import Draft
from datagen.scripting.simulate.readiness import is_ready
from datagen.scripting.simulate.talk import Talk
from datagen.scripting.world.draw import draw_world
from datagen.scripting.world.pack import ProcedureStep
from datagen.scripting.world.roles import Cast, user_role_prompt
from datagen.types import Behaviour, Emotion, Persona, Script
from tests.scripting.world.test_calls import DOMAINS, floor, make, maker

pytestmark = pytest.mark.slow

CALLS = 30
GLAD = re.compile(r"(?:Okay, (?:great|good)|Perfect|Lovely|Wonderful|Good|Great)[,.] ?")


@lru_cache
def scripts() -> tuple[Script, ...]:
    return tuple(make(domain, index) for domain in DOMAINS for index in range(CALLS))


def person(name: str, emotion: str = "neutral") -> Persona:
    behaviour = Behaviour(length=1, fillers=1, backchannels=1, interruptions=0)
    return Persona(name=name, gender="female", emotion=emotion, patience=1, behaviour=behaviour)


def talk_of(domain: str, story: str, case: str, *, emotion: str = "neutral") -> Talk:
    """Return a call without lookups in which nothing has been said yet."""
    compiled = maker().worlds[domain]
    for attempt in range(2000):
        draws = draws_for(0, domain, "manners", attempt)
        world = draw_world(compiled, story, (), draws)
        if world and world.case_id == case:
            world = replace(world, is_lookup=False)
            cast = Cast(
                company="Amberfield Desk",
                kind="desk",
                agent=person("Ines Brennan"),
                manner="friendly",
                user=person("Will Weir", emotion),
                daypart="morning",
                direction="inbound",
                probes=(),
            )
            call = Talk(compiled, world, cast, maker().acts, draws, 178)
            call.is_verified = call.is_named = True
            call.steps = list(world.steps)
            call.user("hello", "greeting")
            return call
    raise AssertionError(f"{domain}/{story}/{case} is never drawn")


def telling(call: Talk) -> ProcedureStep:
    return next(s for s in call.steps if s.do == "tell" and not s.say and len(s.facts) == 1)


def test_what_was_just_told_is_not_told_again() -> None:
    call = talk_of("auto_insurance", "claim_wait", "mailed")
    step = telling(call)
    steps.tell(call, step.facts[0])
    call.tell(step.facts)
    before = len(call.floor.drafts), call.floor.num_words
    steps.take(call, step.model_copy(update={"reply": ()}))
    assert (len(call.floor.drafts), call.floor.num_words) == before


def test_a_step_with_a_reply_reminds_of_what_was_just_told() -> None:
    call = talk_of("auto_insurance", "claim_wait", "missing")
    step = telling(call)
    assert step.reply
    call.user("ack", "autoPositive")
    call.tell(step.facts)
    steps.take(call, step)
    agent, user = call.floor.drafts[-2:]
    leads = [line for where, line in maker().acts.lines() if where.startswith("agent.remind")]
    assert any(lead in agent.text for lead in leads)
    assert user.text in {call.fill(line) for line in step.reply}


def test_what_was_told_long_ago_is_told() -> None:
    call = talk_of("auto_insurance", "claim_wait", "mailed")
    step = telling(call)
    call.tell(step.facts)
    for _ in range(6):
        call.agent("unknown", "answer")
        call.user("ack", "autoPositive")
    before = call.floor.num_words
    steps.take(call, step)
    assert call.floor.num_words > before


def test_callers_do_not_ask_what_they_supposed() -> None:
    for script in scripts():
        told = [
            t.licence[0] for t in floor(script) if t.act in ("confirm", "correction") and t.licence
        ]
        supposed = {one for one in told if one.startswith("prompt.")} - {"prompt.verify"}
        later = [t for t in floor(script) if t.act == "answer" and t.licence]
        for turn in later:
            assert turn.licence[0] not in supposed, (script.dialog_id, script.domain, turn.text)


def draft(text: str) -> Draft:
    return Draft(
        "user", "inform", text, text, set(), [], Emotion(label="neutral", valence=0, arousal=0)
    )


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ("He never came back.", "Um, he never came back."),
        ("Weird, okay, never mind.", "Um, weird, okay, never mind."),
        ("A red hard case.", "Um, a red hard case."),
        ("I'm in a hurry here.", "Um, I'm in a hurry here."),
        ("I want that.", "Um, I want that."),
        ("Will Weir is my name.", "Um, Will Weir is my name."),
        ("Will that be all?", "Um, Will that be all?"),
        ("Monday would be fine.", "Um, Monday would be fine."),
        ("Amberfield Desk, is that you?", "Um, Amberfield Desk, is that you?"),
        ("A, B, and then C.", "Um, A, B, and then C."),
        ("KX-4021 is the number.", "Um, KX-4021 is the number."),
        ("Okay, thanks for that.", "Okay, thanks for that."),
    ],
)
def test_only_names_keep_their_capital_after_a_filler(text: str, begun: str) -> None:
    said = draft(text)
    _start(talk_of("vet", "refill", "ordered"), said, "Um,")
    assert (said.text, said.spoken) == (begun, begun)


@pytest.mark.parametrize(
    ("text", "begun"),
    [
        ("A red hard case of mine.", "A red, a red hard case of mine."),
        ("He never came back.", "He never came, he never came back."),
        ("I want it back.", "I want it, I want it back."),
    ],
)
def test_only_names_keep_their_capital_in_a_restart(text: str, begun: str) -> None:
    said = draft(text)
    _restart(talk_of("vet", "refill", "ordered"), said)
    assert said.text == begun


def test_nothing_but_an_um_comes_before_a_yes() -> None:
    said = draft("Yes, it's the red one.")
    _start(talk_of("vet", "refill", "ordered"), said, "Yeah, so,")
    assert said.text == "Yes, it's the red one."


def test_nobody_takes_back_what_an_addition_follows() -> None:
    said = [t.text for script in scripts() for t in floor(script) if t.speaker == "user"]
    assert not [text for text in said if re.search(r"I mean, (?:and|but|so|it's) ", text)]
    assert sum("I mean, " in text for text in said) > 5


def test_no_more_than_an_um_follows_a_word_of_assent() -> None:
    for text in ("Yes, it's the red one.", "Hold on, here it is."):
        said = draft(text)
        _middle(said, "I mean,")
        assert said.text == text
    said = draft("It's the red one, with a dent.")
    _middle(said, "I mean,")
    assert said.text == "It's the red one, I mean, with a dent."


@pytest.mark.parametrize("is_whole", [True, False])
def test_an_offer_of_what_was_just_told_says_so(*, is_whole: bool) -> None:
    """But not if only a part of it was told."""
    call = talk_of("auto_insurance", "higher_bill", "lowered")
    step = next(s for s in call.steps if s.do == "offer")
    call.user("ack", "autoPositive")
    call.tell(step.facts)
    if is_whole:
        for name in step.facts:
            call.floor.drafts[-1].values |= call.slots(call.world.fact(name).tell)
    steps.take(call, step)
    leads = [line for where, line in maker().acts.lines() if where.startswith("agent.remind")]
    assert is_whole == any(lead in one.text for one in call.floor.drafts for lead in leads)


@pytest.mark.parametrize("emotion", ["angry", "annoyed", "worried"])
def test_an_agent_is_not_glad_of_bad_news(emotion: str) -> None:
    for at in range(40):
        call = talk_of("auto_insurance", "crash", "filed", emotion=emotion)
        call.draws = draws_for(0, str(at), "glad")
        call.words._draws = call.draws
        for act in ("ack", "identity_ok", "spelled", "react_request", "ack_question"):
            call.floor.close()
            text = call.agent(act, "autoPositive").text
            assert not GLAD.search(text), text
            assert "question" not in text


def test_feedback_may_be_glad_where_nothing_is_wrong() -> None:
    call = talk_of("vet", "refill", "ordered", emotion="cheerful")
    said = set()
    for _ in range(60):
        call.floor.close()
        said.add(call.agent("ack", "autoPositive").text)
    assert any(map(GLAD.match, said))


def test_callers_do_not_praise_what_was_refused() -> None:
    refused = [s for s in scripts() if s.outcome == "refused"]
    praise = re.compile(r"You've been a help|that was easy|for sorting that out|glad I called")
    assert len(refused) > 20
    assert not [s.dialog_id for s in refused if praise.search(" ".join(t.text for t in s.turns))]


def test_nobody_is_named_who_gave_no_name() -> None:
    nameless = 0
    for script in scripts():
        if script.call_direction == "outbound":
            continue
        first, last = script.user.name.split()[0], script.user.name.split()[-1]
        given = False
        for turn in floor(script):
            is_named = bool(re.search(rf"\b(?:{first}|{last})\b", turn.text))
            if turn.speaker == "user":
                given = given or is_named
            else:
                assert given or not is_named, (script.dialog_id, turn.text)
        nameless += not given
    assert nameless > 10


def test_small_talk_fills_long_waits_of_people_who_have_time() -> None:
    found = [
        (script, floor(script)[at - 1 : at + 3])
        for script in scripts()
        for at, turn in enumerate(floor(script))
        if turn.act == "stalling" and turn.text.endswith("?") and not turn.calls
    ]
    assert len(found) > 4
    for script, (before, chat, reply, following) in found:
        waits = [action for action in script.actions if action.id in before.calls]
        assert waits, "it follows the turn that calls a tool"
        assert waits[-1].latency > tools.LONG
        assert not chat.licence
        assert (chat.speaker, reply.speaker, following.speaker) == ("agent", "user", "agent")
        assert script.user.patience


def test_only_short_values_are_misheard() -> None:
    call = talk_of("event_rental", "short_delivery", "second_truck")
    step = next(s for s in call.steps if s.do == "ask" and steps._mendable(call, s))
    short, clause = (Value("text", said, said) for said in ("a ladder", "a ladder that fell down"))
    for wrong, is_said in ((short, True), (clause, False)):
        call.misheard = lambda name, wrong=wrong: wrong  # type: ignore[method-assign,misc]
        for _ in range(60):
            call.given.clear()
            steps._reply(call, step)
        heard = [one for one in call.floor.drafts if wrong.written in one.text]
        assert bool(heard) == is_said


def test_nobody_describes_by_mistake_but_a_number_may_slip() -> None:
    call = talk_of("event_rental", "short_delivery", "second_truck")
    step = next(s for s in call.steps if s.do == "ask" and steps._mendable(call, s))
    for wrong, is_said in ((Value("text", "a ladder", "a ladder"), False), (money(1700), True)):
        call.wrong = lambda name, wrong=wrong: wrong  # type: ignore[method-assign,misc]
        call.misheard = lambda name: None  # type: ignore[method-assign]
        for _ in range(60):
            call.given.clear()
            steps._reply(call, step)
        heard = [one for one in call.floor.drafts if wrong.written in one.text]
        assert bool(heard) == is_said


def test_who_is_called_back_says_more_than_was_read_out() -> None:
    call = talk_of("telecom", "no_internet", "outage")
    news = _news(call)
    assert "My internet is down." in call.world.story.opening
    assert news
    assert "My internet is down." not in news


def test_nobody_is_hurried_and_has_time() -> None:
    call = talk_of("telecom", "no_internet", "outage")
    for emotion, has_time in (("hurried", False), ("cheerful", True)):
        user = changed(call.cast.user, patience=2, emotion=emotion)
        said = user_role_prompt(call.world, replace(call.cast, user=user))
        assert f"You are {emotion}." in said
        assert ("You have time." in said) == has_time


def test_who_speaks_of_a_wait_keeps_to_its_role() -> None:
    """Who has time is in no hurry, and who has no patience does not say that there is no rush."""
    in_a_hurry = re.compile(r"have all day|bit of a hurry|\bit quick|to run soon|on the line for")
    at_leisure = re.compile(r"take your time|No rush|I have time\.|the time you need|going anyw")
    hurried = leisurely = 0
    for script in scripts():
        role = script.user_role_prompt or ""
        said = [t.text for t in floor(script) if t.speaker == "user"]
        pressed = [text for text in said if in_a_hurry.search(text)]
        easy = [text for text in said if at_leisure.search(text)]
        assert not (pressed and "You have time." in role), (script.dialog_id, pressed)
        assert not (easy and ("no patience" in role or "hurried" in role)), (script.dialog_id, easy)
        hurried, leisurely = hurried + len(pressed), leisurely + len(easy)
    assert min(hurried, leisurely) >= 5, (hurried, leisurely)


def test_who_has_called_thanks_nobody_for_calling() -> None:
    outbound = [one for one in scripts() if one.call_direction == "outbound"]
    assert len(outbound) > 50
    for script in outbound:
        last = [turn.text for turn in floor(script) if turn.speaker == "agent"][-1]
        assert not re.search(r"for (?:calling|your call)\b", last), (script.dialog_id, last)


def test_what_happens_in_the_evening_is_told_in_the_evening() -> None:
    at_night = {("campground", "noise"), ("coworking", "key_card")}
    told = [one for one in scripts() if (one.domain, one.scenario.split("/")[0]) in at_night]
    assert told
    for script in told:
        said = " ".join(turn.text for turn in floor(script))
        assert not re.search(r"\bgood (?:morning|afternoon)\b", said, re.I), script.dialog_id


def test_what_is_at_hand_is_not_left_at_home() -> None:
    """A car's plate is on the car, and nobody forgets a zip code or a telephone."""
    asked = 0
    lacks = re.compile(r"at home|can't find|I don't (?:have|know)|no idea")
    for script in scripts():
        for question, turn in pairwise(floor(script)):
            at_hand = re.search(r"phone number|plate number|zip code", question.text)
            if question.speaker == "agent" and question.act == "setQuestion" and at_hand:
                asked += 1
                assert not lacks.search(turn.text), (script.dialog_id, turn.text)
    assert asked > 50


def test_who_is_told_a_name_does_not_put_up_with_it() -> None:
    thanked = 0
    names = [line for where, line in maker().acts.lines() if where.startswith("user.ack_name")]
    for script in scripts():
        for one in (probe for probe in script.probes if probe.type == "Q0"):
            told = script.turns[one.agent_turn]
            later = [t for t in script.turns[one.agent_turn + 1 :] if t.onset != "backchannel"]
            is_all = told.licence == ("prompt.role",) and told.act == "answer" and not told.calls
            is_all = is_all and told.text[-1] != "?"
            if not is_all or not later or later[0].act != "autoPositive":
                continue
            thanked += 1
            said = later[0].text
            assert any(line.split(",")[0].strip(".").lower() in said.lower() for line in names), (
                said
            )
    assert thanked > 5


def test_nobody_still_looks_who_does_something() -> None:
    doing = looking = 0
    for script in scripts():
        held = floor(script)
        tools_of = {
            action.id: maker().worlds[script.domain].pack.tools[action.tool]
            for action in script.actions
        }
        for before, turn in pairwise(held):
            called = [tools_of[name] for name in before.calls]
            if not called or turn.speaker != "agent" or turn.act != "stalling":
                continue
            if called[-1].done:
                doing += 1
                assert "looking" not in turn.text.lower(), (script.dialog_id, turn.text)
            else:
                looking += "looking" in turn.text.lower()
    assert doing > 10
    assert looking > 2


def test_a_wait_is_interrupted_only_by_who_is_cross() -> None:
    calm = {"Sure, take your time.", "Okay.", "No rush.", "Okay, I'll wait.", "Thanks.", "Alright."}
    protests = [
        turn
        for script in scripts()
        for turn in script.turns
        if turn.interruption and turn.interruption.kind == "protest"
    ]
    assert len(protests) > 10
    assert not [turn.text for turn in protests if turn.text in calm]


def test_a_record_is_supposed_only_after_it_was_told() -> None:
    call = talk_of("auto_insurance", "claim_wait", "mailed")
    step = telling(call)
    event = AgendaItem("Q1", step.facts[0])
    assert not is_ready(call, event)
    call.steps.remove(step)
    assert not is_ready(call, event)
    call.agent_line(call.world.fact(event.what).tell, "inform")
    call.tell((event.what,))
    assert is_ready(call, event)
    call.user("ack", "autoPositive")
    call.agent("found", "inform")
    call.tell((call.world.terms[0],))  # the last that the caller has heard
    assert not is_ready(call, event)


@pytest.mark.parametrize(
    "text",
    [
        "I'll keep your place.",
        "Do you want it done, then?",
        "We'll leave it off.",
        "I'm connecting to it now.",
        "That'll be it, among others.",
    ],
)
def test_plain_phone_words_claim_nothing(text: str) -> None:
    assert not load_lexicon().content(text)


@pytest.mark.parametrize(
    "forms", [("agree", "agrees", "agreed"), ("transfer", "transferred"), ("plug", "unplug")]
)
def test_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({load_lexicon().stem(form) for form in forms}) == 1


def test_a_place_or_a_leave_of_its_own_is_still_a_claim() -> None:
    assert load_lexicon().content("There are places left at the pool.")


def test_nobody_protests_against_a_rule_by_the_way() -> None:
    call = talk_of("auto_insurance", "claim_wait", "missing")
    call.outcome = "refused"
    step = telling(call).model_copy(update={"reply": ()})
    records = call.world.records
    rule = next(name for name in call.world.terms if name not in records)
    assert steps._is_bad(call, step.model_copy(update={"facts": (next(iter(records)),)}))
    assert not steps._is_bad(call, step.model_copy(update={"facts": (rule,)}))
    assert steps._is_bad(call, step.model_copy(update={"reply": ("But that's unfair.",)}))


def test_a_slip_is_not_the_mistake_of_who_hears_it() -> None:
    parts = maker().acts.agent["got_right.slip"].values()
    lines = [line for part in parts for choices in part for line in choices]
    assert lines
    assert not [line for line in lines if re.search(r"mistake|sorry", line, re.IGNORECASE)]


def test_who_has_heard_nothing_gives_no_thanks_for_it() -> None:
    acts = maker().acts.user
    for act in ("done.unhelped", "done_offered.unhelped"):
        lines = [line for parts in acts[act].values() for part in parts for line in part]
        assert not [line for line in lines if re.search(r"\bknow\b|telling me", line)]


def test_who_hears_no_last_is_not_all_set() -> None:
    glad = ("I'm all set", "Perfect, thanks", "Great, thanks", "You've been a help")
    for script in scripts():
        last = script.probes[-1] if script.probes else None
        if last and last.act == "decline":
            later = [t for t in script.turns[last.agent_turn + 1 :]]
            if not any(t.speaker == "agent" and t.act != "goodbye" for t in later):
                said = " ".join(t.text for t in later if t.speaker == "user")
                assert not any(one in said for one in glad), (script.dialog_id, said)
