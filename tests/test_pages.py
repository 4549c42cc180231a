"""Pages: what a visitor is sent, and what keeps it safe."""

from __future__ import annotations

import gzip
import http.client
import re
from http.cookiejar import CookieJar
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from tests.server import Server
from webapp.lessons import all_lessons

SLUGS = [lesson.slug for lesson in all_lessons()]
PAGES = ["/", "/about/", "/fidelity/", "/sandbox/", *(f"/lessons/{slug}/" for slug in SLUGS)]


def fetch(
    server: Server, path: str, method: str = "GET", headers: dict[str, str] | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Ask for a path as it stands; answers status, headers, body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request(method, path, headers=headers or {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.headers, body


def visitor() -> OpenerDirector:
    """A browser that keeps cookies."""
    return build_opener(HTTPCookieProcessor(CookieJar()))


def lab_id(page: bytes) -> str:
    """Find which lab a page is of."""
    found = re.search(rb"/ws/labs/([a-z0-9]+)", page)
    assert found is not None
    return found.group(1).decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_there_and_allows_only_our_own_scripts(server: Server, path: str) -> None:
    status, headers, body = fetch(server, path)
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert b"<h1" in body or b"data-lab" in body
    for tag in re.findall(rb"<script[^>]*>", body):
        assert b"src=" in tag or b'type="application/json"' in tag, "no inline script"
    assert not re.search(rb"\son\w+=", body), "no inline handler"


@pytest.mark.parametrize("path", PAGES)
def test_everything_a_page_asks_for_is_on_this_server(server: Server, path: str) -> None:
    body = fetch(server, path)[2].decode()
    asked = re.findall(r'(?:<script[^>]* src|<link[^>]* href)="([^"]+)"', body)
    assert asked
    for address in asked:
        assert address.startswith("/"), address
        assert fetch(server, address)[0] == 200, address


def test_a_visitor_finds_the_own_lab_again_and_others_get_another(server: Server) -> None:
    one, two = visitor(), visitor()
    address = f"{server.base}/lessons/{SLUGS[0]}/"
    first = lab_id(one.open(address).read())
    assert lab_id(one.open(address).read()) == first
    assert lab_id(two.open(address).read()) != first


def test_a_new_beginning_is_a_new_lab_and_keeps_the_rest_of_the_address(server: Server) -> None:
    browser = visitor()
    address = f"{server.base}/sandbox/?scenario=laptop"
    first = lab_id(browser.open(address).read())
    with browser.open(address + "&new=1") as answer:
        assert answer.url == address
        assert lab_id(answer.read()) != first


def test_the_cookie_of_a_lab_is_kept_from_scripts(server: Server) -> None:
    cookie = fetch(server, "/sandbox/")[1]["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_lab_is_shared_by_its_address(server: Server) -> None:
    lab = server.lab(paused=True)
    status, _, body = fetch(server, f"/labs/{lab.id}?token={lab.token}")
    assert status == 200
    assert lab_id(body) == lab.id
    assert fetch(server, f"/labs/{lab.id}?token=wrong")[0] == 404
    assert fetch(server, f"/labs/{lab.id}")[0] == 404


@pytest.mark.parametrize(
    "path", ["/nothing", "/lessons/nothing/", "/sandbox/?scenario=nothing", "/labs/x?token=y"]
)
def test_a_wrong_address_gets_a_page_that_leads_on(server: Server, path: str) -> None:
    status, _, body = fetch(server, path)
    assert status == 404
    assert b'href="/"' in body


@pytest.mark.parametrize(
    "path",
    [
        "/static/../manage.py",
        "/static/..%2fmanage.py",
        "/static//etc/passwd",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static/css",
        "/static/",
        "/static/%00",
    ],
)
def test_only_static_files_are_served_as_static_files(server: Server, path: str) -> None:
    assert fetch(server, path)[0] == 404


def test_static_files_are_compressed_and_kept(server: Server) -> None:
    address = re.search(rb'href="(/static/css/base.css\?v=\w+)"', fetch(server, "/")[2])
    assert address is not None
    path = address.group(1).decode()
    status, headers, packed = fetch(server, path, headers={"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert "immutable" in headers["Cache-Control"]
    plain = fetch(server, path)[2]
    assert gzip.decompress(packed) == plain
    assert fetch(server, path, headers={"If-None-Match": headers["ETag"]})[0] == 304
    assert fetch(server, path.partition("?")[0])[1]["Cache-Control"] == "no-cache"
    assert fetch(server, path, method="POST")[0] == 404


def test_what_a_learner_names_is_text_on_every_page(server: Server) -> None:
    for evil in ("<script>alert(1)</script>", "\"onload='x'"):
        path = "/sandbox/?scenario=" + evil.replace("<", "%3C").replace('"', "%22")
        body = fetch(server, path.replace(" ", "%20"))[2].decode()
        assert "<script>alert" not in body


def test_a_host_that_is_not_ours_is_refused(server: Server) -> None:
    status, _, body = fetch(server, "/", headers={"Host": "evil.example"})
    assert status == 400
    assert b"Traceback" not in body


def test_nothing_in_these_tests_left_a_traceback(server: Server) -> None:
    assert fetch(server, "/healthz")[0] == 200
    assert "Traceback" not in server.log.read_text()
