"""The topics of lessons, listed by the models themselves: some at a time, area by area.

    area, number of the list --ask--> TopicCards   (RECORDS/topics/AREA-N-DIGEST.json)

Lists are made when a dialogue first needs one, seeded by run and area and not by who asks, kept as
files that the first writer makes and all others read, and never made twice. The n-th dialogue of an
area has its n-th topic. An area knows its own topics only: another may have one of them, too.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from math import ceil
from pathlib import Path
from threading import RLock
from typing import Any, TypeAlias

from datagen import assets
from datagen.config import Settings, digest, read_yaml, validate
from datagen.scripting.llm.completion import Completion, Refusal, Request
from datagen.scripting.llm.reply import BadReply, remedy
from datagen.scripting.llm.topic_cards import TopicCard, cards_schema, names_of, read_cards
from datagen.scripting.plans.draws import stratified
from datagen.seeds import seed_for
from datagen.types import Job, Rejected

Ask: TypeAlias = Callable[[Sequence[Request]], list[Completion | Refusal]]
LIST = 10
"""Topics of a list."""
TRIES = 3
"""How often a list is asked for until it has any topic that is new."""
SPARE = 4
"""Lists of an area beyond those that would do if all their topics were new."""
MOST = 0.002
"""The greatest share of a set's lessons that one topic may have."""
LOOKS, PAUSE = 20, 0.25
"""How often a list that is not whole is read again, after so many seconds."""
VERSION = "1"


class Area(Settings):
    """Something that people ask about."""

    id: str
    about: str


class TopicTexts(Settings):
    """How topics are asked for."""

    system: str
    call: str
    listed: str
    angles: tuple[str, ...]
    areas: tuple[Area, ...]
    example: TopicCard

    @cached_property
    def fewest(self) -> int:
        """How many topics an area needs so that none of them is in too many lessons."""
        return ceil(1 / (MOST * len(self.areas)))


def load_topic_texts() -> TopicTexts:
    """Read what ships with datagen."""
    path = assets.find("prompts/llm", "topics")
    return validate(TopicTexts, read_yaml(path), f"the instructions {path}")


class TopicLists:
    """Finds the topic of any dialogue; threads may share it."""

    def __init__(
        self,
        texts: TopicTexts,
        ask: Ask,
        models: Sequence[str],
        *,
        num_topics: int,
        folder: Path | None,
    ) -> None:
        self._texts, self._ask, self._models, self._folder = texts, ask, list(models), folder
        self._per_area = max(texts.fewest, ceil(num_topics / len(texts.areas)))
        self._lists: dict[tuple[int, str], list[tuple[TopicCard, ...]]] = {}
        """Of each run seed and area, the lists in order."""
        self._problem = ""
        """What was wrong with the last answer that gave no list."""
        self._lock = RLock()
        self._digest = digest([VERSION, texts.model_dump(mode="json"), self._models])[:12]

    def prepare(self, jobs: Sequence[Job]) -> None:
        """List what some dialogues need, all areas at once."""
        with self._lock:
            while wanted := self._missing(jobs):
                self._list(wanted)

    def topic(self, job: Job) -> tuple[Area, TopicCard]:
        """Return the topic of a dialogue. Raises Rejected if its area has too few."""
        self.prepare([job])
        area, visit = self._place(job)
        cards = self._cards(job.seed, area)
        if visit >= len(cards) and len(cards) < self._texts.fewest:
            why = f", {self._problem}" if self._problem else ""
            raise Rejected("the models list too few topics", f"{area.id}: {len(cards)}{why}")
        return area, cards[visit % len(cards)]

    def _place(self, job: Job) -> tuple[Area, int]:
        areas = self._texts.areas
        area = areas[stratified(job.seed, f"{job.kind}/area", job.index, len(areas))]
        return area, job.index // len(areas)

    def _cards(self, seed: int, area: Area) -> list[TopicCard]:
        lists = self._lists.get((seed, area.id), ())
        return [card for one in lists for card in one][: self._per_area]

    def _missing(self, jobs: Sequence[Job]) -> list[tuple[int, Area]]:
        """Return the areas that lack a list for one of these dialogues, each once."""
        wanted: dict[tuple[int, str], tuple[int, Area]] = {}
        most = ceil(self._per_area / LIST) + SPARE
        for job in jobs:
            area, visit = self._place(job)
            num_lists = len(self._lists.get((job.seed, area.id), ()))
            has = len(self._cards(job.seed, area))
            if visit >= has and has < self._per_area and num_lists < most:
                wanted[job.seed, area.id] = job.seed, area
        return list(wanted.values())

    def _list(self, wanted: Sequence[tuple[int, Area]]) -> None:
        """Read or make the next list of some areas."""
        left = []
        for seed, area in wanted:
            found = self._read(seed, area)
            if found is None:
                left.append((seed, area))
            else:
                self._lists.setdefault((seed, area.id), []).append(found)
        for (seed, area), made in zip(left, self._made(left), strict=True):
            kept = self._keep(seed, area, made)
            self._lists.setdefault((seed, area.id), []).append(kept)

    def _made(self, wanted: Sequence[tuple[int, Area]]) -> list[tuple[TopicCard, ...]]:
        """Ask for lists until each has something new, or often enough."""
        made: list[tuple[TopicCard, ...]] = [() for _ in wanted]
        for attempt in range(1, TRIES + 1):
            places = [at for at, cards in enumerate(made) if not cards]
            if not places:
                break
            requests = [self._request(*wanted[at], attempt) for at in places]
            for at, request, answer in zip(places, requests, self._ask(requests), strict=True):
                made[at] = self._heard(*wanted[at], request, answer)
        return made

    def _request(self, seed: int, area: Area, attempt: int) -> Request:
        known, number = self._cards(seed, area), self._number(seed, area)
        listed = self._texts.listed.format(names=names_of(known)) if known else ""
        call = self._texts.call.format(
            about=area.about,
            count=LIST,
            number=number + 1,
            angle=self._texts.angles[number % len(self._texts.angles)],
            listed=listed,
        )
        place = [one.id for one in self._texts.areas].index(area.id)
        return Request(
            model=(place + number) % len(self._models),
            messages=(
                {"role": "system", "content": self._texts.system.format()},
                {"role": "user", "content": call.strip()},
            ),
            schema=cards_schema(LIST),
            seed=seed_for(seed, area.id, "topics", number, attempt) % 2**31,
        )

    def _heard(
        self, seed: int, area: Area, request: Request, answer: Completion | Refusal
    ) -> tuple[TopicCard, ...]:
        if isinstance(answer, Refusal):
            self._problem = answer.reason
            return ()
        try:
            return tuple(read_cards(answer.text, self._cards(seed, area)))
        except BadReply as error:
            self._problem = f"the reply {error}{remedy(error, answer, request)}"
            return ()

    def _number(self, seed: int, area: Area) -> int:
        return len(self._lists.get((seed, area.id), ()))

    def _path(self, seed: int, area: Area) -> Path | None:
        if self._folder is None:
            return None
        name = f"{area.id}-{self._number(seed, area)}-{seed}-{self._digest}.json"
        return self._folder / "topics" / name

    def _read(self, seed: int, area: Area) -> tuple[TopicCard, ...] | None:
        """Return a list that was made before, or None."""
        path = self._path(seed, area)
        if path is None or not path.is_file():
            return None
        return tuple(TopicCard.model_validate(card) for card in _whole(path))

    def _keep(self, seed: int, area: Area, made: tuple[TopicCard, ...]) -> tuple[TopicCard, ...]:
        """Write a list unless another worker was first; return the one that counts."""
        path = self._path(seed, area)
        if path is None:
            return made
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        text = json.dumps([card.model_dump(mode="json") for card in made], indent=1)
        partial.write_text(text, encoding="utf-8")
        try:
            os.link(partial, path)
        except FileExistsError:
            pass
        except OSError:  # a mounted bucket (gcsfuse) has no second names
            _put_first(path, text)
        finally:
            partial.unlink()
        return self._read(seed, area) or ()


def _put_first(path: Path, text: str) -> None:
    """Write a file unless there is one; for a moment it may be read in part."""
    with suppress(FileExistsError), path.open("x", encoding="utf-8") as file:
        file.write(text)


def _whole(path: Path) -> Any:
    """Return the JSON of a file that another process may be writing. Raises ValueError."""
    for _ in range(LOOKS - 1):
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            time.sleep(PAUSE)
    return json.loads(path.read_text(encoding="utf-8"))
