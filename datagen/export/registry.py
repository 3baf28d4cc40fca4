"""Short names of the forms that ship with datagen; anything else is ``package.module:Class``."""

from __future__ import annotations

import re
from importlib import import_module

from datagen.export.protocol import ExportFormat
from datagen.settings_text import shortened
from datagen.types import UserError
from datagen.visible import visible_line

FORMATS = {
    "f-actor": "datagen.export.formats.f_actor:FActor",
    "full-duplex-bench": "datagen.export.formats.full_duplex_bench:FullDuplexBench",
    "huggingface": "datagen.export.formats.huggingface:HuggingFace",
    "lhotse": "datagen.export.formats.lhotse:Lhotse",
    "moshi-finetune": "datagen.export.formats.moshi_finetune:MoshiFinetune",
    "nemo": "datagen.export.formats.nemo:Nemo",
    "nu-dialogue": "datagen.export.formats.nu_dialogue:NuDialogue",
    "personaplex": "datagen.export.formats.personaplex:PersonaPlex",
    "raon": "datagen.export.formats.raon:Raon",
    "turnbench": "datagen.export.formats.turnbench:TurnBench",
    "webdataset": "datagen.export.formats.webdataset:WebDataset",
}
_PLACE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")


def resolve(name: str) -> type[ExportFormat]:
    """Return the class of a form. Raises UserError if there is none."""
    place = FORMATS.get(name, name)
    if not _PLACE.fullmatch(place):
        raise UserError(
            f"there is no form {shortened(name)}; known are {', '.join(FORMATS)}, or give"
            " package.module:Class"
        )
    module, _, attribute = place.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except (Exception, SystemExit) as error:  # of whatever module was named
        reason = visible_line(f"{type(error).__name__}: {error}")[:300]
        raise UserError(f"cannot load the form {shortened(name)} ({reason})") from error
    if not isinstance(found, type) or not issubclass(found, ExportFormat):
        raise UserError(
            f"{shortened(name)} is no form: it must inherit datagen.export.protocol.ExportFormat"
        )
    return found
