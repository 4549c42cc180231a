"""The fourth lesson as a student does it: containers that talk and remember."""

from __future__ import annotations

import pytest

from tests.browser.axe import violations

pytestmark = pytest.mark.browser


def test_lesson_4_containers_that_talk_and_remember(learn):
    with learn("/lessons/04-talk-and-remember/?theme=dark") as student:
        student.speed(4)
        forget_and_remember(student)
        student.next_step()
        student.click_line("docker run -d --name db redis")
        student.predict("No, it is not found")
        asked = "docker run --rm redis redis-cli -h db ping"
        assert "Name or service not known" in student.click_line(asked)
        student.goal("3/nameless")
        for line in ("docker network create", "docker rm -f db"):
            student.click_line(line)
        student.click_line("docker run -d --name db --network backend")
        assert "PONG" in student.click_line("docker run --rm --network backend")
        student.goal("3/pong")
        student.revealed("name server")
        student.next_step()
        student.click_line("docker run -d --name web --health-cmd")
        student.sees("^Container web, Up")
        student.goal("4/healthy")
        student.click_line("docker exec web rm")
        student.sees("^Container web, Unhealthy")
        student.goal("4/unhealthy")
        student.next_step()
        count_visitors(student)
        assert violations(student.page) == []


def forget_and_remember(student):
    page = student.page
    run, remove = "docker run -d --name memo alpine", "docker rm -f memo"
    student.click_line(run)
    student.click_line("sh -c 'echo buy milk > /memo.txt'")
    student.menu("^Container memo, Up", "Look into its files")
    page.locator(".layer", has_text="What this container wrote itself").click()
    page.locator(".tree-row", has_text="memo.txt").click()
    page.locator(".layers-text", has_text="buy milk").wait_for()
    page.keyboard.press("Escape")
    student.predict("No, it is gone")
    student.click_line(remove)
    student.click_line(run)
    assert "No such file" in student.click_line("docker exec memo cat /memo.txt")
    student.goal("1/lost")
    student.revealed("an empty layer of its own")
    student.next_step()
    student.click_line(remove)
    student.click_line("docker run -d --name memo -v memos:/data")
    student.click_line("> /data/memo.txt")
    student.sees("^Volume memos, used by memo")
    student.type("docker rm -f memo")
    student.click_line("docker run -d --name memo -v memos:/data")
    assert "buy milk" in student.type("docker exec memo cat /data/memo.txt")
    student.goal("2/kept")


def count_visitors(student):
    up, visit = "docker compose up -d", "curl localhost:8000"
    student.click_line(up)
    for number in (1, 2):
        assert f"visitor {number}" in visited(student, visit)
    student.goal("5/counted")
    student.type("docker compose down")
    text = "    image: redis\n"
    volume = text + "    volumes:\n      - data:/data\n"
    student.change("visits/compose.yaml", text, volume)
    student.change("visits/compose.yaml", "interval: 5s", "interval: 5s\nvolumes:\n  data:")
    student.click_line(up)
    assert "visitor 1" in visited(student, visit)
    student.type("docker compose down")
    student.click_line(up)
    assert "visitor 2" in visited(student, visit)
    student.goal("5/remembered")


def visited(student, line):
    """Visit the page, again when it was not up yet."""
    for _ in range(5):
        answer = student.type(line)
        if "visitor" in answer:
            return answer
    return answer
