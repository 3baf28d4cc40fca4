"""How far two models agree that score the same scripts: the judge, and the model that wrote.

    Pairs of scores, counted in a run's accounts --agreement_lines--> lines for people

All scripts that both scored count, also those that were not accepted: without them the scores would
be cut off at the threshold, and agreement would look like chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from datagen.scripting.llm.judge import BEST, SCORES

PAIR = "pair"
"""Begins the name of a count: pair:role_adherence:4:5 is how often the judge said 4 and the writer
5."""


def pair_name(score: str, judged: int, own: int) -> str:
    """Return what a pair of scores is counted as."""
    return f"{PAIR}:{score}:{judged}:{own}"


def pairs_of(
    spent: Iterable[Mapping[str, Mapping[str, float]]],
) -> dict[str, dict[str, Counter[tuple[int, int]]]]:
    """Return counts of (judge's, writer's own) by the writer's name and the score's."""
    found: dict[str, dict[str, Counter[tuple[int, int]]]] = {}
    for each in spent:
        for model, figures in each.items():
            for name, count in figures.items():
                if name.startswith(f"{PAIR}:"):
                    _, score, judged, own = name.split(":")
                    counts = found.setdefault(model, {}).setdefault(score, Counter())
                    counts[int(judged), int(own)] += round(count)
    return found


def agreement_lines(spent: Iterable[Mapping[str, Mapping[str, float]]]) -> Iterator[str]:
    """Say how far judges and writers agree, a line a score, and who favors its own work."""
    by_model = pairs_of(spent)
    for score in SCORES:
        pairs = sum((counts.get(score, Counter()) for counts in by_model.values()), Counter())
        if pairs:
            yield f"two judges, {score}: {_figures(pairs)}"
    for model, counts in sorted(by_model.items()):
        pooled = sum(counts.values(), Counter())
        own = sum((own - judged) * count for (judged, own), count in pooled.items())
        yield f"{model} scores its own {own / pooled.total():+.2f} against its judge"


def _figures(pairs: Counter[tuple[int, int]]) -> str:
    total = pairs.total()
    exact = sum(count for (one, other), count in pairs.items() if one == other) / total
    near = sum(count for (one, other), count in pairs.items() if abs(one - other) <= 1) / total
    kappa = weighted_kappa(pairs)
    said = "none, for want of variance" if kappa is None else f"{kappa:.2f}"
    return f"{total:,} scripts, {exact:.0%} the same, {near:.0%} within one, weighted kappa {said}"


def weighted_kappa(pairs: Mapping[tuple[int, int], int]) -> float | None:
    """Return Cohen's kappa with quadratic weights; None if nobody's scores differ.

    1 is full agreement, 0 that of chance (Cohen 1968).
    """
    total = sum(pairs.values())
    ones, others = Counter[int](), Counter[int]()
    for (one, other), count in pairs.items():
        ones[one] += count
        others[other] += count
    scale = range(1, BEST + 1)
    seen = sum((one - other) ** 2 * count for (one, other), count in pairs.items()) / total
    chance = (
        sum((one - other) ** 2 * ones[one] * others[other] for one in scale for other in scale)
        / total**2
    )
    return 1 - seen / chance if chance else None
