"""An estimate for people: a table, what holds it up, a host with these pools, the assumptions."""

from __future__ import annotations

import math
from collections.abc import Iterator

import yaml

from datagen.config import Host
from datagen.costs.estimate import Estimate
from datagen.costs.wall import PoolEstimate
from datagen.storage.run_folder import SHARDS

HEAD = ("", "GPU-h", "CPU-h", "workers", "h at work", "on disk", "money")


def render(estimate: Estimate, host: Host, *, balanced: bool) -> str:
    """Return an estimate as text; ``balanced`` if the pools are a proposal, not the host's."""
    lines = [*_table(estimate), "", *_verdict(estimate)]
    if balanced:
        lines += ["", *_host_lines(estimate, host)]
    return "\n".join([*lines, "", *_assumptions(estimate)])


def _table(estimate: Estimate) -> Iterator[str]:
    rows = [HEAD, *map(lambda pool: _row(estimate, pool), estimate.pools)]
    rows.append((SHARDS, "", "", "", "", size(estimate.bytes[SHARDS]), ""))
    rows.append(_total(estimate))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  ".join([row[0].ljust(widths[0]), *cells]).rstrip()


def _row(estimate: Estimate, pool: PoolEstimate) -> tuple[str, ...]:
    work = pool.work
    return (
        f"  {work.name}" if work.is_server else work.name,
        number(work.gpu_hours),
        number(work.cpu_hours),
        f"{pool.workers:,}",
        number(pool.seconds / 3600),
        "" if work.is_server else size(estimate.bytes[work.stage]),
        number(estimate.money(work)),
    )


def _total(estimate: Estimate) -> tuple[str, ...]:
    works = [pool.work for pool in estimate.pools]
    return (
        "in all",
        number(sum(work.gpu_hours for work in works)),
        number(sum(work.cpu_hours for work in works)),
        "",
        number(estimate.wall / 3600),
        size(sum(estimate.bytes.values())),
        number(sum(map(estimate.money, works)) + estimate.token_cost),
    )


def _verdict(estimate: Estimate) -> Iterator[str]:
    """Say how long it takes and what holds it up."""
    gpus = f" on {estimate.gpus:,} GPUs" if estimate.gpus else ""
    yield f"wall time {clock(estimate.wall)}{gpus}"
    if len(estimate.parts) > 1:
        order = ", then ".join(" and ".join(_names(part)) for part in estimate.parts)
        yield f"one part after the other, since their workers do not fit at once: {order}"
    slowest = estimate.bottleneck
    others = [pool for pool in estimate.pools if pool is not slowest]
    following = max(others, key=lambda pool: pool.seconds)
    busy = following.seconds / slowest.seconds if slowest.seconds else 0.0
    yield (
        f"bottleneck: {slowest.work.name}, whose {slowest.workers:,} workers are always busy;"
        f" the next, {following.work.name}, is busy {busy:.0%} of that time"
    )
    if estimate.token_cost:
        yield f"hosted models: {number(estimate.token_cost)} for tokens"
    if estimate.prices.gpu_hour:
        yield f"renting {estimate.gpus:,} GPUs all that time: {number(estimate.rent)}"
    if (price := estimate.prices.gigabyte_month) is not None:
        month = sum(estimate.bytes.values()) / 1e9 * price
        yield f"keeping all files for a month: {number(month)}"


def _host_lines(estimate: Estimate, host: Host) -> Iterator[str]:
    """Yield the lines of a host file with these pools."""
    yield f"pools that balance {estimate.gpus:,} GPUs; in a file for --host:"
    for pool in estimate.pools:
        work = pool.work
        if work.is_server:
            yield f"  # {pool.workers:,} x a server of {work.name}, {work.gpus:g} GPUs each"
            continue
        place = getattr(host, work.stage)
        settings = place.model_dump(exclude_defaults=True) | {"workers": pool.workers}
        text = yaml.safe_dump(settings, default_flow_style=True, sort_keys=False, width=1000)
        yield f"  {work.stage}: {text.strip()}"


def _assumptions(estimate: Estimate) -> Iterator[str]:
    yield "assumed:"
    width = max(map(len, estimate.believed), default=0)
    for name, figure in sorted(estimate.believed.items()):
        yield f"  {name:{width}} {figure.value:>9.4g}  {figure.source}"


def _names(part: tuple[PoolEstimate, ...]) -> list[str]:
    return [pool.work.name for pool in part]


def number(value: float) -> str:
    """Write a number with three digits, or none of the fraction if it is large."""
    if not value:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def clock(seconds: float) -> str:
    """Write a time in the two largest of its units."""
    days, rest = divmod(round(seconds), 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, rest = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def size(num_bytes: float) -> str:
    """Write a number of bytes with its unit."""
    power = min(5, max(0, int(math.log(max(num_bytes, 1), 1000))))
    return f"{num_bytes / 1000**power:.3g} {('B', 'kB', 'MB', 'GB', 'TB', 'PB')[power]}"
