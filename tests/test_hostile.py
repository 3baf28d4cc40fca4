"""Text and numbers of others: shown and never obeyed, bounded, one short sentence."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from datagen.audit.files import ParquetFooter, Unusable, read_table
from datagen.backends.registry import CODECS, TABLES, WRITERS
from datagen.cli import main
from datagen.cli.terminal import Shown, VisibleFormatter, echo
from datagen.config import BackendSpec, load_host, load_recipe
from datagen.settings_text import parse_yaml, shortened
from datagen.storage import open_storage
from datagen.storage.run_folder import Damaged, RunFolder
from datagen.types import UserError
from datagen.visible import visible, visible_line
from tests.fixtures.dummy_runs import rehearse

pytestmark = pytest.mark.slow

HOSTILE = {
    "a colour": "\x1b[31mred",
    "a title": "\x1b]0;owned\x07",
    "a link": "\x1b]8;;http://x\x1b\\click",
    "the clipboard": "\x1b]52;c;AAAA\x07",
    "C1": "\x9b31m\x9d0;x\x9c",
    "a carriage return": "good\rbad",
    "backspaces": "good\x08\x08\x08\x08bad",
    "a form feed": "\x0c",
    "reversed": "\u202etxt.exe",
    "isolates": "\u2066a\u2069\u2067b",
    "an Arabic mark": "\u061c",
    "no width": "a\u200bb\u2060c\ufeff",
    "a line separator": "a\u2028b",
    "tags": "\U000e0041\U000e007f",
    "half a pair": "\ud800",
    "NUL and DEL": "\x00\x7f",
}
OBEYED = {chr(n) for n in (*range(0x20), *range(0x7F, 0xA0))} - {"\n", "\t"}


@pytest.mark.parametrize("name", HOSTILE)
def test_controls_are_shown(name: str) -> None:
    shown = visible(HOSTILE[name])
    assert shown != HOSTILE[name]
    assert not OBEYED & set(shown)
    assert "\u202e" not in shown
    assert shown.encode()
    assert visible(shown) == shown


def test_what_is_plain_stays() -> None:
    for text in ("Zoë said: “no”", "李明\tمحمد\n", "e\u0301", "☎ 🙂"):
        assert visible(text) == text
    assert visible_line(" a \n b\x1b ") == "a b\u241b"


@given(st.text(st.characters()))
def test_nothing_that_is_shown_is_obeyed(text: str) -> None:
    assert not OBEYED & set(visible(text))
    visible(text).encode()


@pytest.mark.parametrize("name", HOSTILE)
def test_terminal_pages_and_warnings_show_them(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = HOSTILE[name]
    echo(text)
    console = Console(force_terminal=False, width=200)
    console.print(Shown(Text(f"x{text}x")))
    record = logging.LogRecord("x", logging.WARNING, "x", 1, f"bad {text}", (), None)
    shown = capsys.readouterr().out + VisibleFormatter().format(record)
    assert not OBEYED & set(shown)
    assert not {"\u202e", "\u2066", "\u2067", "\u2028"} & set(shown)


def test_styles_of_ours_still_reach_a_terminal() -> None:
    console = Console(force_terminal=True, width=80, color_system="standard")
    with console.capture() as capture:
        console.print(Shown(Text("\x1b[31mred", style="bold")))
    assert capture.get() == "\x1b[1m\u241b[31mred\x1b[0m\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_an_output_that_lacks_characters_is_written_all_the_same(
    encoding: str, tmp_path: Path
) -> None:
    path = tmp_path / "李明 ✓.rttm"
    path.write_text("SPEAKER x 1 0 1 <NA> <NA> a <NA> <NA>\n")
    arguments = ("timing", "fit", str(path), "--out", str(tmp_path / "x.yaml"))
    found = subprocess.run(
        [sys.executable, "-m", "datagen", *arguments],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        timeout=120,
    )
    assert found.returncode == 2
    assert found.stderr.decode(encoding, "replace").startswith("error: ")
    page = "from rich.text import Text; from datagen.cli.terminal import page, write_what_can_be"
    shown = subprocess.run(
        [sys.executable, "-c", f"{page}; write_what_can_be(); page(Text('a \u00b7 \u674e b'))"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        timeout=120,
    )
    assert shown.stdout.decode(encoding).strip() in ("a ? ? b", "a \u00b7 ? b"), shown.stderr


def command(*arguments: str) -> Any:
    return CliRunner().invoke(main, arguments)


def test_a_message_with_a_hostile_value_shows_it() -> None:
    result = command("run", "service", "--set", "kind=\x1b]0;owned\x07", "--dry-run")
    assert result.exit_code == 2
    assert "\x1b" not in result.output
    result = command("show", "service-\u202e1", "--run", "nowhere")
    assert result.exit_code == 2
    assert "\u202e" not in result.output


def nested(levels: int) -> str:
    return "a: " + "[" * levels + "]" * levels


BOMB = "\n".join(
    ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 30))]
)
MERGES = "\n".join(
    [
        "m0: &m0 {k: v}",
        *(f"m{n}: &m{n} {{<<: [{f'*m{n - 1}, ' * 9}], k{n}: v}}" for n in range(1, 40)),
    ]
)
FILES = {
    "merges that multiply": MERGES,
    "a key twice": "kind: service\nscript: {use: composer}\nkind: qa\n",
    "a key twice in a mapping of one line": "script: {use: composer, use: openai}\n",
    "a long number": f"seed: 0x{'f' * 5000}\n",
    "a longer number": f"seed: {'9' * 100_000}\n",
    "many values": "a: [" + "1," * 600_000 + "1]\n",
    "many bytes": "a: " + "x" * 17_000_000 + "\n",
    "aliases that multiply": f"script: {{use: composer, options: {{x: 1}}}}\n{BOMB}\n",
    "an alias of itself": "script: &a {use: composer, options: *a}\n",
    "aliases in options": "script: {use: composer, options: {a: &a [1, 2], b: &b [*a, *a]}}\n",
    "deep brackets": nested(200_000),
    "some brackets": nested(500),
    "deep blocks": "- " * 100_000,
    "an infinity": "mean_seconds: .inf\n",
    "no number": "mean_seconds: .nan\n",
    "an infinity in options": "script: {use: composer, options: {words: .inf}}\n",
    "a huge text": f"script: {{use: '{'x' * 200_000}'}}\n",
    "a date": "kind: 2026-11-28\n",
    "bytes": "kind: !!binary aGVsbG8=\n",
    "a key that is no name": "script: {use: composer, options: {1: x, b: y}}\n",
    "a key that is a list": "? [a, b]\n: c\n",
    "many wrong keys": "".join(f"k{n}: 1\n" for n in range(5_000)),
    "an object": "kind: !!python/object/apply:os.system [id]\n",
    "controls": 'kind: "\\e]0;x\\a"\n',
    "a set": "kind: !!set {a, b}\n",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("load", [lambda p: load_recipe("service", p), load_host])
def test_absurd_settings_are_one_short_sentence(
    name: str, load: Callable[[str], object], tmp_path: Path
) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(FILES[name])
    with pytest.raises(UserError) as caught:
        load(str(path))
    assert len(str(caught.value)) < 1500
    assert not OBEYED & set(str(caught.value))


@pytest.mark.parametrize(
    "item",
    [
        "mean_seconds=.inf",
        f"seed=0x{'f' * 5000}",
        f"a{'.a' * 10_000}=1",
        f"kind={'[' * 100_000}",
        "kind=&a [*a]",
        f"{'x' * 100_000}",
    ],
)
def test_absurd_overrides_are_one_short_sentence(item: str) -> None:
    result = command("run", "service", "--set", item, "--dry-run")
    assert result.exit_code == 2, result.output[:500]
    assert result.output.startswith("error: ")
    assert len(result.output) < 700


def test_a_key_that_is_there_twice_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("script: {use: composer}\nseed: 1\n\nseed: 2\n")
    with pytest.raises(UserError, match=r"x\.yaml .*line 4: 'seed' is there twice"):
        load_recipe("service", str(path))
    result = command("run", "service", "--set", "script={use: composer, use: openai}", "--dry-run")
    assert result.exit_code == 2
    assert "'use' is there twice" in result.output
    merged = parse_yaml("a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}\nc: {<<: [*a, *a]}")
    assert merged["b"] == {"x": 3, "y": 2}
    assert merged["c"] == merged["a"]


def test_a_short_form_says_what_a_value_is() -> None:
    assert shortened(16**5000) == "a number of some 6,021 digits"
    assert shortened(list(range(9))) == "a list of 9"
    assert len(shortened("x" * 10_000)) < 100
    with pytest.raises(ValueError, match="too many values"):
        parse_yaml(BOMB)


NAMES = [
    ":",
    "::",
    "a:",
    ":a",
    "os:system",
    "os:path",
    "json:JSONDecoder",
    "..:x",
    ".a:b",
    "no.such.module:Thing",
    "a b:c",
    "os.path:join:x",
    "datagen.types:Record",
    "this_is_none",
    "",
    "x" * 50_000,
    "\x1b[31m:x",
    "tests.fixtures.few_calls:KEPT",
    "antigravity.none:x",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.section)
def test_a_name_of_no_backend_is_one_short_sentence(name: str, table: Any) -> None:
    with pytest.raises(UserError, match=f"{table.section}.use: ") as caught:
        table.check(BackendSpec(use=name))
    assert len(str(caught.value)) < 600


def test_a_backend_of_another_kind_is_refused() -> None:
    codec = "datagen.backends.codec.dummy:DummyCodec"
    assert CODECS.resolve(BackendSpec(use=codec))
    with pytest.raises(UserError, match=r"no backend of this kind.*protocols\.ScriptWriter"):
        WRITERS.check(BackendSpec(use=codec))


def test_a_module_that_ends_the_process_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ends_it.py").write_text("raise SystemExit(0)")
    (tmp_path / "breaks.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("ends_it:X", "breaks:X"):
        with pytest.raises(UserError, match=r"script\.use: cannot load"):
            WRITERS.check(BackendSpec(use=name))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rehearse(tmp_path_factory.mktemp("hostile") / "run")


@pytest.mark.parametrize("name", ["plan.json", "run.json"])
def test_deep_json_is_damage(name: str, run: Path) -> None:
    before = (run / name).read_bytes()
    (run / name).write_text("[" * 200_000 + "]" * 200_000)
    try:
        with pytest.raises(UserError, match=f"{name} cannot be read"):
            RunFolder(run).read_json(name)
        for arguments in (["audit", str(run)], ["status", str(run)]):
            result = command(*arguments)
            assert result.exit_code in (0, 1, 2)
            assert result.exception is None or isinstance(result.exception, SystemExit)
    finally:
        (run / name).write_bytes(before)


def test_deep_lines_of_a_journal_are_left_out(run: Path) -> None:
    journal = run / "journal.jsonl"
    before = journal.read_bytes() if journal.exists() else b""
    journal.write_bytes(b'{"event": "x"}\n' + b"[" * 200_000 + b"\n" + b'{"event": "y"}\n')
    assert [event["event"] for event in RunFolder(run).events()] == ["x", "y"]
    journal.write_bytes(before)


def test_a_small_file_that_would_fill_the_memory_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "script").mkdir()
    path = tmp_path / "script" / "000000.parquet"
    record = pa.array(["a" * 400_000_000], pa.large_string())
    table = pa.table({"dialog_id": ["service-0000000"], "record": record})
    pq.write_table(table, path, compression="zstd", use_dictionary=False)
    del table, record
    assert path.stat().st_size < 200_000
    with pytest.raises(Damaged, match="which is no table of a run"):
        RunFolder(tmp_path).read("script/000000.parquet")
    (tmp_path / "plan.json").write_text(json.dumps({}))
    result = command("scripts", str(tmp_path))
    assert result.exit_code == 2
    assert "which is no table of a run" in result.output


@pytest.mark.parametrize("nested", [False, True])
def test_a_dictionary_that_stands_for_many_long_texts_is_damaged(
    nested: bool, tmp_path: Path
) -> None:
    (tmp_path / "script").mkdir()
    path = tmp_path / "script" / "000000.parquet"
    text = "a" * 2_000_000
    values = [[{"text": text}] * 40] * 10 if nested else [text] * 400
    table = pa.table({"dialog_id": range(len(values)), "record": values})
    pq.write_table(table, path, compression="zstd")
    assert path.stat().st_size < 200_000
    with pytest.raises(Damaged, match="hold 800,000,"):
        RunFolder(tmp_path).read("script/000000.parquet")
    footer = ParquetFooter("script/000000.parquet", "script", 0, {}, len(values), {})
    with pytest.raises(Unusable, match=r"damaged inside \(its .* hold 800,000,"):
        read_table(open_storage(str(tmp_path)), footer)


def test_short_texts_that_come_often_are_no_damage(tmp_path: Path) -> None:
    (tmp_path / "script").mkdir()
    words = pa.table({"words": [[{"text": f"word{n % 5_000}"} for n in range(40_000)]] * 2})
    pq.write_table(words, tmp_path / "script" / "000000.parquet")
    assert RunFolder(tmp_path).read("script/000000.parquet") == words
