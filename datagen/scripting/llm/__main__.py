"""Show what models are asked: python -m datagen.scripting.llm KIND [--index 0] [--order paper].

Prints the messages of one dialogue as they are sent, and about how many tokens they have. A lesson
is shown on the topic that the instructions give as an example: others are listed by models.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from datagen.scripting.llm.completion import Completion, Refusal, Request
from datagen.scripting.llm.options import AuthorOptions
from datagen.scripting.llm.planners import PLANNERS
from datagen.scripting.llm.topic_lists import TopicLists, load_topic_texts
from datagen.types import Job, Rejected

CHARACTERS_A_TOKEN = 4.3
"""Of English in the tokenizers of Qwen3 and gpt-oss, about."""


def example_topics() -> TopicLists:
    """Return topics where every area has the example's."""
    texts = load_topic_texts()
    card = texts.example.model_dump_json()

    def ask(requests: Sequence[Request]) -> list[Completion | Refusal]:
        return [Completion(f'{{"topics": [{card}]}}', is_whole=True) for _ in requests]

    return TopicLists(texts, ask, ["example"], num_topics=1, folder=None)


def main(arguments: list[str] | None = None) -> int:
    """Print the request of a dialogue."""
    parser = argparse.ArgumentParser(description="Show what language models are asked.")
    parser.add_argument("kind", choices=list(PLANNERS))
    parser.add_argument("--index", type=int, default=0, help="which dialogue of a run")
    parser.add_argument("--order", choices=["facts_first", "paper"], default="facts_first")
    options = parser.parse_args(arguments)
    planner = PLANNERS[options.kind](AuthorOptions(order=options.order), example_topics())
    name = f"{options.kind}-{options.index:07d}"
    job = Job(dialog_id=name, kind=options.kind, index=options.index, seed=0)
    try:
        assignment = planner.assignment(job)
    except Rejected as error:
        print(f"{name} cannot be planned: {error.reason}", file=sys.stderr)
        return 1
    for message in assignment.messages():
        size = round(len(message["content"]) / CHARACTERS_A_TOKEN)
        print(f"--- {message['role']}, about {size} tokens\n{message['content']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
