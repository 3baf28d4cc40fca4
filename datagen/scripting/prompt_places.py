"""Where in an author's file something stands: the line of a key, an entry or a text.

text of a YAML file --Places--> line of ("topics", 3, "quiz"), of "dna: 'An cat.' ..."
"""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Iterator, Sequence

import yaml

from datagen.settings_text import compose_yaml

_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
"""A text as ``repr`` shows it."""
_NAMED = re.compile(r"([\w.-]+): ")
"""Opens what is said of a topic, by its id."""


class Places:
    """The lines of a YAML file, counted from 1."""

    def __init__(self, text: str) -> None:
        self._root = compose_yaml(text)

    def of(self, path: Sequence[int | str]) -> tuple[int | None, str]:
        """Return the line of what a path of keys and places leads to, and the last id on the way.

        What is not there has the line of what it is missing in.
        """
        node, line, name = self._root, None, ""
        for part in path:
            if node is None:
                break
            line = node.start_mark.line + 1
            name = _id_of(node) or name
            node = _child(node, part)
        if node is not None:
            line, name = node.start_mark.line + 1, _id_of(node) or name
        return line, name

    def of_problem(self, problem: str) -> int | None:
        """Return the line of the text that a sentence quotes, or of the topic that it names."""
        if self._root is None:
            return None
        named = _NAMED.match(problem)
        entry = self._entry(named[1]) if named else None
        for quoted in _QUOTED.findall(problem):
            text = str(literal_eval(quoted))
            found = [one for one in _scalars(entry or self._root) if text and text in one.value]
            found.sort(key=lambda one: one.value != text)
            if found:
                return int(found[0].start_mark.line) + 1
        return None if entry is None else int(entry.start_mark.line) + 1

    def _entry(self, name: str) -> yaml.Node | None:
        """Return the mapping with an id."""
        assert self._root is not None
        found = (one for one in _nodes(self._root) if _id_of(one) == name)
        return next(found, None)


def _nodes(node: yaml.Node) -> Iterator[yaml.Node]:
    yield node
    if isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _nodes(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _nodes(value)


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    return (one for one in _nodes(node) if isinstance(one, yaml.ScalarNode))


def _id_of(node: yaml.Node) -> str:
    """Return the id of a mapping, if it has one."""
    name = _child(node, "id") if isinstance(node, yaml.MappingNode) else None
    return str(name.value) if isinstance(name, yaml.ScalarNode) else ""


def _child(node: yaml.Node, part: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: yaml.Node = node.value[part]
        return found
    return None
