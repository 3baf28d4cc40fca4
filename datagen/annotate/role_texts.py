"""The wording of roles and how models are asked for them: prompts/annotate/roles.yaml."""

from __future__ import annotations

from functools import cached_property, lru_cache

from datagen import assets
from datagen.annotate.name_lists import all_names
from datagen.config import Settings, read_yaml, validate


class RoleTexts(Settings):
    """What roles are put together of, and what a model is told."""

    enjoy: str
    about: str
    placed: str
    listed: str
    question: str
    tones: tuple[str, ...]
    system: str
    facts: str
    naming_allowed: str
    naming_refused: str
    call: str
    retry: str
    repair: str
    grammar: str
    frame: str
    introduces: tuple[str, ...]
    forbidden: tuple[str, ...]
    common: str

    @cached_property
    def names(self) -> frozenset[str]:
        """First and last names in small letters."""
        return all_names()


@lru_cache(maxsize=1)
def load_role_texts() -> RoleTexts:
    """Read what ships with datagen."""
    path = assets.find("prompts/annotate", "roles")
    return validate(RoleTexts, read_yaml(path), f"the instructions {path}")


def digest_of_role_texts() -> str:
    """Return a hash of all files that roles are made from."""
    return assets.digest(
        assets.find("prompts/annotate", "roles"),
        assets.find("prompts/annotate", "names"),
        assets.find("prompts", "names"),
        assets.find("prompts/claims", "plain"),
    )
