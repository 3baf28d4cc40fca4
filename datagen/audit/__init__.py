"""Reads a finished run as a stranger would, and says what is wrong with it.

    RUN --audit--> AuditReport: findings (check, file, dialogue ids, sentence) and totals

Nothing that writes a run is imported here: only pyarrow, jsonschema and the checked-in schemas,
so that a mistake of the writer cannot hide. To add a check, add a function to a CHECKS tuple.
"""

from datagen.audit.auditor import audit
from datagen.audit.report import AuditReport, Finding, render
from datagen.audit.targets import compare
from datagen.audit.totals import FISHER, Totals

__all__ = ["FISHER", "AuditReport", "Finding", "Totals", "audit", "compare", "render"]
