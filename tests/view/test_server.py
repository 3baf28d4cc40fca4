"""Who may ask, for what, and what the answers allow a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest

from datagen.storage.marks import beside
from datagen.view.server import STATIC
from tests.fixtures.page import TOKEN, serving


class Answer(NamedTuple):
    """What a server said."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        return json.loads(self.content)


class Client:
    """Asks for paths as they are: a browser's client would tidy them."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc

    def get(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, object] | None = None,
    ) -> Answer:
        return self._ask("GET", f"{path}?{urlencode(params)}" if params else path, headers, None)

    def post(self, path: str, body: bytes, kind: str = "application/json") -> Answer:
        return self._ask("POST", path, {"content-type": kind}, body)

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str] | None, body: bytes | None
    ) -> Answer:
        connection = HTTPConnection(self.host, timeout=30)
        try:
            given = dict(headers or {})
            connection.putrequest(method, path, skip_host="host" in given)
            if body is not None:
                given["content-length"] = str(len(body))
            for name, value in given.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            said = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, said, answer.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def client(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with serving(run, cache=tmp_path_factory.mktemp("cache")) as address:
        yield Client(address)


def test_only_the_whole_address_opens_the_page(client: Client) -> None:
    assert client.get(f"/{TOKEN}/").status_code == 200
    for path in ("/", "/other/", f"/{TOKEN[:-1]}/", f"/x/{TOKEN}/", "/api/runs", "//"):
        assert client.get(path).status_code in (400, 404), path


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "127.0.0.1:8000"}, 200),
        ({"host": "localhost:8000", "origin": "http://localhost:8000"}, 200),
        ({"host": "localhost:8000", "origin": "http://localhost:9000"}, 403),
        ({"host": "evil.example"}, 403),
        ({"host": "127.0.0.1.evil.example:8000"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
def test_other_sites_are_kept_out(client: Client, headers: dict[str, str], status: int) -> None:
    assert client.get(f"/{TOKEN}/api/runs", headers=headers).status_code == status


def test_no_inline_script_and_nothing_from_elsewhere(client: Client) -> None:
    answer = client.get(f"/{TOKEN}/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)
    assert not re.search(r"\son\w+=", answer.text)
    linked = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert linked
    for name in linked:
        assert (STATIC.parent / name).is_file(), name
        assert client.get(f"/{TOKEN}/{name}").status_code == 200
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "static/../server.py",
        "static/%2e%2e/server.py",
        "static/..%2fserver.py",
        "static//etc/passwd",
        "static/%00",
    ],
)
def test_no_file_outside_the_page_is_served(client: Client, path: str) -> None:
    assert client.get(f"/{TOKEN}/{path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "dialogues/..%2F..%2Frun.json",
        "dialogues/service-9999999",
        "dialogues/qa-0000001",
        "dialogues/service-0000003/sound/..%2f..%2frun.json",
        "dialogues/service-0000003/sound/recorded2.wav",
        "dialogues/service-0000003/envelope/x",
    ],
)
def test_no_file_of_the_run_goes_by_its_name(client: Client, path: str) -> None:
    answer = client.get(f"/{TOKEN}/api/runs/0/{path}")
    assert answer.status_code in (400, 404)
    assert "fingerprint" not in answer.text


def test_what_the_page_asks(client: Client) -> None:
    api = f"/{TOKEN}/api/runs"
    about = client.get(api).json()
    assert about["who"] == "ada"
    assert about["runs"][0]["totals"]["made"] > 40
    page = client.get(f"{api}/0/dialogues", params={"event": "barge_in", "size": "5"}).json()
    assert len(page["rows"]) == 5 < page["total"]
    dialog_id = page["rows"][1]["id"]
    found = client.get(f"{api}/0/dialogues/{dialog_id}", params={"event": "barge_in"}).json()
    assert found["before"] == page["rows"][0]["id"]
    assert found["after"] == page["rows"][2]["id"]
    sound = f"{api}/0/dialogues/{dialog_id}/sound/recorded.wav"
    whole = client.get(sound)
    assert whole.headers["content-type"] == "audio/wav"
    assert len(whole.content) == 44 + 4 * found["num_samples"]
    part = client.get(sound, headers={"range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.content == whole.content[100:200]
    assert client.get(sound, headers={"range": "bytes=-10"}).content == whole.content[-10:]
    for bad in ("bytes=9-2", f"bytes={len(whole.content)}-", "bytes=x-y"):
        assert client.get(sound, headers={"range": bad}).status_code == 416, bad
    envelope = client.get(f"{api}/0/dialogues/{dialog_id}/envelope/recorded").json()
    assert len(envelope["channels"]) == 2
    assert client.get(f"{api}/1/dialogues").status_code == 400
    assert "sort" in client.get(f"{api}/0/dialogues?sort=x").json()["error"]


def test_marks_are_added_and_filter(client: Client, run: Path) -> None:
    api = f"/{TOKEN}/api/runs/0"
    line = {"dialog_id": "service-0000003", "add": ["noisy"], "who": "somebody else"}
    answer = client.post(f"{api}/marks", json.dumps(line).encode())
    assert answer.json()["marks"]["tags"] == ["noisy"]
    stored = json.loads(beside(str(run)).read_text("utf-8"))
    assert stored["who"] == "ada"
    found = client.get(f"{api}/dialogues", params={"marked": "noisy"}).json()
    assert [row["id"] for row in found["rows"]] == ["service-0000003"]
    assert client.get(f"{api}/dialogues", params={"marked": "-noisy"}).json()["total"] == 47
    known = client.get(f"{api}/marks").json()["known"]
    assert "marks" not in client.get(f"{api}/marks", params={"known": known}).json()
    for bad in (
        {"dialog_id": "service-0000003"},
        {"dialog_id": "qa-0000001", "add": ["x"]},
        {"dialog_id": "service-0000003", "verdict": "maybe"},
        [],
    ):
        assert client.post(f"{api}/marks", json.dumps(bad).encode()).status_code == 400, bad
    assert client.post(f"{api}/marks", b"x" * 70_000).status_code == 413
    assert client.post(f"{api}/marks", b"a=b", "text/plain").status_code == 415
    assert len(beside(str(run)).read_text("utf-8").splitlines()) == 1
