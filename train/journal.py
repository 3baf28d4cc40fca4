"""Metrics on disk and on boards: JSON lines always, TensorBoard and Weights & Biases if asked.

    step, values  ->  OUT/metrics.jsonl, OUT/tensorboard/, a run of Weights & Biases

A step stands in metrics.jsonl once, however often the run was stopped and resumed.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from train.config import UserError

logger = logging.getLogger(__name__)

Values = Mapping[str, float | None]
"""Metrics by name; None is what could not be measured."""
FILE = "metrics.jsonl"


class Board(Protocol):
    """A program that draws metrics."""

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """Take the values of a step."""
        ...

    def close(self) -> None:
        """Write what is not written yet."""
        ...


class Journal:
    """Writes metrics to a file, and to the boards."""

    def __init__(self, out: Path, step: int, boards: tuple[Board, ...] = ()) -> None:
        out.mkdir(parents=True, exist_ok=True)
        path = out / FILE
        self.empty = not _drop_after(path, step)
        """Whether nothing was written yet, by this process or one before it."""
        self._file = path.open("a", encoding="utf-8")
        self._boards = boards

    def write(self, step: int, values: Values) -> None:
        """Write all that is known of a step; a step is written once."""
        line = {"step": step} | {
            key: value if value is None else round(value, 8) for key, value in values.items()
        }
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        self.empty = False
        known = {key: value for key, value in values.items() if value is not None}
        for board in self._boards:
            board.write(step, known)

    def close(self) -> None:
        """Close the file and the boards."""
        self._file.close()
        for board in self._boards:
            board.close()


def read(path: Path) -> list[dict[str, Any]]:
    """Read a metrics file; a last line that was cut off by a kill is left out."""
    records = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            records.append(json.loads(line))
        except ValueError:
            logger.warning("%s has a line that was cut off; it is left out", path)
    return records


def _drop_after(path: Path, step: int) -> int:
    """Remove the lines of steps that will be done again; return how many stay."""
    if not path.is_file():
        return 0
    kept = [record for record in read(path) if record["step"] <= step]
    temporary = path.with_suffix(".tmp")
    temporary.write_text("".join(json.dumps(record) + "\n" for record in kept), encoding="utf-8")
    temporary.replace(path)
    return len(kept)


class TensorBoard:
    """Writes event files for TensorBoard."""

    def __init__(self, folder: Path, step: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(folder.as_posix(), purge_step=step + 1)

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """Add a scalar for each value."""
        for key, value in values.items():
            self._writer.add_scalar(key, value, step)

    def close(self) -> None:
        """Close the event file."""
        self._writer.close()


class WeightsAndBiases:
    """Logs to a project of Weights & Biases; a run that is resumed stays one run there.

    Where and how is wandb's own business: WANDB_API_KEY, WANDB_MODE=offline.
    """

    def __init__(self, project: str, out: Path, config: dict[str, Any]) -> None:
        try:
            import wandb
        except ImportError as error:
            raise UserError(
                f"run.wandb is {project} and wandb is not installed: pip install wandb,"
                " or leave run.wandb empty"
            ) from error
        self._run = wandb.init(
            project=project,
            id=_run_id(out / "wandb-run"),
            name=out.name,
            dir=out.as_posix(),
            config=config,
            resume="allow",
        )

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """Log the values of a step."""
        self._run.log(dict(values), step=step)

    def close(self) -> None:
        """Finish the run."""
        self._run.finish()


def _run_id(file: Path) -> str:
    """Return the id of a run, drawn once and kept in ``file``."""
    if not file.is_file():
        file.write_text(secrets.token_hex(8), encoding="utf-8")
    return file.read_text(encoding="utf-8").strip()


def open_journal(
    out: Path,
    step: int,
    *,
    tensorboard: bool = False,
    wandb: str | None = None,
    config: dict[str, Any] | None = None,
) -> Journal:
    """Return the journal of a run after ``step`` steps, with the boards that are asked for."""
    out.mkdir(parents=True, exist_ok=True)
    boards: list[Board] = []
    if tensorboard:
        try:
            boards.append(TensorBoard(out / "tensorboard", step))
        except ImportError:
            logger.info("tensorboard is not installed: metrics are in %s alone", FILE)
    if wandb is not None:
        boards.append(WeightsAndBiases(wandb, out, config or {}))
    return Journal(out, step, tuple(boards))
