"""Full-Duplex-Bench v1.5: how fast a model stops, and answers, when something overlaps its speech.

Rules as in its code at d7336bd (get_timing.py): the user's stretches of speech are merged over 0.6
s, the model's over 0.5 s. What the model does then has a tag, which a language model gives there;
`behaviour` gives it by rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, TypeAlias

from datagen.exam.rules.channel import Channel, Mode, TimeSpan, merged

USER_GAP, MODEL_GAP = 0.6, 0.5
Behaviour: TypeAlias = Literal["C_RESPOND", "C_RESUME", "C_UNCERTAIN_HANDLING", "C_UNKNOWN"]
SHORT_ANSWER = 12
"""Words of an answer that only asks again."""
RESUMES_WITHIN = 2.0
"""Seconds of silence after which an agent that goes on has not resumed but begun anew."""


def stops(user: Channel, model: Channel, mode: Mode = "as-published") -> list[TimeSpan]:
    """Return the stretches in which both speak: how long the model takes to stop.

    As published one stretch of each end is kept, the shortest. Corrected, only those in which it
    is the user who begins and the model that stops.
    """
    users, models = merged(user.speech, USER_GAP), merged(model.speech, MODEL_GAP)
    found = list(_overlaps(users, models))
    if mode == "corrected":
        return [
            TimeSpan(u.start, m.end)
            for u in users
            for m in models
            if m.start < u.start < m.end <= u.end
        ]
    best: dict[int, TimeSpan] = {}
    for span in found:
        key = round(span.end * 1000)
        if key not in best or span.length < best[key].length:
            best[key] = span
    return [TimeSpan(round(s.start, 3), round(s.end, 3)) for s in _by_end(best.values())]


def _overlaps(users: Sequence[TimeSpan], models: Sequence[TimeSpan]) -> Iterator[TimeSpan]:
    """Yield the overlaps of two ordered lists, going through both at once."""
    i = j = 0
    while i < len(users) and j < len(models):
        user, model = users[i], models[j]
        start, end = max(user.start, model.start), min(user.end, model.end)
        if end > start:
            yield TimeSpan(start, end)
        if user.end < model.end:
            i += 1
        else:
            j += 1


def answers(user: Channel, model: Channel) -> list[TimeSpan]:
    """Return, for each start of the model's, the silence since the user's last end before it."""
    starts = [span.start for span in merged(model.speech, MODEL_GAP)]
    best: dict[int, TimeSpan] = {}
    for span in merged(user.speech, USER_GAP):
        start = next((s for s in starts if s > span.end), None)
        if start is None:
            continue
        gap, key = TimeSpan(round(span.end, 3), round(start, 3)), round(start * 1000)
        if key not in best or gap.start > best[key].start:
            best[key] = gap
    return _by_end(best.values())


def _by_end(spans: Iterable[TimeSpan]) -> list[TimeSpan]:
    return sorted(spans, key=lambda span: span.end)


def behaviour(
    model: Channel, overlap: TimeSpan, *, answered: bool, uncertain: Sequence[str]
) -> Behaviour:
    """Say what a model did about an overlap: answer it, go on, ask, or none of these.

    ``answered`` says whether what it said then has to do with the overlap; ``uncertain`` are
    phrases of one who does not know whether he was spoken to.
    """
    after = model.between(overlap.start)
    said = after.text.lower()
    if any(phrase in said for phrase in uncertain) and len(after.words) <= SHORT_ANSWER:
        return "C_UNCERTAIN_HANDLING"
    if answered:
        return "C_RESPOND"
    before = [span for span in model.speech if span.start < overlap.start]
    goes_on = any(span.end > overlap.start for span in before)
    resumes = any(
        overlap.start <= span.start <= overlap.end + RESUMES_WITHIN for span in model.speech
    )
    return "C_RESUME" if before and (goes_on or resumes) else "C_UNKNOWN"
