"""Which command is meant, and how a user's mistake is told: one sentence, exit code 2."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from train.config import UserError, meant, shipped

COMMANDS = {
    "ray": "train as a Ray Train job",
    "launch": "print, or run, the command that trains on a finished run's shards",
    "plan": "does it fit, how long does it take, what does it cost",
    "sample": "let a model take the agent's part",
    "export": "write a checkpoint as PersonaPlex's server reads it, and voice presets",
    "convert": "change weights between PersonaPlex's names and newer moshi's",
    "dpo": "learn from the preference pairs that `datagen pairs` makes",
    "rehearse": "prove on a CPU that the data teaches a role; compare shares of the data",
}
"""Commands and what they do. A config's name or file trains."""


def main(arguments: Sequence[str]) -> int:
    """Run a command; what the user can mend is one line."""
    level = logging.INFO if os.environ.get("RANK", "0") == "0" else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        return _run(arguments)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; the same command starts again, or goes on", file=sys.stderr)
        return 130
    except BrokenPipeError:
        raise
    except OSError as error:  # a disk that is full or read-only, a file where a folder should be
        print(f"error: {error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr)
        return 2


def _run(arguments: Sequence[str]) -> int:
    first = arguments[0] if arguments else "--help"
    if first in ("-h", "--help"):
        print(usage())
        return 0
    name, rest = (first, arguments[1:]) if first in COMMANDS else ("fit", arguments)
    if name == "fit":
        _check_config(first)
    command = importlib.import_module(f"train.cli.{name}").command
    return int(command(rest))


def _check_config(name: str) -> None:
    """Refuse what is neither a command nor a config, naming what it may have been meant for."""
    configs = shipped()
    if name.startswith("-") or name in configs or Path(name).exists() or Path(name).suffix:
        return
    raise UserError(
        f"there is no command or config {name!r};{meant(name, [*COMMANDS, *configs])} commands are"
        f" {', '.join(COMMANDS)}; shipped configs are {', '.join(configs)}, or give a YAML file"
    )


def usage() -> str:
    """Return the help of the program."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {text}" for name, text in COMMANDS.items()]
    return "\n".join(
        [
            "usage: python -m train CONFIG [--set a.b=v]      train, or go on training",
            "       python -m train COMMAND --help",
            "",
            "Fine-tune a full-duplex model on token shards.",
            "",
            "commands:",
            *lines,
            "",
            f"CONFIG is a YAML file or a shipped config: {', '.join(shipped())}",
        ]
    )
