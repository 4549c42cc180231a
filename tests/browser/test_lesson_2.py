"""The second lesson as a student does it: build once, run anywhere."""

from __future__ import annotations

import pytest

from tests.browser.axe import violations
from tests.browser.texts import DOCKERFILE

pytestmark = pytest.mark.browser

WELL_ORDERED = """\
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
EXPOSE 8000
CMD ["python", "app.py"]
"""
FAT = """\
FROM python:3.12-slim
WORKDIR /app
RUN apt-get update && apt-get install -y gcc
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
RUN apt-get purge -y gcc && apt-get autoremove -y
COPY . .
EXPOSE 8000
CMD ["python", "app.py"]
"""
SLIM = """\
FROM python:3.12-slim AS build
RUN apt-get update && apt-get install -y gcc
COPY requirements.txt .
RUN pip install --no-cache-dir --prefix=/install -r requirements.txt

FROM python:3.12-slim
WORKDIR /app
COPY --from=build /install /usr/local
COPY . .
EXPOSE 8000
CMD ["python", "app.py"]
"""


def test_lesson_2_build_once_run_anywhere(learn):
    with learn("/lessons/02-build-ship-run/?theme=light") as student:
        student.new_file("shop/Dockerfile", DOCKERFILE)
        student.goal("1/written")
        assert "naming to docker.io/student/shop:1.0" in student.click_line("docker build -t")
        student.page.wait_for_timeout(100)
        assert student.page.locator(".term-out[data-wide]").count() == 0, "it is fitted in"
        student.goal("1/built")
        student.next_step()
        student.speed(4)
        use_the_cache(student)
        student.next_step()
        look_into_the_layers(student)
        student.next_step()

        student.click_line("docker run -d --name shop")
        student.goal("4/runs")
        student.sees("^Container shop, Up, image student/shop:1.3")
        assert "Good evening" in student.click_line("curl localhost:8000")
        student.goal("4/answers")
        student.next_step()

        assert "Mounted from library/python" in student.click_line("docker push")
        student.goal("5/pushed")
        student.click_line("ssh server")
        student.click_line("docker run -d --name shop")
        student.goal("5/server")
        student.sees("^Image student/shop:1.3")
        laptop, server = faces(student, "laptop"), faces(student, "server")
        assert laptop == server != [], "the same image has the same face everywhere"
        student.next_step()
        student.type("exit")
        serve_the_pi(student, laptop)
        assert violations(student.page) == []


def use_the_cache(student):
    student.predict("Only the copy of the files")
    student.change("shop/app.py", "Welcome to the shop", "Good morning")
    student.click_line("docker build -t student/shop:1.1")
    student.goal("2/changed")
    student.open_file("shop/Dockerfile")
    said = student.page.locator(".cm-built", has_text="built: the file app.py changed")
    said.wait_for()
    student.rewrite("shop/Dockerfile", WELL_ORDERED)
    student.type("docker build -t student/shop:1.2 .")
    student.change("shop/app.py", "Good morning", "Good evening")
    assert "CACHED [4/5] RUN pip install" in student.type("docker build -t student/shop:1.3 .")
    student.goal("2/cached")
    student.revealed("so did every step after it")
    cached = student.page.locator(".build-step[data-state=cached]", has_text="RUN pip install")
    cached.wait_for()


def look_into_the_layers(student):
    page = student.page
    student.predict("As large as without the compiler")
    student.rewrite("shop/Dockerfile", FAT)
    student.click_line("docker build -t student/shop:fat")
    student.goal("3/fat")
    student.menu("^Image student/shop:fat", "Look into its layers")
    page.locator('.layer[title^="RUN apt-get purge"] .layer-hides').wait_for()
    page.locator('.layer[data-scope="waste"]').click()
    page.locator(".tree-row", has_text="usr").first.wait_for()
    page.keyboard.press("Escape")
    student.rewrite("shop/Dockerfile", SLIM)
    student.type("docker build -t student/shop:slim .")
    student.goal("3/slim")
    student.revealed("The explorer counts them as wasted")


def serve_the_pi(student, amd64):
    student.predict("It runs, only slower")
    student.click_line("ssh pi")
    assert "does not match the detected host platform" in student.click_line("docker run -d")
    student.goal("6/refused")
    student.sees(r"^Container shop, Exited \(255\)")
    assert "exec format error" in student.type("docker logs shop")
    student.type("docker rm shop")
    student.click_line("exit")
    student.speed(10)
    assert "[linux/arm64 build 4/4] RUN pip install" in student.click_line(
        "docker build --platform"
    )
    student.speed(4)
    student.goal("6/both")
    student.type("ssh pi")
    student.type("docker run -d --name shop -p 8000:8000 student/shop:1.4")
    student.goal("6/pi")
    student.sees("^Container shop, Up, image student/shop:1.4")
    arm64 = faces(student, "pi")
    assert arm64 and arm64 != amd64, "another platform, another image"


def faces(student, machine):
    """The colours of the layers of the container on a machine, as they are drawn."""
    hit = student.page.locator(f'[data-key^="container/{machine}/"]')
    box = hit.bounding_box()
    student.page.wait_for_timeout(600)  # things glide to their place
    return student.page.evaluate(
        """box => [...document.querySelectorAll('.thing .face')].filter(face => {
          const at = face.getBoundingClientRect();
          return at.x >= box.x && at.y >= box.y
            && at.right <= box.x + box.width && at.bottom <= box.y + box.height;
        }).map(face => face.style.getPropertyValue('--hue'))""",
        box,
    )


def test_a_long_line_of_a_file_goes_on_further_in(learn):
    """Else it looks like two lines of the Dockerfile."""
    with learn("/lessons/02-build-ship-run/") as student:
        lines = student.page.locator("pre:visible .code-line")
        assert lines.count() == 6
        boxes = lines.nth(3).evaluate(
            "one => [...one.children].map(w => w.getBoundingClientRect()).map(b => [b.x, b.y])"
        )
        first, last = boxes[0], boxes[-1]
        assert last[1] > first[1], "it is too long for one line"
        assert last[0] > first[0]
