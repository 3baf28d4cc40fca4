"""Keys and values of a batch while it is decoded, in buffers that are written in place.

transformers' own cache copies itself at every token. This one grows by blocks, and a finished
sequence leaves its place to the last one. Models of transformers use it as their `Cache`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

GROWTH = 32
"""Columns by which the buffers grow."""


class KeyValueCache:
    """Buffers [S, H, T, D] for each layer; `at` says where the next keys and values are written."""

    is_compileable = False

    def __init__(self, num_sequences: int) -> None:
        self._num_sequences = num_sequences
        self._layers: list[tuple[Any, Any]] = []
        self._sequences = slice(0, num_sequences)
        self._start = 0

    def at(self, start: int, sequences: slice | None = None) -> KeyValueCache:
        """Write next at column ``start`` of some sequences (None: all of them)."""
        self._start = start
        self._sequences = slice(0, self._num_sequences) if sequences is None else sequences
        return self

    def update(
        self, keys: Any, values: Any, layer_idx: int, cache_kwargs: Any = None
    ) -> tuple[Any, Any]:
        """Write [s, H, t, D] of one layer; return views [s, H, T, D] of all columns up to there."""
        end = self._start + keys.shape[-2]
        if layer_idx == len(self._layers):
            self._layers.append((self._empty(keys, end), self._empty(values, end)))
        both = self._layers[layer_idx]
        if both[0].shape[-2] < end:
            both = self._layers[layer_idx] = self._grown(both[0], end), self._grown(both[1], end)
        for buffer, new in zip(both, (keys, values), strict=True):
            buffer[self._sequences, :, self._start : end] = new
        return both[0][self._sequences, :, :end], both[1][self._sequences, :, :end]

    def get_seq_length(self, layer_idx: int = 0) -> int:
        """Return the number of columns before the one written next."""
        return self._start

    def take(self, other: KeyValueCache, sequences: Sequence[int]) -> None:
        """Begin with copies of another cache's sequences, one for each of these."""
        assert len(sequences) == self._num_sequences
        for number, (keys, values) in enumerate(other._layers):
            copies = keys[list(sequences)], values[list(sequences)]
            assert number == len(self._layers)
            self._layers.append(copies)

    def keep(self, moves: Sequence[tuple[int, int]], num_sequences: int) -> None:
        """Keep the first sequences after each (source, place) of ``moves`` has been moved."""
        for keys, values in self._layers:
            for source, place in moves:
                keys[place] = keys[source]
                values[place] = values[source]
        self._num_sequences = num_sequences

    def _empty(self, like: Any, columns: int) -> Any:
        columns = -(-columns // GROWTH) * GROWTH
        return like.new_zeros((self._num_sequences, like.shape[1], columns, like.shape[3]))

    def _grown(self, buffer: Any, columns: int) -> Any:
        """Return a longer buffer of the sequences that are left."""
        longer = self._empty(buffer, columns)
        longer[:, :, : buffer.shape[2]] = buffer[: self._num_sequences]
        return longer
