"""Run a benchmark and keep what it printed, with machine, date and commit, for docs/figures.md.

    python -m benchmarks.keep NAME -- python benchmarks/factory.py --hours 5
    python -m benchmarks.keep --page > docs/figures.md

A result is benchmarks/results/NAME.json. The page is made from the results alone, and a test holds
the two together, so no figure of the documentation has another source.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from datagen.engine.worker_env import huge_pages

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).parent / "results"
_HEAD = """# Figures

What benchmarks printed, with the command, the machine, the date and the commit. Times are CPU
seconds of a core unless a line says otherwise; measure where you are with the same commands. Peers
stand beside us where they were measured in the same run. Since 2026-11-30 the processes have their
memory in huge pages, as workers do (`benchmarks/huge_pages.py` says what that is worth).
`python -m benchmarks.keep --page` makes this page.
"""


def results() -> list[dict[str, Any]]:
    """Return all that was kept, by name."""
    return [json.loads(path.read_text("utf-8")) for path in sorted(RESULTS.glob("*.json"))]


def page() -> str:
    """Return the page of all results."""
    return "\n".join([_HEAD, *(_section(one) for one in results())])


def _section(one: dict[str, Any]) -> str:
    machine = one["machine"]
    where = f"{machine['cores']} cores, {machine['cpu']}, Python {machine['python']}"
    return "\n".join(
        [
            f"## {one['title']}\n",
            f"`{one['command']}` · {one['date']}, commit `{one['commit']}` · {where}\n",
            "```text",
            *one["lines"],
            "```\n",
        ]
    )


def keep(name: str, title: str, command: list[str], since: str = "") -> int:
    """Run a command, show what it prints, and keep that if it ends well; return its exit code.

    What comes before the first line with ``since`` in it is not kept.
    """
    environment = os.environ | huge_pages()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        print(line, end="", flush=True)
        lines.append(line.rstrip())
    if process.wait():
        return process.returncode
    first = next((number for number, line in enumerate(lines) if since in line), 0)
    shown = [Path(word).name if word.startswith(".venv/") else word for word in command]
    result = {
        "name": name,
        "title": title,
        "command": " ".join(shown),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "commit": _git("rev-parse", "--short", "HEAD") + "+" * bool(_git("diff", "HEAD", "--stat")),
        "machine": {"cpu": _cpu(), "cores": os.cpu_count(), "python": platform.python_version()},
        "lines": [line for line in lines[first:] if line],
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 0


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def main() -> None:
    """Keep one result, or print the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", help="the result is results/NAME.json")
    parser.add_argument("--title", help="what the page calls it")
    parser.add_argument("--since", default="", help="keep what is printed from this text on")
    parser.add_argument("--page", action="store_true", help="print docs/figures.md")
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    options, command = parser.parse_args(words[:end]), words[end + 1 :]
    if options.page:
        print(page(), end="")
        return
    if not options.name or not command:
        parser.error("give a name, then -- and the command")
    raise SystemExit(keep(options.name, options.title or options.name, command, options.since))


if __name__ == "__main__":
    main()
