"""The lessons as a student does them: in Chromium, by mouse and keyboard, on the real server."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from tests.browser.axe import violations
from tests.browser.student import Student
from tests.server import Server

pytestmark = pytest.mark.browser

DOCKERFILE = """\
FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
EXPOSE 8000
CMD ["python", "app.py"]
"""
WELL_ORDERED = """\
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
EXPOSE 8000
CMD ["python", "app.py"]
"""
WORKERS = ("worker-1", "worker-2", "worker-3")


@pytest.fixture(scope="module")
def school(tmp_path_factory, built):
    """A server of these tests' own, so that its log is theirs."""
    one = Server(tmp_path_factory.mktemp("school"))
    one.start()
    yield one
    one.stop()


@pytest.fixture
def learn(chromium, school, tmp_path):
    """Open a page as a student: learn("/lessons/..."); the server's log must stay clean."""

    @contextmanager
    def open_page(address, **context):
        before = len(school.log.read_text())
        with Student(chromium, school.base + address, **context) as student:
            try:
                yield student
            except BaseException as error:
                student.page.screenshot(path=tmp_path / "failed.png")
                error.add_note(f"the screen: {tmp_path / 'failed.png'}")
                error.add_note(f"the terminal: {student.page.inner_text('.term-log')[-1500:]}")
                error.add_note(f"the server: {school.log.read_text()[before:][-3000:]}")
                raise
            assert student.complaints == []
        log = school.log.read_text()[before:]
        assert "Traceback" not in log and "ERROR" not in log, log[-3000:]

    return open_page


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


def test_lesson_3_from_three_machines_by_hand_to_kubernetes(learn):
    with learn("/lessons/03-from-hand-to-kubernetes/?theme=light") as student:
        run_by_hand(student)
        student.next_step()
        hand_to_kubernetes(student)
        student.next_step()
        kill_a_container(student)
        student.next_step()
        pull_the_plug(student)
        assert violations(student.page) == []


def run_by_hand(student):
    for worker in WORKERS:
        student.type(f"ssh {worker}")
        student.click_line("docker run -d --name shop")
        student.click_line("exit")
    student.goal("1/three")
    student.predict("Docker does, after a moment")
    student.page.locator('[data-key^="container/worker-2/"]').click()
    student.page.get_by_role("menuitem", name="Kill it").click()
    student.sees(r"^Container shop, Exited \(137\)")
    assert student.is_open("1/nobody"), "it has to stay dead for a while"
    student.speed(10)
    student.goal("1/nobody")
    student.revealed("Nobody")
    student.speed(1)


def hand_to_kubernetes(student):
    student.open_file("shop/shop.yaml")
    assert "deployment.apps/shop created" in student.click_line("kubectl apply -f shop.yaml")
    student.goal("2/wanted")
    student.goal("2/service")
    student.sees("^Service shop, 3 ready endpoints")
    student.sees("^Deployment shop, 3 of 3 ready")
    machines = student.click_line("kubectl get pods -o wide")
    assert all(machines.count(worker) == 1 for worker in WORKERS)


def kill_a_container(student):
    student.menu("^Service shop", "40 requests a second")
    student.goal("3/customers")
    student.predict("It waits for you, as Docker did")
    student.page.locator('[data-key^="pod/default/shop-"]').first.click()
    student.page.get_by_role("menuitem", name="Kill its process").click()
    student.goal("3/restarted")
    student.revealed("RESTARTS goes up by one")
    assert student.type("kubectl get pods").count("1/1") == 3
    student.page.locator(".uplot canvas").first.wait_for()


def pull_the_plug(student):
    student.predict("At once")
    student.thing("^Pull the plug of worker-2").click()
    student.sees("^Machine worker-2, no power")
    student.sees("^Plug worker-2 in again")
    student.speed(30)
    student.goal("4/noticed")
    assert "NotReady" in student.type("kubectl get nodes")
    student.goal("4/healed")
    student.goal("4/happy")
    student.revealed("300 more seconds")
    student.page.get_by_role("button", name="worker-2 NotReady").first.wait_for(state="attached")
    student.page.locator(".figure-errors dd", has_text="0.0 %").wait_for()
