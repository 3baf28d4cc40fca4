"""Reads a finished run as a stranger would, and says what is wrong with it.

    RUN --audit--> AuditReport: findings (check, file, dialogue ids, sentence) and totals

Nothing that writes a run is imported here: only pyarrow, jsonschema and the checked-in schemas,
so that a mistake of the writer cannot hide. To add a check, add a function to a CHECKS tuple.
The package itself can be called, so that `datagen.audit(RUN)` works: it is `auditor.audit`.
"""

import sys
from types import ModuleType
from typing import Any

from datagen.audit.auditor import audit
from datagen.audit.report import AuditReport, Finding, render
from datagen.audit.targets import compare
from datagen.audit.totals import FISHER, Totals

__all__ = ["FISHER", "AuditReport", "Finding", "Totals", "audit", "compare", "render"]


class _CallableModule(ModuleType):
    def __call__(self, *args: Any, **options: Any) -> AuditReport:
        return audit(*args, **options)


sys.modules[__name__].__class__ = _CallableModule
