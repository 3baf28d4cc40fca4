"""A worker's environment variables: which Ray may know of, and which nobody may read in a log.

    env_vars of a host --split--> for Ray (it writes them to its logs), for the worker itself

A secret is best given by its name alone; then its value is the one that the node has.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from datagen.types import UserError

_SECRET_NAME = re.compile(
    r"KEY|TOKEN|SECRET|PASS|PWD|CREDENTIAL|AUTH|SAS|SIGNATURE|COOKIE|DSN|CONNECTION", re.IGNORECASE
)
_SECRET_VALUE = re.compile(r"^(sk-|hf_|gh[opsu]_|AKIA|ASIA|xox|eyJ)|://[^/@\s]*:[^/@\s]*@")


def split(variables: Mapping[str, str | None]) -> tuple[dict[str, str], dict[str, str | None]]:
    """Return what Ray may be given, and what only the worker is told; None: the node's own."""
    open_ones = {
        name: value
        for name, value in variables.items()
        if value is not None and not _SECRET_NAME.search(name) and not _SECRET_VALUE.search(value)
    }
    return open_ones, {n: value for n, value in variables.items() if n not in open_ones}


def enter(variables: Mapping[str, str | None]) -> None:
    """Set what this worker is told. Raises UserError if the node lacks what it should have."""
    absent = [name for name, value in variables.items() if value is None and name not in os.environ]
    if absent:
        raise UserError(
            f"this node's environment has no {', '.join(absent)}, which the host's env_vars name:"
            " set it where `ray start` is called"
        )
    os.environ.update({name: value for name, value in variables.items() if value is not None})
