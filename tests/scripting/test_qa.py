"""Talks with a teacher: the composer's kind qa."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import chain, pairwise
from pathlib import Path

import pytest
import yaml

from datagen import assets
from datagen.backends.writer.composer import Composer
from datagen.scripting.checks import shared_problems
from datagen.scripting.compose.quizzes import asks_the_same, follows, is_said, tells_right
from datagen.scripting.compose.realizer import PlannedLine
from datagen.scripting.compose.told import Told, is_aside
from datagen.scripting.content import qa_pack
from datagen.scripting.content.qa_pack import (
    ANSWERED,
    REPEATED,
    Belief,
    Doubt,
    FollowUp,
    Quiz,
    Subject,
    load_subjects,
)
from datagen.scripting.content.questions import (
    asks_for_reason,
    asks_for_told,
    asks_who_it_was,
    can_be_guessed,
    content_stems,
    in_other_words,
    is_explained,
    question_kind,
    tells_a_need,
)
from datagen.scripting.corpus.minhash import Index, sketch_of
from datagen.scripting.plans.qa import ROLE, WORDS, Question, is_told_before, not_told
from datagen.types import Job, Reject, Script, Turn, UserError


@lru_cache
def shipped() -> tuple[Subject, ...]:
    return load_subjects(qa_pack.default_paths())


def job(index: int, seed: int = 0) -> Job:
    return Job(dialog_id=f"qa-{index:07d}", kind="qa", index=index, seed=seed)


@lru_cache
def composer(exchanges: int = 2) -> Composer:
    return Composer(Composer.Options(exchanges=exchanges))


@lru_cache
def scripts() -> list[Script]:
    written = composer().write([job(index) for index in range(600)])
    assert not any(isinstance(result, Reject) for result in written), written
    return [result for result in written if isinstance(result, Script)]


BEYOND = {"ask": "How old is the oak?", "tell": "Rings would show it."}
MORE = {"ask": "Why is it so?", "tell": "So it is."}


def floor(script: Script) -> list[Turn]:
    return [turn for turn in script.turns if turn.onset != "backchannel"]


@pytest.mark.slow
def test_there_are_five_hundred_topics_in_balanced_subjects() -> None:
    assert sum(len(subject.topics) for subject in shipped()) >= 500
    assert len({len(subject.topics) for subject in shipped()}) == 1
    dealt = Counter(subject.id for subject in shipped())
    for script in scripts():
        dealt[script.domain] += 1
        assert max(dealt.values()) - min(dealt.values()) <= 1


@pytest.mark.slow
def test_a_lesson_is_decided_by_its_id_alone() -> None:
    assert composer().write([job(44), job(43)]) == [scripts()[44], scripts()[43]]
    assert composer().write([job(44, seed=1)]) != [scripts()[44]]


def test_the_role_is_the_released_one_and_the_user_knows_what_to_ask() -> None:
    for script in scripts():
        assert script.role_prompt == ROLE
        assert script.prompt_level == "teacher"
        asked = [turn.text for turn in floor(script) if turn.act in ("ask", "ask.follow")]
        for text in asked:
            ending = " ".join(re.split(r"(?<=[.?!,]) ", text)[-1].split()[-3:])
            assert ending.lower() in (script.user_role_prompt or "").lower()


def topics(script: Script) -> list[str]:
    """Return the topics of a lesson, without which of their further questions were asked."""
    return list(dict.fromkeys(part.split(".")[0] for part in script.scenario.split("+")))


def test_a_topic_is_followed_by_one_that_it_leads_to() -> None:
    near = {
        name: {topic.id for topic in found}
        for subject in shipped()
        for name, found in subject.near.items()
    }
    pairs = Counter(tuple(topics(script)) for script in scripts() if len(topics(script)) == 2)
    assert set(pairs.values()) == {1}
    assert sum(other in near[one] for one, other in pairs) > 0.65 * len(pairs)
    assert len(pairs) < 0.7 * len(scripts())
    firsts = Counter(topics(script)[0] for script in scripts())
    assert max(firsts.values()) - min(firsts.values()) <= 1


def told(script: Script, question: str) -> str:
    """Return what the teacher says between a question and the asker's next one."""
    said, is_asked = [], False
    for turn in floor(script):
        if turn.speaker == "user" and turn.act.startswith("ask"):
            is_asked = turn.text.lower().endswith(question.lower())
        elif is_asked and turn.speaker == "agent":
            said.append(turn.text)
    return " ".join(said)


def test_every_question_is_answered_by_what_is_known_of_it() -> None:
    known: dict[str, set[str]] = {}
    for topic in chain.from_iterable(subject.topics for subject in shipped()):
        for ask in topic.ask:
            known.setdefault(ask, set()).update(topic.core)
        for follow in topic.more:
            known.setdefault(follow.ask, set()).add(follow.tell)
    longest_first = sorted(known, key=len, reverse=True)
    num_hesitant = 0
    for script in scripts()[:200]:
        for asked in floor(script):
            if asked.act in ("ask", "ask.follow"):
                asks = (one for one in longest_first if asked.text.lower().endswith(one.lower()))
                if (question := next(asks, None)) is None:  # "What, um, is it?"
                    num_hesitant += 1
                else:
                    assert any(core in told(script, question) for core in known[question])
    assert num_hesitant < 20


def test_nobody_asks_for_what_the_answer_half_tells() -> None:
    shipped_one = next(one for each in shipped() for one in each.topics if one.id == "fiber_diet")
    foods = FollowUp(
        ask="What foods have fiber?",
        tell="Beans and vegetables have lots of it, and it helps the heart and the gut.",
    )
    fiber = shipped_one.model_copy(update={"more": (foods,)})
    hearts = [core for core in fiber.core if "heart" in core]
    assert hearts
    assert not not_told(fiber, hearts)
    assert not_told(fiber, fiber.core), "another answer does not tell it"


@pytest.mark.slow
def test_exchanges_are_as_many_as_asked_for() -> None:
    for number in (1, 3):
        (script,) = composer(number).write([job(5)])
        assert isinstance(script, Script)
        assert len(script.scenario.split("+")) == number
        assert sum(turn.act.startswith("ask") for turn in floor(script)) >= number


def test_follow_ups_and_interruptions_happen() -> None:
    follows = sum(turn.act == "ask.follow" for script in scripts() for turn in script.turns)
    assert 0.3 < follows / (2 * len(scripts())) < 0.5
    barge_ins = [t for script in scripts() for t in script.turns if t.onset == "barge_in"]
    assert len(barge_ins) > 100
    assert all(turn.speaker == "user" for turn in barge_ins)
    assert {turn.act for turn in barge_ins} == {"ask.follow"}, "nobody cuts in for another topic"
    assert {script.turns[0].speaker for script in scripts()} == {"agent", "user"}


def test_length_is_that_of_the_papers_questions() -> None:
    """37.5 s of audio are 112 words at the embedded voices' pace."""
    lengths = [sum(len(turn.spoken.split()) for turn in script.turns) for script in scripts()]
    assert abs(sum(lengths) / len(lengths) - 112) < 5


def test_no_two_lessons_are_near_duplicates() -> None:
    found = Index().add([sketch_of(script) for script in scripts()])
    assert sum(earlier is not None for earlier in found) <= 0.005 * len(found)


def test_checks_find_nothing_and_see_what_is_wrong() -> None:
    for script in scripts()[:100]:
        assert shared_problems(script, WORDS) == []
    turns = scripts()[0].turns
    twice = scripts()[0].model_copy(update={"turns": (turns[0], *turns)})
    assert any("twice in a row" in problem for problem in shared_problems(twice, WORDS))
    short = scripts()[0].model_copy(update={"turns": turns[:1]})
    assert any("words, not" in problem for problem in shared_problems(short, WORDS))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "value", "complaint"),
    [
        ("core", ["It is so.", "It is so."], "is there twice"),
        ("ask", ["Why is blood red?", "What is blood made of?"], "are not one question"),
        ("ask", ["Why is blood red?", "Why is snow white?"], "no word in common"),
        ("core", ["No, it isn't.", "Very."], "answers yes or no, which is not asked"),
        ("details", ["Under a tree is not.", "So do cars."], "leans on another line"),
        ("details", ["Sheep stays.", "Geese are like that."], "leans on another line"),
        ("details", ["It shines.", "They are small."], "one is of it and one of them"),
        ("doubt", {"think": "it bites me", "tell": "It doesn't."}, "there is no I in it"),
        ("doubt", {"think": "it is so", "tell": "That isn't so."}, "so name the thing"),
        (
            "quiz",
            {"ask": "Is it?", "right": "Yes.", "wrong": "No.", "tell": "Yes, it is."},
            "opens with neither",
        ),
        (
            "quiz",
            {"ask": "Where did they go?", "right": "Up.", "wrong": "Down.", "tell": "Up."},
            "so name what it is about",
        ),
        ("details", ["Very.", "Test it monthly."], "so name what to do it with"),
        ("rightly", {"think": "it is so", "tell": "Hardly ever."}, "doesn't open with a no"),
        ("beyond", BEYOND | {"ask": "How old is this one?"}, "points at something"),
        ("beyond", BEYOND | {"ask": "How old is mine?"}, "speaks of what nobody has named"),
        ("beyond", BEYOND | {"tell": "No, it isn't."}, "so it answers nothing"),
        ("more", [MORE, MORE | {"ask": "Who was in that muscle?"}], "leans on words that not each"),
        ("ask", ["Tell me.", "Is it?"], "only they, end with a question mark"),
        ("core", ["It is an tree.", "Very."], "should begin with 'a'"),
        ("core", ["word " * 45 + "end.", "Very."], "no short answer"),
        ("details", ["lower case.", "Fine."], "begins with a capital"),
        ("doubt", {"think": "It is so.", "tell": "It isn't."}, "ends without a stop"),
        ("id", "nowhere", "no path leads on from it"),
    ],
)
def test_linter_refuses(tmp_path: Path, part: str, value: object, complaint: str) -> None:
    data = yaml.safe_load(qa_pack.default_paths()[0].read_text())
    data["topics"][0] |= {"ask": ["Why is it so?"], "core": ["So.", "Thus."], part: value}
    path = tmp_path / "subject.yaml"
    path.write_text(yaml.safe_dump(data))
    with pytest.raises(UserError, match=re.escape(str(path)) + "|cannot be used"):
        load_subjects([path])
    problems = qa_pack.lint([Subject.model_validate(data)])
    assert any(complaint in problem for problem in problems), problems


def test_the_teacher_asks_back_corrects_and_says_what_it_does_not_know() -> None:
    acts = Counter(turn.act for script in scripts() for turn in floor(script))
    known = {topic.id: topic for subject in shipped() for topic in subject.topics}
    assert acts["quiz"] + acts["answer.quiz"] == sum(
        acts[f"try.{how}"] for how in ("right", "wrong", "none")
    )
    for script in scripts():
        turns = floor(script)
        asked = [known[name] for name in topics(script)]
        for before, turn in pairwise(turns):
            if before.act in ("doubt", "guess.wrong"):
                assert any(
                    topic.doubt.think in before.text and topic.doubt.tell in turn.text
                    for topic in asked
                )
            if before.act in ("belief", "guess.right"):
                assert any(
                    one.think in before.text and one.tell in turn.text
                    for one in (topic.rightly for topic in asked)
                    if one
                )
            if before.act == "beyond":
                assert any(turn.text.endswith(t.beyond.tell) for t in asked if t.beyond)
            if before.act == "try.wrong":
                assert any(
                    topic.quiz.wrong in before.text and topic.quiz.tell in turn.text
                    for topic in asked
                )
            assert (before.act == "beyond") == (turn.act == "unsure")
    for act in ("doubt", "guess.wrong", "belief", "guess.right", "quiz", "beyond", "scope"):
        assert acts[act] > 10, act
    right = acts["belief"] + acts["guess.right"]
    assert 0.25 < right / (right + acts["doubt"] + acts["guess.wrong"]) < 0.5


def test_what_has_been_heard_is_set_right_in_other_words_than_the_answer() -> None:
    known = {topic.id: topic for subject in shipped() for topic in subject.topics}
    found = 0
    for script in scripts():
        for before, turn in pairwise(floor(script)):
            for topic in (known[name] for name in topics(script)):
                if before.act != "guess.wrong" or topic.doubt.tell not in turn.text:
                    continue
                found += 1
                (core,) = (core for core in topic.core if core in turn.text)
                assert not topic.doubt.after, turn.text
                assert in_other_words(topic.doubt.tell, core, REPEATED), turn.text
                assert in_other_words(topic.doubt.think, core, ANSWERED), turn.text
    assert found > 30


def test_only_a_reason_makes_somebody_see() -> None:
    acts = yaml.safe_load(assets.find("prompts/wording", "qa").read_text())["user"]
    seen = [words for words in acts["see"][0] if words not in acts["ack"][0] + acts["taken"][0]]
    asks = {ask for each in shipped() for one in each.topics for ask in one.ask}
    asks |= {more.ask for each in shipped() for one in each.topics for more in one.more}
    found = 0
    for script in scripts():
        is_reason = False
        for turn in floor(script):
            if turn.speaker == "user" and any(turn.text.startswith(words) for words in seen):
                found += 1
                assert is_reason, turn.text
            if turn.act in ("ask", "ask.follow"):
                asked = max((ask for ask in asks if turn.text.endswith(ask)), key=len, default="")
                is_reason = asks_for_reason(asked) if asked else True  # "What, um, is it?"
    assert found > 20


def test_no_detail_gives_away_what_is_asked_right_after_it() -> None:
    known = {topic.id: topic for subject in shipped() for topic in subject.topics}
    found = 0
    for script in scripts():
        for turn in floor(script):
            for topic in (known[name] for name in topics(script)):
                if turn.act == "answer.quiz" and turn.text.endswith(topic.quiz.ask):
                    found += 1
                    for detail in topic.details:
                        right = content_stems(topic.quiz.right)
                        assert detail not in turn.text or not right <= content_stems(detail)
    assert found > 30


def test_nobody_errs_with_what_was_just_said_not_to_be_so() -> None:
    """Told that it gets data "instead of rules", nobody says that it learns from rules."""
    known = {topic.id: topic for subject in shipped() for topic in subject.topics}
    found = 0
    for script in scripts():
        turns = floor(script)
        for turn in turns:
            for topic in (known[name] for name in topics(script) if turn.act == "try.wrong"):
                if turn.text.endswith(topic.quiz.wrong) and (
                    wrong := content_stems(topic.quiz.wrong)
                ):
                    found += 1
                    core = next(one for one in topic.core if any(one in t.text for t in turns))
                    assert not wrong <= content_stems(core), (core, turn.text)
    assert found > 10


def test_a_no_is_neither_praised_with_a_yes_nor_turned_down_with_a_no() -> None:
    """Who says rightly "No." is not told "Yes.", and who is wrong with it not "I'm afraid not."."""
    found = 0
    for script in scripts():
        for before, turn in pairwise(floor(script)):
            says_no = before.text.endswith((" No.", " Hardly.", " Nothing.", " None at all."))
            if before.act == "try.right" and says_no:
                found += 1
                assert not re.match(r"Ye[sp]", turn.text), (before.text, turn.text)
            if before.act == "try.wrong" and says_no:
                found += 1
                assert not re.search(r"\bno\b|afraid not", turn.text, re.IGNORECASE), turn.text
    assert found > 3


def tells_a_case(ask: str) -> bool:
    """Tell whether a quiz is on a new case, for which a word that was said may be right."""
    return bool(re.search(r", |\bif\b", ask, re.IGNORECASE))


def test_who_has_just_been_told_neither_errs_nor_guesses() -> None:
    """After "layer by layer, with melted plastic" nobody says that it comes out hard."""
    known = {topic.id: topic for subject in shipped() for topic in subject.topics}
    sure = {topic.id for topic in known.values() if topic.quiz.sure}
    assert len(sure) > 80
    found = 0
    for script in scripts():
        turns = floor(script)
        for topic in (known[name] for name in topics(script)):
            said = next((c for c in topic.core if any(c in t.text for t in turns)), "")
            is_said = content_stems(topic.quiz.right) <= content_stems(said)
            is_said = is_said and not tells_a_case(topic.quiz.ask)
            for before, turn in pairwise(turns):  # what is easy is always answered
                is_asked = topic.quiz.sure and before.text.endswith(topic.quiz.ask)
                assert not is_asked or turn.act != "try.none", (before.text, turn.text)
            for turn in (one for one in turns if one.act.startswith("try.")):
                if turn.text.endswith(topic.quiz.wrong):
                    assert not topic.quiz.sure, (said, turn.text)
                    assert not is_said, (said, turn.text)
                if turn.text.endswith(topic.quiz.right) and is_said:
                    found += 1
                    assert "my guess" not in turn.text, turn.text
    assert found > 10


def test_what_sets_a_belief_right_before_an_answer_does_not_give_its_number() -> None:
    """Nobody hears "women had to wait until 1920", and then "in 1920"."""
    doubt = Doubt(think="it came after the war", tell="Women had to wait until 1920.")
    asked = "When did women get the vote?"
    assert doubt.is_other_than(asked, "With an amendment, after decades of marches.")
    assert not doubt.is_other_than(asked, "In 1920, with an amendment.")


def test_who_is_asked_what_it_has_heard_speaks_of_what_it_asked() -> None:
    """To "how do deserts form?" nobody has heard that it snows in the Sahara, and to "which desert
    is the largest?" nothing but a name."""
    asked = Question("How do deserts form?", "Where the air has lost its rain on the way.")
    snow = Belief(think="there's snow in the Sahara", tell="A few hills in Algeria get some.")
    names = snow.model_copy(update={"think": "a desert may have snow"})
    assert not Told([]).may_be_heard(snow, asked)
    assert Told([]).may_be_heard(names, asked)
    largest = Question("Which desert is the largest?", "Antarctica, if we count the cold ones.")
    assert not Told([]).may_be_heard(names, largest)
    ears = Question("Why do elephants have big ears?", "To give off heat when they flap.")
    drink = Belief(think="they drink through the trunk", tell="They only fill it.")
    cool = drink.model_copy(update={"think": "they flap to chase flies"})
    assert not Told([]).may_be_heard(drink, ears)
    assert Told([]).may_be_heard(cool, ears)


def test_nobody_believes_what_it_has_just_asked_for_a_yes_or_a_no() -> None:
    """Who asks whether Columbus was the first does not go on with "is it true that he was?"."""
    asked = Question("Was Columbus the first to reach America?", "No, he came only in 1492.")
    first = Doubt(think="Columbus was the first here", tell="People were there in the ice age.")
    assert not Told([]).may_come_up(first, asked)
    assert Told([]).may_come_up(first.model_copy(update={"think": "he landed in Florida"}), asked)


def test_what_was_just_said_is_asked_for_later_or_not_at_all() -> None:
    """After "it eats sugar" no "what does it eat?"; once something else was answered, why not."""
    known = {topic.id: topic for each in shipped() for topic in each.topics}
    late = tuple(said_by("agent")["quiz"][0])
    found = Counter[str]()
    for script in scripts():
        turns = floor(script)
        for place, turn in enumerate(turns):
            if turn.act not in ("quiz", "answer.quiz"):
                continue
            topic = next(known[n] for n in topics(script) if turn.text.endswith(known[n].quiz.ask))
            told = max(
                at
                for at, one in enumerate(turns[: place + 1])
                if one.speaker == "agent" and any(core in one.text for core in topic.core)
            )
            is_late = turn.text.startswith(late)
            found["late" if is_late else "at once"] += 1
            asked = sum(one.act.startswith("ask") for one in turns[told:place])
            assert (asked > 0) == is_late, turn.text
            right = content_stems(topic.quiz.right) - {"no", "not"}
            said = content_stems(turns[told].text.removesuffix(topic.quiz.ask))
            is_free = is_late or tells_a_case(topic.quiz.ask)
            assert is_free or not right or not right <= said, turn.text
    assert min(found["late"], found["at once"]) > 20, found


def test_nothing_that_a_teacher_told_is_said_again_word_for_word() -> None:
    told = {
        line
        for topic in chain.from_iterable(each.topics for each in shipped())
        for line in (*topic.core, *topic.details, *(more.tell for more in topic.more))
        if len(line.split()) > 3
    }
    sentence = re.compile(r"(?<=[.?!]) ")
    for script in scripts():
        said = Counter(
            one
            for turn in floor(script)
            if turn.speaker == "agent"
            for one in sentence.split(turn.text)
            if one in told
        )
        assert not [one for one, times in said.items() if times > 1], said


def test_what_opens_a_call_fits_what_is_asked() -> None:
    """Nobody argued about how to wash wool, or can't figure out when the Titanic sank."""
    found = Counter[str]()
    for script in scripts():
        turn = next(one for one in floor(script) if one.act == "ask")
        ask = re.split(r"(?<=[.?!]) ", turn.text)[-1]
        if re.search(r"figure|bugged|understood|won't stop", turn.text):
            found["reason"] += 1
            assert asks_for_reason(ask), turn.text
        if re.search(r"arguing|settle something|agree on", turn.text):
            found["fact"] += 1
            assert not is_explained(ask), turn.text
    assert min(found.values()) > 3, found


def test_nobody_opens_with_can_you_tell_me_twice() -> None:
    twice = re.compile(r"\b(?:tell me|explain|know)\b.*[.?!] .*\b(?:tell me|explain|know)\b")
    for script in scripts():
        turn = next(one for one in floor(script) if one.act == "ask")
        assert not twice.search(turn.text), turn.text


def test_details_that_speak_of_something_else_come_last_and_only_by_the_way() -> None:
    """Who asked for the largest country is not told the smallest one in the same breath."""
    asked = Question(
        "Which country is the largest?",
        "Russia is, by far.",
        details=("The smallest is Vatican City.", "Russia has eleven time zones."),
    )
    told = Told([])
    free = told.free(asked)
    assert free[-1] == "The smallest is Vatican City."
    assert told.num_close(free, asked) == 1


def test_no_detail_tells_what_is_asked_next() -> None:
    """After "It's fine to ask again" nobody asks whether it is rude to."""
    asked = Question(
        "How do I remember names?",
        "Listen well, and say the name back.",
        details=("It's fine to ask again.", "Ask how it's spelled."),
    )
    told = Told([])
    assert len(told.free(asked)) == 2
    told.coming = (Question("Is it rude to ask again?", "No, most people like it."),)
    assert told.free(asked) == ["Ask how it's spelled."]
    evolution = Question(
        "How does evolution work?",
        "Those that fit best leave more young.",
        details=("In bacteria you can watch evolution.", "Darwin found it."),
    )
    told.coming = (Question("Can we watch it happen?", "Yes, in finches."),)
    assert told.free(evolution) == ["Darwin found it."]


def test_an_emergency_comes_alone() -> None:
    """Nobody comes to CPR by the way, or goes on from a lost wallet to how to invest."""
    known = {topic.id: topic for subject in shipped() for topic in subject.topics}
    assert not any(one.grave for each in shipped() for near in each.near.values() for one in near)
    found = 0
    for script in scripts():
        first, *others = topics(script)
        assert not any(known[other].grave for other in others), script.scenario
        if known[first].grave:
            found += 1
            assert not others, script.scenario
    assert found > 10


def test_a_topic_from_elsewhere_is_announced() -> None:
    """From black holes to gutters it's "something completely different"."""
    leads = {name: near for each in shipped() for name, near in each.near.items()}
    (switch,) = wordings()["switch"]
    found = 0
    for script in scripts():
        one, *others = topics(script)
        asked = [turn for turn in floor(script) if turn.act == "ask"]
        for other, turn in zip(others, asked[1:], strict=False):
            if topic_of(turn) == other and other not in {near.id for near in leads[one]}:
                found += 1
                assert any(lead in turn.text for lead in switch), turn.text
    assert found > 20


def test_most_talks_end_with_a_goodbye_or_a_reply_to_thanks() -> None:
    ends = Counter(floor(script)[-1].act for script in scripts())
    assert ends["bye"] > 0.8 * len(scripts())
    assert 0.05 * len(scripts()) < ends["thanks"] < 0.2 * len(scripts())
    for script in scripts():
        turns = floor(script)
        if turns[-1].act == "bye":
            assert turns[-2].act in ("close", "thanks"), turns[-2].text


def test_a_greeting_is_returned_and_who_asks_for_a_minute_is_answered() -> None:
    hi = [line for part in said_by("agent")["hi"] for line in part]
    greeted: Counter[bool] = Counter()
    called = 0
    for script in scripts():
        first, second, third = floor(script)[:3]
        if first.act == "hail":
            called += 1
            assert first.text.endswith("?"), first.text
            assert (second.act, third.act) == ("greet", "ask")
        elif first.act == "ask" and re.match(r"(?:Hi|Hello|Hey)\b", first.text):
            greeted[any(second.text.startswith(line) for line in hi)] += 1
    assert called > 30
    assert greeted[True] > greeted[False] > 0


def test_too_fast_is_not_answered_in_the_same_words() -> None:
    known = {
        core: topic
        for topic in chain.from_iterable(s.topics for s in shipped())
        for core in topic.core
    }
    (slower,) = wordings()["slower"]
    found = 0
    for script in scripts():
        turns = floor(script)
        for first, asked, again in zip(turns, turns[1:], turns[2:], strict=False):
            if asked.act == "again" and asked.text in slower:
                found += 1
                core = next(core for core in known if core in again.text)
                assert core not in first.text, again.text
    assert found > 5


def test_nobody_is_asked_for_what_helps_and_answers_with_something_else() -> None:
    """To "has anybody told you what helps?" nobody says that screens ruin the eyes."""
    for act in ("heard", "heard.need"):
        (said,) = said_by("agent")[act]
        assert not [line for line in said if re.search(r"helps|advice|try|work", line)]


def test_a_detail_that_says_it_comes_right_after_what_was_asked() -> None:
    """After "Rain cleans the air" nobody says of hay fever that "it can begin at any age"."""
    asked = Question(
        "What helps with hay fever?",
        "Close the windows.",
        details=("Rain cleans the air.", "It can begin at any age.", "A doctor can test it."),
    )
    told = Told([])
    assert told.free(asked)[0] == "It can begin at any age."


_once = re.compile(r"\b(?:just|only|always)\b", re.IGNORECASE)


def test_nobody_believes_just_what_is_just_so() -> None:
    found = 0
    for script in scripts():
        for turn in script.turns:
            if turn.act in ("guess.wrong", "doubt") and _once.search(turn.text):
                found += 1
                assert len(_once.findall(turn.text)) == 1, turn.text
    assert found > 5


def test_nobody_nods_at_what_it_did_not_catch() -> None:
    found = 0
    for script in scripts():
        for place, turn in enumerate(script.turns):
            if turn.act == "again" and turn.repairs is not None:
                found += 1
                between = script.turns[turn.repairs + 1 : place]
                assert not any(one.act == "backchannel" for one in between), turn.text
    assert found > 10


def test_nobody_asks_whether_what_was_just_set_right_is_so() -> None:
    known = {topic.id: topic for subject in shipped() for topic in subject.topics}
    found = 0
    for script in scripts():
        believed = ""
        for turn in floor(script):
            for topic in (known[name] for name in topics(script)):
                if turn.act in ("doubt", "guess.wrong") and topic.doubt.think in turn.text:
                    believed = f"{topic.doubt.think}. {topic.doubt.tell}"
                    found += 1
            if turn.act == "ask.follow":
                for more in (more for one in topics(script) for more in known[one].more):
                    if believed and turn.text.endswith(more.ask):
                        assert not asks_for_told(more.ask, more.tell, believed), turn.text
    assert found > 30


def test_no_word_before_an_answer_is_a_yes_or_a_no() -> None:
    acts = yaml.safe_load(assets.find("prompts/wording", "qa").read_text())["agent"]
    for name in ("yield", "yield.open", "answer", "explain"):
        assert not [
            words for words in acts[name][0] if re.match(r"(?:yes|no)\b(?! prob)", words, re.I)
        ]


def test_in_need_or_grief_nobody_jokes_guesses_or_is_tested() -> None:
    grave = {topic.id for each in shipped() for topic in each.topics if topic.grave}
    assert len(grave) > 8
    found = [script for script in scripts() if {*topics(script)} & grave]
    assert len(found) > 10
    for script in found:
        assert not any(turn.text.startswith(("Ha,", "Ha ")) for turn in script.turns)
        byes = [turn.text for turn in script.turns if turn.act == "bye"]
        assert not any("fun" in text or "enjoyed" in text for text in byes), byes
        ends = [turn.text for turn in script.turns if turn.act in ("close", "thanks", "accept")]
        marvels = re.compile(r"interesting|learned|friends|Cool|Wow|owe you|love|quick")
        assert not any(marvels.search(text) for text in ends), ends
        if {*topics(script)} <= grave:
            acts = {turn.act for turn in script.turns}
            assert not acts & {"guess", "scope", "quiz", "answer.quiz"}, acts


def test_who_is_in_need_does_not_open_with_what_it_wonders() -> None:
    curious = ("wonder", "know this", "can tell me", "on my mind", "I'd like to know")
    asks = [ask for each in shipped() for topic in each.topics for ask in topic.ask]
    found = 0
    for script in scripts():
        first = next(turn.text for turn in floor(script) if turn.act == "ask")
        if any(tells_a_need(ask) and first.endswith(ask) for ask in asks):
            found += 1
            assert not any(words in first for words in curious), first
    assert found > 5


def test_another_topic_never_comes_bare() -> None:
    """Who turns to another topic takes up what was said, or says that another question comes."""
    asks = {ask for each in shipped() for topic in each.topics for ask in topic.ask}
    found = 0
    for script in scripts():
        _, *others = [turn for turn in floor(script) if turn.act == "ask"]
        for turn in others:
            found += 1
            assert turn.text not in asks, turn.text
    assert found > 300


def topic_of(turn: Turn) -> str:
    """Return the topic that a turn asks about."""
    asks = {ask: topic.id for each in shipped() for topic in each.topics for ask in topic.ask}
    return asks.get(re.split(r"(?<=[.?!]) ", turn.text)[-1], "")


def test_what_a_topic_leads_to_is_not_switched_to() -> None:
    """Who goes on from pasta to salt does not "change the subject"."""
    leads = {
        name: {topic.id for topic in found}
        for subject in shipped()
        for name, found in subject.near.items()
    }
    switch, shared = (set(wordings()[name][0]) for name in ("switch", "near"))
    found = 0
    for script in scripts():
        asked = [turn for turn in floor(script) if turn.act == "ask"]
        for one, other in pairwise(asked):
            ids = [topic_of(turn) for turn in (one, other)]
            if all(ids) and ids[1] in leads[ids[0]]:
                found += 1
                assert not any(lead in other.text for lead in switch - shared), other.text
    assert found > 100


def test_no_quiz_asks_the_very_question_that_was_just_answered() -> None:
    """Who has asked what a normal blood pressure is, is not asked just that."""
    small = {"a", "the", "do", "does", "you", "we", "is", "are", "what's", "thing", "know"}
    words = {ask: set(re.findall(r"[\w']+", ask.lower())) - small for ask in all_asks()}
    for topic in chain.from_iterable(each.topics for each in shipped()):
        for ask in topic.ask:
            is_alike = question_kind(ask) == question_kind(topic.quiz.ask)
            assert not is_alike or words[topic.quiz.ask] - words[ask], topic.quiz.ask


def all_asks() -> list[str]:
    """Return what is asked on topics and in quizzes."""
    topics = chain.from_iterable(each.topics for each in shipped())
    return [ask for topic in topics for ask in (*topic.ask, topic.quiz.ask)]


def test_who_says_that_it_is_clear_does_not_half_say_so() -> None:
    """Nobody answers "sort of" and goes on to the next thing, or thanks for how clear it was."""
    (said,) = wordings()["grasp"]
    assert not [one for one in said if re.search(r"sort of|mostly|more or less", one, re.I)]


def test_what_is_said_again_names_the_turn_it_mends() -> None:
    mended = [
        (script.turns[turn.repairs], turn)
        for script in scripts()
        for turn in script.turns
        if turn.repairs is not None
    ]
    assert len(mended) > 30
    for first, again in mended:
        assert first.act.startswith("answer"), first
        assert again.act in ("again", "repeat")


def wordings() -> dict[str, list[list[str]]]:
    """Return what an asker may say, by act."""
    return said_by("user")


@lru_cache
def said_by(speaker: str) -> dict[str, list[list[str]]]:
    """Return what a speaker may say, by act."""
    said: dict[str, dict[str, list[list[str]]]] = yaml.safe_load(
        assets.find("prompts/wording", "qa").read_text()
    )
    return said[speaker]


def test_a_question_that_leans_on_its_topic_comes_right_after_it() -> None:
    """Of what is frozen nobody asks "can I freeze it again?" who has just heard of freezer burn."""
    leans = re.compile(r"\b(?:it|its|they|them|their|there|that|those|these|ones?)\b", re.I)
    follow_ups = {one.ask for each in shipped() for topic in each.topics for one in topic.more}
    seen = 0
    for script in scripts():
        asked = [turn for turn in floor(script) if turn.act.startswith("ask")]
        for before, turn in pairwise(asked):
            if (before.act, turn.act) == ("ask.follow", "ask.follow"):
                found = [one for one in follow_ups if turn.text.lower().endswith(one.lower())]
                seen += len(found)
                assert not any(map(leans.search, found)), (before.text, turn.text)
    assert seen > 20


def test_nobody_asks_for_what_an_answer_before_has_told() -> None:
    sun = Question("How old is the sun?", "About 4.6 billion years, with another five billion.")
    last = Question("How long will the sun last?", "Five billion years more.")
    assert is_told_before(last, [sun])
    wheel = Question("Who invented the wheel?", "Nobody knows, about 5,500 years ago.")
    pyramids = Question("Who built the pyramids?", "Egyptians did, about 4,500 years ago.")
    assert not is_told_before(pyramids, [wheel]), "it is of something else"


def test_who_is_quizzed_or_told_nothing_answers_to_that() -> None:
    """To a quiz nobody says "I thought you'd tell me"; and "I don't know" explains nothing well."""
    found = Counter[str]()
    clear = tuple(f"{one} " for one in set(wordings()["ack"][0]) - set(wordings()["fine"][0]))
    for script in scripts():
        for before, turn in pairwise(floor(script)):
            if turn.act == "try.none":
                found["blank"] += 1
                acts = ("forgot", "blank")
                assert any(turn.text in wordings()[act][0] for act in acts), turn.text
            if before.act == "unsure" and turn.act in ("close", "thanks"):
                found["unknown"] += 1
                assert turn.text.endswith(tuple(wordings()["done.unknown"][0])), turn.text
            if before.act == "unsure" and turn.act.startswith("ask"):
                found["asked on"] += 1
                assert not turn.text.startswith(clear), turn.text
            if before.act == "answer.offer" and turn.act == "ask.follow":
                found["offered"] += 1
    assert min(found["blank"], found["unknown"], found["asked on"]) > 5
    assert not found["offered"], "who has had enough of a topic asks no more about it"


def test_no_order_of_acts_is_common() -> None:
    orders = Counter(tuple(turn.act for turn in floor(script)) for script in scripts())
    assert sum(count for _, count in orders.most_common(10)) < 0.15 * len(scripts())


WOOL = Question("How do I wash wool?", "Wool goes in cold, and dries flat.")
DRIES = Quiz(
    ask="How does a sweater dry?", right="Lying flat.", wrong="In the sun.", tell="Flat, always."
)


def test_what_an_answer_ends_with_is_not_asked_for_at_once() -> None:
    """After "and dries flat" nobody asks how a sweater dries, although it is "lying flat"."""
    assert is_said(DRIES, WOOL, WOOL.answer)
    cold = "Wool goes in cold, with a mild soap."
    assert not is_said(DRIES, Question(WOOL.ask, cold), cold)


def test_what_nothing_said_tells_is_asked_as_a_guess() -> None:
    """After how spiders walk, "how many legs?" is no test; a case of it is, and so are numbers."""
    webs = Question("Why don't spiders stick to their webs?", "They walk on the dry threads.")
    legs = Quiz(ask="How many legs has a spider?", right="Eight.", wrong="Six.", tell="Eight.")
    dry = legs.model_copy(update={"ask": "Which threads are for walking?", "right": "The dry."})
    case = legs.model_copy(update={"ask": "A spider lost two legs, how many are left?"})
    assert not follows(legs, webs, webs.answer)
    assert follows(dry, webs, webs.answer)
    assert follows(case, webs, webs.answer)
    found = Counter[bool]()
    leads = tuple(said_by("agent")["quiz.guess"][0])
    for script in scripts():
        for turn in floor(script):
            if turn.act in ("quiz", "answer.quiz"):
                found[any(lead in turn.text for lead in leads)] += 1
    assert min(found.values()) > 10, found


def test_nobody_asks_for_what_a_quiz_has_just_told() -> None:
    """After "they moved the blocks on sleds" nobody hears of sleds as of something new."""
    sleds = Quiz(
        ask="How did they move blocks?", right="On sleds.", wrong="On carts.", tell="Sleds."
    )
    assert tells_right(sleds, "With sleds, copper tools and long ramps.")
    assert not tells_right(sleds, "For their kings.")


def test_nobody_asks_what_a_quiz_has_just_asked() -> None:
    """After "why is yesterday's rice better than fresh rice?" nobody asks why not to fry it."""
    rice = Quiz(
        ask="Why is yesterday's rice better for frying than fresh rice?",
        right="It's drier.",
        wrong="It's softer.",
        tell="It's drier, so it doesn't stick.",
    )
    asked = Question("What can I do with leftover rice?", "Fry it with egg and vegetables.")
    fresh = Question("Why shouldn't I fry fresh rice?", "It's too wet and turns to mush.")
    other = Question("Can I freeze cooked rice?", "Yes, in flat bags.")
    assert asks_the_same(rice, fresh, asked)
    assert not asks_the_same(rice, other, asked)


def test_who_asks_who_somebody_was_knows_nothing_else_of_them() -> None:
    """Who has asked who Napoleon was does not know where he lost."""
    known = {topic.id: topic for subject in shipped() for topic in subject.topics}
    found = 0
    for script in scripts():
        for topic in (known[name] for name in topics(script)):
            if topic.quiz.sure or not asks_who_it_was(topic.ask[0]):
                continue
            told = {one for core in topic.core for one in content_stems(core)}
            if content_stems(topic.quiz.right) <= told:
                continue
            tried = [turn.text for turn in floor(script) if turn.act.startswith("try.")]
            found += 1
            assert not any(text.endswith(topic.quiz.right) for text in tried), tried
    assert found > 5


def test_a_teacher_asks_once_whether_it_was_clear() -> None:
    for script in scripts():
        assert sum(turn.act == "answer.check" for turn in script.turns) <= 1


def test_nobody_hangs_up_on_what_was_just_added() -> None:
    assert not any(script.turns[-1].act == "detail" for script in scripts())


def test_it_means_what_was_asked_about_and_no_word_of_a_quiz_in_between() -> None:
    """After "the first ten amendments" nobody asks of the Constitution how "it" can be changed."""
    law = Question("What is the Constitution?", "The highest law of the country.")
    told = Told([])
    amendments = "What are the first ten amendments called? The Bill of Rights."
    assert told.stays(amendments, law)
    told.coming = (Question("How can it be changed?", "By Congress and the states."),)
    assert not told.stays(amendments, law)
    assert told.stays("How many words has the Constitution? About 4,500.", law)


def test_what_an_answer_does_not_lead_to_is_said_to_come_by_the_way() -> None:
    """Archimedes' polygons do not lead to contests in reciting pi; advice needs no word before."""
    pi = Question("How did people find pi?", "With polygons of many sides.")
    assert is_aside("There are contests in reciting pi.", pi)
    assert not is_aside("A polygon of 96 sides gives two digits.", pi)
    car = Question("Should I sell my car?", "Add up what it costs you.")
    assert not is_aside("Try a month without it.", car)
    leads = said_by("agent")["aside"][0]
    said = [turn.text for script in scripts() for turn in floor(script) if turn.speaker == "agent"]
    assert 10 < sum(any(lead in text for lead in leads) for text in said) < 0.1 * len(said)


def test_nobody_is_asked_to_guess_what_something_is_or_what_to_do() -> None:
    guessed = ("What's the capital of Brazil?", "How far is the moon?", "Why is the sea salty?")
    assert all(map(can_be_guessed, guessed))
    told = ("What is an exponent?", "Who was Abraham Lincoln?", "How do I clean silver?")
    assert not any(map(can_be_guessed, told))


def test_nobody_argued_about_who_somebody_was() -> None:
    assert asks_who_it_was("Who was Gandhi?")
    assert asks_who_it_was("Can you tell me who Martin Luther King was?")
    assert asks_who_it_was("Can you tell me who the Vikings were?")
    assert asks_who_it_was("Who were the samurai?")
    assert not asks_who_it_was("Who was the first president?")
    assert not asks_who_it_was("Who built the pyramids?")


def test_a_yes_to_more_fits_every_offer() -> None:
    """To "do you want to hear more?" nobody says "please do" or "go ahead"."""
    offers = said_by("agent")["offer"][0]
    assert any(line.startswith("Do you want") for line in offers)
    for act in ("accept", "accept.grave"):
        (said,) = wordings()[act]
        assert not [line for line in said if re.search(r"\bdo\b|\bahead\b", line)]


def test_no_teacher_knows_that_somebody_is_about_to_go() -> None:
    lines = chain.from_iterable(said_by("agent")["quiz"])
    assert not [line for line in lines if re.search(r"\bgo,|before you\b|leave", line)]


def test_who_has_had_enough_asks_nothing_more_on_it() -> None:
    enough = tuple(wordings()["enough"][0])
    found = 0
    for script in scripts():
        for turn in floor(script):
            if turn.speaker == "user" and turn.text.startswith(enough):
                found += 1
                assert turn.act != "beyond", turn.text
    assert found > 5


def kept(name: str) -> tuple[Subject, Question]:
    """Return a subject and the question of one of its topics."""
    home = next(one for one in shipped() if name in one.near)
    topic = next(one for one in home.topics if one.id == name)
    ask, core = topic.ask[0], topic.core[0]
    details, quiz, beyond = topic.details, topic.quiz, topic.beyond
    asked = Question(ask, core, "", details, doubt=topic.doubt, quiz=quiz, beyond=beyond, home=home)
    return home, asked


def test_what_tells_the_same_in_other_words_is_kept_apart() -> None:
    """Who heard that a mosquito finds people by their breath does not ask why it prefers some."""
    home, asked = kept("mosquito")
    topic = next(one for one in home.topics if one.id == "mosquito")
    found = topic.details[0], topic.more[0].tell
    assert asked.is_apart(*found)
    assert asked.is_apart(*reversed(found))
    told = Told([])
    assert found[0] in told.free(asked)
    told.coming = told.later = (Question(topic.more[0].ask, topic.more[0].tell, home=home),)
    assert found[0] not in told.free(asked)
    assert told.gives_away(found[0], asked)
    for subject in shipped():
        pairs = {(one, other) for one, others in subject.apart.items() for other in others}
        for script in scripts():
            said = " ".join(turn.text for turn in floor(script) if turn.act != "repeat")
            assert not [pair for pair in pairs if all(line[1:] in said for line in pair)], said


def test_a_line_that_is_kept_apart_is_there() -> None:
    data = yaml.safe_load(qa_pack.default_paths()[0].read_text())
    data["topics"][0]["apart"] = [["details.1", "doubt"], ["details.9", "nowhere/more.1"]]
    problems = qa_pack.lint([Subject.model_validate(data)])
    assert sum("is kept apart, but is no line" in problem for problem in problems) == 2


def test_nobody_denies_what_somebody_has_given_up() -> None:
    """To "then I had it wrong, I thought coffee comes from Italy" no teacher says no."""
    was = tuple(line.split("{", maxsplit=1)[0] for line in wordings()["doubt.was"][0])
    doubts = [topic.doubt for subject in shipped() for topic in subject.topics]
    found = 0
    for script in scripts():
        for before, turn in pairwise(floor(script)):
            known = next((one for one in doubts if one.think in before.text), None)
            if before.act != "doubt" or known is None or not (known.after or known.denied):
                continue
            found += 1
            assert before.text.startswith(was), before.text
            soft = said_by("agent")["correct.soft" if known.partly else "correct.was"][0]
            assert turn.text.startswith(tuple(soft)), turn.text
    assert found > 20


def test_a_longer_answer_is_linked_and_made_of_sentences() -> None:
    links = tuple(said_by("agent")["further"][0])
    found = 0
    for script in scripts():
        for before, turn in pairwise(floor(script)):
            if before.act == "scope.long":
                found += any(link in turn.text for link in links)
                assert all(len(one.split()) > 1 for one in turn.text.split(". ")), turn.text
    assert found > 3


def test_nobody_asks_what_it_has_just_been_told_in_a_test() -> None:
    """Who said that it needs glasses and was told no does not ask whether it will need some."""
    told = Told(
        [
            PlannedLine("user", "try.wrong", "I need glasses.", "I need glasses."),
        ]
    )
    asked = Question("Is it bad to read in the dark?", "No, it tires your eyes.")
    assert told.has_asked("Will I need glasses?", asked, 0)
    assert not told.has_asked("Will I need glasses?", asked, 1)
