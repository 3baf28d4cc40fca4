"""Checks that compare dialogues, or files, with all that were read before.

What is kept is one short entry a dialogue and a voice: some 50 MB for 105,410 dialogues.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any

import pyarrow as pa

from datagen.audit.files import ParquetFooter
from datagen.audit.rows import Row
from datagen.audit.terms import RECORDED_KIND, terms_of_rows
from datagen.types import SPEAKERS

_PER_RUN = ("recipe", "codec", "tokenizer", "stand_ins")
"""What all files with tokens must agree on, or they cannot be trained on together."""


_COLUMNS = ["dialog_id", "kind", "domain", "scenario", "prompt_level", "role_prompt", "split"]
_COLUMNS += ["agent_voice", "user_voice"]
SHARED_ROLES = frozenset({"teacher", "minimal", "topic"})
"""Prompt levels whose few role prompts are said word for word in many dialogues."""


class DialogueChecks:
    """All dialogues read so far."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._prompts: dict[bytes, str] = {}
        self._voices: dict[str, str] = {}

    @property
    def checks(self) -> tuple[Callable[[Row], Iterator[str]], ...]:
        """The checks, each for one row."""
        return (self.unique_ids, self.unique_prompts, self.held_out_voices, terms_of_rows)

    @staticmethod
    def rows(table: pa.Table, footer: dict[str, Any]) -> Iterator[Row]:
        """Yield rows with no more than the checks need."""
        for values in table.select(_COLUMNS).to_pylist():
            yield Row(values, {}, footer)

    def unique_ids(self, row: Row) -> Iterator[str]:
        """No dialogue is there twice."""
        if row.dialog_id in self._ids:
            yield f"{row.dialog_id} is in the shards twice"
        self._ids.add(row.dialog_id)

    def unique_prompts(self, row: Row) -> Iterator[str]:
        """No two dialogues have the same role, if it is a role of one's own."""
        if row.values["prompt_level"] in SHARED_ROLES:
            return
        role = row.values["role_prompt"]
        if row.values["kind"] == RECORDED_KIND:
            role = f"{row.values['scenario']} {role}"  # pieces of one call have one role
        digest = blake2b(role.encode(), digest_size=12).digest()
        first = self._prompts.setdefault(digest, row.dialog_id)
        if first != row.dialog_id:
            yield f"{row.dialog_id} has the same role prompt as {first}"

    def held_out_voices(self, row: Row) -> Iterator[str]:
        """No voice is heard in both splits."""
        split = row.values["split"]
        for speaker in SPEAKERS:
            voice = row.values[f"{speaker}_voice"]["id"]
            if self._voices.setdefault(voice, split) != split:
                yield f"voice {voice} is in both splits"


class FileChecks:
    """What the files read so far say of themselves."""

    def __init__(self, fingerprint: str) -> None:
        self._fingerprints: dict[str, tuple[str, str]] = {}
        self._first: tuple[str, dict[str, Any]] | None = None
        self._fingerprint = fingerprint

    @property
    def checks(self) -> tuple[Callable[[ParquetFooter], Iterator[str]], ...]:
        """The checks, each for one footer."""
        return (self.same_fingerprint, self.same_tokens, self.same_recipe)

    def same_fingerprint(self, footer: ParquetFooter) -> Iterator[str]:
        """All files of a stage were made by the same settings."""
        mine = footer.receipt["fingerprint"]
        first, file = self._fingerprints.setdefault(footer.stage, (mine, footer.file))
        if mine != first:
            yield f"was made with other settings than {file}; run again to make it anew"

    def same_tokens(self, footer: ParquetFooter) -> Iterator[str]:
        """All tokens are of one codec and one tokenizer."""
        if "codec" not in footer.data:
            return
        mine = {name: footer.data[name] for name in _PER_RUN}
        if self._first is None:
            self._first = (footer.file, mine)
        file, first = self._first
        differ = [name for name in _PER_RUN if mine[name] != first[name]]
        if differ:
            yield f"differs from {file} in {', '.join(differ)}: the two must not be mixed"

    def same_recipe(self, footer: ParquetFooter) -> Iterator[str]:
        """Tokens are of the recipe in run.json."""
        recipe = footer.data.get("recipe", self._fingerprint)
        if recipe != self._fingerprint:
            yield f"is of recipe {recipe}, but run.json says {self._fingerprint}; run again"
