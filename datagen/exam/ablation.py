"""The paper's table 5 beside ours: how much of the data does how much.

{share in per cent: scores.json} --lines--> a row a share, ours and PersonaPlex's
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from datagen.exam.items import SERVICE
from datagen.exam.tables import published


def lines(scored: Mapping[int, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the table; what was not scored (a judge, likeness of voices) is a dash."""
    yield (
        f"{'data':>6}  {'role adherence':>15} {'judge':>7} {'taken':>7} {'latency s':>10}"
        "   the paper: judge on Service-Duplex-Bench, likeness of voice"
    )
    theirs = published()["data_scale"]
    for share in sorted(scored, reverse=True):
        result = scored[share]
        adherence = result["role_adherence"].get(SERVICE)
        interval = (
            f"{adherence['value']:.3f} ±{(adherence['high'] - adherence['low']) / 2:.3f}"
            if adherence
            else "-"
        )
        row = theirs.get(str(share))
        paper = f"{row['service_judge']:.2f}, {row['similarity']:.2f}" if row else "-"
        yield (
            f"{share:>5}%  {interval:>15} {_judge(result):>7}"
            f" {_figure(result, 'turn_taking/taken@corrected'):>7}"
            f" {_figure(result, 'turn_taking/latency@corrected'):>10}   {paper}"
        )


def _judge(result: Mapping[str, Any]) -> str:
    judge = result.get("judge")
    if not judge or judge["objections"]:
        return "-"
    return f"{np.mean(list(judge['questions'].values())):.2f}"


def _figure(result: Mapping[str, Any], name: str) -> str:
    mean = result["turn_taking"].get(name)
    return "-" if mean is None else f"{mean['value']:.3f}"
