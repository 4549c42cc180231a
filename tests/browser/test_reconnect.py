"""In a real browser: the server is killed and comes back, and the page goes on by itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server import Server

pytestmark = pytest.mark.browser


def test_an_open_page_goes_on_by_itself_after_the_server_was_killed(
    built: None, chromium: Any, own_server: Server
) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    own_server.start()
    lab = own_server.lab("laptop", paused=True)
    page.goto(f"{own_server.base}/labs/{lab.id}?token={lab.token}")
    link = page.locator("[data-part=link]")
    typed = page.locator("#panel-terminal")
    expect(typed).to_contain_text("student@laptop")
    expect(link).to_be_hidden()

    own_server.kill()
    expect(link).to_be_visible()
    own_server.start()

    expect(link).to_be_hidden(timeout=15_000)
    lab.post("/commands", {"fault": {"kind": "power-off", "target": "laptop"}})
    page.get_by_role("tab", name="Machines").click()
    expect(page.locator("#panel-machines")).to_contain_text("Off", ignore_case=True)
    page.close()
    assert faults == []
