"""The report as one HTML file, its pictures inside and beside it, without a script.

[Figures], {name: PNG} --render--> HTML      RUN --write_report--> DIR/report.html, DIR/*.png
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

import numpy as np

from datagen.audit.totals import FISHER
from datagen.quality.figures import summary
from datagen.report.figures import Figures, Numbers, Reason, gather
from datagen.report.pictures import draw
from datagen.storage import Where, atomic
from datagen.terms import refusals, sharing
from datagen.types import SPEAKERS

_STYLE = Path(__file__).with_name("report.css")
_MOST_ROWS = 40
_SILENCE = -119.0
"""dBFS at which nothing at all is heard."""
Rows = list[tuple[str, ...]]


def write_report(
    run: Where,
    folder: Path,
    other: Where | None = None,
    progress: Callable[[str, int, int], None] = lambda run, done, of: None,
) -> Path:
    """Write a run's report, perhaps beside another's; return the page."""
    runs = []
    for where in (run, other):
        if where is not None:
            name = str(where)
            runs.append(gather(where, lambda done, of, name=name: progress(name, done, of)))  # type: ignore[misc]
    pictures = draw(runs)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in pictures.items():
        with atomic(folder / f"{name}.png") as file:
            file.write(data)
    page = folder / "report.html"
    with atomic(page) as file:
        file.write(render(runs, pictures).encode())
    return page


def render(runs: Sequence[Figures], pictures: Mapping[str, bytes]) -> str:
    """Return the page of one run, or of two that are compared."""
    title = " and ".join(run.name for run in runs)
    sections = "\n".join(_sections(runs, pictures))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " img-src data:; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}: report</title>"
        f"<style>{_STYLE.read_text('utf-8')}</style></head>\n"
        f"<body><main><h1>{escape(title)}</h1>\n{sections}</main></body></html>\n"
    )


def _sections(runs: Sequence[Figures], pictures: Mapping[str, bytes]) -> Iterator[str]:
    yield _warning(runs)
    yield _tiles(runs)
    yield _section("What it is", _table(runs, _about))
    if any(run.terms for run in runs):
        yield _section("Terms", _table(runs, _terms))
    yield _section("Lengths", _picture(pictures, "lengths"), _table(runs, _lengths))
    yield _section(
        "Turn-taking and people's",
        _picture(pictures, "offsets"),
        _people(runs),
        f"<p class='note'>Offsets by the words of {runs[0].measured:,} dialogues, spread over the"
        " run; <code>datagen audit --deep</code> listens instead.</p>",
    )
    yield _section(
        "Events and waits", _picture(pictures, "events"), _picture(pictures, "waits"), _waits(runs)
    )
    yield _section("Domains", _picture(pictures, "domains"))
    yield _section("Probes", _picture(pictures, "probes"), _table(runs, _probes))
    if any(run.counts.get("outcome") for run in runs):
        yield _section("Outcomes", _picture(pictures, "outcomes"))
    yield _section("Rejects", _picture(pictures, "rejects"), *_reasons(runs, "rejects"))
    if any(run.takes for run in runs):
        yield _section("Refused takes, of the sample", *_reasons(runs, "takes"))
    yield _section(
        "Loudness, noise, leakage",
        *(_picture(pictures, name) for name in ("levels", "noise", "leakage")),
        _table(runs, _sound),
    )
    if any(run.heard for run in runs):
        yield _section("Heard", _table(runs, _heard))
    if any(run.exam for run in runs):
        yield _section("Its own exam", *(_not_passed(run) for run in runs), _table(runs, _exam))
    yield _section("Voices", _picture(pictures, "voices"), _table(runs, _voices))
    yield _section("Text", *(_lines(run, run.texts) for run in runs))
    yield _section("Cost", _picture(pictures, "costs"), *(_costs(run) for run in runs))


def _warning(runs: Sequence[Figures]) -> str:
    parts = [
        f"<p class='warn'><strong>Stand-ins took the place of models</strong> in"
        f" {escape(run.name)}: {escape(', '.join(run.run.stand_ins))}. Good to try, not to train"
        " on.</p>"
        for run in runs
        if run.run.stand_ins
    ]
    return "".join(parts)


def _tiles(runs: Sequence[Figures]) -> str:
    """Return the headlines, of two runs in the order of the title."""
    found = [_headline(run) for run in runs]
    parts = (
        f"<div><b>{' · '.join(one[name] for one in found)}</b><span>{name}</span></div>"
        for name in found[0]
    )
    return f"<div class='tiles'>{''.join(parts)}</div>"


def _headline(run: Figures) -> dict[str, str]:
    rejected = sum(reason.count for reason in run.rejects.values())
    return {
        "hours": f"{run.totals.hours:,.2f}",
        "dialogues": f"{run.totals.dialogues:,}",
        "rejected": f"{rejected:,}",
        "voices": f"{len(run.voices):,}",
        "hours made an hour": "?" if run.realtime is None else f"{run.realtime:,.1f}",
    }


def _section(title: str, *parts: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{''.join(parts)}</section>"


def _picture(pictures: Mapping[str, bytes], name: str) -> str:
    if name not in pictures:
        return ""
    data = base64.b64encode(pictures[name]).decode()
    return f"<img alt='{escape(name)}: a chart of the figures' src='data:image/png;base64,{data}'>"


def _table(runs: Sequence[Figures], rows: Callable[[Figures], Mapping[str, str]]) -> str:
    """Return a table with a column a run."""
    found = [rows(run) for run in runs]
    names = list(dict.fromkeys(name for one in found for name in one))
    head = ("", *(run.name for run in runs)) if len(runs) > 1 else ()
    return _grid(head, [(name, *(one.get(name, "") for one in found)) for name in names])


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "<p class='note'>none</p>"
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = (
        f"<tr><th>{escape(first)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in rest)}</tr>"
        for first, *rest in rows[:_MOST_ROWS]
    )
    more = f"<p class='note'>and {len(rows) - _MOST_ROWS} more</p>" if rows[_MOST_ROWS:] else ""
    thead = f"<thead><tr>{top}</tr></thead>" if top else ""
    return f"<div class='scrolls'><table>{thead}<tbody>{''.join(lines)}</tbody></table></div>{more}"


def _about(run: Figures) -> dict[str, str]:
    facts = run.run
    listed = {
        name: ", ".join(f"{n} {c:,}" for n, c in counts.most_common(12))
        for name, counts in run.counts.items()
    }
    return {
        "kind": run.plan.kind,
        "splits": ", ".join(f"{n} {c:,}" for n, c in run.totals.splits.most_common()),
        **{name.replace("_", " "): text for name, text in listed.items() if text},
        "seed": str(facts.seed),
        "recipe": facts.fingerprint,
        "stand-ins": ", ".join(facts.stand_ins) or "none",
        "versions": ", ".join(f"{n} {v}" for n, v in facts.versions.items()),
    }


def _terms(run: Figures) -> dict[str, str]:
    """Return what a run's corpora let be done with it; a synthetic run has none."""
    if not run.terms:
        return {"corpora": "none: synthetic"}
    against = refusals(run.terms, sharing(sound=False))
    return {
        "corpora": ", ".join(terms.title for terms in run.terms),
        "may its rows be shared": "; ".join(["no", *against]) if against else "yes",
        "commercial use": "no" if any(one.non_commercial for one in run.terms) else "yes",
        **{f"{terms.corpus}: {name}": text for terms in run.terms for name, text in terms.lines()},
    }


def quantiles(values: Numbers, form: str = ".1f") -> str:
    """Return the 5th percentile, the median and the 95th as text."""
    values = values[np.isfinite(values)]
    if not len(values):
        return ""
    low, middle, high = np.percentile(values, (5, 50, 95))
    return f"{middle:{form}} ({low:{form}} to {high:{form}})"


def _lengths(run: Figures) -> dict[str, str]:
    if not len(run.lengths):
        return {}
    return {
        "median (9 in 10 are from … to …), s": quantiles(run.lengths),
        "mean, s": f"{run.lengths.mean():.1f}",
        "shortest and longest, s": f"{run.lengths.min():.1f} and {run.lengths.max():.1f}",
    }


def _people(runs: Sequence[Figures]) -> str:
    columns = [run.people() for run in runs]
    rows = []
    for place, measure in enumerate(columns[0]):
        ours = [column[place] for column in columns]
        cells = ["-" if one.ours is None else f"{one.ours:.2f}{' ✓' * one.is_near}" for one in ours]
        people = "-"
        if measure.people:
            people = " to ".join(f"{value:g}" for value in sorted(set(measure.people)))
        rows.append((f"{measure.name}, {measure.unit}", *cells, people, measure.source))
    head = ("", *(run.name for run in runs), "people", "")
    return _grid(head, rows) + "<p class='note'>✓: within 15 % of people's figure</p>"


def _waits(runs: Sequence[Figures]) -> str:
    def rows(run: Figures) -> dict[str, str]:
        return {
            kind.replace("_", " "): f"{len(seconds):,}; {quantiles(seconds, '.2f')} s"
            for kind, seconds in run.waits.items()
        }

    note = "<p class='note'>how many; median (9 in 10 last from … to …)</p>"
    return _table(runs, rows) + note


def _probes(run: Figures) -> dict[str, str]:
    return {name: f"{count:,}" for name, count in sorted(run.totals.probes.items())}


def _reasons(runs: Sequence[Figures], which: str) -> Iterator[str]:
    """Yield each run's reasons with examples."""
    for run in runs:
        found: dict[str, Reason] = getattr(run, which)
        rows = [
            (
                name.replace("_", " "),
                f"{reason.count:,}",
                "\n".join(f"{dialog_id}: {evidence}" for dialog_id, evidence in reason.examples),
            )
            for name, reason in sorted(found.items(), key=lambda pair: -pair[1].count)
        ]
        title = f"<h3>{escape(run.name)}</h3>" if len(runs) > 1 else ""
        yield title + _grid(("reason", "how many", "for example"), rows)


_MEASURES = {
    "level": "level of speech, dBFS",
    "peak": "peak, dBFS",
    "floor": "noise floor, dBFS",
    "leakage": "leakage, dBFS",
    "clipped": "clipped samples",
    "speech": "speech, share",
}


def _sound(run: Figures) -> dict[str, str]:
    return {
        f"{speaker}: {label}": _level(run.hygiene[f"{speaker}_{name}"])
        for name, label in _MEASURES.items()
        for speaker in SPEAKERS
        if f"{speaker}_{name}" in run.hygiene
    }


def _heard(run: Figures) -> dict[str, str]:
    return {} if run.heard is None else summary(run.heard)


def _exam(run: Figures) -> dict[str, str]:
    return {} if run.exam is None else run.exam.rows()


def _not_passed(run: Figures) -> str:
    """Return what of a run's own exam it does not pass."""
    if run.exam is None or not run.exam.problems:
        return ""
    return (
        f"<p class='warn'><strong>{escape(run.name)} does not pass its own exam</strong>:"
        f" {escape('; '.join(run.exam.problems))}.</p>"
    )


def _level(values: Numbers) -> str:
    """Return a measure's quantiles; -120 dBFS is what silence without any sound measures."""
    if len(values) and np.nanmax(values) <= _SILENCE:
        return "digital silence"
    return quantiles(values, ".2f")


def _voices(run: Figures) -> dict[str, str]:
    uses = np.array(list(run.voices.values()) or [0])
    sources = {f"sides by {name}": f"{count:,}" for name, count in run.sources.most_common()}
    return {
        "voices": f"{len(run.voices):,}",
        "sides that a voice speaks, mean and most": f"{uses.mean():.2f} and {uses.max():,}",
        **sources,
    }


def _lines(run: Figures, lines: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<h3>{escape(run.name)}</h3><ul>{items}</ul>" if lines else ""


def _costs(run: Figures) -> str:
    hours = run.totals.hours or 1.0
    rows = [
        (
            stage,
            f"{cost.units:,}",
            f"{cost.seconds:,.1f}",
            f"{cost.cpu_seconds:,.1f}",
            f"{cost.cpu_seconds / hours:,.1f}",
            f"{cost.peak_memory / 2**20:,.0f}",
        )
        for stage, cost in run.costs.items()
    ]
    head = (
        "stage",
        "units",
        "workers' s",
        "CPU s",
        "CPU s for an hour made",
        "largest worker, MiB",
    )
    return f"<h3>{escape(run.name)}</h3>" + _grid(head, rows) + _lines_of(run.spent)


def _lines_of(lines: Sequence[str]) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def card_lines(run: Figures) -> dict[str, str]:
    """Return what a dataset card says of a run, by subject, from the report's figures."""
    rates = run.totals.rates()
    floor = run.totals.floor_seconds()
    if not len(run.lengths):
        return {}
    return {
        "length, s": f"median {quantiles(run.lengths)}, mean {run.lengths.mean():.1f}",
        "events a minute": ", ".join(f"{name} {rate:.2f}" for name, rate in rates.items()),
        "floor, s a minute (Fisher's)": ", ".join(
            f"{name} {floor[name]:.1f} ({people:g})" for name, people in FISHER.items()
        ),
        **{
            f"{speaker}'s level, dBFS": quantiles(run.hygiene[f"{speaker}_level"])
            for speaker in SPEAKERS
        },
        "voices": f"{len(run.voices):,}",
        **_heard(run),
    }
