"""Options that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import yaml

from train.config import UserError, meant


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence, and name what a mistyped option may have been."""

    def parse_args(self, args: Sequence[str], namespace: Any = None) -> Any:  # type: ignore[override]
        known = [option for action in self._actions for option in action.option_strings]
        for word in args:
            option = word.partition("=")[0]
            if option.startswith("--") and not any(one.startswith(option) for one in known):
                self.error(f"there is no option {option};{meant(option, known)}")
        return super().parse_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        command = self.prog.removeprefix("python -m train").strip() or "train"
        raise UserError(f"{command}: {message.rstrip(';')}; `{self.prog} --help` says more")


def parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """Return the parser of a command."""
    return _Parser(prog=f"python -m train {name}".strip(), description=description)


def add_config(options: argparse.ArgumentParser, default: str | None = None) -> None:
    """Add CONFIG and --set."""
    shape = {} if default is None else {"nargs": "?", "default": default}
    options.add_argument("config", help="a YAML file, or a shipped config's name", **shape)  # type: ignore[arg-type]
    add_overrides(options)


def add_overrides(options: argparse.ArgumentParser) -> None:
    """Add --set."""
    options.add_argument("--set", action="append", default=[], metavar="a.b=v", dest="overrides")


def listed(setting: str, paths: Iterable[str]) -> str:
    """Return the override that sets paths, whatever characters they have."""
    text = yaml.safe_dump(list(paths), default_flow_style=True, width=float("inf"))
    return f"{setting}={text.strip()}"


def checkpoint(path: Path) -> Path:
    """Return a checkpoint: itself, or the newest of a run."""
    from train import checkpoint as checkpoints

    found = path if (path / checkpoints.RECORD).is_file() else checkpoints.latest(path)
    if found is None:
        raise UserError(
            f"--checkpoint {path}: there is no checkpoint there; give the `out` of a training, or"
            " one of the folders in its checkpoints/"
        )
    return found
