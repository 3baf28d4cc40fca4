"""Synthetic two-channel dialogues for full-duplex speech models, as Mimi-shaped token shards.

    recipe = datagen.Recipe.load("service")  # pipelines/service.yaml, embedded backends
    datagen.run(recipe, hours=0.2, out="runs/service")
    run = datagen.open_run("runs/service")
    call = run["service-0000003"]            # call.script, call.words, call.stereo() [C, S]
    assert datagen.audit("runs/service").ok

Nothing heavy is imported until a function is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datagen.audit import audit as audit
    from datagen.config import Host as Host
    from datagen.config import Recipe as Recipe
    from datagen.engine.plan import Plan
    from datagen.runs.make import RunResult
    from datagen.runs.open import Run
    from datagen.storage import Where
    from datagen.types import RunFailed as RunFailed
    from datagen.types import UserError as UserError

__version__ = "0.1.0"
_ELSEWHERE = {
    "Host": "datagen.config",
    "Recipe": "datagen.config",
    "RunFailed": "datagen.types",
    "UserError": "datagen.types",
}
"""Names of the API that are imported when they are first asked for, with their modules."""
__all__ = [
    "Host",
    "Recipe",
    "RunFailed",
    "UserError",
    "__version__",
    "audit",
    "open_run",
    "plan",
    "run",
]


def plan(recipe: Recipe | str, *, hours: float | None = None, dialogs: int | None = None) -> Plan:
    """Return how many dialogues, blocks and shards an amount comes to; give one of the two.

    ``recipe`` may be a kind, such as ``service``, for its embedded recipe. Raises UserError (a
    ValueError) for an amount that cannot be.
    """
    from datagen.engine.plan import make_plan

    return make_plan(_recipe(recipe), hours, dialogs)


def run(
    recipe: Recipe | str,
    *,
    hours: float | None = None,
    dialogs: int | None = None,
    out: Where | None = None,
    host: Host | str = "laptop",
    address: str | None = None,
    part: str | None = None,
) -> RunResult:
    """Make dialogues in the run folder ``out``, or in runs/KIND, or go on with those there.

    ``recipe`` may be a kind, such as ``service``, for its embedded recipe; ``host`` is a name from
    pipelines/hosts, a .yaml file or a record; ``address`` a Ray cluster to join; ``part`` a share
    of the blocks such as ``2/4``, without shards. Raises UserError for what the caller can mend,
    RunFailed when a unit failed too often.
    """
    from datagen.runs.prepare import prepare

    prepared = prepare(
        _recipe(recipe), hours=hours, dialogs=dialogs, host=host, address=address, part=part
    )
    return prepared.make(out)


def open_run(where: Where) -> Run:
    """Open a run folder at a path or an object store's URI; dialogues go by their ids.

    Raises UserError if there is no run.
    """
    from datagen.runs.open import open_run

    return open_run(where)


def _recipe(recipe: Recipe | str) -> Recipe:
    from datagen.config import Recipe

    return Recipe.load(recipe) if isinstance(recipe, str) else recipe


def __getattr__(name: str) -> Any:
    """Import a name of the API when it is asked for."""
    from importlib import import_module

    if name == "audit":
        return import_module("datagen.audit")  # which can be called, see there
    if name in _ELSEWHERE:
        return getattr(import_module(_ELSEWHERE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
