"""Wrong lines, wrong files, wrong tokens: each is answered in its place, and the page lives."""

from __future__ import annotations

import pytest

from tests.browser.texts import DOCKERFILE

pytestmark = pytest.mark.browser

SAY = """text => document.querySelector('#main')['htmx-internal-data'].webSocket.send(text)"""


def test_bad_input_is_answered_in_its_place_and_the_lab_goes_on(learn):
    with learn("/lessons/02-build-ship-run/?theme=light") as student:
        student.new_file("shop/Dockerfile", "FROM python:3.12-slim\nRUNN pip install flask\n")
        words = "unknown instruction: RUNN (did you mean RUN?)"
        student.page.locator(".cm-lint-marker-error").wait_for()
        student.page.locator(".file-wrong", has_text=f"Line 2: {words}").wait_for()
        assert words in student.type("docker build -t student/shop:1.0 .")
        assert student.is_open("1/built")
        student.new_file("shop/shop.yaml", "x")
        student.rewrite("shop/shop.yaml", "apiVersion: v1\nkind: Service\n\tmetadata: {}\n")
        student.page.locator(".file-wrong", has_text="Line 3: found character that").wait_for()
        student.rewrite("shop/Dockerfile", DOCKERFILE)
        student.page.locator(".cm-lint-marker").wait_for(state="detached")
        student.type("docker build -t student/shop:1.0 .")
        student.goal("1/built")


def test_a_manifest_with_a_tab_is_refused_in_the_words_of_kubectl(learn):
    with learn("/sandbox/?scenario=three-nodes&theme=light") as student:
        student.new_file("tab.yaml", "x")
        student.rewrite("tab.yaml", "apiVersion: v1\nkind: Service\n\tmetadata: {}\n")
        answer = student.type("kubectl apply -f tab.yaml")
        assert "yaml: line 3: found a tab character that violates indentation" in answer
        assert "worker-1" in student.type("kubectl get nodes")


def test_the_terminal_remembers_lines_and_completes_words(learn):
    with learn("/sandbox/?scenario=laptop&theme=light") as student:
        student.type("ls")
        student.type("docker images")
        assert "    1  ls\n    2  docker images\n    3  history" in student.type("history")
        field = student.page.locator(".term-input")
        field.press("ArrowUp")
        field.press("ArrowUp")
        assert field.input_value() == "docker images"
        field.fill("docker net")
        field.press("Tab")
        student.page.wait_for_function(
            "document.querySelector('.term-input').value.startsWith('docker network')"
        )


def test_an_unknown_command_comes_with_what_helps(learn):
    with learn("/sandbox/?scenario=laptop&theme=light") as student:
        assert "written under Files" in student.type("nano app.py")
        assert "help lists the programs" in student.type("dcoker ps")


def test_a_paste_of_ten_megabytes_is_refused_and_the_page_lives(learn):
    with learn("/sandbox/?scenario=laptop&theme=light") as student:
        student.page.locator("#term-input").click()
        student.paste("echo " + "x" * 10_000_000)
        student.page.get_by_text("too long for the terminal").wait_for()
        assert "alive" in student.type("echo alive")
        student.new_file("big.txt", "y")
        student.page.locator(".cm-content").click()
        student.paste("z" * 10_000_000)
        student.page.locator(".file-state[data-state=problem]", has_text="1 MiB").wait_for()
        assert "alive" in student.type("echo alive")


def test_nonsense_on_the_socket_is_said_and_the_socket_lives(learn):
    with learn("/sandbox/?scenario=laptop&theme=light") as student:
        for text, words in (
            ("garbage", "not JSON"),
            ('{"t": "dance"}', "no message of kind"),
            ('{"t": "step", "lab": "another"}', "belongs to another lab"),
        ):
            student.page.evaluate(SAY, text)
            student.page.locator(".trouble-error", has_text=words).wait_for()
        student.page.evaluate(f"({SAY})('x'.repeat(3_200_000))")
        student.page.locator(".trouble-error", has_text="larger than 3 MiB").wait_for()
        assert "alive" in student.type("echo alive")
        assert student.page.locator("[data-part=link]").is_hidden(), "it never reconnected"


def test_a_wrong_token_is_refused_and_says_what_to_do(learn, chromium, school):
    with learn("/sandbox/?scenario=laptop&theme=light") as student:
        address = student.page.evaluate(
            "JSON.parse(document.querySelector('#lab-data').text).ws_url"
        )
        lab = address.split("/")[-1].split("?")[0]
        answer = student.context.request.get(f"{school.base}/labs/{lab}?token=wrong")
        assert answer.status == 404
        code = student.page.evaluate(
            """address => new Promise(done => {
              new WebSocket(address).onclose = (event) => done(event.code);
            })""",
            address.split("token=")[0].replace("/ws", school.base.replace("http", "ws") + "/ws")
            + "token=wrong",
        )
        assert code == 4404
        assert "alive" in student.type("echo alive")


def test_what_was_done_is_undone_and_what_was_written_stays(learn):
    with learn("/sandbox/?scenario=three-nodes&theme=light") as student:
        student.thing("^Pull the plug of worker-2").click()
        student.sees("^Plug worker-2 in again")
        student.new_file("notes.txt", "mine")
        student.page.get_by_role("button", name="Undo power-off worker-2").click()
        student.sees("^Pull the plug of worker-2")
        student.page.get_by_text("What came after is undone").wait_for(state="attached")
        assert "mine" in student.type("cat notes.txt")
        student.type("docker pull nginx")
        student.page.locator(".stage").click(position={"x": 5, "y": 60})
        student.page.keyboard.press("Control+z")
        assert "nginx" not in student.type("docker image ls")
