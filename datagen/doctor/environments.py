"""Environments of their own for models that cannot live together: locked, named, built once.

    pipelines/environments/NAME.txt --create--> .venv-NAME/bin/python, which a host names

Chatterbox wants numpy 1 and torch 2.6, vLLM numpy 2 and torch 2.13. Ray starts each stage's
workers with the interpreter its host names in ``py_executable``.
"""

from __future__ import annotations

import json
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from datagen import __version__, assets
from datagen.types import RunFailed, UserError

FOLDER = "environments"
_PROBE = """
import importlib.util, json, platform, sys
def version(name):
    from importlib.metadata import PackageNotFoundError, version
    try: return version(name)
    except PackageNotFoundError: return None
def there(name):
    try: return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError): return False
print(json.dumps({"python": platform.python_version(), "ray": version("ray"),
    "datagen": version("fullduplex-datagen"),
    "missing": [name for name in sys.argv[1:] if not there(name)]}))
"""
_PROBE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Environment:
    """A locked list of packages, and what it is for."""

    name: str
    purpose: str
    backends: tuple[str, ...]
    """Backends that it serves, as section.name."""
    imports: tuple[str, ...]
    """Modules that must be importable in it."""
    requirements: Path

    @classmethod
    def read(cls, path: Path) -> Environment:
        """Read a requirements file and the comments at its beginning."""
        lines = [line[1:].strip() for line in path.read_text().splitlines() if line.startswith("#")]
        labels = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        return cls(
            name=path.stem,
            purpose=lines[0] if lines else "",
            backends=_names(labels.get("for", "")),
            imports=_names(labels.get("imports", "")),
            requirements=path,
        )


def shipped() -> list[Environment]:
    """Return the environments that come with datagen."""
    folder = assets.root() / "pipelines" / FOLDER
    return [Environment.read(path) for path in sorted(folder.glob("*.txt"))]


def find(name: str) -> Environment:
    """Return a shipped environment, or one from a requirements file of the user's."""
    return Environment.read(assets.find(f"pipelines/{FOLDER}", name, ".txt"))


def serving(backend: str) -> Environment | None:
    """Return the environment for a backend (``section.name``), if it needs one of its own."""
    return next((found for found in shipped() if backend in found.backends), None)


def default_folder(name: str) -> Path:
    """Return where an environment is built if nothing else is said."""
    return Path(f".venv-{name}")


def create(environment: Environment, folder: Path) -> Path:
    """Build an environment with this interpreter's version; return its python.

    What is there already is brought up to the lock. datagen itself is put in without its
    dependencies, which the lock holds.
    """
    _check_lock(environment)
    python = folder.resolve() / "bin" / "python"
    uv = shutil.which("uv")
    if not python.exists():
        made = (
            [uv, "venv", "-q", "--python", sys.executable] if uv else [sys.executable, "-m", "venv"]
        )
        _run([*made, str(folder)], f"cannot make the environment {folder}")
    install = [uv, "pip", "install", "-q", "--python", str(python)] if uv else [
        str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check",
    ]  # fmt: skip
    failed = f"cannot install {environment.name} into {folder}"
    _run([*install, "-r", str(environment.requirements)], failed)
    _run([*install, "--no-deps", *_own_requirement()], failed)
    problems = check(python, environment.imports)
    if problems:
        raise RunFailed(f"the environment {folder} is not usable: {'; '.join(problems)}")
    return python


def check(python: Path | str, imports: Sequence[str]) -> list[str]:
    """Return why an interpreter cannot be a worker of this one, in words; nothing if it can."""
    try:
        answer = subprocess.run(
            [str(python), "-c", _PROBE, "datagen", *imports],
            capture_output=True,
            text=True,
            timeout=_PROBE_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return [f"it does not run ({_last_line(error)})"]
    found = json.loads(answer.stdout)
    problems = []
    if found["ray"] != version("ray"):
        problems.append(f"it has Ray {found['ray']}, and this datagen runs on {version('ray')}")
    if found["python"] != platform.python_version():
        problems.append(f"it is Python {found['python']}, and this is {platform.python_version()}")
    if found["datagen"] not in (None, __version__):
        problems.append(f"it has datagen {found['datagen']}, and this is {__version__}")
    if found["missing"]:
        problems.append(f"it lacks {', '.join(found['missing'])}")
    return problems


def check_installer() -> list[str]:
    """Return why Ray could not install a host's ``runtime_env`` here; nothing if it can."""
    if find_spec("virtualenv") is not None:
        return []
    return ["the host's runtime_env needs virtualenv where Ray runs: pip install virtualenv"]


def _check_lock(environment: Environment) -> None:
    """Raise UserError if the lock holds another Ray than this interpreter: they must be equal."""
    locked = re.search(r"^ray==(\S+)", environment.requirements.read_text(), re.MULTILINE)
    if locked and locked[1] != version("ray"):
        raise UserError(
            f"{environment.requirements} locks Ray {locked[1]} and this interpreter has"
            f" {version('ray')}; they must be equal: pip install ray=={locked[1]} here"
        )


def _own_requirement() -> list[str]:
    """Return what installs this very datagen: the checkout, or its version from the index."""
    root = assets.root()
    if (root / "pyproject.toml").is_file():
        return ["-e", str(root)]
    return [f"fullduplex-datagen=={__version__}"]


def _run(command: Sequence[str | None], failed: str) -> None:
    """Run a command; if it fails, the most telling line it printed becomes the error."""
    try:
        subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise RunFailed(f"{failed}: {_last_line(error)}") from error


def _last_line(error: Exception) -> str:
    """Return the most telling line of a failed command."""
    said = (getattr(error, "stderr", None) or str(error)).strip()
    return str(said).splitlines()[-1] if said else type(error).__name__


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
