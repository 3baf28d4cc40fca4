"""The files of prompts/ that authors write: what each must be, as a schema and as a check.

a file --form_of--> PromptForm --problems--> sentences
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from datagen import assets
from datagen.config import faults, read_yaml
from datagen.scripting.content import casual_load, casual_pack, held_out, people, qa_pack, templates
from datagen.scripting.llm.brief_texts import Exemplars
from datagen.scripting.prompt_places import Places
from datagen.scripting.simulate import acts
from datagen.scripting.world.lint import lint
from datagen.scripting.world.pack import WorldPack
from datagen.types import UserError


@dataclass(frozen=True)
class PromptForm:
    """A kind of file."""

    name: str
    folder: str
    """The folder of such files in the repository; a file's own is compared with its last part."""
    model: type[BaseModel]
    file: str = ""
    """Name without suffix, where there is one such file."""
    lint: Callable[[Any, str], list[str]] = lambda read, name: []
    """What the model cannot say of a file with a name, a sentence each."""

    def paths(self) -> list[Path]:
        """Return the files that ship."""
        names = [self.file] if self.file else assets.names(self.folder)
        return [assets.find(self.folder, name) for name in names]

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of such a file."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **self.model.model_json_schema(),
        }

    def problems(self, path: Path) -> list[str]:
        """Return what is wrong with a file, a sentence each: "FILE:LINE: TOPIC: what"."""
        try:
            data = read_yaml(path)
            places = Places(path.read_text(encoding="utf-8"))
            read = self.model.model_validate(data)
            return [_at(path, places.of_problem(one), one) for one in self.lint(read, path.stem)]
        except ValidationError as error:
            found = [(*places.of(where), what) for where, what in faults(error, self.model)]
            return [
                _at(path, line, f"{name}: {what}" if name else what) for line, name, what in found
            ]
        except UserError as error:
            return [str(error)]


def _at(path: Path, line: int | None, problem: str) -> str:
    return f"{path}:{line}: {problem}" if line else f"{path}: {problem}"


def _wording_problems(wording: templates.Wording, kind: str) -> list[str]:
    if kind not in templates.ACTS:
        return [f"what is said in a {kind!r} is not known: the file's name is a kind, {_KINDS}"]
    return templates.lint(wording, kind)


_KINDS = " or ".join(templates.ACTS)
FORMS = {
    form.name: form
    for form in (
        PromptForm("world", "prompts/worlds", WorldPack, lint=lambda pack, _: lint(pack)),
        PromptForm(
            "lessons",
            "prompts/qa",
            qa_pack.Subject,
            lint=lambda subject, _: qa_pack.lint([subject]),
        ),
        PromptForm(
            "small-talk",
            "prompts",
            casual_pack.SmallTalk,
            "casual",
            lambda talk, _: casual_load.lint(talk),
        ),
        PromptForm("names", "prompts", people.Names, "names"),
        PromptForm("held-out", "prompts", held_out.HeldOut, "held_out"),
        PromptForm("exemplars", "prompts/exemplars", Exemplars),
        PromptForm("acts", "prompts/acts", acts.Acts, lint=lambda bank, _: acts.lint(bank)),
        PromptForm("wording", "prompts/wording", templates.Wording, lint=_wording_problems),
    )
}


def form_of(path: Path) -> PromptForm:
    """Return what a file must be, by its folder or its name. Raises UserError."""
    folder = path.resolve().parent.name
    of_folder = [one for one in FORMS.values() if not one.file]
    of_name = [one for one in FORMS.values() if one.file]
    for form in of_folder:
        if form.folder.rpartition("/")[2] == folder:
            return form
    for form in of_name:
        if form.file == path.stem:
            return form
    raise UserError(
        f"{path}: what it must be follows from its folder"
        f" ({', '.join(form.folder.partition('/')[2] for form in of_folder)}) or its name"
        f" ({', '.join(form.file for form in of_name)}); or say --form"
    )


def shipped() -> Iterator[tuple[PromptForm, Path]]:
    """Yield every file that ships."""
    for form in FORMS.values():
        for path in form.paths():
            yield form, path
