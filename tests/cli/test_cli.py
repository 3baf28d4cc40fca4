"""The command: few flags, help for a newcomer, mistakes in one sentence and exit code 2."""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from datagen.cli import main
from datagen.cli.stopping import stoppable
from tests.fixtures.run_folder import write_run

README = Path(__file__).parents[2] / "README.md"
FLAGS = {
    "run": {
        *("--hours", "--dialogs", "--recipe", "--set", "--seed"),
        *("--host", "--address", "--out", "--slice", "--dry-run", "--leave-out", "--marks"),
        "--help",
    },
    "plan": {
        *("--hours", "--dialogs", "--recipe", "--set", "--seed", "--help"),
        *("--host", "--gpus", "--price", "--rates", "--calibrate"),
    },
    "doctor": {"--recipe", "--set", "--seed", "--host", "--address", "--out", "--help"},
    "status": {"--json", "--help"},
    "audit": {"--deep", "--against", "--json", "--help"},
    "clean": {"--stems", "--yes", "--help"},
    "manifest": {"--out", "--verify", "--diff", "--help"},
    "view": {
        *("--port", "--marks", "--as", "--open", "--export", "--count", "--dialog"),
        *("--one-file", "--keep", "--leave-out", "--own-use", "--help"),
    },
    "export": {
        *("--out", "--split", "--kind", "--event", "--keep", "--leave-out", "--marks"),
        *("--fraction", "--workers", "--own-use", "--check", "--help"),
    },
    "report": {"--compare", "--out", "--help"},
    "show": {"--run", "--audio", "--decoded", "--effects", "--help"},
}


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def test_no_flag_appears_unnoticed() -> None:
    for name, flags in FLAGS.items():
        command = main.commands[name]
        options = [p for p in command.params if isinstance(p, click.Option)]
        named = {flag for option in options for flag in option.opts} | {"--help"}
        assert {flag for flag in named if flag.startswith("--")} == flags


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "make room there"),
        (errno.EROFS, "choose another place"),
        (errno.EIO, "its disk, or the program that mounts it, fails"),
    ],
)
def test_an_error_of_a_disk_says_what_can_be_done(
    number: int, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a bucket that is mounted they say no more (GoogleCloudPlatform/gcsfuse#623)."""

    @click.command()
    def broken() -> None:
        raise OSError(number, os.strerror(number), "/mnt/run/.lock")

    monkeypatch.setitem(main.commands, "broken", broken)
    result = CliRunner().invoke(main, ["broken"])
    assert result.exit_code == 2
    assert f"error: /mnt/run/.lock: {os.strerror(number)}; {says}" in result.output


@pytest.mark.parametrize("name", FLAGS)
def test_every_command_says_what_it_does(name: str) -> None:
    assert main.commands[name].help
    assert all(
        option.help for option in main.commands[name].params if isinstance(option, click.Option)
    )


def test_help_loads_nothing_heavy() -> None:
    import subprocess

    code = (
        "import sys; from datagen.cli import main\n"
        "try: main(['run', '--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('ray', 'numpy', 'pyarrow', 'torch') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.splitlines()[-1] == "['numpy']"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "serivce", "--hours", "1"], "known are"),
        (["run", "service"], "--hours H or --dialogs N"),
        (["run", "service", "--hours", "1", "--dialogs", "1"], "one of them"),
        (["run", "service", "--hours", "-1"], "above 0"),
        (["run", "service", "--hours", "nan"], "above 0"),
        (["run", "service", "--hours", "many"], "not a valid float"),
        (["run", "service", "--hours", "1", "--recipe", "relased"], "known are"),
        (["run", "service", "--hours", "1", "--host", "lptop"], "known are"),
        (["run", "service", "--hours", "1", "--set", "speech.use=festival"], "speech.use"),
        (["run", "service", "--hours", "1", "--set", "speech.options.pitch=3"], "speech.options"),
        (["run", "service", "--hours", "1", "--set", "pitch=3"], "pitch"),
        (["run", "service", "--hours", "1", "--seed", "-4"], "seed"),
        (["run", "service", "--hours", "1", "--fast"], "--fast"),
        (["run", "service", "--hours", "1", "--slice", "3"], "the second of four slices as 2/4"),
        (["run", "service", "--hours", "1", "--slice", "0/4"], "from 1/4 to 4/4"),
        (["run", "service", "--hours", "1", "--slice", "5/4"], "from 1/4 to 4/4"),
        (["run", "service", "--hours", "1", "--slice", "-1/4"], "--slice"),
        (["run", "service", "--hours", "1", "--address", ""], "--address is empty"),
        (["doctor", "service", "--host", "lptop"], "known are"),
        (["status", "nowhere"], "nowhere"),
        (["plan", "service", "--hours", "0"], "above 0"),
        (["audit", "nowhere"], "nowhere"),
        (["show", "service-0000003", "--run", "nowhere"], "nowhere"),
        (["show", "call3"], "call3 is no dialogue's id; one is service-0000003"),
        (["pairs", "nowhere"], "nowhere is not a run folder"),
        (["exam", "score", "nowhere", "--timing", "other"], "leave out"),
        (["exam", "score", "nowhere", "--vad", "silero"], "leave out"),
        (["exam", "run", "--timeout", "-5"], "'--timeout': -5.0 is not in the range x>0"),
        (["exam", "run", "--speed", "0"], "'--speed': 0.0 is not in the range x>0"),
        (["view", "nowhere", "--own-use"], "go with --export"),
        (["show", "service-0000003", "--decoded"], "--audio"),
        (["show", "service-0000003", "--effects"], "--audio"),
        (["show", "service-0000003", "--effects", "--decoded", "--audio", "a.wav"], "exclude"),
    ],
)
def test_mistakes_are_one_sentence_and_exit_2(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = call(*arguments)
    assert answer.exit_code == 2, answer.output
    assert says in answer.output
    assert "Traceback" not in answer.output
    assert not list(tmp_path.iterdir()), "nothing is written"


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    answer = call("run", "service", "--dialogs", "1", "--out", str(tmp_path / "file" / "run"))
    assert answer.exit_code == 2
    assert str(tmp_path / "file") in answer.output
    assert "Traceback" not in answer.output


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_exit_code_names_the_signal_even_if_ray_was_interrupted(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(*arguments: object, **more: object) -> None:
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt:  # in Ray's binding, which raises one of its own
            raise KeyboardInterrupt from None

    monkeypatch.setattr("datagen.runs.prepare.run", make)
    result = call("run", "service", "--dialogs", "16", "--out", str(tmp_path))
    assert result.exit_code == 128 + number, result.output
    assert "the same command goes on" in result.output


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP]
)
def test_a_signal_before_there_is_a_run_has_the_same_exit_code(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepare(*arguments: object, **more: object) -> None:
        signal.raise_signal(number)

    monkeypatch.setattr("datagen.runs.prepare.prepare", prepare)
    before = signal.signal(number, NOT_IGNORED.get(number, signal.SIG_DFL))
    try:
        result = call("run", "service", "--dialogs", "16")
    finally:
        signal.signal(number, before)
    assert result.exit_code == 128 + number, result.output


NOT_IGNORED = {signal.SIGINT: signal.default_int_handler}
"""What a signal does where nohup does not hide it."""


def test_a_signal_that_somebody_has_a_use_for_is_theirs() -> None:
    """As under nohup, or with faulthandler."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL


def test_a_missing_extra_names_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    arguments = ["--set", "speech.options.library=loader"]
    answer = call("run", "service", "--hours", "1", "--dry-run", *arguments)
    assert answer.exit_code == 2
    assert "pip install" in answer.output
    assert "espeak" in answer.output


def test_a_dry_run_shows_the_plan_and_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = call("run", "service", "--hours", "1840", "--dry-run")
    assert answer.exit_code == 0
    assert "105,410 dialogues" in answer.output
    assert "STAND-INS" in answer.output
    assert not list(tmp_path.iterdir())


def test_audit_exits_1_and_names_what_is_wrong(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    assert call("audit", str(run)).exit_code == 0
    (run / "shards" / "service-00001.parquet").write_bytes(b"PAR1")
    answer = call("audit", str(run))
    assert answer.exit_code == 1
    assert "shards/service-00001.parquet" in answer.output


def test_readme_names_only_commands_and_flags_that_exist() -> None:
    for line in re.findall(r"^ +datagen (.*?)(?: +#.*)?$", README.read_text(), re.MULTILINE):
        command: click.Command = main
        for word in line.split():
            if isinstance(command, click.Group):
                command = command.commands[word]
        known = {flag for option in command.params for flag in option.opts}
        assert set(re.findall(r"--[a-z-]+", line)) <= known, line


def test_readme_begins_with_the_two_commands() -> None:
    code = [line.split() for line in README.read_text().splitlines() if line.startswith("    ")]
    assert [line[:2] for line in code[:2]] == [["make", "demo"], ["make", "test"]]
