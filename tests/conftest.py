"""Properties hold however slow the machine is, and a test that passed once passes again.

No example of hypothesis has a deadline, and its examples are the same ones each time; with FUZZ
set, as in FUZZ=10 python -m pytest tests/text, they are other ones.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize="FUZZ" not in os.environ)
settings.load_profile("steady")
