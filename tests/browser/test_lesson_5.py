"""The fifth lesson as a student does it: a queue, its workers, and what is lost with one."""

from __future__ import annotations

import pytest

from tests.browser.axe import violations

pytestmark = pytest.mark.browser

WAITING = "docker exec queue redis-cli llen orders"
IS_DONE = "docker exec queue redis-cli sismember done wedding"
CURE = ('_, order = queue.blpop("orders")\n    work(order)',
        'order = queue.blmove("orders", "taken", 0)\n    work(order)\n'
        '    queue.lrem("taken", 1, order)')  # fmt: skip


def test_lesson_5_a_queue_and_its_workers(learn):
    with learn("/lessons/05-a-queue-and-its-workers/") as student:
        student.speed(10)
        first_orders(student)
        student.next_step()
        student.predict("About thirty, and ever more")
        student.click_line("python guests.py")
        ask_until(student, WAITING, "2/backlog")
        student.revealed("added every second")
        student.next_step()
        student.predict("Three")
        student.click_line("docker run -d --name worker-b")
        student.click_line("docker run -d --name worker-c")
        ask_until(student, WAITING, "3/caught-up")
        student.revealed("half an order a second is gained")
        student.next_step()
        lose_an_order(student)
        student.next_step()
        lose_nothing(student)
        assert violations(student.page) == []
        student.next_step()
        hand_over(student)
        assert violations(student.page) == []


def ask_until(student, line, goal):
    """Ask once more until a goal is met, as somebody does who waits for a number."""
    for _ in range(60):
        student.type(line)
        if not student.is_open(goal):
            return
        student.page.wait_for_timeout(700)
    raise AssertionError(f"{goal} is not met")


def first_orders(student):
    student.click_line("docker build")
    student.click_line("docker network create")
    student.click_line("docker run -d --name queue")
    student.click_line("docker run -d --name worker")
    student.goal("1/built")
    student.click_line("rpush orders tea cake")
    ask_until(student, "docker exec queue redis-cli smembers done", "1/cooked")
    assert "has done cake" in student.click_line("docker logs worker")


def order_and_kill(student):
    """Order the long cake, and kill the worker that has begun it."""
    student.type("docker exec queue redis-cli rpush orders wedding:30")
    while "begins wedding" not in student.type("docker logs --tail 1 worker"):
        student.page.wait_for_timeout(300)
    student.type("docker kill worker")


def lose_an_order(student):
    student.click_line("docker rm -f guests")
    while not student.type(WAITING).rstrip().endswith("\n0"):
        student.page.wait_for_timeout(300)
    student.speed(1)
    order_and_kill(student)
    student.predict("It is lost, nobody knows of it any more")
    student.click_line("docker start worker")
    student.click_line(WAITING)
    student.click_line("sismember done wedding")
    student.goal("4/killed")
    student.goal("4/lost")
    student.revealed("Redis never learns how it ended")


def lose_nothing(student):
    student.change("kitchen/worker.py", *CURE)
    student.click_line("docker build -t student/kitchen:1.1")
    student.click_line("docker rm -f worker")
    student.click_line("docker run -d --name worker --network work student/kitchen:1.1")
    order_and_kill(student)
    assert "wedding:30" in student.click_line("lrange taken 0 -1")
    student.goal("5/known")
    student.click_line("lmove taken orders")
    student.click_line("docker start worker")
    student.speed(10)
    ask_until(student, IS_DONE, "5/done")


def hand_over(student):
    student.click_line("docker push")
    student.click_line("kubectl apply")
    student.predict("Nothing, it keeps the one worker that you asked for")
    waiting = "kubectl exec deploy/queue -- redis-cli llen orders"
    ask_until(student, waiting, "6/grown")
    student.click_line("kubectl scale deployment worker")
    student.goal("6/scaled")
    ask_until(student, waiting, "6/caught-up")
    student.revealed("does not look into queues")


def test_containers_in_a_narrow_machine_are_told_apart_by_their_names(learn):
    with learn("/lessons/05-a-queue-and-its-workers/") as student:
        for name in ("queue", "guests", "worker", "worker-b", "worker-c"):
            student.type(f"docker run -d --name {name} redis")
        student.sees("^Container worker-c, ")
        names = student.page.locator(".thing .t-name").all_text_contents()
        assert names[:3] == ["queue", "guests", "worker"]
        assert [name[-2:] for name in names[3:]] == ["-b", "-c"]
