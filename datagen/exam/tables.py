"""Scores as tables: in the papers' shape, beside their published figures, with intervals.

[ItemScore] --summary--> {name: Mean} --tables--> text and JSON
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from datagen import assets
from datagen.config import read_yaml
from datagen.exam import stats
from datagen.exam.items import SERVICE
from datagen.exam.rules import humdial, tau_voice, turnbench
from datagen.exam.rules.channel import MODES
from datagen.exam.score import ItemScore, Scores
from datagen.exam.sound_ears import SOUND
from datagen.types import ProbeType

QUESTIONS: tuple[ProbeType, ...] = ("Q0", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6")


@cache
def published() -> dict[str, Any]:
    """Return published figures, by table."""
    return read_yaml(assets.find("prompts/exam", "published"))


def summary(scores: Scores) -> dict[str, Any]:
    """Return everything in an exam's scores.json but the items."""
    items = scores.items
    figures = {name: mean._asdict() for name, mean in sorted(_figures(items).items()) if mean}
    return {
        "items": len(items),
        "unanswered": sum(bool(item.error) for item in items),
        "role_adherence": _adherence(items),
        "turn_taking": {n: one for n, one in figures.items() if not n.startswith(SOUND)},
        "sound": {n: one for n, one in figures.items() if n.startswith(SOUND)},
        "overlap_tags": _tags(items),
        "tau_voice": {counts.mode: tau_voice.shown(counts) for counts in scores.counts},
        "turnbench": scores.moments.scores(),
        "humdial": _humdial(items),
    }


def _adherence(items: Sequence[ItemScore]) -> dict[str, Any]:
    """Return, for each kind of question and for tasks, the share that passed.

    An answer that rules cannot tell counts as half: it is for a judge, and how many these are
    stands beside.
    """
    groups: dict[str, list[ItemScore]] = defaultdict(list)
    for item in items:
        if item.turns:
            groups[item.category].append(item)
            if item.track == SERVICE:
                groups[SERVICE].append(item)
    found: dict[str, Any] = {}
    for name, members in groups.items():
        turns = [turn for item in members for turn in item.turns]
        values = [_WORTH[turn.outcome] for turn in turns]
        mean = stats.mean(values)
        assert mean is not None, name
        outcomes = [turn.outcome for turn in turns]
        found[name] = {
            **mean._asdict(),
            "failed": outcomes.count("fail"),
            "unclear": outcomes.count("unclear"),
        }
        if members[0].track == "task":
            found[name]["whole_tasks"] = sum(item.passed is True for item in members)
    return found


_WORTH = {"pass": 1.0, "unclear": 0.5, "fail": 0.0}


def _figures(items: Sequence[ItemScore]) -> dict[str, stats.Mean | None]:
    values: dict[str, list[float]] = defaultdict(list)
    for item in items:
        for name, value in item.figures.items():
            values[name].append(value)
            if name.startswith(("overlap/",)):
                values[f"{name}.{item.track}"].append(value)
    return {name: stats.mean(found) for name, found in values.items()}


def _tags(items: Sequence[ItemScore]) -> dict[str, dict[str, int]]:
    tags: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for item in items:
        if item.tag:
            tags[item.track][item.tag] += 1
    return {track: dict(found) for track, found in tags.items()}


def _humdial(items: Sequence[ItemScore]) -> dict[str, float] | None:
    """Return HumDial's total, if there are interruptions and things to reject."""
    answered = [
        item.figures["interruption/taken@corrected"]
        for item in items
        if item.track == "interruption"
    ]
    rejected = [
        float(item.tag == "C_RESUME")
        for item in items
        if item.track in ("user_backchannel", "talking_to_other", "background_speech", "tic")
    ]
    delays = [
        item.figures["interruption/latency@corrected"]
        for item in items
        if "interruption/latency@corrected" in item.figures
    ]
    if not (answered and rejected and delays):
        return None
    parts = (100 * float(np.mean(answered)), 100 * float(np.mean(rejected)))
    delay = max(0.0, float(np.mean(delays)))
    return {
        "interruption": parts[0],
        "rejection": parts[1],
        "delay": delay,
        "total": humdial.total(*parts, delay),
    }


def lines(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the tables as text for a terminal."""
    yield from _role_lines(result["role_adherence"])
    if judge := result.get("judge"):
        yield from _judge_lines(judge)
    yield from _turn_lines(result["turn_taking"])
    if result["overlap_tags"]:
        yield from _tag_lines(result["overlap_tags"])
    yield from _sound_lines(result["sound"])
    yield ""
    yield "τ-voice's panel: as published, corrected (a rate of fewer than 10 events is hidden)"
    published, corrected = (result["tau_voice"][mode] for mode in MODES)
    for name in published:
        yield f"  {name:6} {_panel_cell(published[name])}   {_panel_cell(corrected[name])}"
    yield from _moment_lines(result["turnbench"])
    if result["humdial"]:
        total = result["humdial"]
        yield ""
        yield (
            f"HumDial's total {total['total']:.1f}: interruption {total['interruption']:.1f},"
            f" rejection {total['rejection']:.1f}, delay {total['delay']:.2f} s"
        )


def _moment_lines(found: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield "TurnBench's tasks, by when it begins to speak and when it stops"
    for name, row in found.items():
        recall, false = (
            "-" if row[key] is None else f"{row[key]:.3f}" for key in ("recall", "false_rate")
        )
        late = "-" if row["latency"] is None else "/".join(f"{one:.2f}" for one in row["latency"])
        yield (
            f"  {name}  recall {recall} of {row['events']}, false alarms {false} of"
            f" {row['negatives']} ({turnbench.MOST_FALSE:g} qualifies), latency p10/50/90 {late} s"
        )


def _panel_cell(rate: Mapping[str, Any]) -> str:
    value = "hidden" if rate["value"] is None else f"{rate['value']:.3f}"
    return f"{value:>7} of {rate['events']:<5}"


def _role_lines(found: Mapping[str, Any]) -> Iterator[str]:
    if not found:
        return
    yield "Role adherence by checks of facts: share that passed (95 % interval), unclear ones half"
    for name in (*QUESTIONS, SERVICE, "task", "interruption"):
        if name in found:
            row = found[name]
            yield (
                f"  {name:12} {row['value']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
                f"  of {row['items']}, failed {row['failed']}, unclear {row['unclear']}"
            )


def _judge_lines(judge: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    if judge["objections"]:
        yield f"{judge['model']} cannot be believed as a judge: {'; '.join(judge['objections'])}"
        return
    alpha = "-" if judge["agreement"] is None else f"{judge['agreement']:.2f}"
    yield (
        f"Role adherence graded by {judge['model']}, 0 to 5, beside what is published of others"
        f" (controls: bad {judge['bad_controls']:.2f}, good {judge['good_controls']:.2f};"
        f" alpha {alpha})"
    )
    rows = {"this model": judge["questions"], **published()["service_duplex_bench"]}
    yield "  " + " ".join([f"{'':16}", *(f"{q:>5}" for q in QUESTIONS), " mean"])
    for name, row in rows.items():
        cells = [f"{row[q]:5.2f}" if q in row else "    -" for q in QUESTIONS]
        yield "  " + " ".join([f"{name:16}", *cells, f"{np.mean(list(row.values())):5.2f}"])
    yield from (f"  {remark}" for remark in judge["remarks"])


def _turn_lines(found: Mapping[str, Any]) -> Iterator[str]:
    if not found:
        return
    known = published()["full_duplex_bench"]
    yield ""
    yield "Turn-taking: as published, corrected, and what others' papers say (as published)"
    names = dict.fromkeys(name.partition("@")[0] for name in found)
    for name in names:
        cells = [_cell(found.get(f"{name}@{mode}")) for mode in MODES]
        if name in found:
            cells = [_cell(found[name]), ""]
        others = ", ".join(f"{who} {value:g}" for who, value in known.get(name, {}).items())
        yield f"  {name:34} {cells[0]:>8} {cells[1]:>8}  {others}".rstrip()


def _cell(mean: Mapping[str, Any] | None) -> str:
    return "-" if mean is None else f"{mean['value']:.3f}"


def _sound_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield what ears heard, and say of what was not listened to how it would be."""
    yield ""
    yield "Heard: mean (95 % interval)"
    for name, how in _LISTENED.items():
        mean = found.get(name)
        if mean is None:
            yield f"  {name:22} not listened to: {how}"
            continue
        others = published()["likeness"] if name == "likeness/wavlm" else {}
        beside = ", ".join(f"{who} {value:g}" for who, value in others.items())
        yield (
            f"  {name:22} {mean['value']:7.3f} ({mean['low']:.3f} to {mean['high']:.3f})"
            f"  of {mean['items']}  {beside}"
        ).rstrip()


_LISTENED = {
    "likeness/resemblyzer": "--likeness resemblyzer",
    "likeness/wavlm": "--likeness wavlm",
    "text/word_error": "--spoken, and the model has text of its own",
    "timing/naturalness": "--timing RUN, a run that shows what is natural",
}


def _tag_lines(tags: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    yield ""
    yield "What it does about an overlap, by rules"
    for track, found in tags.items():
        yield f"  {track:20} " + ", ".join(f"{tag} {count}" for tag, count in sorted(found.items()))


def run_lines(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the tables of a run that was scored as a model."""
    yield f"{result['dialogues']} dialogues, their agent scored as a model"
    for kind, row in result["role_adherence"].items():
        yield (
            f"  {kind:6} {row['value']:7.3f}  of {row['items']}, failed {row['failed']},"
            f" unclear {row['unclear']}"
        )
    if result["eva"]:
        yield f"  EVA's worth of its latencies {result['eva']['value']:.3f}"
    for name, rate in result["tau_voice"].items():
        yield f"  {name:6} {_panel_cell(rate)}".rstrip()


def compare(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """Yield how two models' scores differ, on the items that both answered."""
    left, right = (_by_item(result) for result in (one, other))
    both: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for item in left.keys() & right.keys():
        for name in left[item].keys() & right[item].keys():
            both[name].append((left[item][name], right[item][name]))
    for name, pairs in sorted(both.items()):
        found = stats.paired([a for a, _ in pairs], [b for _, b in pairs])
        yield f"  {name:34} {found.difference:+.3f}  p {found.p:.4f}  of {found.items}"


def _by_item(result: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for item in result["scored"]:
        values = dict(item["figures"])
        if item["turns"]:
            worth = [_WORTH[turn["outcome"]] for turn in item["turns"]]
            values[f"adherence/{item['category']}"] = sum(worth) / len(worth)
        found[item["item"]] = values
    return found
