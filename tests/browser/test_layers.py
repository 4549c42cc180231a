"""The layer explorer, and the answer to "why was this layer rebuilt?", as a student uses them."""

from __future__ import annotations

import pytest

from tests.browser.axe import violations

pytestmark = pytest.mark.browser

DOCKERFILE = """\
FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN dd if=/dev/zero of=/big bs=1M count=30
RUN rm /big
CMD ["python", "app.py"]
"""


def build_twice(student):
    """Build an image, change app.py, build another."""
    student.new_file("shop/Dockerfile", DOCKERFILE)
    student.speed(10)
    student.type("docker build -t shop:1 .")
    student.change("shop/app.py", "Welcome", "Hello")
    student.type("docker build -t shop:2 .")


def test_a_deleted_file_is_found_in_the_layer_that_still_holds_it(learn):
    with learn("/lessons/02-build-ship-run/?theme=light") as student:
        build_twice(student)
        page = student.page
        student.menu("^Image shop:2", "Look into its layers")
        page.locator(".layers-figures", has_text="31.5 MB").wait_for()
        page.locator('.layer[title="RUN rm /big"]').click()
        page.locator(".layer[aria-pressed=true] .layer-hides", has_text="31.5 MB").wait_for()
        page.locator('.tree-row[data-change="removed"]', has_text="big").click()
        page.locator(".about-life", has_text="31.5 MB wasted").wait_for()
        page.locator(".about-life", has_text="Removed by RUN rm /big").wait_for()
        assert violations(page) == []
        page.locator('.layer[data-scope="waste"]').click()
        assert page.locator(".tree-row").count() == 1
        page.locator('.layer[title="COPY . ."]').click()
        page.locator(".tree-row", has_text="app.py").click()
        page.locator(".layers-text", has_text="Hello").wait_for()
        page.locator(".layers-filter").fill("nothing like this")
        page.get_by_text("No path has").wait_for()


def test_two_images_are_compared_layer_by_layer(learn):
    with learn("/lessons/02-build-ship-run/?theme=dark") as student:
        build_twice(student)
        page = student.page
        student.menu("^Image shop:2", "Look into its layers")
        page.locator(".layers-other").select_option(label="shop:1 on laptop")
        page.get_by_text("The first 5 layers are the same").wait_for()
        changed = page.locator(".tree-row[data-change]")
        assert changed.all_inner_texts()[0].startswith("~") and changed.count() == 1
        assert "app.py" in changed.first.inner_text()
        assert violations(page) == []


def test_the_explorer_is_used_by_keyboard_alone(learn):
    with learn("/lessons/02-build-ship-run/?theme=light") as student:
        student.speed(10)
        student.type("docker run -d --name web nginx")
        page = student.page
        student.sees("^Container web, Up").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("l")
        page.keyboard.press("Enter")
        page.locator(".looks-title:focus").wait_for()
        assert "container web" in page.locator(".looks-title").inner_text()
        page.locator(".layer[tabindex='0']").focus()
        page.keyboard.press("End")
        page.keyboard.press("Tab")
        for _ in range(9):
            if page.locator(".tree:focus").count():
                break
            page.keyboard.press("Tab")
        for key in ("Home", "ArrowDown", "ArrowRight", "Enter"):
            page.keyboard.press(key)
        page.locator(".tree-row[aria-selected=true]").wait_for()
        page.keyboard.press("Escape")
        student.sees("^Container web, Up").wait_for()
        assert page.evaluate("document.activeElement.dataset.key").startswith("container/laptop/")


def test_the_page_says_why_each_layer_was_rebuilt(learn):
    with learn("/lessons/02-build-ship-run/?theme=light") as student:
        build_twice(student)
        page = student.page
        student.open_file("shop/Dockerfile")
        marks = page.locator(".cm-built")
        marks.first.wait_for()
        said = marks.all_inner_texts()
        assert said[:3] == ["from the cache", "from the cache", "built: the file app.py changed"]
        assert said[3] == "built: the step before it changed: COPY . ."
        page.locator(".build-step", has_text="the file app.py changed").wait_for()
        page.locator(".build-look", has_text="COPY . .").click()
        chosen = page.locator(".layer[aria-pressed=true]")
        chosen.filter(has_text="built: the file app.py changed").wait_for()
        assert chosen.get_attribute("title") == "COPY . ."


def test_an_older_image_keeps_the_reasons_of_its_own_build(learn):
    with learn("/lessons/02-build-ship-run/?theme=light") as student:
        build_twice(student)
        student.menu("^Image shop:1", "Look into its layers")
        layers = student.page.locator(".layer", has_text="WORKDIR")
        layers.filter(has_text="it was never built on this machine").wait_for()
