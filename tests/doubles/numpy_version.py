"""A writer and a tokenizer that say which numpy their worker has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from datagen.backends.tokenizer.shipped import Shipped
from datagen.types import Job, Reject, Script
from tests.fixtures.short_calls import ShortCalls


class Writer(ShortCalls):
    """Calls whose model is numpy."""

    def write(self, jobs: Sequence[Job]) -> list[Script | Reject]:
        return [
            made.model_copy(update={"model": f"numpy {np.__version__}"})
            if isinstance(made, Script)
            else made
            for made in super().write(jobs)
        ]


class Words(Shipped):
    """The shipped tokenizer under numpy's name."""

    def __init__(self, options: Shipped.Options) -> None:
        super().__init__(options)
        self.id = f"numpy {np.__version__}"
