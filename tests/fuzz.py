"""The properties of `test_fuzz` for inputs that coverage guides, for as long as one likes.

    make fuzz    or    python -m tests.fuzz TARGET [OPTION]...

TARGET is settings, override, artefact, lease, spoken, or a file or reply of others: ctm, rttm,
TextGrid, tsv, chat, speech.

Needs atheris (Linux; the options are libFuzzer's). It begins with what datagen ships and makes, or
where it was left, and changes the bytes towards lines of code not seen yet.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["datagen", "yaml"]):
    from datagen.config import load_host, load_recipe, parse_override
    from datagen.storage.holder import this_process
    from datagen.storage.run_folder import RunFolder
    from tests.test_fuzz import check_file, check_lease, check_settings
    from tests.test_fuzz_inputs import CHECKS, SEEDS
    from tests.text.properties import check_spoken
    from tests.text.readings import fresh
from tests.fixtures.dummy_runs import rehearse
from tests.fixtures.runs import ROOT

KEPT = ROOT / ".fuzz"
"""Inputs found so far, and so where the next time begins."""
OVERRIDES = ("timeline.preset=service", "script.options.words=150", "speech={use: dummy}")


def settings(content: bytes) -> None:
    """Take bytes for a recipe and a host."""
    path = KEPT / "settings.yaml"
    path.write_bytes(content)
    check_settings(lambda: load_host(str(path)))
    check_settings(lambda: load_recipe("service", str(path)))


def override(content: bytes) -> None:
    """Take bytes for what follows --set."""
    text = content.decode(errors="replace")
    check_settings(lambda: parse_override(text))
    check_settings(lambda: load_recipe("service", "embedded", [text]))


def artefact(content: bytes) -> None:
    """Take bytes for what a stage has made."""
    check_file(RunFolder("."), "script/000000.parquet", content)


def lease(content: bytes) -> None:
    """Take bytes for who holds a run folder."""
    check_lease(content)


def spoken(content: bytes) -> None:
    """Take bytes for what somebody says."""
    check_spoken(content.decode(errors="replace"))


def seed(target: str, corpus: Path) -> None:
    """Put good inputs into a folder."""
    if target == "spoken":
        for place, (written, _) in enumerate(fresh()):
            (corpus / str(place)).write_text(written, encoding="utf-8")
        return
    if target == "override":
        for place, text in enumerate(OVERRIDES):
            (corpus / str(place)).write_text(text)
        return
    seeds = {"lease": this_process().model_dump_json().encode(), **SEEDS}
    if target in seeds:
        (corpus / "good").write_bytes(seeds[target])
        return
    with TemporaryDirectory() as made:
        if target == "artefact":
            found = rehearse(Path(made) / "run").rglob("*.parquet")
        else:
            found = (ROOT / "pipelines").rglob("*.yaml")
        for place, path in enumerate(found):
            shutil.copy(path, corpus / str(place))


def main() -> None:
    targets = {
        "settings": settings,
        "override": override,
        "artefact": artefact,
        "lease": lease,
        "spoken": spoken,
    }
    targets |= CHECKS
    name, *options = sys.argv[1:]
    corpus = KEPT / name
    if not corpus.exists():
        corpus.mkdir(parents=True)
        seed(name, corpus)
    options = ["-max_len=65536", "-len_control=0", f"-artifact_prefix={KEPT}/", *options]
    atheris.Setup([sys.argv[0], *options, str(corpus)], targets[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
