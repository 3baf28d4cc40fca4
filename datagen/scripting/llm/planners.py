"""Decide the dialogues that language models write, one planner for each kind.

Job --CallPlanner, LessonPlanner or ChatPlanner--> Assignment
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from datagen.scripting.claims import load_lexicon
from datagen.scripting.compose import makers
from datagen.scripting.compose.grammar import third_person
from datagen.scripting.content import people
from datagen.scripting.llm import brief_texts
from datagen.scripting.llm.assignment import Assignment
from datagen.scripting.llm.assistant_musts import assistant_musts, knows_of_business
from datagen.scripting.llm.brief import Brief, Ground, Must
from datagen.scripting.llm.brief_texts import BriefTexts
from datagen.scripting.llm.call_musts import call_musts, knows_of
from datagen.scripting.llm.casual_brief import casual_brief, casual_ground, draw_casual
from datagen.scripting.llm.options import AuthorOptions
from datagen.scripting.llm.qa_brief import qa_brief, qa_ground
from datagen.scripting.llm.scene import scene_schema
from datagen.scripting.llm.topic_lists import TopicLists
from datagen.scripting.llm.world_lines import tool_results
from datagen.scripting.plans.dealing import DealtCall, deal_call
from datagen.scripting.plans.draws import Draws, draws_for, stratified
from datagen.scripting.simulate import acts
from datagen.scripting.simulate.drawn_call import DrawnCall, facts_of, script_of_call
from datagen.scripting.simulate.finish import FinishedCall
from datagen.scripting.simulate.maker import WorldMaker
from datagen.scripting.world.draw import Drawer
from datagen.scripting.world.load import load_worlds
from datagen.scripting.world.pack import default_paths as world_paths
from datagen.types import Job, Script

OUTCOMES = {
    "solved": "It ends well.",
    "partly": "It is solved in part.",
    "refused": "The answer is no in the end.",
    "handed_on": "Somebody else will take over.",
    "failed": "It fails.",
}


class AssignmentPlanner(Protocol):
    """Decides what models write of one kind."""

    def prepare(self, jobs: Sequence[Job]) -> None:
        """Find what some dialogues need before they can be decided, all at once."""

    def assignment(self, job: Job) -> Assignment:
        """Return what a model is to write. Raises Rejected if there is nothing."""


class Briefing:
    """What planners of all kinds have: texts, and exemplars in turn."""

    def __init__(self, kind: str, options: AuthorOptions) -> None:
        self.texts, self._options = BriefTexts(kind), options

    def exemplar(self, job: Job) -> str:
        """Return the dialogue that a model is shown: each in turn."""
        shown = self.texts.exemplars
        name = f"{job.kind}/{self.texts.kind}/exemplar"
        return shown[stratified(job.seed, name, job.index, len(shown))].text

    def assign(self, brief: Brief) -> Assignment:
        """Return the assignment of a brief."""
        characters, writes_role = self._options.turn_characters, self.texts.writes_role
        schema = scene_schema(brief, characters, writes_role=writes_role)
        return Assignment(brief, schema, self.texts)


def brief_draws(job: Job) -> Draws:
    """Return the choices that a brief needs beside its world's."""
    return draws_for(job.seed, job.dialog_id, "script", "brief")


class CallPlanner:
    """Briefs models for service calls of every direction."""

    def __init__(self, options: AuthorOptions, topics: TopicLists) -> None:
        self._options = options
        self._service = Briefing("service", options)
        self._assistant = Briefing("assistant", options)
        self._maker = WorldMaker(
            worlds=load_worlds(world_paths()),
            acts=acts.load_acts(acts.default_path()),
            assistant_acts=acts.load_acts(acts.default_path("assistant")),
            names=people.load_names(people.default_path()),
            words=options.words,
            validation=options.validation,
            level=None if options.prompt_level == "mixed" else options.prompt_level,
        )
        self._domains = sorted(self._maker.worlds)

    def prepare(self, jobs: Sequence[Job]) -> None:
        """Find nothing: worlds ship with datagen."""

    def assignment(self, job: Job) -> Assignment:
        """Return a call to be written."""
        dealt = deal_call(
            job,
            self._domains,
            outbound=self._options.outbound,
            assistant=self._options.assistant,
        )
        briefed = self._for_customer if dealt.direction == "assistant" else self._with_customer
        return briefed(job, dealt, brief_draws(job))

    def _with_customer(self, job: Job, dealt: DealtCall, draws: Draws) -> Assignment:
        drawn = self._maker.draw(job, dealt.domain, dealt)
        world, cast = drawn.world, drawn.cast
        compiled = self._maker.worlds[dealt.domain]
        knows = tuple(dict.fromkeys(knows_of(world)))
        back = "The agent calls back after a message that they left. "
        slots = {
            "knows": "; ".join(knows) or "only why it calls",
            "direction": back if dealt.direction == "outbound" else "",
            "agent_manner": self._manner(self._service, drawn),
        }
        musts = call_musts(drawn, Drawer(compiled, draws), draws)
        names = {"agent": cast.agent.name, "company": cast.company}
        return self._assigned(job, self._service, drawn, musts, slots, names, draws)

    def _for_customer(self, job: Job, dealt: DealtCall, draws: Draws) -> Assignment:
        found = self._maker.draw_assistant(job, dealt.domain, dealt)
        drawn = found.call
        cast = drawn.cast
        assert cast.principal
        slots = {
            "knows": " ".join(dict.fromkeys(knows_of_business(drawn.world))),
            "agent_manner": self._manner(self._assistant, drawn),
        }
        names = {"agent": cast.agent.name, "company": cast.company, "customer": cast.principal.name}
        musts = assistant_musts(found, draws)
        return self._assigned(job, self._assistant, drawn, musts, slots, names, draws)

    def _assigned(
        self,
        job: Job,
        briefing: Briefing,
        drawn: DrawnCall,
        musts: tuple[Must, ...],
        slots: dict[str, str],
        names: dict[str, str],
        draws: Draws,
    ) -> Assignment:
        world, cast = drawn.world, drawn.cast
        slots |= {
            "because": third_person(world.story.because),
            "outcome": OUTCOMES[world.case.outcome],
            "daypart": cast.daypart,
            **briefing.texts.levers(draws),
        }
        brief = Brief(
            job=job,
            ground=self._ground(job, drawn, names),
            musts=musts,
            slots=slots,
            exemplar=briefing.exemplar(job),
            order=self._options.order,
            aim=drawn.words,
        )
        return briefing.assign(brief)

    def _manner(self, briefing: Briefing, drawn: DrawnCall) -> str:
        agent, manner = drawn.cast.agent, briefing.texts.shared.manner
        return f"{drawn.cast.manner}, {manner.length[agent.behaviour.length]}"

    def _ground(self, job: Job, drawn: DrawnCall, names: dict[str, str]) -> Ground:
        validation = self._options.validation

        def script(said: FinishedCall, role: str, writer: str) -> Script:
            told = drawn._replace(roles=drawn.roles._replace(agent=role))
            return script_of_call(job, told, said, writer, validation)

        world, cast = drawn.world, drawn.cast
        tools = {} if cast.principal else tool_results(world, cast.user.name)
        return Ground(
            role=drawn.roles.agent,
            agent=cast.agent,
            user=cast.user,
            facts=facts_of(world, cast),
            script=script,
            items=drawn.roles.items,
            tools=tools,
            named=names,
            lexicon=load_lexicon(*world.pack.same),
        )


class LessonPlanner:
    """Briefs models for lessons on the topics that they have listed."""

    def __init__(self, options: AuthorOptions, topics: TopicLists) -> None:
        self._options, self._topics = options, topics
        self._briefing = Briefing("qa", options)
        self._names = people.load_names(people.default_path())

    def prepare(self, jobs: Sequence[Job]) -> None:
        """Have the topics of these dialogues listed."""
        self._topics.prepare(jobs)

    def assignment(self, job: Job) -> Assignment:
        """Return a lesson to be written."""
        area, card = self._topics.topic(job)
        draws = brief_draws(job)
        ground = qa_ground(job, area, card, self._names, draws, self._options.validation)
        return self._briefing.assign(
            qa_brief(
                job,
                ground,
                card,
                self._briefing.texts.levers(draws),
                self._briefing.exemplar(job),
                self._options.order,
                self._options.exchanges,
                draws,
            )
        )


class ChatPlanner:
    """Briefs models for small talk."""

    def __init__(self, options: AuthorOptions, topics: TopicLists) -> None:
        self._options = options
        self._briefing = Briefing("casual", options)
        self._names = people.load_names(people.default_path())

    def prepare(self, jobs: Sequence[Job]) -> None:
        """Find nothing: themes ship with datagen."""

    def assignment(self, job: Job) -> Assignment:
        """Return a conversation to be written."""
        draws, texts = brief_draws(job), self._briefing.texts
        drawn = draw_casual(job, texts.casual, self._names, draws, self._options.validation)
        return self._briefing.assign(
            casual_brief(
                job,
                drawn,
                casual_ground(job, drawn, self._options.validation),
                texts.levers(draws),
                self._briefing.exemplar(job),
                self._options.order,
                draws,
            )
        )


PLANNERS: Mapping[str, Callable[[AuthorOptions, TopicLists], AssignmentPlanner]] = {
    "service": CallPlanner,
    "qa": LessonPlanner,
    "casual": ChatPlanner,
}
"""What decides each kind of dialogue."""


def default_paths() -> list[Path]:
    """Return every shipped file that a dialogue of any kind is made from."""
    return [*makers.default_paths(), *brief_texts.default_paths()]
