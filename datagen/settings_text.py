"""Settings as text, from files and options that may be wrong in any way: bounded, and one sentence.

Aliases that multiply, nesting without end, numbers without end, infinities, keys that are no names
or stand there twice, and values that are neither texts nor numbers are refused before anything is
built from them.
"""

from __future__ import annotations

import math
from typing import Any

import yaml

from datagen.visible import visible_line

_MERGE = "tag:yaml.org,2002:merge"
MAX_BYTES = 16 * 2**20
"""Longest settings file."""
MAX_PARTS = 500_000
"""Most values, lists and mappings of a file, keys included: each takes some 400 bytes while it is
read, and a catalogue of 10,000 voices has 350,000."""
_SHORT = 2**18
"""Characters of a text that can hold no more values than it may."""
MAX_MERGED = 20_000
"""Most pairs of a mapping that others are merged into; before PyYAML 6.0.4 they multiply."""
MAX_VALUES = 200_000
"""Most values of settings, aliases counted each time."""
MAX_DEPTH = 40
"""Deepest nesting of settings."""
MAX_LETTERS = 60
"""Characters of a wrong value that are shown."""
MAX_TEXT = 100_000
"""Longest text among settings."""
_PLAIN = (str, int, float, bool, type(None))
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml reads five times as fast, where it is built in, and refuses deep nesting."""


class _Loader(_Base):  # type: ignore[misc]
    """Refuses a key that a mapping has twice, of which PyYAML takes the last without a word."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        start, end = node.start_mark.index, node.end_mark.index
        names: set[str] = set()
        for key, _ in node.value:
            is_own = start <= key.start_mark.index < end  # not merged from elsewhere
            if is_own and isinstance(key, yaml.ScalarNode) and key.tag != _MERGE:
                if key.value in names:
                    line = key.start_mark.line + 1
                    raise ValueError(f"line {line}: {shortened(key.value)} is there twice")
                names.add(key.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found

    def flatten_mapping(self, node: Any) -> None:
        own = len(node.value)
        super().flatten_mapping(node)
        if len(node.value) > max(own, MAX_MERGED):
            raise ValueError("it merges mappings of mappings without end")


def parse_yaml(text: str) -> Any:
    """Return the value of a YAML text. Raises ValueError with the reason."""
    try:
        _check_parts(text)
        value = yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError) as error:
        raise ValueError(visible_line(str(error))[:300] or type(error).__name__) from error
    if "&" in text and "*" in text:
        _count(value, MAX_VALUES, 4 * MAX_DEPTH)
    return value


def compose_yaml(text: str) -> yaml.Node | None:
    """Return the nodes of a YAML text that `parse_yaml` has taken, which know their lines."""
    node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    return node


def _check_parts(text: str) -> None:
    """Raise ValueError for a text of too many values, before any of them is kept."""
    if len(text) <= _SHORT:
        return
    parts = enumerate(yaml.parse(text, Loader=_Loader))
    if any(number > MAX_PARTS for number, _ in parts):
        raise ValueError(f"it holds more than {MAX_PARTS:,} values")


def check_values(value: Any, where: str = "") -> None:
    """Raise ValueError for a value that no setting has; ``where`` is its name."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError(f"{where or 'settings'}: {shortened(key)} is no name of a setting")
            check_values(item, f"{where}.{key}" if where else key)
        return
    if isinstance(value, list):
        for item in value:
            check_values(item, where)
        return
    problem = _problem(value)
    if problem:
        raise ValueError(f"{visible_line(where)[:200]}: {problem}")


def check_size(value: Any) -> None:
    """Raise ValueError for settings that are too many or too deep."""
    _count(value, MAX_VALUES, MAX_DEPTH)


def shortened(value: Any) -> str:
    """Return a wrong value as a message shows it: short, its controls visible."""
    if isinstance(value, int) and value.bit_length() > 128:
        return f"a number of some {int(value.bit_length() * 0.30103) + 1:,} digits"
    if isinstance(value, (dict, list, tuple, set)):
        kind = "mapping" if isinstance(value, dict) else "list"
        return repr(value) if not value else f"a {kind} of {len(value):,}"
    if isinstance(value, (str, bytes)) and len(value) > MAX_LETTERS:
        return f"{visible_line(repr(value[:MAX_LETTERS]))}… ({len(value):,} characters)"
    return visible_line(repr(value))[: 2 * MAX_LETTERS]


def _problem(value: Any) -> str | None:
    """Return why no setting has a value that is neither a mapping nor a list."""
    if not isinstance(value, _PLAIN):
        return f"{shortened(value)} is no text or number; put it in quotes"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} is no finite number"
    if isinstance(value, int) and value.bit_length() > 64:
        return f"{shortened(value)} is too large"
    if isinstance(value, str) and len(value) > MAX_TEXT:
        return f"{shortened(value)} is too long"
    return None


def _count(value: Any, left: int, depth: int) -> int:
    """Return how many values are left of ``left`` after this one's; raise ValueError if none."""
    left -= 1
    if left < 0:
        raise ValueError("it holds too many values; are there aliases of aliases?")
    if isinstance(value, (dict, list)):
        if not depth:
            raise ValueError("it is nested too deeply")
        for item in value.values() if isinstance(value, dict) else value:
            left = _count(item, left, depth - 1)
    return left
