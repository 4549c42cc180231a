"""In a real browser: lines typed while a container's shell is in front go to that shell."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def test_a_shell_in_a_container_is_typed_into_at_its_own_prompt(desk):
    with desk() as at:
        at.shell()
        at.type("cd /etc && echo $((6*7))")
        at.stands_at("/etc # ")
        at.shows("/ # cd /etc && echo $((6*7))")
        at.shows("42")
        at.line.press("Control+d")
        at.stands_at("student@laptop")


def test_loading_the_page_anew_keeps_what_was_printed_and_the_shell_that_is_open(desk):
    with desk() as at:
        at.type("cd shop-that-is-not-there")
        at.shows("No such file or directory")
        at.shell()
        at.type("cd /etc && echo $((6*7))")
        at.shows("42")

        at.page.reload()

        at.shows("No such file or directory")
        at.stands_at("/etc # ")
        at.type("echo $((9*9))")
        at.shows("81")
        at.line.press("Control+d")
        at.stands_at("student@laptop")
        at.page.reload()
        at.shows("81")
        at.expect(at.page.locator(".term-line:not([data-busy])")).to_contain_text("student@laptop")
        assert at.faults == []


def test_a_line_typed_into_a_shell_while_the_server_is_away_is_not_lost(desk):
    with desk() as at:
        at.shell()
        at.lose_the_server()
        at.type("echo $((6*7))")
        at.expect(at.line).to_have_value("echo $((6*7))")
        at.get_the_server_back()

        at.line.press("Enter")
        at.shows("42")


def test_a_line_that_could_not_be_sent_is_neither_lost_nor_shown_as_done(desk):
    with desk() as at:
        at.type("pwd")
        at.shows("/home/student")
        at.lose_the_server()
        at.type("cat nowhere")

        at.expect(at.line).to_have_value("cat nowhere")
        at.expect(at.page.locator(".term-held")).to_contain_text("Not sent")
        at.expect(at.log).not_to_contain_text("nowhere")
        at.page.keyboard.press("Control+u")
        at.type("history")
        at.shows("1  pwd")
        at.expect(at.log).not_to_contain_text("nowhere")

        at.type("cat nowhere")
        at.get_the_server_back()
        at.expect(at.page.locator(".term-held")).to_be_hidden()
        at.line.press("Enter")
        at.shows("No such file")
        assert at.faults == []
