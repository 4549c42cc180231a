"""The pages by themselves: readable, reachable by keyboard, calm, and free of violations."""

from __future__ import annotations

import re

import pytest

from tests.browser.axe import violations

pytestmark = pytest.mark.browser

PAGES = {
    "home": ("/", None),
    "help": ("/about/", None),
    "honest list": ("/fidelity/", None),
    "not found": ("/missing/", None),
    "failed": ("/broken/", None),
    "lesson": ("/lab/cluster?step=2&theme=light", ".thing"),
    "lesson dark": ("/lab/cluster?step=2&theme=dark", ".thing"),
    "projector": ("/lab/three?mode=projector", ".thing"),
    "virtual machine": ("/lab/one?theme=dark", ".vm"),
    "sandbox": ("/lab/empty?sandbox=1", ".machine"),
    "a thousand machines": ("/lab/big?sandbox=1", ".tile"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_violation_and_no_complaint(visit, name):
    address, landmark = PAGES[name]
    with visit(address, reduced_motion="reduce", bypass_csp=True) as one:
        if landmark:
            one.seen(landmark)
        assert violations(one.page) == []
        assert one.complaints == []


@pytest.mark.parametrize("tab", ["files", "events", "table", "build", "machines", "inspect"])
def test_every_tab_has_no_violation(visit, tab):
    with visit("/lab/cluster", reduced_motion="reduce", bypass_csp=True) as one:
        one.seen(".thing")
        one.page.click(f"#tab-{tab}")
        if tab == "files":
            one.page.locator(".cm-content").wait_for()
        assert violations(one.page) == []


def test_a_planted_fault_is_found(visit):
    with visit("/about/", bypass_csp=True) as one:
        one.page.evaluate("document.querySelector('main').append(document.createElement('button'))")
        assert any(line.startswith("button-name") for line in violations(one.page))


def test_the_strict_policy_is_kept_by_editor_and_charts(visit):
    with visit("/lab/cluster?theme=light") as one:
        one.seen(".uplot canvas")
        one.page.click("#tab-files")
        one.page.locator(".cm-content").wait_for()
        assert one.complaints == []


def test_the_plug_is_pulled_by_keyboard_alone(visit):
    with visit("/lab/empty", reduced_motion="reduce") as one:
        one.seen(".machine")
        one.page.keyboard.press("Alt+Digit2")
        focus = one.page.locator(":focus")
        for _ in range(12):
            if re.match("Pull the plug of pi", focus.get_attribute("aria-label") or ""):
                break
            one.page.keyboard.press("ArrowRight")
        one.page.keyboard.press("Enter")
        one.seen('.machine[data-shape="off"]')
        assert focus.get_attribute("aria-label") == "Plug pi in again"


def test_focus_survives_live_updates(visit):
    with visit("/lab/three") as one:
        one.seen('[data-key="machine/pi"]').focus()
        one.page.click(".speed")
        one.page.locator('[data-key="machine/pi"]').focus()
        before = one.page.locator(".clock").text_content()
        one.page.wait_for_function(
            "t => document.querySelector('.clock').textContent > t", arg=before
        )
        one.page.wait_for_timeout(1500)
        assert one.page.locator(":focus").get_attribute("data-key") == "machine/pi"


def test_nothing_changes_on_a_paused_stage(visit):
    with visit("/lab/cluster?paused=1") as one:
        one.seen(".thing")
        one.page.click("[data-part=controls] button[aria-label=Pause]")
        one.page.locator("button[aria-label=Play]").wait_for()
        one.page.wait_for_timeout(1500)
        count = one.page.evaluate(
            """async () => {
              let changes = 0;
              const watch = new MutationObserver(list => { changes += list.length; });
              watch.observe(document.querySelector('.stage-view'),
                {subtree: true, childList: true, attributes: true, characterData: true});
              await new Promise(done => setTimeout(done, 2000));
              return changes;
            }"""
        )
        assert count == 0


def test_what_is_typed_is_shown_as_text_never_as_markup(visit):
    with visit("/lab/empty") as one:
        one.seen(".machine")
        one.page.fill("#term-input", "echo <img src=x onerror=alert(1)>")
        one.page.press("#term-input", "Enter")
        one.page.get_by_text("you typed: echo <img").wait_for()
        assert one.page.locator(".term-log img").count() == 0


def test_the_picture_has_the_same_objects_as_its_text_twin(visit):
    with visit("/lab/cluster") as one:
        one.seen(".thing")
        drawn = one.page.eval_on_selector_all(
            '[data-key^="pod/"]', "nodes => nodes.map(node => node.dataset.key.split('/')[2])"
        )
        one.page.click("#tab-table")
        rows = one.page.locator(".twin-table .row-button")
        rows.first.wait_for()
        named = [text.removeprefix("pod ") for text in rows.all_text_contents() if "pod " in text]
        assert sorted(drawn) == sorted(named) != []


def test_targets_are_large_enough_and_stay_on_the_stage(visit):
    with visit("/lab/cluster") as one:
        one.seen(".thing")
        one.page.wait_for_timeout(700)
        boxes = one.page.eval_on_selector_all(
            ".hits button, .bar button, .tabs button",
            "all => all.map(n => [n.ariaLabel || n.textContent, n.offsetWidth, n.offsetHeight])",
        )
        assert [box for box in boxes if box[1] < 24 or box[2] < 24] == []


def test_less_motion_means_no_travelling_requests(visit):
    with visit("/lab/cluster", reduced_motion="reduce") as one:
        one.seen(".thing")
        one.page.wait_for_timeout(1500)
        assert one.page.locator(".request").count() == 0


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_never_scrolls_sideways(visit, width):
    with visit("/lab/cluster?step=2") as one:
        one.page.set_viewport_size({"width": width, "height": 800})
        one.seen(".thing")
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_lost_connection_is_said_and_mended(visit):
    with visit("/lab/three") as one:
        one.seen(".thing")
        one.page.evaluate("document.querySelector('#main')['htmx-internal-data'].webSocket.close()")
        banner = one.page.locator("[data-part=link]")
        banner.wait_for(state="hidden")
        before = one.page.locator(".clock").text_content()
        one.page.wait_for_function(
            "t => document.querySelector('.clock').textContent > t", arg=before
        )


def test_a_prediction_is_kept_over_a_reload(visit):
    with visit("/lab/cluster?step=2") as one:
        one.seen(".predict")
        one.page.check("text=After about 5 minutes")
        one.page.click("text=Keep my prediction")
        one.page.reload()
        assert "After about 5 minutes" in one.seen(".predict-answer").text_content()
