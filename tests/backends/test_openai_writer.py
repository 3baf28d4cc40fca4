"""The openai writer against a server that answers well, and one that misbehaves in every way."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import urllib3

from datagen.backends.registry import WRITERS, Table
from datagen.backends.servers import client
from datagen.backends.servers.client import ServerDown
from datagen.backends.servers.gate import Gate, Trouble
from datagen.backends.writer.openai import OpenAI
from datagen.config import BackendSpec, Host, load_recipe
from datagen.doctor import checks
from datagen.engine import driver
from datagen.engine.pipeline import ResolvedRecipe
from datagen.engine.unit import Unit
from datagen.engine.worker import Done, UnitRunner
from datagen.scripting.llm import planners
from datagen.scripting.llm.accounts import lines, total
from datagen.scripting.llm.planners import PLANNERS
from datagen.types import Reject, Script, UserError
from tests.doubles.chat_server import Reply, completion, probed, serving
from tests.fixtures.openai_writer import (
    LIE,
    after,
    answer_to,
    asked_for,
    faithful,
    jobs,
    say,
    scripts_of,
    writing,
)
from tests.fixtures.openai_writer import lines as booked
from tests.fixtures.scene_replies import few

pytestmark = pytest.mark.slow

JOBS = jobs()
SCORED = '{"role_adherence": 5, "naturalness": 4, "goal_completion": 5, "weakness": "None."}'


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for milliseconds, and read prompts once for all tests."""
    monkeypatch.setattr(planners, "PLANNERS", {kind: few(kind) for kind in PLANNERS})
    monkeypatch.setattr(client, "WAITS", (0.001, 0.01))


def test_the_same_job_is_asked_for_with_the_same_bytes() -> None:
    with writing(faithful) as (writer, server):
        first, second = (scripts_of(writer.write([JOBS[3]])) for _ in range(2))
        assert first == second
        assert server.calls[0] == server.calls[1]


def test_models_share_the_dialogues_by_quota() -> None:
    models = [{"name": "one", "quota": 3}, {"name": "two"}]
    with writing(faithful, models=models) as (writer, server):
        scripts = scripts_of(writer.write(JOBS))
    for start in range(0, 16, 4):
        names = sorted(script.model for script in scripts[start : start + 4])
        assert names == ["one", "one", "one", "two"]
    assert sorted(c["model"] for c in server.calls) == sorted(s.model for s in scripts)


TRANSPORT = {
    "429": lambda body: Reply(429, b"{}", {"Retry-After": "0"}),
    "500": lambda body: Reply(500, b"boom"),
    "503": lambda body: Reply(503),
    "half a body": lambda body: completion(answer_to(body), cut=True),
    "a proxy's page": lambda body: Reply(200, b"<html>hello</html>"),
    "no choices": lambda body: Reply(200, b'{"choices": [{}]}'),
}


@pytest.mark.parametrize("trouble", TRANSPORT)
def test_trouble_on_the_way_costs_no_attempt(trouble: str) -> None:
    with writing(after(TRANSPORT[trouble], 2)) as (writer, server):
        scripts = scripts_of(writer.write(JOBS[:4]))
        assert len(scripts) == 4
        assert len(server.calls) == 12
        assert len({call["seed"] for call in server.calls}) == 4, "a try is sent as it was"


def test_a_slow_answer_is_asked_for_again() -> None:
    def slow(body: dict[str, Any]) -> Reply:
        return completion(answer_to(body), wait=0.5)

    with writing(after(slow), timeout_seconds=0.2) as (writer, server):
        assert len(scripts_of(writer.write(JOBS[:2]))) == 2
        assert len(server.calls) == 4


def test_a_hopeless_dialogue_is_rejected_with_its_evidence_and_the_others_go_on() -> None:
    def answer(body: dict[str, Any], times: int) -> Reply:
        if asked_for(body).job == JOBS[1]:
            return say(LIE)(body)
        return faithful(body, times)

    with writing(answer) as (writer, server):
        answers = writer.write(JOBS[:4])
    assert [type(one) for one in answers] == [Script, Reject, Script, Script]
    reject = answers[1]
    assert isinstance(reject, Reject)
    assert (reject.dialog_id, reject.stage, reject.attempt) == (JOBS[1].dialog_id, "script", 3)
    assert "nothing licenses this promise" in reject.evidence
    assert len(server.calls) == 6


def test_a_request_the_server_refuses_is_not_repeated() -> None:
    def answer(body: dict[str, Any], times: int) -> Reply:
        return Reply(400, b'{"error": "too long"}')

    with writing(answer) as (writer, server):
        (reject,) = writer.write(JOBS[:1])
        assert isinstance(reject, Reject)
        assert reject.reason == "the server refused the request"
        assert "too long" in reject.evidence
        assert len(server.calls) == 1


@pytest.mark.parametrize("num_jobs", [1, len(JOBS)])
def test_a_request_that_breaks_a_server_is_given_up_beside_others_and_alone(num_jobs: int) -> None:
    def answer(body: dict[str, Any], times: int) -> Reply:
        is_poison = asked_for(body).job == JOBS[0]
        return Reply(500, b"assertion failed") if is_poison else faithful(body, times)

    with writing(answer, patience_seconds=20) as (writer, _):
        answers = writer.write(JOBS[:num_jobs])
    assert [one.dialog_id for one in answers if isinstance(one, Reject)] == [JOBS[0].dialog_id]


def test_patience_begins_when_a_request_fails_and_not_when_it_is_sent() -> None:
    def answer(body: dict[str, Any], times: int) -> Reply:
        if times == 0:
            return Reply(500, wait=0.5)
        return faithful(body, times)

    with writing(answer, patience_seconds=0.2) as (writer, _):
        assert len(scripts_of(writer.write(JOBS[:2]))) == 2


def test_what_a_server_is_always_too_busy_for_is_given_up_while_it_answers_others() -> None:
    def answer(body: dict[str, Any], times: int) -> Reply:
        is_too_large = asked_for(body).job == JOBS[0]
        return Reply(429, b"over the limit") if is_too_large else faithful(body, times)

    with writing(answer, patience_seconds=2.0) as (writer, _):
        answers = writer.write(JOBS[:4])
    assert [type(one) for one in answers] == [Reject, Script, Script, Script]
    assert isinstance(answers[0], Reject)
    assert "over the limit" in answers[0].evidence


def test_a_server_that_is_away_for_too_long_is_no_fault_of_a_dialogue() -> None:
    with serving(lambda body, times: probed(body) or Reply(503)) as (server, url):
        models = [{"name": "tiny", "url": url}]
        options = {"models": models, "patience_seconds": 0.1}
        writer = OpenAI(OpenAI.Options.model_validate(options))
        server.answer = lambda body, times: Reply(503)
        with pytest.raises(ServerDown, match=r"tiny at .* last: HTTP 503"):
            writer.write(JOBS[:2])
        writer.close()


def test_a_server_that_goes_and_comes_back_costs_no_dialogue() -> None:
    """Half of the dialogues are answered; nothing listens while the other half waits."""
    waiting = JOBS[1::2]
    gone = Event()

    def back(body: dict[str, Any], times: int) -> Reply:
        return probed(body) or faithful(body, times)

    def go(body: dict[str, Any], times: int) -> Reply:
        if not probed(body) and asked_for(body).job in waiting:
            gone.wait(30)
        return back(body, times)

    answers: list[Script | Reject] = []
    with serving(go) as (server, url):
        models = [{"name": "tiny", "url": url}]
        writer = OpenAI(OpenAI.Options.model_validate({"models": models}))
        work = Thread(target=lambda: answers.extend(writer.write(JOBS)))
        work.start()
        deadline = time.monotonic() + 30
        while len(server.calls) < len(JOBS) or server.inside > len(waiting):
            assert time.monotonic() < deadline
            time.sleep(0.01)
    time.sleep(0.3)  # tens of tries
    with serving(back, urllib3.util.parse_url(url).port or 0):
        work.join(30)
    gone.set()
    writer.close()
    assert len(scripts_of(answers)) == len(JOBS)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_key_or_name_stops_at_once(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")

    def answer(body: dict[str, Any], times: int) -> Reply:
        return Reply(status, b"wrong key sk-very-secret")

    with writing(answer) as (writer, server):
        with pytest.raises(UserError, match="OPENAI_API_KEY") as caught:
            writer.write(JOBS[:1])
        assert "very-secret" not in str(caught.value)
        assert server.headers[-1]["Authorization"] == "Bearer sk-very-secret"


def test_a_server_that_ignores_schemas_is_refused_at_the_start() -> None:
    for said in ("4", "The answer is 4.", '{"colour": "four"}', ""):
        with serving(lambda body, times, said=said: completion(said)) as (_, url):  # type: ignore[misc]
            options = OpenAI.Options.model_validate({"models": [{"name": "tiny", "url": url}]})
            with pytest.raises(UserError, match="does not keep to a JSON schema"):
                OpenAI(options)


def test_llama_cpp_takes_its_schema_another_way() -> None:
    models = [{"name": "tiny", "schema_field": "json_object"}]
    with writing(faithful, models=models) as (writer, server):
        scripts_of(writer.write(JOBS[:1]))
        assert server.calls[0]["response_format"]["type"] == "json_object"
        assert "turns" in server.calls[0]["response_format"]["schema"]["properties"]


def test_too_many_rejects_stop_the_run() -> None:
    bad = say(LIE)
    always = writing(lambda body, times: bad(body), reject_window=8, attempts=1)
    said = r"8 of the last 8 dialogues.*claims without a licence.*voucher"
    with always as (writer, _), pytest.raises(UserError, match=said):
        writer.write(JOBS[:8])


def test_tokens_and_cost_are_booked_once() -> None:
    price = {"prompt": 1.0, "cached": 0.5, "completion": 10.0}
    bad = say(LIE)
    with writing(after(bad), models=[{"name": "tiny", "price": price}]) as (writer, _):
        writer.write(JOBS[:3])
        accounts = total([writer.spent(), writer.spent()])
    account = accounts["tiny"]
    assert (account.dialogues, account.accepted, account.attempts) == (3, 3, 6)
    assert (account.prompt, account.cached, account.completion) == (6000, 3600, 3000)
    assert account.dollars == pytest.approx((2400 + 1800 + 30_000) / 1e6)
    (line,) = lines(accounts)
    assert "3 of 3" in line
    assert line.endswith("$0.03")


def together(works: Sequence[Callable[[], None]]) -> None:
    """Do all at once, in threads."""
    threads = [Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_threads_share_a_writer_its_gates_its_judges_and_its_books(tmp_path: Path) -> None:
    def slowly(body: dict[str, Any], times: int) -> Reply:
        if "role_adherence" in str(body["response_format"]):
            return completion(SCORED, wait=0.05)
        if not times:
            return completion("nothing", wait=0.05)
        return completion(answer_to(body), wait=0.05)

    settings = {"models": [{"name": "one"}, {"name": "two"}], "judge_threshold": 4}
    with writing(slowly, concurrency=3, records=str(tmp_path), **settings) as (writer, server):
        answers: dict[int, list[Script | Reject]] = {}
        spent: list[Mapping[str, Mapping[str, float]]] = []

        def write(start: int) -> None:
            answers[start] = writer.write(JOBS[start : start + 2])
            spent.append(writer.spent())

        together([partial(write, start) for start in range(0, 16, 2)])
    scripts = [script for start in sorted(answers) for script in scripts_of(answers[start])]
    assert [script.dialog_id for script in scripts] == [one.dialog_id for one in JOBS]
    assert {script.judge for script in scripts} == {"one", "two"}
    assert 4 <= server.most_at_once <= 6, "three for each model, whoever asks"
    accounts = total(spent).values()
    assert [account.attempts for account in accounts] == [16, 16]
    assert sum(account.completion for account in accounts) == 500 * len(server.calls) == 500 * 48
    ids = sorted(line["dialog_id"] for line in booked(tmp_path, "calls"))
    assert ids == [one.dialog_id for one in JOBS]
    assert len(booked(tmp_path, "quarantine")) == 16


def test_a_model_that_hangs_does_not_hold_up_the_other() -> None:
    hanging, first = Event(), JOBS[:8]

    def answer(body: dict[str, Any], times: int) -> Reply:
        if body["model"] == "slow":
            hanging.wait(10)
        return faithful(body, times)

    models = [{"name": "slow"}, {"name": "quick"}]
    with writing(answer, models=models, concurrency=1) as (writer, server):
        thread = Thread(target=writer.write, args=(first,))
        thread.start()
        deadline = time.monotonic() + 10
        while len([c for c in server.calls if c["model"] == "quick"]) < 4:
            assert time.monotonic() < deadline, "the quick one waits for the slow one"
            time.sleep(0.005)
        hanging.set()
        thread.join()


def test_a_gate_halves_under_load_and_opens_again() -> None:
    gate = Gate(16)

    def pass_through(overload: bool = False) -> None:
        if overload:
            with pytest.raises(Trouble), gate.one():
                raise Trouble("429", "busy")
        else:
            with gate.one():
                pass

    pass_through(overload=True)
    assert gate.limit == 8
    pass_through(overload=True)
    assert gate.limit == 4
    begun = time.monotonic()
    for _ in range(400):
        pass_through()
    assert gate.limit == 16
    assert begun <= gate.answered_at <= time.monotonic()


def test_requests_from_before_a_cut_do_not_cut_again() -> None:
    gate = Gate(16)
    overloaded = Trouble("429", "busy")
    with pytest.raises(Trouble), gate.one(), gate.one(), gate.one():
        raise overloaded
    assert gate.limit == 8


def spec(**options: Any) -> BackendSpec:
    return BackendSpec(use="openai", options={"models": [{"name": "tiny"}], **options})


TABLE = Table[OpenAI]("script", {"openai": "datagen.backends.writer.openai:OpenAI"})


def test_where_and_how_fast_are_not_in_the_fingerprint() -> None:
    elsewhere = spec(
        models=[{"name": "tiny", "url": "http://b:1/v1", "key_env": "K", "price": {"prompt": 1}}],
        concurrency=9,
        timeout_seconds=1,
        records="x",
        reject_limit=0.1,
    )
    assert TABLE.identity(spec()) == TABLE.identity(elsewhere)
    hotter = spec(models=[{"name": "tiny", "request": {"temperature": 1.3}}])
    assert TABLE.identity(spec()) != TABLE.identity(hotter)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"models": [{"name": "m", "url": "ftp://x"}]}, "no URL"),
        ({"models": [{"name": "m", "url": "http://me:pw@host/v1"}]}, "holds a password"),
        ({"models": [{"name": "m", "request": {"stream": True}}]}, r"request\.stream"),
        ({"models": []}, "models"),
        ({"judge_threshold": 4}, "another model"),
        ({"attempts": 0}, "attempts"),
    ],
)
def test_wrong_options_are_one_sentence(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        TABLE.check(spec(**options))


def test_an_environment_variable_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda body, times: probed(body) or faithful(body, times)) as (server, url):
        monkeypatch.setenv("SOME_URL", url)
        models = [{"name": "tiny", "url": "http://127.0.0.1:9/v1", "url_env": "SOME_URL"}]
        writer = OpenAI(OpenAI.Options.model_validate({"models": models}))
        assert len(scripts_of(writer.write(JOBS[:1]))) == 1
        writer.close()
        assert len(server.calls) == 1


def test_the_script_stage_goes_through_the_registry_and_keeps_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-0123456789")
    with serving(lambda body, times: probed(body) or faithful(body, times)) as (server, url):
        recipe = load_recipe(
            "service",
            overrides=[
                "script.use=openai",
                f"script.options.models=[{{name: tiny, url: '{url}'}}]",
                f"script.options.records={tmp_path / 'books'}",
            ],
        )
        checks.require(ResolvedRecipe(recipe), Host())
        runner = UnitRunner(tmp_path, ResolvedRecipe(recipe), "script")
        done = runner.make(0)
        runner.close()
    assert isinstance(done, Done), done
    assert (done.receipt.rows, done.receipt.rejects) == (16, ())
    event = driver._made(Unit("script", 0), done)
    assert total([event.spent])["tiny"].dialogues == 16
    assert "script=openai" not in ResolvedRecipe(recipe).stand_ins
    assert server.headers[-1]["Authorization"].endswith("0123456789")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2
    assert not [path for path in files if b"very-secret" in path.read_bytes()]


@pytest.mark.parametrize("name", ["released", "paper"])
def test_the_shipped_recipes_use_both_models_as_their_makerssay(name: str) -> None:
    recipe = load_recipe("service", name)
    WRITERS.check(recipe.script)
    qwen, gpt = WRITERS.options(recipe.script).models
    assert (qwen.name, qwen.quota) == ("Qwen/Qwen3-32B", 1)
    assert (gpt.name, gpt.quota) == ("openai/gpt-oss-120b", 1)
    assert qwen.request["chat_template_kwargs"] == {"enable_thinking": False}
    assert gpt.request["reasoning_effort"] == "low"
    assert qwen.url != gpt.url
    assert (recipe.align.use, recipe.codec.use, recipe.tokenizer.use) == ("ctc", "mimi", "helium")
