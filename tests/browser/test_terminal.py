"""In a real browser: what is typed goes where it belongs, and what is printed can be read."""

from __future__ import annotations

import re

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


def test_a_line_typed_before_the_page_is_connected_is_entered_once_it_is(desk):
    with desk() as at:
        at.load_anew(holding=True)
        at.type("pwd")
        at.expect(at.page.locator(".term-held")).to_contain_text("still connecting")
        at.expect(at.log).not_to_contain_text("/home/student")
        at.let_through()
        at.shows("/home/student")
        at.expect(at.line).to_have_value("")
        at.expect(at.page.locator(".term-held")).to_be_hidden()


def test_control_c_before_the_server_has_answered_stops_the_line_all_the_same(desk):
    with desk() as at:
        at.load_anew()
        at.type("pwd")
        at.shows("/home/student")
        at.hold_back()
        at.type("sleep 300")
        at.page.keyboard.press("Control+c")
        at.let_through()
        at.shows("^C")
        at.expect(at.page.locator(".term-line:not([data-busy])")).to_be_visible()


def test_a_line_entered_while_another_runs_follows_it(desk):
    with desk() as at:
        at.type("sleep 3")
        at.expect(at.page.locator(".term-line[data-busy]")).to_be_visible()
        at.page.keyboard.type("pwd")
        at.page.keyboard.press("Enter")
        at.expect(at.page.locator(".term-held")).to_contain_text("follows")
        at.shows("/home/student")
        at.expect(at.line).to_have_value("")


def test_a_line_that_is_not_whole_goes_on_at_a_second_prompt(desk):
    with desk() as at:
        at.type("cat > notes.txt <<END")
        at.stands_at(">")
        at.type("one")
        at.type("END")
        at.stands_at("student@laptop")
        at.type("mkdir -p deep/er && cd deep && cat ../notes.txt")
        at.shows("one")
        at.stands_at("student@laptop:~/deep$")
        at.type("for i in 1 2; do")
        at.stands_at(">")
        at.line.press("Control+c")
        at.stands_at("student@laptop")


def test_pasted_lines_wait_for_enter_and_run_as_one_script(desk):
    with desk() as at:
        at.line.focus()
        at.paste("echo first \\\n  and more\necho second\n")
        at.stands_at(">")
        at.line.press("Enter")
        at.shows("first and more\nsecond")


def test_control_c_stops_what_runs_and_leaves_what_was_typed_meanwhile(desk):
    with desk() as at:
        at.type("sleep 300")
        at.expect(at.page.locator(".term-line[data-busy]")).to_be_visible()
        at.page.keyboard.type("pwd")
        at.page.keyboard.press("Enter")
        at.page.keyboard.press("Control+c")
        at.expect(at.page.locator(".term-line:not([data-busy])")).to_be_visible()
        at.expect(at.line).to_have_value("pwd")
        at.expect(at.log).not_to_contain_text("/home/student")


def test_a_pull_tells_its_figures_in_a_pane_too_narrow_for_bars(desk):
    with desk() as at:
        at.type("docker pull python")
        at.expect(at.log).to_contain_text(re.compile(r": Downloading +[\d.]+[kM]B/[\d.]+MB"))
        assert at.page.locator(".term-out[data-wide]").count() == 0


def test_what_went_wrong_in_a_build_can_be_read_without_scrolling_sideways(desk):
    with desk() as at:
        text = f"FROM alpine\nRUN echo {'long' * 30} && cat /nowhere\n"
        at.lab.post("/commands", {"file": {"path": "Dockerfile", "text": text}})
        at.type("docker build .")
        error = at.page.locator(".term-sentence", has_text="ERROR: failed to build")
        at.expect(error).to_be_visible(timeout=30_000)
        seen = error.evaluate(
            "one => one.getBoundingClientRect().right"
            " <= one.closest('.term-out').getBoundingClientRect().right + 1"
        )
        assert seen


def test_a_page_loaded_anew_comes_back_to_the_build_that_runs(desk):
    with desk() as at:
        text = "FROM alpine\nRUN sleep 300\n"
        at.lab.post("/commands", {"file": {"path": "Dockerfile", "text": text}})
        at.type("docker build .")
        at.expect(at.page.locator(".build-step[data-state=running]")).to_contain_text("sleep 300")
        at.page.reload()
        at.expect(at.page.locator(".build-step[data-state=running]")).to_contain_text("sleep 300")
