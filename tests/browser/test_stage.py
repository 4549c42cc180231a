"""In a real browser: what does not fit on the stage or in a pane can still be reached and read."""

from __future__ import annotations

import pytest

from tests.browser.axe import violations

pytestmark = pytest.mark.browser


def go_right_to(page, name):
    """Press the right arrow until an object of the stage has the focus."""
    for _ in range(8):
        page.keyboard.press("ArrowRight")
        label = page.evaluate("document.activeElement.getAttribute('aria-label')")
        if name in label:
            return
    raise AssertionError(f"no way to {name}; the last was {label}")


def test_what_does_not_fit_is_opened_by_keyboard_and_each_entry_has_its_menu(visit):
    with visit("/lab/many?theme=light", reduced_motion="reduce", bypass_csp=True) as one:
        more = one.seen('.hit-more[aria-label$="more: users"]').get_attribute("aria-label")
        first = 8 - int(more.split()[0])
        one.page.locator(".hit-client").first.focus()
        go_right_to(one.page, "more: users")
        one.page.keyboard.press("Enter")
        items = one.page.get_by_role("menuitem")
        assert items.all_inner_texts()[0].startswith(f"crowd-{first}")
        assert violations(one.page) == []

        one.page.keyboard.press("ArrowDown")
        one.page.keyboard.press("Enter")
        assert f"crowd-{first + 1}" in one.page.locator(".menu-head").inner_text()
        one.page.get_by_role("menuitem", name="Stop the traffic").wait_for()
        one.page.keyboard.press("Escape")
        label = one.page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert label == more, "the focus is back where it was"


@pytest.mark.parametrize("looks", ["theme=light", "mode=projector"])
def test_all_that_is_left_out_is_counted_and_can_be_chosen(visit, looks):
    with visit(f"/lab/many?{looks}", reduced_motion="reduce") as one:
        one.seen(".hit-more")
        buttons = one.page.locator(".hit-more")
        for index in range(buttons.count()):
            label = buttons.nth(index).get_attribute("aria-label")
            buttons.nth(index).click()
            listed = one.page.locator(".menu-items > button").count()
            assert label.startswith(f"{listed} more: "), label
            one.page.keyboard.press("Escape")
        box = "({x, y, width: w, height: h}) => [x, y, x + w, y + h]"
        boxes = one.page.locator(".hit-client, .hit-service, .hit-more").evaluate_all(
            f"all => all.map(one => one.getBoundingClientRect()).map({box})"
        )
        lane = [one_box for one_box in boxes if one_box[3] - one_box[1] < 150]
        for a in lane:
            for b in lane:
                apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
                assert a == b or apart, "nothing covers another"


@pytest.mark.parametrize("looks", ["theme=light", "theme=dark", "mode=projector"])
def test_the_instructions_of_a_build_are_shown_whole_in_a_narrow_pane(visit, looks):
    with visit(f"/lab/three?{looks}") as one:
        one.page.click("#tab-build")
        one.seen(".build-step code")
        cut = one.page.locator(".build-step code").evaluate_all(
            "all => all.filter((code) => code.scrollWidth > code.clientWidth + 1)"
            ".map((code) => code.textContent)"
        )
        assert cut == []
        whole = one.page.locator(".build-step code", has_text="pip install")
        assert whole.inner_text().endswith("-r requirements.txt")
