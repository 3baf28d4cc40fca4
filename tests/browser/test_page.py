"""The page as somebody uses it: Chromium, a served run, clicks and keys."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from datagen.view.export import export_page
from tests.fixtures.page import serving

DESKTOP = {"width": 1300, "height": 900}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def address(run: Path, hostile: Path, cache: Path) -> Iterator[str]:
    with serving(run, hostile, cache=cache) as where:
        yield where


@contextmanager
def tab(browser: Any, address: str, **settings: Any) -> Iterator[Any]:
    """Open a page of its own; anything in its console but words fails the test."""
    context = browser.new_context(**{"viewport": DESKTOP, **settings})
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.goto(address)
    try:
        yield page
    finally:
        context.close()
    assert not said


def clock(page: Any) -> float:
    minutes, seconds = page.text_content(".clock").split(":")
    return 60 * float(minutes) + float(seconds)


def wait_for(page: Any, test: str, seconds: float = 10) -> None:
    """Wait until an expression is true; Playwright's own way needs eval, which the page forbids."""
    late = time.monotonic() + seconds
    while not page.evaluate(test):
        assert time.monotonic() < late, f"never true: {test}"
        page.wait_for_timeout(20)


def test_list_search_and_filters(browser: Any, address: str) -> None:
    with tab(browser, address) as page:
        page.wait_for_selector(".row")
        assert page.locator(".row").count() == 32
        page.fill("#search", "zzzz")
        wait_for(page, "document.querySelectorAll('.row').length === 0")
        assert "Nothing fits" in page.text_content(".found")
        page.fill("#search", "#3")
        wait_for(page, "document.querySelectorAll('.row').length === 1")
        assert page.text_content(".row .id") == "service-0000003"
        page.fill("#search", "")
        wait_for(page, "document.querySelectorAll('.row').length === 32")
        page.select_option(".filters select >> nth=0", label=None, index=1)
        wait_for(page, "document.querySelectorAll('.row').length < 32")
        assert "domain=" in page.url
        page.click("text=Clear filters")
        wait_for(page, "document.querySelectorAll('.row').length === 32")
        page.select_option(".search select", "-length")
        wait_for(page, "location.hash.includes('sort=-length')")


def test_play_seek_by_word_and_words_that_light(browser: Any, address: str) -> None:
    with tab(browser, f"{address}#/0/service-0000003") as page:
        page.wait_for_selector(".turn")
        wait_for(page, "document.querySelector('.wave > div')?.shadowRoot?.querySelector('canvas')")
        page.click(".play")
        wait_for(page, "document.querySelector('.clock').textContent > '00:00.5'")
        page.click(".play")
        stopped = clock(page)
        word = page.locator(".word").nth(40)
        word.click()
        number = word.get_attribute("data-n")
        wait_for(page, f"document.querySelector('.word.lit[data-n=\"{number}\"]')")
        at = clock(page)
        assert at != stopped
        shown = page.text_content(".clock")
        page.click("button[aria-label='Forward 1 second']")
        wait_for(page, f"document.querySelector('.clock').textContent !== '{shown}'")
        assert clock(page) == pytest.approx(at + 1, abs=0.15)


def test_the_sentence_that_licenses_a_claim_lights_as_it_is_made(
    browser: Any, address: str
) -> None:
    with tab(browser, f"{address}#/0/service-0000003") as page:
        page.wait_for_selector(".turn")
        sentence = page.locator(".prompt .licence-in").first
        turn = re.findall(r"\|(\d+)\|", sentence.get_attribute("data-turns"))[0]
        page.locator(f"#turn-{turn} .word").nth(1).click()
        wait_for(page, f"document.querySelector('.licence-in.lit[data-turns*=\"|{turn}|\"]')")


def test_a_click_on_the_words_lane_goes_there(browser: Any, address: str) -> None:
    with tab(browser, f"{address}#/0/service-0000003") as page:
        page.wait_for_selector(".turn")
        lane = page.locator("canvas[data-lane=words-agent]")
        box = lane.bounding_box()
        lane.click(position={"x": box["width"] / 2, "y": 8})
        wait_for(page, "document.querySelector('.clock').textContent > '00:10'")
        length = page.text_content(".now").split("/")[1].split(":")
        assert clock(page) == pytest.approx((60 * int(length[0]) + float(length[1])) / 2, abs=0.5)


def test_mute_and_solo_are_heard(browser: Any, address: str) -> None:
    """Levels are measured behind the gains, on the graph that leads to the ears."""
    listen = """() => {
      window.meters = [];
      const connect = AudioNode.prototype.connect;
      AudioNode.prototype.connect = function (to, ...more) {
        if (to instanceof AudioDestinationNode && !window.meters.length) {
          const splitter = this.context.createChannelSplitter(2);
          connect.call(this, splitter);
          window.meters = [0, 1].map((n) => {
            const meter = this.context.createAnalyser();
            meter.fftSize = 8192;
            connect.call(splitter, meter, n);
            return meter;
          });
        }
        return connect.call(this, to, ...more);
      };
    }"""
    level = """() => window.meters.map((meter) => {
      const samples = new Float32Array(meter.fftSize);
      meter.getFloatTimeDomainData(samples);
      return samples.reduce((sum, x) => sum + x * x, 0);
    })"""
    with tab(browser, address) as page:
        page.wait_for_selector(".row")
        page.evaluate(listen)
        page.evaluate("location.hash = '#/0/service-0000003'")
        page.wait_for_selector(".turn.agent .time")
        page.locator(".turn.agent .time").nth(1).click()
        page.click(".play")
        wait_for(page, f"({level})()[0] > 0.01")
        page.click("button[aria-label='Mute agent']")
        page.click("button[aria-label='Mute user']")
        page.wait_for_timeout(700)
        assert max(page.evaluate(level)) < 1e-4
        page.click("button[aria-label='Solo agent']")
        page.locator(".turn.agent .time").nth(1).click()
        page.wait_for_timeout(700)
        left, right = page.evaluate(level)
        assert left > 0.01
        assert right == pytest.approx(left, rel=0.2)


def test_sounds_spectrum_and_tokens(browser: Any, address: str) -> None:
    with tab(browser, f"{address}#/0/service-0000003") as page:
        page.wait_for_selector(".turn")
        options = page.locator(".sound option").all_text_contents()
        assert options == ["rendered with effects", "as recorded", "decoded from tokens"]
        page.locator(".turn .time").nth(3).click()
        wait_for(page, "document.querySelector('.clock').textContent > '00:01'")
        at = clock(page)
        for name in ("recorded", "tokens"):
            with page.expect_response(re.compile(f"sound/{name}.wav")):
                page.select_option(".sound select", name)
            page.wait_for_timeout(300)
            assert clock(page) == pytest.approx(at, abs=0.2)
        with page.expect_response(re.compile("spectrogram/tokens")):
            page.click(".bar >> text=spectrum")
        assert page.locator("canvas[data-lane=spectrum-user]").count() == 1
        page.click(".bar button:has-text('tokens')")
        assert page.locator("canvas[data-lane=codes-user]").count() == 0


def test_keys(browser: Any, address: str) -> None:
    with tab(browser, f"{address}#/0/service-0000003") as page:
        wait_for(page, "document.querySelector('.wave > div')?.shadowRoot.querySelector('canvas')")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        wait_for(page, "document.querySelector('.clock').textContent === '00:02.0'")
        page.keyboard.press("Space")
        wait_for(page, "document.querySelector('.clock').textContent > '00:02.3'")
        page.keyboard.press("Space")
        page.keyboard.press("?")
        assert page.locator("dialog[open]").count() == 1
        page.keyboard.press("Escape")
        wait_for(page, "!document.querySelector('dialog[open]')")
        page.keyboard.press("a")
        wait_for(page, "document.querySelector('.verdict.approve[aria-pressed=true]')")
        page.keyboard.press("a")
        wait_for(page, "!document.querySelector('.verdict.approve[aria-pressed=true]')")
        page.keyboard.press("1")
        wait_for(
            page, "document.querySelector('[aria-label=\"Mute agent\"]').ariaPressed === 'true'"
        )
        page.keyboard.press("j")
        wait_for(page, "document.querySelector('h1').textContent === 'service-0000004'")
        page.keyboard.press("k")
        wait_for(page, "document.querySelector('h1').textContent === 'service-0000003'")
        wait_for(page, "document.querySelector('.wave > div')?.shadowRoot.querySelector('canvas')")
        for _ in range(8):
            page.keyboard.press("+")
        inner = "document.querySelector('.wave > div').shadowRoot.querySelector('.wrapper')"
        wait_for(page, f"{inner}.clientWidth > 4 * document.querySelector('.wave').clientWidth")
        page.keyboard.press("0")
        wait_for(page, f"{inner}.clientWidth <= document.querySelector('.wave').clientWidth")


def test_deep_link_to_a_time(browser: Any, address: str) -> None:
    with tab(browser, f"{address}#/0/service-0000005?t=12.3") as page:
        wait_for(page, "document.querySelector('.clock')?.textContent === '00:12.3'")


def test_marks_of_two_tabs_at_once(browser: Any, address: str, run: Path) -> None:
    with (
        tab(browser, f"{address}#/0/service-0000007") as one,
        tab(browser, f"{address}#/0/service-0000007") as other,
    ):
        for page, tag in ((one, "noisy"), (other, "funny voice")):
            page.wait_for_selector(".turn")
            page.fill("[aria-label='New tag']", tag)
        one.click(".tags button:has-text('Add')", no_wait_after=True)
        other.click(".tags button:has-text('Add')")
        for page in (one, other):
            wait_for(page, "document.querySelectorAll('.chip.tag').length === 2")
        one.click(".verdict.reject")
        other.fill("textarea", "the <b>end</b> is cut")
        other.click(".comment-form button")
        for page in (one, other):
            wait_for(page, "document.querySelector('.comment p')")
            wait_for(page, "document.querySelector('.verdict.reject[aria-pressed=true]')")
            assert page.text_content(".comment p") == "the <b>end</b> is cut"
    lines = [
        json.loads(line)
        for line in (run.parent / "service.marks.jsonl").read_text("utf-8").splitlines()
    ]
    mine = [line for line in lines if line["dialog_id"] == "service-0000007"]
    assert len(mine) == 4
    assert {line["who"] for line in mine} == {"ada"}
    with tab(browser, f"{address}#/0?marked=noisy") as page:
        page.wait_for_selector(".row")
        assert page.locator(".row .id").all_text_contents() == ["service-0000007"]


def test_side_by_side(browser: Any, address: str) -> None:
    with tab(browser, f"{address}#/compare/0/service-0000001/1/service-0000002") as page:
        page.wait_for_selector(".side:nth-child(2) .turn")
        page.wait_for_selector(".side:nth-child(1) .turn")
        assert page.locator("h1").all_text_contents() == ["service-0000001", "service-0000002"]


def test_text_is_never_executed(browser: Any, address: str, hostile: Path) -> None:
    with tab(browser, f"{address}#/1") as page:
        page.wait_for_selector(".row")
        page.click("text=Rejects")
        page.wait_for_selector(".row.rejected .evidence")
        page.goto(f"{address}#/1/service-0000012")
        page.wait_for_selector(".rejected")
        page.goto(f"{address}#/1/service-0000003")
        page.wait_for_selector(".turn")
        page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        attack = "<img/src=x/onerror=window.pwned=1></script><script>window.pwned=1</script>"
        page.fill("textarea", attack)
        page.click(".comment-form button")
        page.wait_for_selector(".comment")
        assert attack in page.text_content(".comment p")
        assert attack in page.text_content(".transcript")
        page.hover("canvas[data-lane=words-agent]")
        assert page.evaluate("window.pwned") is None
        assert page.locator("#app img").count() == 0


def test_a_script_inside_the_page_would_not_run(browser: Any, address: str) -> None:
    """The policy holds even where code would forget to escape."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".row")
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.pwned=1\">')"
    )
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "window.pwned = 1";
      document.body.append(script);
    }""")
    page.wait_for_timeout(300)
    assert page.evaluate("window.pwned") is None
    context.close()


def test_export_opens_from_a_disk(browser: Any, run: Path, hostile: Path, tmp_path: Path) -> None:
    export_page(str(run), tmp_path / "some", 2)
    export_page(str(hostile), tmp_path / "one", 1, ["service-0000003"], one_file=True)
    with tab(browser, (tmp_path / "some" / "index.html").as_uri()) as page:
        page.wait_for_selector(".row")
        page.click(".row a")
        page.wait_for_selector(".turn")
        page.click(".play")
        wait_for(page, "document.querySelector('.clock').textContent > '00:00.4'")
    page_of_one = tmp_path / "one" / "service-0000003.html"
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == [
        "index.html",
        "service-0000003.html",
    ]
    with tab(browser, page_of_one.as_uri()) as page:
        page.wait_for_selector(".turn")
        page.click(".word >> nth=3")
        wait_for(page, "document.querySelector('.word.lit')")
        assert page.evaluate("window.pwned") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1300])
@pytest.mark.parametrize("where", ["#/0", "#/0/service-0000003", "#/0?view=takes"])
def test_accessible_in_both_themes_and_on_a_phone(
    browser: Any, address: str, scheme: str, width: int, where: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    size = {"width": width, "height": 800}
    with tab(browser, address + where, viewport=size, color_scheme=scheme, bypass_csp=True) as page:
        page.wait_for_selector(".total, .turn")
        page.wait_for_timeout(300)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width


def test_first_view_is_quick_and_memory_stays_flat(browser: Any, address: str) -> None:
    with tab(browser, address) as page:
        page.wait_for_selector(".row")
        seen = page.evaluate(
            "performance.getEntriesByType('paint').find((p) => p.name === "
            "'first-contentful-paint').startTime"
        )
        assert seen < 1000
        client = page.context.new_cdp_session(page)

        def visit(count: int) -> int:
            for n in range(count):
                page.evaluate(f"location.hash = '#/0/service-{n % 12:07d}'")
                wait_for(
                    page, f"document.querySelector('h1')?.textContent === 'service-{n % 12:07d}'"
                )
            client.send("HeapProfiler.collectGarbage")
            return int(page.evaluate("performance.memory.usedJSHeapSize"))

        before = visit(24)
        after = visit(60)
        assert after < before + 8_000_000
