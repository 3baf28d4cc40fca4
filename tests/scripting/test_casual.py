"""Small talk: the composer's kind casual."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import chain, combinations, pairwise, permutations
from pathlib import Path

import pytest
import yaml

from datagen import assets
from datagen.backends.writer.composer import Composer
from datagen.scripting.compose.casual import compose_chat
from datagen.scripting.compose.makers import ChatMaker
from datagen.scripting.content import casual_load, lives
from datagen.scripting.content.casual_pack import (
    Saying,
    SmallTalk,
    Theme,
    line_name,
)
from datagen.scripting.corpus.minhash import Index, sketch_of
from datagen.scripting.corpus.structure import Structure
from datagen.scripting.plans.casual import ENJOY, LEVELS, Chat, draw_chat, unsaid
from datagen.scripting.plans.described import LATE
from datagen.scripting.plans.draws import draws_for
from datagen.scripting.plans.interplay import MIN_LISTENED
from datagen.text import speak
from datagen.types import SPEAKERS, Job, Reject, Script, Turn, UserError


@lru_cache
def composer() -> Composer:
    return Composer(Composer.Options())


def job(index: int, seed: int = 0) -> Job:
    return Job(dialog_id=f"casual-{index:07d}", kind="casual", index=index, seed=seed)


@lru_cache
def scripts() -> list[Script]:
    written = composer().write([job(index) for index in range(600)])
    assert not any(isinstance(result, Reject) for result in written), written
    return [result for result in written if isinstance(result, Script)]


def floor(script: Script) -> list[Turn]:
    return [turn for turn in script.turns if turn.onset != "backchannel"]


@pytest.mark.slow
def test_a_chat_is_decided_by_its_id_alone() -> None:
    assert composer().write([job(44), job(43)]) == [scripts()[44], scripts()[43]]
    assert composer().write([job(44, seed=1)]) != [scripts()[44]]


@pytest.mark.slow
def test_spoken_is_the_spoken_form_of_text() -> None:
    for script in scripts():
        for turn in script.turns:
            assert turn.spoken == speak(turn.text, script.facts)


def test_themes_and_levels_are_balanced_in_any_prefix() -> None:
    themes, levels = Counter[str](), Counter(LEVELS)
    for script in scripts():
        themes[script.domain] += 1
        levels[script.prompt_level] += 1
        assert max(levels.values()) - min(levels.values()) <= 1
    assert max(themes.values()) - min(themes.values()) <= 1


def test_prompts_have_the_released_forms() -> None:
    topic = rf"{ENJOY} Have a \w+ (conversation|discussion|chat) about [^.]+\."
    forms = {
        "minimal": re.escape(ENJOY),
        "topic": topic,
        "detailed": topic + r" You are [^.]+\. .+\.",
    }
    for script in scripts():
        assert re.fullmatch(forms[script.prompt_level], script.role_prompt), script.role_prompt
        assert all(fact.written in script.role_prompt for fact in script.facts)
        assert bool(script.facts) == (script.prompt_level == "detailed")


def described(script: Script) -> dict[str, str]:
    return {fact.id: fact.written for fact in script.facts}


def test_who_has_a_description_speaks_of_it_and_is_more_than_what_it_likes() -> None:
    told = Counter[str]()
    for script in scripts():
        said = " ".join(turn.text for turn in script.turns if turn.speaker == "agent")
        if facts := described(script):
            assert facts["name"].split()[0] in said
            assert {"likes", "owns", "dislikes"} <= facts.keys()
            told.update(facts.keys())
    for part in ("work", "place", "past", "goal"):
        assert told[part] > 0.2 * told["name"], part


def test_nobody_asks_two_things_at_once() -> None:
    turns = [turn for script in scripts() for turn in floor(script)]
    assert sum(turn.text.count("?") > 1 for turn in turns) < 0.01 * len(turns)


@lru_cache
def shipped() -> SmallTalk:
    return casual_load.load_smalltalk(casual_load.default_path())


@lru_cache
def lines_of(domain: str) -> list[Saying]:
    """Return what may be said on a theme."""
    theme = next(one for one in shipped().topics if one.id == domain)
    return [said for thread in theme.threads for said in thread.say]


def test_what_is_asked_further_is_about_what_was_said_and_is_answered() -> None:
    num_digs = 0
    for script in scripts():
        turns = floor(script)
        for place, turn in enumerate(turns):
            fits = [
                (one, tell)
                for one in lines_of(script.domain)
                for ask, tell in ((one.dig, one.dug), *((more.ask, more.tell) for more in one.also))
                if turn.text.endswith(ask)
            ]
            is_of_theme = "trait" not in turns[place - 1].act
            if turn.act == "dig" and fits and is_of_theme:
                num_digs += 1
                before = " ".join(one.text for one in turns[:place] if one.speaker != turn.speaker)
                assert any(
                    is_told(told, before) and words_of(more) <= words_of(turns[place + 1].text)
                    for told, more in fits
                ), turn.text
    assert num_digs > 300


def is_told(said: Saying, text: str) -> bool:
    """Tell whether somebody says a line, in either of its forms."""
    words = words_of(text)
    return words_of(said.tell) <= words or (bool(said.mine) and words_of(said.mine) <= words)


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[a-z']+", text.lower()))


def test_what_comes_back_at_the_end_was_said_by_the_other() -> None:
    found = 0
    for script in scripts():
        for turn in floor(script):
            for saying in lines_of(script.domain):
                if saying.later and turn.act in ("close", "bye") and saying.later in turn.text:
                    found += 1
                    said = " ".join(one.text for one in script.turns if one.speaker != turn.speaker)
                    assert words_of(saying.dug) <= words_of(said)
    assert found > 40


def test_nobody_contradicts_itself() -> None:
    for chat in chats(600):
        for who, other in permutations(SPEAKERS):
            for part in chat.parts:
                (own,) = names_of(chat, part.says[other])  # who hears a line may take a side on it
                rest = [one.says[who] for one in chat.parts if one is not part]
                said = [name for one in rest for name in names_of(chat, one)]
                assert chat.theme.goes_with(f"own.{own}", said), (who, own, said)
            said = [name for part in chat.parts for name in names_of(chat, part.says[who])]
            assert all(chat.theme.goes_with(name, said) for name in said), (who, said)
        said = [
            name
            for part in chat.parts
            for one in part.says.values()
            for name in names_of(chat, one)
        ]
        for place, goal in enumerate(chat.theme.goals, 1):
            if goal is chat.goal:
                names = [f"goal.{place}.{goal.reply.index(reply) + 1}" for reply in chat.replies]
                assert all(chat.theme.goes_with(name, said) for name in (f"goal.{place}", *names))
    smalltalk = shipped()
    for script in scripts():
        theme = next(one for one in smalltalk.topics if one.id == script.domain)
        assert not set(theme.skips) & described(script).keys()


def test_nobody_has_two_lives() -> None:
    """Nobody is retired and has a boss, whether a line or a description says so."""
    assert lives.is_one_life(("kids.none",), ("age.old",))
    assert lives.is_one_life(("kids.none", "kids.grown"), ("kids.grown", "age.old"))
    assert not lives.is_one_life(("kids.none", "kids.grown"), ("kids.small",))
    theme = with_life(shipped().topics[0], {"1.1": ("work.days",), "2.3": ("work.retired",)})
    assert not theme.goes_with("2.3", ["1.1"])
    assert theme.goes_with("2.2", ["1.1"])
    assert not theme.suits("1.1", [("age.old", "work.retired")])
    talk = shipped()
    life = {one.what: one.life for one in chain(*talk.traits.values())}
    assert sum(map(bool, life.values())) > 80
    for chat in chats(600):
        for who in SPEAKERS:
            said = [life[part.trait.what] for part in chat.selves if part.speaker == who]
            said += [part.says[who].life for part in chat.parts]
            assert all(lives.is_one_life(one, other) for one, other in combinations(said, 2))


def with_life(theme: Theme, marks: dict[str, lives.Life]) -> Theme:
    """Return a theme of which some lines presume something."""
    threads = tuple(
        one.model_copy(
            update={
                "say": tuple(
                    said.model_copy(update={"life": marks.get(line_name(thread, line), ())})
                    for line, said in enumerate(one.say)
                )
            }
        )
        for thread, one in enumerate(theme.threads)
    )
    return theme.model_copy(update={"threads": threads})


def test_what_one_says_may_be_kept_from_who_hears_another() -> None:
    theme = shipped().topics[0].model_copy(update={"across": (("1.2", "2"), ("1.1", "own.3.4"))})
    assert not theme.answers("2.3", ["1.2"])
    assert not theme.answers("1.2", ["2.1", "3.1"])
    assert not theme.answers("own.3.4", ["1.1"])
    assert theme.answers("2.3", ["1.1"])
    assert theme.goes_with("2.3", ["1.2"])
    for chat in chats(600):
        for who, other in permutations(SPEAKERS):
            said = [name for part in chat.parts for name in names_of(chat, part.says[other])]
            for part in chat.parts:
                assert all(chat.theme.answers(one, said) for one in names_of(chat, part.says[who]))
        place = chat.theme.opens.index(chat.opens) + 1
        said = [
            name
            for part in chat.parts
            for one in part.says.values()
            for name in names_of(chat, one)
        ]
        assert chat.theme.goes_with(f"open.{place}", said)


def test_a_topic_is_left_while_talk_is_on_it() -> None:
    """Nobody leaves family for now when talk has been of bingo for four turns."""
    leaves = tuple(one.split("{")[0] for one in wordings()["bridge"][0])
    found = 0
    for script in scripts():
        turns = floor(script)
        for place, turn in enumerate(turns):
            if turn.act.endswith("ask.trait") and any(one in turn.text for one in leaves):
                found += 1
                assert not any(one.act.endswith("trait") for one in after_theme(turns[:place]))
    assert found > 30


def after_theme(turns: list[Turn]) -> list[Turn]:
    """Return the turns from the first question of a theme on."""
    first = next(place for place, turn in enumerate(turns) if turn.act == "ask")
    return turns[first:]


def names_of(chat: Chat, saying: Saying) -> list[str]:
    return [
        line_name(thread, line)
        for thread, one in enumerate(chat.theme.threads)
        for line, said in enumerate(one.say)
        if said == saying
    ]


@pytest.mark.parametrize(
    ("theme", "one", "other"),
    [
        ("money", "1.2", "2.3"),  # its money goes into shoes, and it is asked where it goes
        ("phones", "1.3", "3.4"),  # hardly on the phone, and looks everything up
        ("travel", "goal.1.1", "2.3"),  # by train, of one who would rather drive any day
        ("travel", "1.1", "3.3"),  # up the coast, and has never seen the ocean
        ("neighbors", "2.1", "3.3"),  # quiet at night, and a train goes by
        ("sports", "goal.2", "3.4"),
        ("weather", "goal.2", "1.3"),  # a picnic in the snow
        ("food", "goal.2.2", "2.2"),  # pea soup, of one who eats no peas
        ("gardening", "1.1", "2.3"),  # four pots on a balcony, and a sunflower up to the gutter
        ("holidays", "3.2", "4.3"),  # a wife, and alone
        ("holidays", "goal.1", "3.2"),  # no idea for a father, of one who always knows
        ("weekend", "goal.2", "2.4"),  # fills up its weekends, and lets its partner plan
        ("friends", "goal.2", "3.1"),  # new in town, and shares a dog there
        ("learning", "goal.2.2", "4.1"),  # ten minutes a day, of one who gives up after ten
        ("holidays", "1.2", "4.3"),  # a costume from July on, and a candle is enough
        ("neighbors", "2.1", "3.2"),  # a car that never moves, and no space for it
        ("neighbors", "1.4", "2.4"),  # knows only the dogs, and sits outside with everybody
        ("sports", "2.4", "3.1"),  # likes no sports, and likes them now
        ("eating_out", "goal.1", "3.4"),  # cooks for Saturday, and leaves that to others
        ("pets", "1.1", "4.4"),  # a beagle of thirteen, and fourteen years with the last one
        ("books", "1.3", "4.2"),  # listens to its book, and reads the last page first
        ("nature", "own.1.2", "3.2"),  # is glad to stay inside, too, and loves camping
        ("weekend", "own.1.1", "3.4"),  # no shoe before noon, and a flea market in the morning
        ("movies", "own.4.2", "goal.2"),  # sees no point in horror, and tells what it is
    ],
)
def test_nobody_says_both(theme: str, one: str, other: str) -> None:
    found = next(each for each in shipped().topics if each.id == theme)
    assert not found.goes_with(one, [other])
    assert found.goes_with(one, [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("watch the stars", "a telescope on the roof"),  # just binoculars
        ("were a chess champion at eleven", "play chess in the park"),
        ("restore old chairs", "a hammock in the living room"),  # guests wait for their turn
        ("moved here from Minnesota last spring", "in a small town by a lake"),
        ("at the edge of the desert", "a bright yellow raincoat"),
        ("a night nurse", "getting up in the dark"),
        ("an elevator mechanic", "small talk in elevators"),
        ("a stay-at-home parent of twins", "raised three foster kids"),
    ],
)
def test_nobody_is_both(one: str, other: str) -> None:
    assert not shipped().goes_with(one, [other])
    assert not shipped().goes_with(other, [one])


@pytest.mark.parametrize(
    ("theme", "trait"),
    [
        ("cars", "learned to walk again after an accident"),  # the long way everywhere, by bus
        ("eating_out", "were a terrible waiter for one summer"),  # and for three years
        ("movies", "tell ghost stories"),  # and can't watch horror
        ("travel", "a flight attendant"),  # and holds on to the seat
        ("work", "swim in cold lakes"),  # and swims like a chair
        ("sports", "a mail carrier"),  # eleven miles a day, and three
        ("learning", "an accountant"),  # good at math, nobody would believe it
    ],
)
def test_nobody_is_what_a_theme_says_otherwise(theme: str, trait: str) -> None:
    assert trait in next(each for each in shipped().topics if each.id == theme).without


def test_nobody_is_what_its_theme_or_another_of_its_traits_rules_out() -> None:
    smalltalk = shipped()
    ruled_out = {theme.id: theme.without for theme in smalltalk.topics}
    traits = [trait.what for traits in smalltalk.traits.values() for trait in traits]
    for script in scripts():
        for prompt in (script.role_prompt, script.user_role_prompt or ""):
            described = {one for one in traits if f" {one}." in prompt}
            assert described.isdisjoint(ruled_out[script.domain]), prompt
            assert all(smalltalk.goes_with(one, described) for one in described), prompt
    assert not smalltalk.goes_with("a farmer", ["near the airport"])
    assert not smalltalk.goes_with("near the airport", ["a farmer"])
    assert smalltalk.goes_with("a farmer", ["a lucky coin"])


def test_a_trait_names_no_husband_or_wife() -> None:
    data = yaml.safe_load(casual_load.default_path().read_text())
    data["traits"]["work"][0]["more"][0]["tell"] = "They are, ask my wife."
    (problem,) = casual_load.lint(SmallTalk.model_validate(data))
    assert "may name another" in problem


def test_a_yes_answers_what_asks_for_one() -> None:
    data = yaml.safe_load(casual_load.default_path().read_text())
    data["topics"][1]["threads"][1]["say"][0]["tell"] = "Yes, our cat once stole a leg."
    problems = casual_load.lint(SmallTalk.model_validate(data))
    assert any("answers yes or no to" in problem for problem in problems), problems


def test_what_contradicts_is_named_by_what_there_is() -> None:
    """A theme or a trait that is misspelled would be kept apart from nothing."""
    data = yaml.safe_load(casual_load.default_path().read_text())
    data["topics"][0]["without"] = ["play the tuba"]
    data["unlike"].append([["a spy"], ["loud chewing"]])
    problems = casual_load.lint(SmallTalk.model_validate(data))
    assert problems == ["no trait is 'a spy'", "no trait is 'play the tuba'"]


def test_what_people_are_is_dealt_and_not_drawn() -> None:
    """Everything that people like comes up about as often, and never of both in a chat."""
    likes = re.compile(r"You like to ([^.]+)\.")
    both = [
        likes.findall(f"{script.role_prompt} {script.user_role_prompt}") for script in scripts()
    ]
    assert sum(len(pair) == 2 for pair in both) > 150
    assert all(len(set(pair)) == len(pair) for pair in both)
    found = Counter(one for pair in both for one in pair)
    assert set(found) == {trait.what for trait in shipped().traits["likes"]}
    assert max(found.values()) < 2.5 * min(found.values())  # themes rule some out


def test_two_chats_in_a_row_open_a_theme_with_other_threads() -> None:
    before: dict[str, Chat] = {}
    seen: set[tuple[str, str]] = set()
    drawn = chats(24 * 12)
    for chat in drawn:
        if chat.theme.id in before:
            first = before.pop(chat.theme.id)
            assert set(first.situation).isdisjoint(set(chat.situation) - {"+"})
        else:
            before[chat.theme.id] = chat
        seen.add((chat.theme.id, chat.situation))
    assert len(seen) == len(drawn)  # each ordered pair of threads, once in twelve visits


def test_what_is_asked_further_is_seldom_the_same() -> None:
    assert all(said.also for theme in shipped().topics for t in theme.threads for said in t.say)
    assert all(len(one.more) > 2 for traits in shipped().traits.values() for one in traits)
    asked = Counter(
        (turn.text.rsplit(". ", 1)[-1], turns[place + 1].text)
        for script in scripts()[:40]
        for turns in [floor(script)]
        for place, turn in enumerate(turns)
        if turn.act == "dig"
    )
    assert asked.total() > 60
    assert sum(count - 1 for count in asked.values()) <= 0.05 * asked.total()


def test_nobody_leaves_or_changes_the_subject_without_a_word_on_what_was_told() -> None:
    said = tuple(
        chain(*(wordings()[f"react.{tone}"][0] for tone in ("plain", "joke", "warm", "last")))
    )
    late = tuple(wordings()["late"][0])
    found = Counter[str]()
    for script in scripts():
        for one, other in pairwise(floor(script)):
            is_late = other.act == "ask.trait" and any(lead in other.text for lead in late)
            if one.act == "dug" and (is_late or other.act == "close"):
                found[other.act] += 1
                words = (*said, "Okay", "Oh", "Well", "Anyway")  # of two that open alike one stays
                assert other.text.startswith(words), (one.text, other.text)
    assert found["close"] > 20
    assert found["ask.trait"] > 5


def test_what_is_said_is_taken_in_words_of_its_own() -> None:
    """ "Smart dog." is said of the one that opened the fridge, and of nothing else."""
    found = 0
    for chat, script in zip(chats(600), scripts(), strict=True):
        takes = {
            said.take: said
            for thread in chat.theme.threads
            for said in thread.say
            if " " in said.take
        }
        for one, other in pairwise(floor(script)):
            for take in (take for take in takes if other.text.startswith(take)):
                found += 1
                assert is_told(takes[take], one.text), (one.text, other.text)
    assert found > 300


def test_nobody_laughs_at_what_is_no_joke() -> None:
    told = {
        said.dug: "joke" if said.tone == "joke" and not said.low else ""
        for theme in shipped().topics
        for thread in theme.threads
        for said in thread.say
    }
    found = Counter[str]()
    for script in scripts():
        for one, other in pairwise(floor(script)):
            if one.act == "dug" and one.text in told and re.match(r"Ha\b", other.text):
                found[told[one.text]] += 1
                assert told[one.text] == "joke", (one.text, other.text)
    assert found["joke"] > 30


def test_only_who_is_thanked_says_that_it_is_no_problem() -> None:
    welcomes = tuple(wordings()["welcome"][0] + wordings()["welcome.view"][0])
    found = 0
    for script in scripts():
        for one, other in pairwise(floor(script)):
            if one.act == "thanks" and "thank" not in one.text.lower():
                found += 1
                assert not other.text.startswith(welcomes), (one.text, other.text)
    assert found > 30


def test_nobody_wants_what_it_has() -> None:
    maker = composer().maker("casual")
    assert isinstance(maker, ChatMaker)
    drawn = [draw_chat(job(at), maker.smalltalk, maker.names, validation=0) for at in range(900)]
    with_goal = [chat for chat in drawn if chat.goal]
    assert len(with_goal) > 200
    for chat in with_goal:
        goal = f"goal.{chat.theme.goals.index(chat.goal) + 1}"
        lines = [line_name(thread, line) for thread in range(4) for line in range(4)]
        for name in (line for line in lines if not chat.theme.goes_with(goal, [line])):
            thread, line = (int(part) - 1 for part in name.split("."))
            tell = chat.theme.threads[thread].say[line].tell
            said = {one.tell for part in chat.parts for one in part.says.values()}
            assert tell not in said, name


def test_what_opens_a_theme_comes_first() -> None:
    maker = composer().maker("casual")
    assert isinstance(maker, ChatMaker)
    for at in range(300):
        chat = draw_chat(job(at), maker.smalltalk, maker.names, validation=0)
        asks = [set(part.asks) for part in chat.parts]
        assert set(chat.theme.threads[0].ask) not in asks[1:]


def chats(count: int) -> list[Chat]:
    maker = composer().maker("casual")
    assert isinstance(maker, ChatMaker)
    return [draw_chat(job(at), maker.smalltalk, maker.names, validation=0) for at in range(count)]


def test_what_is_out_of_the_blue_is_asked_once_and_last() -> None:
    asked = Counter[int]()
    for chat, script in zip(chats(600), scripts(), strict=True):
        late = [part for part in chat.selves if part.kind in LATE]
        asked[len(late)] += 1
        acts = [turn.act.removesuffix(".ask") for turn in floor(script)]
        if late and len(chat.selves) == 1:
            assert "ask.trait" not in acts[: max(at for at, act in enumerate(acts) if act == "ask")]
    assert set(asked) == {0, 1}
    assert asked[1] > 100


def test_a_theme_is_come_to_by_something_that_happened() -> None:
    """Nobody says "let's talk about sleep"; a question that opens a theme needs no reason."""
    found = Counter[bool]()
    for chat, script in zip(chats(600), scripts(), strict=True):
        first = next(turn for turn in floor(script) if turn.act == "ask")
        is_opened = f" {chat.opens} ".lower() in f" {first.text}".lower()
        found[is_opened] += 1
        assert is_opened or chat.parts[0].is_opening, first.text
    assert min(found.values()) > 20
    rows = zip(*(chats(600)[24 * visit : 24 * (visit + 1)] for visit in range(5)), strict=True)
    ways = {theme.id: set[str]() for theme in shipped().topics}
    for chat in chain(*rows):
        ways[chat.domain].add(chat.opens)
    for theme in shipped().topics:  # each in turn, but for what some line rules out
        ruled_out = {name for name in chain(*theme.apart) if name.startswith("open.")}
        assert len(ways[theme.id]) == 5 or (ruled_out and len(ways[theme.id]) >= 4), theme.id


def test_nobody_says_what_a_talk_will_be_about() -> None:
    data = yaml.safe_load(casual_load.default_path().read_text())
    data["topics"][0]["opens"][0] = "I've been thinking about food lately."
    (problem,) = casual_load.lint(SmallTalk.model_validate(data))
    assert "what the talk will be about" in problem


def test_nobody_recites_a_description() -> None:
    data = yaml.safe_load(casual_load.default_path().read_text())
    trait = next(one for one in data["traits"]["owns"] if one["what"] == "a jar of old buttons")
    trait["tells"][0] = "Believe it or not, my jar of old buttons."
    (problem,) = casual_load.lint(SmallTalk.model_validate(data))
    assert "does not recite" in problem


def sayings() -> list[Saying]:
    return [said for theme in shipped().topics for each in theme.threads for said in each.say]


def test_all_that_is_told_can_be_said_as_it_is_written() -> None:
    lines = [line for said in sayings() for line in (said.tell, said.more, said.own.tell)]
    lines += [line for theme in shipped().topics for line in theme.opens]
    lines += [tell for each in shipped().traits.values() for trait in each for tell in trait.tells]
    assert [line for line in lines if speak(line) != line] == []


def test_who_is_only_listened_to_goes_on_with_what_it_has_told() -> None:
    """I'm up at five. / Five, ouch. / By nine in the evening you could paint my face."""
    more = {said.more: said for said in sayings()}
    found = 0
    for script in scripts():
        turns = floor(script)
        for told, taken, turn in zip(turns, turns[1:], turns[2:], strict=False):
            if turn.act == "more" and turn.text in more:
                found += 1
                said = more[turn.text]
                assert words_of(said.tell) <= words_of(told.text), (told.text, turn.text)
                assert taken.text == said.take
    assert found > 60


def test_what_one_says_of_its_own_to_an_answer_is_for_that_answer() -> None:
    """Nobody who has answered the same question says, too, what goes with another answer."""
    own = {said.own.tell: said for said in sayings()}
    found = 0
    for script in scripts():
        turns = floor(script)
        for place, turn in enumerate(turns):
            if turn.act == "own" and (said := own.get(turn.text)):
                found += 1
                before = [one for one in turns[:place] if one.speaker != turn.speaker]
                told = [one for one in before[-3:] if words_of(said.tell) <= words_of(one.text)]
                assert told, (said.tell, turn.text)
    assert found > 80


def test_sadness_is_asked_about_and_not_left() -> None:
    """Saying goodbye to the last one was really hard. / Oh, I'm sorry. What was it like?"""
    low = [said for said in sayings() if said.low]
    found = 0
    for script in scripts():
        for one, other in pairwise(floor(script)):
            if any(is_told(said, one.text) for said in low):
                is_answer = one.act in ("answer", "answer.want", "share")
                found += is_answer
                assert not is_answer or other.act in ("dig", "unclear"), (one.text, other.text)
    assert found > 8


def test_nobody_answers_unasked_what_was_asked_before_the_last_question() -> None:
    """ "What's the fullest one?" "The one for the roof." "I'm careful, I wash bags." """
    for script in scripts():
        for one, other in pairwise(floor(script)):
            assert (one.act, other.act) != ("dug", "share"), (one.text, other.text)


def test_who_asks_a_question_back_says_whom_it_asks() -> None:
    """ "Do you finish every book you start?" comes back as "And you, do you finish ...?"."""
    assert all("you" in lead.lower() for lead in wordings()["turn"][0])


def test_a_question_said_again_in_other_words_is_not_said_to_be_the_same() -> None:
    assert not [lead for lead in wordings()["again"][0] if "I said" in lead]


def test_what_is_asked_of_the_past_is_not_what_one_has_done() -> None:
    """Who grew up with six brothers has done nothing for it."""
    assert not [ask for ask in wordings()["ask.past"][0] if "done" in ask]


def test_what_somebody_has_told_of_itself_is_taken_with_more_than_a_nod_at_the_end() -> None:
    says = {name: tuple(wordings()[f"react.{name}"][0]) for name in ("last", "plain")}
    found = Counter[str]()
    for script in scripts():
        for told, _, _, close in zip(*(floor(script)[at:] for at in range(4)), strict=False):
            if (told.act, close.act) == ("tell.trait", "close"):
                found.update(name for name in says if close.text.startswith(says[name]))
    assert found["last"] > found["plain"]
    assert found["last"] > 20


def test_nobody_asks_about_two_things_in_the_same_words() -> None:
    digs = {one.ask for each in shipped().traits.values() for trait in each for one in trait.more}
    for script in scripts():
        texts = [turn.text for turn in floor(script) if turn.act == "dig"]
        asked = [ask for ask in digs for text in texts if text.endswith(ask)]
        assert len(set(asked)) == len(asked), asked


def test_who_is_asked_how_it_is_asks_the_same() -> None:
    backs = tuple(wordings()["back"][0])
    answers = {one.say for hello in shipped().hellos for one in hello.answers}
    found = 0
    for script in scripts():
        _, answered, then = floor(script)[:3]
        if answered.act == "hello" and answered.text.endswith(backs):
            found += 1
            assert then.act.startswith("hello")
            assert any(f" {one}" in then.text for one in answers), then.text
    assert found > 40


def test_who_says_its_name_adds_its_work_alone() -> None:
    work = {tell for trait in shipped().traits["work"] for tell in trait.tells}
    found = 0
    for script in scripts():
        for turn in floor(script):
            if turn.act == "tell.self" and len(re.findall(r"[.?!]", turn.text)) > 1:
                found += 1
                assert any(turn.text.endswith(tell) for tell in work), turn.text
    assert found > 5


def test_advice_is_thanked_for() -> None:
    for script in scripts():
        for one, other in pairwise(floor(script)):
            assert one.act != "advise" or other.act.removesuffix(".ask") == "thanks"


def test_only_thanks_are_taken_as_thanks() -> None:
    """To "That could work" nobody says "No problem"."""
    found = 0
    for script in scripts():
        for one, other in pairwise(floor(script)):
            if one.act == "thanks" and "thank" not in one.text.lower() and other.act != "react":
                found += 1
                for said in (*wordings()["welcome"][0], *wordings()["welcome.view"][0]):
                    assert not other.text.startswith(f"{said} "), (one.text, other.text)
    assert found > 10


def test_nothing_comes_between_what_is_told_and_what_is_asked_about_it() -> None:
    """Who studied law and worked in a bookstore is not asked "Why not?" after the bookstore."""
    more = {one.ask: one.tell for each in shipped().traits["past"] for one in each.more}
    found = 0
    for script in scripts():
        for one, other in pairwise(floor(script)):
            assert (one.act, other.act) != ("dug", "dig"), (one.text, other.text)
            found += other.act == "dig" and any(other.text.endswith(ask) for ask in more)
    assert found > 30


def test_how_somebody_is_fits_the_question_and_is_taken_up() -> None:
    fits = {
        ask: {said.say: said.take for said in hello.answers}
        for hello in shipped().hellos
        for ask in hello.ask
    }
    found = Counter[bool]()
    for script in scripts():
        asked, answered, then = floor(script)[:3]
        for ask in (ask for ask in fits if asked.text.endswith(f" {ask}")):
            (said,) = (said for said in fits[ask] if f" {said}" in answered.text)
            if answered.text.endswith(said):
                found[then.text.startswith(fits[ask][said])] += 1
    assert found[True] > 3 * found[False]
    assert found[True] > 100


def parting(script: Script) -> tuple[Turn, Turn]:
    """Return the turn in which somebody leaves, and the first goodbye."""
    turns = floor(script)
    at = next(place for place, turn in enumerate(turns) if turn.act == "bye")
    return turns[at - 1], turns[at]


def test_why_somebody_leaves_is_taken_up() -> None:
    replies = {one.say.split(", ", 1)[1].lower(): one.reply for one in shipped().exits}
    found, waits = set(), 0
    for script in scripts():
        turns = floor(script)
        at = next(place for place, turn in enumerate(turns) if turn.act == "close")
        (say,) = (say for say in replies if say in turns[at].text.lower())
        assert turns[at + 1].text.startswith(replies[say]), (turns[at].text, turns[at + 1].text)
        later = [one.later for one in lines_of(script.domain) if one.later]
        assert not any(one in turns[at].text for one in later), turns[at].text
        found.add(say)
        waits += turns[at + 1].act == "let.go"
    assert found == replies.keys()
    assert 60 < waits < 300


def test_who_is_in_a_hurry_says_one_thing_more_at_most() -> None:
    """Sorry, my pot's boiling over. I really enjoyed this. Have a lovely week."""
    hurried = {one.say for one in shipped().exits if one.hurried}
    for chat, script in zip(chats(600), scripts(), strict=True):
        if chat.leaving.say in hurried:
            close, _ = parting(script)
            said = [
                one
                for name in ("leave", "wish", "wish.again")
                for one in wordings()[name][0]
                if one and one in close.text
            ]
            assert len(said) <= 1, close.text
            assert not any(turn.act == "let.go" for turn in floor(script))


def test_the_end_of_a_chat_agrees_with_its_beginning() -> None:
    """Nobody who has just had lunch leaves to make some."""
    talk = shipped()
    lunch, leaves = "Fine, I just had lunch.", "Well, I should make myself some lunch."
    assert not talk.agrees(leaves, [lunch])
    assert not talk.agrees("Sorry, my pot's boiling over.", [lunch])
    late = 0
    for chat in chats(600):
        began = [chat.greeting.say, chat.greeting.take, chat.greeting.back]
        assert talk.agrees(chat.leaving.say, began), (began, chat.leaving.say)
        assert talk.agrees(chat.greeting.back, [chat.greeting.say])
        assert all(talk.agrees(one, began) for one in chat.let_go)
        late += chat.is_late
    assert late > 30
    for chat, script in zip(chats(600), scripts(), strict=True):
        if chat.is_late:
            said = " ".join(turn.text for turn in floor(script)[-2:] if turn.act == "bye")
            assert not re.search(r"\b(?:nice|good|great|lovely|your|the) day\b", said), said


def test_most_chats_end_with_a_goodbye() -> None:
    assert sum(script.turns[-1].act == "bye" for script in scripts()) > 0.88 * len(scripts())


def test_an_agent_that_is_first_says_its_name_with_its_hello() -> None:
    for script in scripts():
        first, second = floor(script)[:2]
        if script.facts and first.speaker == "agent":
            assert described(script)["name"].split()[0] in first.text
            assert script.user.name.split()[0] in second.text


def test_nobody_nods_at_a_short_turn_or_at_what_asks_something_of_it() -> None:
    nods = [
        before
        for script in scripts()
        for before, turn in pairwise(script.turns)
        if turn.onset == "backchannel"
    ]
    assert len(nods) > 300
    for turn in nods:
        assert len(turn.spoken.split()) >= MIN_LISTENED
        assert not turn.act.endswith("ask"), turn.text


def test_a_matter_of_ones_own_is_brought_up_when_the_other_has_listened() -> None:
    """Nobody glues it to the end of an answer."""
    wants = tuple(f" {goal.ask}" for theme in shipped().topics for goal in theme.goals)
    asked = [turn for one in scripts() for turn in floor(one) if turn.text.endswith(wants)]
    assert len(asked) > 100
    assert {turn.act for turn in asked} == {"want"}


@lru_cache
def wordings() -> dict[str, list[list[str]]]:
    return yaml.safe_load(assets.find("prompts/wording", "casual").read_text())["agent"]


def test_a_view_is_taken_as_a_view() -> None:
    views = {goal.ask for theme in shipped().topics for goal in theme.goals if goal.view}
    assert len(views) > 10
    found = Counter[bool]()
    for script in scripts():
        for asked, _, thanks in zip(*(floor(script)[at:] for at in range(3)), strict=False):
            if thanks.act.removesuffix(".ask") == "thanks":
                is_view = any(asked.text.endswith(view) for view in views)
                (said,) = wordings()["thanks.view" if is_view else "thanks"]
                assert thanks.text.startswith(tuple(said)), (asked.text, thanks.text)
                found[is_view] += 1
    assert min(found.values()) > 20


def test_what_is_no_advice_is_not_asked_for_as_advice() -> None:
    views = {goal.ask: goal.view for theme in shipped().topics for goal in theme.goals}
    found = Counter[bool]()
    for script in scripts():
        for turn in floor(script):
            for ask in (ask for ask in views if turn.text.endswith(f" {ask}")):
                (said,) = wordings()["want.view" if views[ask] else "want"]
                is_led = turn.text.removesuffix(f" {ask}").endswith(tuple(said))
                assert is_led or (views[ask] and turn.act == "want"), turn.text
                found[views[ask]] += is_led
    assert min(found.values()) > 20


def test_who_answers_unasked_says_a_whole_sentence() -> None:
    """Nobody says "Me, Halloween." but "For me it's Halloween."."""
    found = Counter[bool]()
    for script in scripts():
        for turn in (turn for turn in floor(script) if turn.act == "share"):
            (said,) = (one for one in lines_of(script.domain) if is_told(one, turn.text))
            assert turn.text.lower().endswith((said.mine or said.tell).lower()), turn.text
            assert not said.is_answer
            found[bool(said.mine)] += 1
    assert min(found.values()) > 30


def test_who_has_no_sentence_of_its_own_is_refused() -> None:
    data = yaml.safe_load(casual_load.default_path().read_text())
    said = next(
        one
        for theme in data["topics"]
        for thread in theme["threads"]
        for one in thread["say"]
        if one.get("mine", "").startswith("For me it's Halloween")
    )
    del said["mine"]
    (problem,) = casual_load.lint(SmallTalk.model_validate(data))
    assert "is no sentence by itself" in problem


def test_nobody_takes_a_whole_turn_for_a_flat_word_before_it_is_asked_something_else() -> None:
    """ "I haven't had one in two years." "Well, alright." "What do you own that you like?" """
    says = {tone: {*wordings()[f"react.{tone}"][0]} for tone in ("plain", "joke", "more", "own")}
    flat = says["plain"] - says["joke"] - says["more"] - says["own"]
    for script in scripts():
        for one, other in pairwise(floor(script)):
            if one.act == "react" and other.act in ("want", "ask.trait"):
                assert one.text not in flat, (one.text, other.text)


def test_no_filler_goes_before_a_word_that_is_one() -> None:
    for script in scripts():
        for turn in floor(script):
            if turn.act in ("own", "more", "dug"):
                assert not re.match(r"(?:Um|Uh|Well|Hm)\b.*?, (?:oh|ha), ", turn.text), turn.text


def test_who_leaves_does_not_say_okay_twice() -> None:
    for script in scripts():
        for turn in (turn for turn in floor(script) if turn.act == "close"):
            assert not re.match(
                r"(?:\w+, )?(?:okay|alright)\. (?:Okay|Alright|Well)\b", turn.text, re.I
            )


def test_a_question_is_not_understood_once_at_most() -> None:
    for script in scripts():
        assert sum(turn.act == "unclear" for turn in floor(script)) <= 1


def test_nobody_comes_from_who_somebody_is_to_a_theme_without_a_word() -> None:
    """ "I miss the gossip." "The coffee at the corner's gone up." """
    found = 0
    for chat, script in zip(chats(600), scripts(), strict=True):
        for one, other in pairwise(floor(script)):
            if one.act == "dug" and other.act == "ask" and chat.opens.lower() in other.text.lower():
                found += 1
                assert not other.text.startswith(chat.opens), (one.text, other.text)
    assert found > 20


def test_what_is_asked_of_a_theme_is_named_by_it() -> None:
    """Where one would like to live is not about where one grew up."""
    hometown = next(one for one in shipped().topics if one.id == "hometown")
    assert "live" in hometown.about


def test_a_wish_at_the_end_is_taken_up() -> None:
    found = Counter[str]()
    for script in scripts():
        close, bye = parting(script)
        is_answered = any(turn.act == "let.go" for turn in floor(script))
        for name in ("wish", "wish.again"):
            if close.text.endswith(tuple(wordings()[name][0])):
                reply = name.replace("wish", "bye") if "." in name else "bye.wish"
                said = bye.text
                if not is_answered:
                    said = re.split(r"(?<=[.?!]) ", bye.text, maxsplit=1)[1]
                assert said.startswith(tuple(wordings()[reply][0])), (close.text, bye.text)
                found[name] += 1
                wished = max(
                    (one for one in wordings()[name][0] if close.text.endswith(one)), key=len
                )
                parts = (*wordings()["part"][0], *wordings()["part.wish"][0])
                part = next(one for one in parts if bye.text.endswith(f" {one}"))
                assert wished.split()[0] != part.split()[0], (close.text, bye.text)
    assert min(found["wish"], found["wish.again"]) > 30


def test_who_is_cut_off_was_going_on_about_what_it_had_told() -> None:
    cut = [turn.text for one in scripts() for turn in floor(one) if turn.act == "answer+on"]
    assert len(cut) > 4
    for text in cut:
        (said,) = (said for said in sayings() if text.endswith(f" {said.more}"))
        told = text.removesuffix(said.more)
        assert is_told(said, told), text


def test_both_speak_first_ask_and_are_cut_off_only_where_nothing_is_lost() -> None:
    firsts = Counter(script.turns[0].speaker for script in scripts())
    assert min(firsts.values()) > 200
    for script in scripts():
        for one, other in pairwise(floor(script)):
            assert one.speaker != other.speaker
        barge_ins = [turn for turn in script.turns if turn.onset == "barge_in"]
        assert all(turn.speaker == "user" for turn in barge_ins)
        assert script.user.behaviour.interruptions or not barge_ins


def test_nobody_answers_a_question_twice() -> None:
    """What who asked would say itself is not left over for the other, when something else came."""
    themes = {theme.id: theme for theme in shipped().topics}
    for script in scripts():
        for who in ("agent", "user"):
            texts = " ".join(turn.text for turn in floor(script) if turn.speaker == who)
            plain = re.sub(r", (?:um|uh),", ",", texts).lower()
            for thread in themes[script.domain].threads:
                told = [said.tell for said in thread.say if said.tell.lower() in plain]
                assert len(told) < 2, (script.dialog_id, told)


def test_nobody_leaves_with_the_word_that_it_has_just_ended_with() -> None:
    """Nobody says "Let me know, anyway. Anyway, I have to go." or "Nice talk. Talk soon."."""
    openings = {leaving.say.split(",")[0].lower() for leaving in shipped().exits}
    assert {"anyway", "well"} <= openings
    taken = [
        said
        for act in wordings()
        if act.startswith(("react", "welcome"))
        for said in wordings()[act][0]
    ]
    taken += [
        said.take for theme in shipped().topics for each in theme.threads for said in each.say
    ]
    taken += [trait.take for traits in shipped().traits.values() for trait in traits]
    mended = {"okay", "alright"}  # by the realizer
    last = {said.rstrip(".").split()[-1].lower(): said for said in taken}
    assert not {word: said for word, said in last.items() if word in openings - mended}
    for script in scripts():
        *_, before, part = re.split(r"(?<=[.!?]) ", f"Oh. {floor(script)[-1].text}")
        assert before.rstrip(".").split()[-1].lower() != part.split()[0].lower(), (before, part)


def test_nobody_says_a_thing_twice() -> None:
    for script in scripts():
        texts = [turn.text for turn in floor(script) if len(turn.text.split()) > 6]
        assert len(set(texts)) == len(texts)


@pytest.mark.slow
def test_no_order_of_acts_and_no_sentence_is_common() -> None:
    found = Structure()
    found.add(scripts())
    assert found.top_skeletons < 0.15
    assert found.top_sentence[1] < 0.08  # 600 chats: the commonest of many is over its share


def test_no_two_chats_are_near_duplicates() -> None:
    found = Index().add([sketch_of(script) for script in scripts()])
    assert sum(earlier is not None for earlier in found) <= 0.005 * len(found)


def test_checks_see_a_description_that_nobody_speaks_of() -> None:
    maker = composer().maker("casual")
    assert isinstance(maker, ChatMaker)
    drawn = next(
        chat
        for index in range(9)
        if (chat := draw_chat(job(index), maker.smalltalk, maker.names, validation=0)).facts
    )
    lines = compose_chat(drawn, maker.wording, draws_for(0, "casual"))
    assert unsaid(drawn, lines) == []
    assert unsaid(drawn, [line._replace(text="Hello.") for line in lines])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "value", "complaint"),
    [
        ("ask", ["What is it?", "What is it?"], "is there twice"),
        ("ask", ["Say it.", "What is it?"], "ends with a question mark"),
        ("tell", "no.", "ends with a question mark"),
        ("dig", "Say it.", "ends with a question mark"),
        ("dug", "An cat.", "should begin with 'a'"),
        ("ask", ["Do you decorate?", "What's in a taco?"], "have no word in common"),
        ("later", "Wear earplugs.", "comes back to nothing that was said"),
        ("tell", "I like it, but it's expensive.", "does not say which of"),
        ("take", "Fancy that", "ends with a question mark"),
    ],
)
def test_linter_refuses(tmp_path: Path, part: str, value: object, complaint: str) -> None:
    data = yaml.safe_load(casual_load.default_path().read_text())
    thread = data["topics"][0]["threads"][0]
    (thread if part == "ask" else thread["say"][0])[part] = value
    path = tmp_path / "casual.yaml"
    path.write_text(yaml.safe_dump(data))
    with pytest.raises(UserError, match=re.escape(str(path))):
        casual_load.load_smalltalk(path)
    problems = casual_load.lint(SmallTalk.model_validate(data))
    assert any(complaint in problem for problem in problems), problems
