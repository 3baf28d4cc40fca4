"""Read worlds, and refuse those that break calls. prompts/worlds/*.yaml -> CompiledWorld"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from datagen.scripting.world.compiled import CompiledWorld
from datagen.scripting.world.lint import mistakes
from datagen.scripting.world.pack import read_pack
from datagen.types import UserError


def load_worlds(paths: Sequence[Path]) -> dict[str, CompiledWorld]:
    """Return worlds by the id of their domain; what is wrong with one becomes one sentence."""
    worlds = {}
    for path in paths:
        pack = read_pack(path)
        if found := mistakes(pack):
            raise UserError(
                f"the world {path} cannot be used: {found[0]} ({len(found)} problems;"
                " python -m datagen.scripting.world tells all)"
            )
        worlds[pack.id] = CompiledWorld(pack)
    return worlds
