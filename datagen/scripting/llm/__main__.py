"""Show what models are asked: python -m datagen.scripting.llm KIND [--index 0] [--order paper].

Prints the messages of one dialogue as they are sent, and about how many tokens they have. A lesson
is shown on the topic that the instructions give as an example: others are listed by models. With
``docs`` for the kind it prints docs/prompts.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache

from datagen.scripting.llm.assignment import Assignment
from datagen.scripting.llm.completion import Completion, Message, Refusal, Request
from datagen.scripting.llm.options import AuthorOptions
from datagen.scripting.llm.planners import PLANNERS, AssignmentPlanner
from datagen.scripting.llm.topic_lists import TopicLists, load_topic_texts
from datagen.types import Job, Rejected

CHARACTERS_A_TOKEN = 3.7
"""Of these prompts: SmolLM2's tokenizer has 3.9 in system texts, 3.5 in the others."""
DOCS = "docs"
SHOWN = (
    ("service", "service", "inbound", ("facts_first", "paper")),
    ("service, for a customer", "service", "assistant", ("facts_first", "paper")),
    ("qa", "qa", "", ("facts_first", "facts_first")),
    ("casual", "casual", "", ("facts_first", "facts_first")),
)
"""Of what the documentation has two requests: title, kind, direction, and their orders."""
INTRODUCTION = """\
# What language models are asked

Two complete requests a kind, as they are sent; `python -m datagen.scripting.llm KIND --index N`
prints any other, and `docs` for the kind this page. Sizes are estimates at {per} characters a
token, as measured with the tokenizer of SmolLM2; those of Qwen3 and gpt-oss are larger and need
somewhat fewer. The system text is the same for all dialogues of a kind, so a server's prefix cache
holds it. An answer has 700 to 1,400 tokens.

All is *written*, not worded: a model is given people, what is so, and musts, and decides scene,
order and words. Every second attempt is a repair: the request goes on with the model's own answer
and the faults of its turns. Topics of lessons are listed by the models themselves
(`prompts/llm/topics.yaml`); the lessons here are on its example. The schema of an answer names the
musts and tools of its brief.
"""


def example_topics() -> TopicLists:
    """Return topics where every area has the example's."""
    texts = load_topic_texts()
    card = texts.example.model_dump_json()

    def ask(requests: Sequence[Request]) -> list[Completion | Refusal]:
        return [Completion(f'{{"topics": [{card}]}}', is_whole=True) for _ in requests]

    return TopicLists(texts, ask, ["example"], num_topics=1, folder=None)


@lru_cache
def _planner(kind: str, order: str) -> AssignmentPlanner:
    return PLANNERS[kind](AuthorOptions.model_validate({"order": order}), example_topics())


def shown(kind: str, index: int, order: str) -> Assignment:
    """Return what a model is asked for a dialogue. Raises Rejected."""
    name = f"{kind}-{index:07d}"
    job = Job(dialog_id=name, kind=kind, index=index, seed=0)
    return _planner(kind, order).assignment(job)


def size_of(message: Message) -> int:
    """Return about how many tokens a message has."""
    return round(len(message["content"]) / CHARACTERS_A_TOKEN)


def documentation() -> Iterator[str]:
    """Yield the lines of docs/prompts.md."""
    yield INTRODUCTION.format(per=CHARACTERS_A_TOKEN)
    for title, kind, direction, orders in SHOWN:
        yield f"## {title}\n"
        indices = (at for at in range(1000) if direction in ("", _direction(kind, at)))
        for number, order in enumerate(orders):
            yield from _section(shown(kind, next(indices), order), order, is_first=number == 0)


def _direction(kind: str, index: int) -> str:
    """Return who calls in a dialogue."""
    assignment = shown(kind, index, "facts_first")
    if assignment.texts.kind == "assistant":
        return "assistant"
    return "outbound" if assignment.brief.slots.get("direction") else "inbound"


def _section(assignment: Assignment, order: str, *, is_first: bool) -> Iterator[str]:
    system, call = assignment.messages()
    total = size_of(system) + size_of(call)
    in_order = ", in the order of the paper" if order == "paper" else ""
    yield f"### {assignment.job.dialog_id}{in_order}: about {total:,} tokens\n"
    if is_first:
        yield f"System, about {size_of(system):,} tokens:\n\n```text\n{system['content']}\n```\n"
    else:
        yield f"System: as above, about {size_of(system):,} tokens.\n"
    yield f"User, about {size_of(call):,} tokens:\n\n```text\n{call['content']}\n```\n"


def main(arguments: list[str] | None = None) -> int:
    """Print the request of a dialogue."""
    parser = argparse.ArgumentParser(description="Show what language models are asked.")
    parser.add_argument("kind", choices=[*PLANNERS, DOCS])
    parser.add_argument("--index", type=int, default=0, help="which dialogue of a run")
    parser.add_argument("--order", choices=["facts_first", "paper"], default="facts_first")
    options = parser.parse_args(arguments)
    if options.kind == DOCS:
        print("\n".join(documentation()), end="")
        return 0
    try:
        assignment = shown(options.kind, options.index, options.order)
    except Rejected as error:
        print(f"{options.kind} {options.index} cannot be planned: {error}", file=sys.stderr)
        return 1
    for message in assignment.messages():
        print(f"--- {message['role']}, about {size_of(message)} tokens\n{message['content']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
