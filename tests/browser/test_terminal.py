"""In a real browser: lines typed while a container's shell is in front go to that shell."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server import Server

pytestmark = pytest.mark.browser


def test_a_shell_in_a_container_is_typed_into_at_its_own_prompt(
    built: None, chromium: Any, own_server: Server
) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    own_server.start()
    lab = own_server.lab("laptop")
    page.goto(f"{own_server.base}/labs/{lab.id}?token={lab.token}")
    line, sign = page.locator("#term-input"), page.locator(".term-prompt")
    log = page.locator(".term-log")
    expect(sign).to_contain_text("student@laptop")

    line.fill("docker run -it --rm alpine:3.24")
    line.press("Enter")
    expect(sign).to_have_text("/ # ", timeout=60_000)
    line.fill("cd /etc && echo $((6*7))")
    line.press("Enter")
    expect(sign).to_have_text("/etc # ")
    expect(log).to_contain_text("/ # cd /etc && echo $((6*7))")
    expect(log).to_contain_text("42")
    line.press("Control+d")

    expect(sign).to_contain_text("student@laptop")
    page.close()


def test_loading_the_page_anew_keeps_what_was_printed_and_the_shell_that_is_open(
    built: None, chromium: Any, own_server: Server
) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    own_server.start()
    lab = own_server.lab("laptop")
    page.goto(f"{own_server.base}/labs/{lab.id}?token={lab.token}")
    line, sign = page.locator("#term-input"), page.locator(".term-prompt")
    log = page.locator(".term-log")
    line.fill("cd shop-that-is-not-there")
    line.press("Enter")
    expect(log).to_contain_text("No such file or directory")
    line.fill("docker run -it --rm alpine:3.24")
    line.press("Enter")
    expect(sign).to_have_text("/ # ", timeout=60_000)
    line.fill("cd /etc && echo $((6*7))")
    line.press("Enter")
    expect(log).to_contain_text("42")

    page.reload()

    expect(log).to_contain_text("No such file or directory")
    expect(sign).to_have_text("/etc # ")
    line.fill("echo $((9*9))")
    line.press("Enter")
    expect(log).to_contain_text("81")
    line.press("Control+d")
    expect(sign).to_contain_text("student@laptop")
    page.reload()
    expect(log).to_contain_text("81")
    expect(page.locator(".term-line:not([data-busy])")).to_contain_text("student@laptop")
    page.close()
    assert faults == []


def test_a_line_typed_while_the_server_is_away_is_not_lost(
    built: None, chromium: Any, own_server: Server
) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    own_server.start()
    lab = own_server.lab("laptop")
    page.goto(f"{own_server.base}/labs/{lab.id}?token={lab.token}")
    line, sign = page.locator("#term-input"), page.locator(".term-prompt")
    line.fill("docker run -it --rm alpine:3.24")
    line.press("Enter")
    expect(sign).to_have_text("/ # ", timeout=60_000)

    own_server.kill()
    expect(page.locator("[data-part=link]")).to_be_visible()
    line.fill("echo $((6*7))")
    line.press("Enter")
    expect(line).to_have_value("echo $((6*7))")
    own_server.start()
    expect(page.locator("[data-part=link]")).to_be_hidden(timeout=15_000)

    line.press("Enter")
    expect(page.locator(".term-log")).to_contain_text("42")
    page.close()
