"""Is an export still what was written: every file against DIR/SHA256SUMS and DIR/export.json."""

from __future__ import annotations

from hashlib import sha256

from pydantic import ValidationError

from datagen.export.folder import problem_of
from datagen.export.receipt import RECEIPT, SUMS, ExportReceipt
from datagen.storage import Where, open_storage
from datagen.types import UserError


def check(out: Where) -> tuple[ExportReceipt, list[str]]:
    """Read all files of an export; return its receipt, and a line for each file that is wrong."""
    storage = open_storage(out)
    try:
        receipt = ExportReceipt.model_validate_json(storage.read(RECEIPT))
        sums = storage.read(SUMS)
    except FileNotFoundError as error:
        raise UserError(
            f"{storage.where} holds no finished export: it has not both {RECEIPT} and {SUMS}; give"
            " the --out of an export, or have that command finish"
        ) from error
    except ValidationError as error:
        raise UserError(f"{storage.where}/{RECEIPT} is no receipt of an export") from error
    problems = []
    if sha256(sums).hexdigest() != receipt.sums:
        problems.append(f"{SUMS}: its bytes are not those that were written")
    lines = sums.decode("utf-8", "replace").splitlines()
    if len(lines) != receipt.files:
        problems.append(f"{SUMS}: it names {len(lines):,} files and should name {receipt.files:,}")
    for line in lines:
        digest, _, name = line.partition("  ")
        if problem := problem_of(storage, name, digest):
            problems.append(f"{name}: {problem}")
    return receipt, problems
