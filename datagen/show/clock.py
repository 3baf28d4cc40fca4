"""Samples as people write time."""

from datagen.types import SAMPLE_RATE


def clock(samples: int) -> str:
    """Return samples as mm:ss.t, e.g. 01:02.8."""
    tenths = round(10 * samples / SAMPLE_RATE)
    minutes, rest = divmod(tenths, 600)
    return f"{minutes:02d}:{rest // 10:02d}.{rest % 10}"
