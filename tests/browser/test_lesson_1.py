"""The first lesson as a student does it: a container beside a virtual machine."""

from __future__ import annotations

import pytest

from tests.browser.axe import violations

pytestmark = pytest.mark.browser


def test_lesson_1_a_container_beside_a_virtual_machine(learn):
    with learn("/lessons/01-container-or-vm/?theme=light") as student:
        student.predict("The container about twice as fast")
        assert student.is_open("1/vm-boots") and student.is_open("1/container-first")
        student.click_line("vm start web-vm")
        student.goal("1/vm-boots")
        student.sees("^Virtual machine web-vm, booting")
        student.click_line("docker run -d --name web")
        student.sees("^Container web, Up, image nginx")
        student.goal("1/container-first")
        student.page.locator(".thing-container", has_text="ready in").wait_for()
        student.revealed("about a second")
        student.next_step()

        assert "Welcome to nginx!" in student.click_line("curl localhost:8080")
        student.goal("2/answered")
        student.speed(10)
        student.sees("^Virtual machine web-vm, running")
        student.goal("2/vm-up")
        student.speed(1)
        student.next_step()

        student.click_line("docker run -d --name web2")
        for n in (3, 4):
            student.type(f"docker run -d --name web{n} -p 808{n}:80 nginx")
        student.goal("3/four")
        assert student.thing("^Container web").count() == 4
        squares = student.page.locator(".thing-container .thing-faces .face")
        hues = squares.evaluate_all("all => all.map(one => one.style.getPropertyValue('--hue'))")
        assert len(hues) == 4 * 7 and hues == hues[:7] * 4, "one image, one face"
        assert student.page.get_by_role("link", name="Next lesson").is_visible()
        assert violations(student.page) == []
