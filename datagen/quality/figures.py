"""Figures of what was heard: word error, entities, likeness, ratings, loudness, by group.

{dialogue: [HeardTurn, ...]} --gather--> QualityFile (RUN/quality.json) --rows--> a table
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Literal

from pydantic import ValidationError

from datagen.storage import Where
from datagen.storage.run_folder import RunFolder
from datagen.types import Record, Speaker, UserError

FILE = "quality.json"
"""Name of the figures in a run folder."""


class HeardTurn(Record):
    """What the ears made of one turn in one place."""

    what: Literal["clips", "channels", "tokens"]
    turn: int
    speaker: Speaker
    voice: str
    source: str
    onset: str
    heard: str
    """What Whisper wrote."""
    judged: bool
    """Whether the line has enough words to be judged by them."""
    raw_words: int
    raw_errors: int
    """Words of the line, and those heard differently: numbers read out, and no other leniency."""
    words: int
    errors: int
    """The same, once both sides have one form (`gates.hearing`)."""
    entities: int
    wrong_entities: int
    own: float | None
    other: float | None
    """Cosine of the speaker's vector and that of its own reference, and the other voice's."""
    overall: float | None
    p808: float | None
    """DNSMOS: overall (P.835) and P.808, 1 to 5."""
    loudness: float
    """Loudness in LUFS."""


class QualityFigures(Record):
    """Figures of a group of turns; what nobody could tell is null."""

    turns: int
    judged: int
    """Turns with enough words; only their words count in the errors."""
    word_error_raw: float | None
    word_error: float | None
    entities: int
    entity_accuracy: float | None
    own: float | None
    other: float | None
    """Medians of the cosines."""
    overall: float | None
    p808: float | None
    """Medians of the ratings."""
    loudness: float | None
    """Median, in LUFS."""


class QualityFile(Record):
    """What quality.json holds."""

    version: Literal[1] = 1
    ears: dict[str, str]
    """Weights and libraries that listened."""
    dialogues: int
    """Dialogues that were heard."""
    groups: dict[str, dict[str, QualityFigures]]
    """Figures by place (clips, channels, tokens) and group: all, source:, voice:, onset:."""

    def rows(self, prefixes: Sequence[str] = ("all", "source:", "onset:")) -> list[list[str]]:
        """Return a table for people, its head first."""
        head = ["heard in", "of", "turns", "word error", "raw", "entities", "own / other", "DNSMOS"]
        return [head, *(
            [what, name, f"{one.turns:,}", _percent(one.word_error), _percent(one.word_error_raw),
             _percent(one.entity_accuracy), f"{_number(one.own)} / {_number(one.other)}",
             f"{_number(one.overall)} / {_number(one.p808)}"]
            for what, groups in self.groups.items()
            for name, one in groups.items()
            if name.startswith(tuple(prefixes))
        )]  # fmt: skip


def gather(found: Mapping[str, Sequence[HeardTurn]], ears: Mapping[str, str]) -> QualityFile:
    """Sum up what was heard."""
    groups: dict[str, dict[str, list[HeardTurn]]] = {}
    for turns in found.values():
        for turn in turns:
            names = ("all", f"source:{turn.source}", f"voice:{turn.voice}", f"onset:{turn.onset}")
            for name in names:
                groups.setdefault(turn.what, {}).setdefault(name, []).append(turn)
    return QualityFile(
        ears=dict(ears),
        dialogues=len(found),
        groups={
            what: {name: _figures(turns) for name, turns in sorted(named.items())}
            for what, named in groups.items()
        },
    )


def read_quality(run: Where) -> QualityFile | None:
    """Return the figures of a run, None if nobody has listened to it."""
    data = RunFolder(run).read_json(FILE)
    if data is None:
        return None
    try:
        return QualityFile.model_validate(data)
    except ValidationError as error:
        raise UserError(
            f"{FILE} of {run} is of another version; delete it and run datagen quality again"
        ) from error


def summary(quality: QualityFile) -> dict[str, str]:
    """Return lines for a card or a report: what ears made of each place."""
    lines: dict[str, str] = {}
    for what, groups in quality.groups.items():
        one = groups["all"]
        lines[f"{what} as heard"] = (
            f"word error {_percent(one.word_error)} ({_percent(one.word_error_raw)} raw), entities"
            f" {_percent(one.entity_accuracy)}, likeness {_number(one.own)} (other voice"
            f" {_number(one.other)}), DNSMOS {_number(one.overall)};"
            f" {quality.dialogues:,} dialogues heard"
        )
    return lines


def _figures(turns: Sequence[HeardTurn]) -> QualityFigures:
    judged = [turn for turn in turns if turn.judged]
    entities = sum(turn.entities for turn in turns)
    wrong = sum(min(turn.entities, turn.wrong_entities) for turn in turns)
    return QualityFigures(
        turns=len(turns),
        judged=len(judged),
        word_error_raw=_word_error((turn.raw_errors, turn.raw_words) for turn in judged),
        word_error=_word_error((turn.errors, turn.words) for turn in judged),
        entities=entities,
        entity_accuracy=_share(entities - wrong, entities),
        own=_median(turn.own for turn in turns),
        other=_median(turn.other for turn in turns),
        overall=_median(turn.overall for turn in turns),
        p808=_median(turn.p808 for turn in turns),
        loudness=_median(turn.loudness for turn in turns),
    )


def _word_error(turns: Iterable[tuple[int, int]]) -> float | None:
    """Return errors a word; a recogniser that falls into a loop has heard a turn wholly wrong, not
    seven times over."""
    found = [(min(errors, words), words) for errors, words in turns]
    return _share(sum(errors for errors, _ in found), sum(words for _, words in found))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 5) if whole else None


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(median(known), 4) if known else None


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
