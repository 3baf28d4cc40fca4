"""Thousands of hostile inputs: one sentence or a finding, never a traceback, nothing outside RUN.

FUZZ=10 python -m pytest tests/test_fuzz.py tries ten times as many, other ones each time; `guided`
tries them for as long as one likes, towards lines of code not seen yet.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, chdir, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pyarrow as pa
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagen.audit import audit
from datagen.cli import main
from datagen.config import Host, Recipe, load_host, load_recipe, parse_override, validate
from datagen.runs.status import status
from datagen.show import listen, show
from datagen.storage import hold
from datagen.storage.run_folder import Damaged, RunFolder
from datagen.types import RunFailed, UserError
from tests.doubles.object_store import MemoryStore, storage
from tests.fixtures.dummy_runs import rehearse
from tests.fixtures.runs import ROOT, command
from tests.runs.test_manifest import SHARD

pytestmark = pytest.mark.slow

TIMES = int(os.environ.get("FUZZ", "1"))


def tries(count: int) -> Callable[[Any], Any]:
    return settings(
        max_examples=TIMES * count,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
HOSTILE = st.sampled_from(
    [
        *("", ".", "..", "../x", "../../etc/passwd", "/", "/x", "//", "~", "~/x", "-", "--help"),
        *(
            "a\0b",
            "\0",
            "x" * 300,
            "x/" * 200,
            "a\nb",
            "\u202e",
            "ÅÄÖ",
            "名前",
            "\U0001f600",
            "con",
        ),
        *("file:///x", "s3://", "s3://a", "s3:/x", "gs://..", "http://x/y", "s3://k:p@b/x"),
        *("service-0000000/../x", "service-99999999999999999999", "service--1", "service-1e3"),
        *("{id}", "%s%n", "$(id)", "`id`", "a;b", "*", "?", "*.parquet", ".lock", ".lease"),
    ]
)
NAME = st.one_of(HOSTILE, TEXT, st.builds("{}{}".format, HOSTILE, TEXT))
VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), NAME),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(["use", "options"]), NAME), inner, max_size=3),
    ),
    max_leaves=6,
)


@contextmanager
def empty_folder() -> Iterator[Path]:
    """Work in a folder of one's own."""
    with TemporaryDirectory() as folder, chdir(folder):
        yield Path(folder)


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*")}


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rehearse(tmp_path_factory.mktemp("fuzz") / "run")


SECTIONS = [*Recipe.model_fields, "pitch"]


@tries(700)
@given(st.sampled_from(SECTIONS), VALUE)
def test_a_recipe_is_good_or_one_sentence(section: str, value: object) -> None:
    good = load_recipe("service", "dummy").model_dump(mode="json")
    check_settings(lambda: validate(Recipe, good | {section: value}, "the recipe"))


@tries(400)
@given(
    st.sampled_from([*Host.model_fields, "x"]),
    st.one_of(VALUE, st.dictionaries(st.sampled_from(["workers", "gpus", "units"]), VALUE)),
)
def test_a_host_is_good_or_one_sentence(section: str, value: object) -> None:
    check_settings(lambda: validate(Host, {section: value}, "the host"))


@tries(400)
@given(st.one_of(NAME, st.builds("{}={}".format, NAME, NAME)))
def test_an_override_is_good_or_one_sentence(text: str) -> None:
    check_settings(lambda: parse_override(text))
    check_settings(lambda: load_recipe("service", "embedded", [text]))


@tries(300)
@given(NAME)
def test_a_name_is_known_or_one_sentence(name: str) -> None:
    check_settings(lambda: load_recipe(name))
    check_settings(lambda: load_recipe("service", name))
    check_settings(lambda: load_host(name))


@tries(150)
@given(content=st.one_of(st.binary(max_size=60), VALUE.map(lambda v: yaml.safe_dump(v).encode())))
def test_a_settings_file_is_good_or_one_sentence(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "settings.yaml"
    path.write_bytes(content)
    check_settings(lambda: load_host(str(path)))
    check_settings(lambda: load_recipe("service", str(path)))


def check_settings(load: Callable[[], object]) -> None:
    """What the command line turns into one sentence may be raised, and nothing else."""
    said = "nothing"
    try:
        load()
    except (UserError, OSError) as error:
        said = str(error)
    assert said


COMMANDS = (
    ("run", "{}", "--dialogs", "1", "--dry-run"),
    ("run", "service", "--dialogs", "1", "--dry-run", "--recipe", "{}"),
    ("run", "service", "--dialogs", "1", "--dry-run", "--host", "{}"),
    ("run", "service", "--dialogs", "1", "--dry-run", "--slice", "{}"),
    ("run", "service", "--dialogs", "{}", "--dry-run"),
    ("run", "service", "--hours", "{}", "--dry-run"),
    ("plan", "service", "--hours", "1", "--rates", "{}"),
    ("audit", "outer/{}"),
    ("audit", "outer/run", "--against", "{}"),
    ("show", "{}", "--run", "outer/run"),
    ("show", "{}"),
    ("status", "outer/{}"),
    ("clean", "outer/{}", "--yes"),
    ("manifest", "outer/{}", "--out", "m.json"),
    ("manifest", "outer/run", "--out", "{}"),
    ("manifest", "--diff", "{}", "{}"),
    ("decode", "{}", "--run", "{}"),
)


@tries(250)
@given(st.sampled_from(COMMANDS), NAME)
def test_a_command_answers_in_one_sentence(arguments: tuple[str, ...], name: str) -> None:
    with empty_folder():
        name = name.replace("\0", "")  # which no process can be given
        answer = CliRunner().invoke(main, [a.replace("{}", name) for a in arguments])
        check_answer(answer, arguments, name)
        assert not files(Path.cwd())


@tries(30)
@given(NAME)
def test_a_run_writes_into_its_folder_alone(name: str) -> None:
    """Everything before the first worker is real; then the run is stopped."""
    stop = mock.patch("datagen.runs.make.resume", side_effect=UserError("stopped here"))
    quick = mock.patch("datagen.runs.make.git_revision", return_value=None)
    with stop, quick, empty_folder() as top:
        start = top / "outer/here"
        start.mkdir(parents=True)
        os.chdir(start)
        out = name.lstrip("/~") if "://" not in name else "x"
        arguments = ["run", "service", "--dialogs", "1", "--recipe", "dummy", "--out", out]
        answer = CliRunner().invoke(main, arguments)
        check_answer(answer, arguments, out)
        written = {path.resolve() for path in top.rglob("*") if path.is_file()}
        allowed = Path(out or "runs/service").resolve() if "\0" not in out else None
        assert all(allowed and path.is_relative_to(allowed) for path in written), written


def check_answer(answer: Any, arguments: object, name: str) -> None:
    expected = answer.exception is None or isinstance(answer.exception, SystemExit)
    assert expected, (arguments, name, answer.exc_info)
    assert answer.exit_code in (0, 1, 2)
    assert "Traceback" not in answer.output


@pytest.mark.parametrize(
    "kind", ["../x", "/x", "a/b", "..", "", "a\0b", "x" * 300, "a\nb", "ÅÄÖ", "*"]
)
def test_a_kind_cannot_name_a_place(kind: str) -> None:
    good = load_recipe("service", "dummy").model_dump(mode="json")
    with pytest.raises(UserError, match="kind"):
        validate(Recipe, good | {"kind": kind}, "the recipe")


@tries(40)
@given(
    content=st.one_of(
        st.binary(max_size=80),
        VALUE.map(lambda value: json.dumps(value).encode()),
        st.fixed_dictionaries(
            {},
            optional={
                **{name: st.one_of(TEXT, NAME) for name in ("owner", "host", "boot", "since")},
                "pid": st.one_of(st.integers(), VALUE),
                "part": VALUE,
            },
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_a_lease_lets_in_or_says_who_has_it(content: bytes) -> None:
    check_lease(content)


def check_lease(content: bytes) -> None:
    """Whatever a lease holds, a run comes in after a lease's length at most, or is refused.

    A run whose lease it becomes goes on, or stops itself.
    """
    shortly = {"lease.RENEW": 0.001, "lease.EXPIRES": 0.02, "lease.LOOK": 0.005}
    shortly |= {"holder.PAUSE": 0.0, "claims.POLL": 0.001}
    with ExitStack() as patches:
        for name, seconds in shortly.items():
            patches.enter_context(mock.patch(f"datagen.storage.{name}", seconds))
        place = storage(MemoryStore())
        with place.write(".lease") as file:
            file.write(content)
        said = ""
        try:
            with hold(place) as held:
                held.check()
                with place.write(".lease") as file:
                    file.write(content)
                held._renewed -= 1.0
                held.check()
                held.ours()
        except (UserError, RunFailed) as error:
            said = str(error)
        assert not said or said.isprintable(), said


PARTS = ("script", "speech", "timeline", "tokens", "shards")


@st.composite
def damage(draw: st.DrawFn, data: bytes) -> bytes:
    """Cut a file, change its bytes, or put bytes of it elsewhere; footers get most of it."""
    if draw(st.booleans()):
        start = draw(st.integers(0, len(data)))
        return data[:start]
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 8))):
        last = draw(st.booleans())
        place = draw(st.integers(max(0, len(data) - 3000) if last else 0, len(data) - 1))
        changed[place] = draw(st.integers(0, 255))
    return bytes(changed)


@tries(300)
@given(data=st.data())
def test_a_damaged_file_is_read_or_damaged(data: st.DataObject, pristine: Path) -> None:
    """It is read, it has no receipt, or it is Damaged."""
    part = data.draw(st.sampled_from(PARTS))
    name = SHARD if part == "shards" else f"{part}/000000.parquet"
    damaged = data.draw(damage((pristine / name).read_bytes()))

    check_file(RunFolder(pristine), name, damaged)


def check_file(folder: RunFolder, name: str, content: bytes) -> None:
    """A file is read, or it is Damaged."""

    class Memory:
        where = "memory"
        keeps_checksums = False

        def load(self, name: str, parse: Callable[[Any], Any]) -> Any:
            return parse(pa.BufferReader(content))

    folder.storage = Memory()  # type: ignore[assignment]
    folder.receipt(name)
    for read in (lambda: folder.read(name), lambda: folder.prove(name)):
        with suppress(Damaged):
            read()


@tries(12)
@given(data=st.data())
def test_an_audit_of_a_damaged_run_is_a_report(data: st.DataObject, pristine: Path) -> None:
    with empty_folder():
        run = Path(shutil.copytree(pristine, "outer/run"))
        part = data.draw(st.sampled_from((*PARTS, "plan.json", "run.json")))
        name = {"shards": SHARD}.get(part, part if "." in part else f"{part}/000000.parquet")
        (run / name).write_bytes(data.draw(damage((run / name).read_bytes())))
        before = files(Path.cwd())
        for look in (lambda: audit(run, deep=True), lambda: status(run), lambda: status(run)):
            check_settings(look)
        answer = CliRunner().invoke(main, ["clean", str(run)])
        check_answer(answer, "clean", name)
        answer = CliRunner().invoke(main, ["manifest", str(run), "--out", "m.json"])
        check_answer(answer, "manifest", name)
        left = {file for file in files(Path.cwd()) - before if ".lock" not in file}
        assert left <= {"m.json", "m.md"}


@tries(10)
@given(dialog_id=NAME, voice=NAME)
def test_ids_in_files_name_no_places(dialog_id: str, voice: str, pristine: Path) -> None:
    """A stranger's shard may hold any id: nothing is written by it, nothing breaks."""
    with empty_folder():
        run = Path(shutil.copytree(pristine, "outer/run"))
        for name in ("tokens/000000.parquet", SHARD):
            spoil(run, name, dialog_id, voice)
        before = files(Path.cwd())
        assert audit(run).findings
        check_settings(lambda: listen(run, 16))
        check_settings(lambda: show(run, dialog_id))
        new = files(Path.cwd()) - before
        assert all(file.startswith("outer/run/listen") for file in new), new


def spoil(run: Path, name: str, dialog_id: str, voice: str) -> None:
    """Give the first dialogue of a file another id and another voice."""
    folder = RunFolder(run)
    table, metadata = folder.read(name), folder.metadata(name)
    assert metadata is not None
    rows = table.to_pylist()
    rows[0]["dialog_id"], rows[0]["agent_voice"]["id"] = dialog_id, voice
    folder.commit(name, pa.Table.from_pylist(rows, schema=table.schema), metadata)


KEYS = {
    "OPENAI_API_KEY": "sk-planted0planted0planted0",
    "HF_TOKEN": "hf_planted1planted1planted1",
    "AWS_ACCESS_KEY_ID": "AKIAPLANTED2PLANTED2",
    "AWS_SECRET_ACCESS_KEY": "planted3planted3planted3planted3",
    "AWS_SESSION_TOKEN": "planted4planted4planted4",
    "SPEECH_API_KEY": "planted5planted5planted5",
}


def test_keys_in_the_environment_appear_nowhere(tmp_path: Path) -> None:
    run = tmp_path / "run"
    settings_of = ["--recipe", "dummy"]
    answer = subprocess.run(
        command(run, 16, *settings_of),
        capture_output=True,
        cwd=ROOT,
        timeout=300,
        env=os.environ | KEYS,
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    assert (run / "journal.jsonl").exists()
    texts = {"stdout": answer.stdout, "stderr": answer.stderr}
    for path in run.rglob("*"):
        if path.is_file():
            texts[path.name] = path.read_bytes()
        if path.suffix == ".parquet":
            texts[f"{path.name} as text"] = plain(path)
    for key in KEYS.values():
        assert not [name for name, text in texts.items() if key.encode() in text]


def plain(path: Path) -> bytes:
    """Return a Parquet file's values without compression."""
    sink = io.BytesIO()
    table = RunFolder(path.parent).read(path.name)
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()
