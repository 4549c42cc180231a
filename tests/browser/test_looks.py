"""The pages on a beamer, on a phone, and without a violation for who does not see them."""

from __future__ import annotations

import pytest

from tests.browser.axe import violations
from tests.browser.texts import DOCKERFILE

pytestmark = pytest.mark.browser

PAGES = ("/", "/about/", "/fidelity/", "/sandbox/?scenario=class-cluster", "/missing/")


def test_a_beamer_shows_a_cluster_in_type_that_the_last_row_can_read(learn):
    with learn("/sandbox/?scenario=three-nodes&theme=light&mode=projector") as student:
        student.type("kubectl apply -f shop.yaml")
        student.type("traffic users service/default/shop 20")
        student.sees("^Service shop, 3 ready endpoints")
        sizes = student.page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll('.drawing text')]
              .filter(text => text.textContent && text.getBoundingClientRect().width > 0)
              .map(text => [text.textContent,
                text.getScreenCTM().a * parseFloat(getComputedStyle(text).fontSize)]))"""
        )
        assert len(sizes) > 8
        assert {text: size for text, size in sizes.items() if size < 24} == {}
        assert violations(student.page) == []


def test_on_a_phone_lesson_stage_and_panels_stand_one_below_the_other(learn):
    size = {"width": 390, "height": 844}
    with learn("/lessons/02-build-ship-run/?theme=light", viewport=size) as student:
        page = student.page
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
        boxes = [one.bounding_box() for one in page.locator(".dock .pane").all()]
        assert [box["width"] for box in boxes] == [size["width"]] * 2
        assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"]
        assert "app.py" in student.type("ls")


def test_a_beamer_shows_the_names_of_the_files_beside_the_editor(learn):
    with learn("/sandbox/?scenario=three-nodes&theme=light&mode=projector") as student:
        student.page.locator("#tab-files").click()
        student.page.wait_for_timeout(300)
        room = student.page.locator(".file-list").bounding_box()
        for name in ("app.py", "shop.yaml"):
            tab = student.page.locator(".file-tab", has_text=name).bounding_box()
            assert room["y"] <= tab["y"] and tab["y"] + tab["height"] <= room["y"] + room["height"]


def test_on_a_beamer_no_word_leaves_the_box_of_its_container(learn):
    size = {"width": 1920, "height": 1080}
    address = "/lessons/02-build-ship-run/?theme=light&mode=projector"
    with learn(address, viewport=size) as student:
        student.speed(10)
        student.new_file("shop/Dockerfile", DOCKERFILE)
        student.type("docker build -t student/shop:1.0 .")
        student.type("docker run -d --name shop student/shop:1.0")
        student.sees("^Container shop, Up")
        student.page.wait_for_timeout(600)  # things glide to their place
        boxes = student.page.evaluate(
            """() => [...document.querySelectorAll('.thing')].map(thing => {
              const box = thing.querySelector('.thing-box').getBoundingClientRect();
              const texts = [...thing.querySelectorAll('text')].filter(one => one.textContent);
              return [box.right, ...texts.map(one => one.getBoundingClientRect().right)];
            })"""
        )
        assert boxes and all(max(texts) <= right for right, *texts in boxes), boxes


@pytest.mark.parametrize("address", PAGES)
def test_a_real_page_has_no_violation(chromium, school, address):
    context = chromium.new_context(bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    page.goto(school.base + address)
    if "sandbox" in address:
        page.locator(".hit").first.wait_for()
    assert violations(page) == []
    context.close()


@pytest.mark.parametrize("address", ["/", "/about/", "/fidelity/", "/missing/"])
def test_a_page_is_no_wider_than_a_phone(chromium, school, address):
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(school.base + address)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()
