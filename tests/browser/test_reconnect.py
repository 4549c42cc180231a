"""In a real browser: the server is killed and comes back, and the page goes on by itself."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def test_an_open_page_goes_on_by_itself_after_the_server_was_killed(desk):
    with desk(paused=True) as at:
        at.expect(at.link).to_be_hidden()

        at.lose_the_server()
        at.get_the_server_back()

        at.lab.post("/commands", {"fault": {"kind": "power-off", "target": "laptop"}})
        at.page.get_by_role("tab", name="Machines").click()
        machines = at.page.locator("#panel-machines")
        at.expect(machines).to_contain_text("Off", ignore_case=True)
        assert at.faults == []


def test_the_picture_stays_marked_as_old_for_as_long_as_the_server_is_away(desk):
    with desk(paused=True) as at:
        at.lose_the_server()
        at.page.evaluate(
            """() => {
              window.calmed = 0;
              const page = document.documentElement;
              new MutationObserver(() => { window.calmed += !('stale' in page.dataset); })
                .observe(page, {attributes: true, attributeFilter: ['data-stale']});
            }"""
        )
        with at.page.expect_event("websocket"):
            pass
        with at.page.expect_event("websocket"):
            pass
        assert at.page.evaluate("window.calmed") == 0
