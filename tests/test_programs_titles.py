"""What lists of processes show: titles, and the workers of servers."""

from __future__ import annotations

from tests.docker_world import add_image, make_lab, run_for, start
from tests.project_world import Project


def columns(text: str) -> list[tuple[str, str]]:
    """Give (user, command) of each line of docker top."""
    return [(line.split()[0], " ".join(line.split()[7:])) for line in text.splitlines()[1:]]


def test_docker_top_shows_the_master_and_the_workers_of_gunicorn() -> None:
    project = Project(
        "=== Dockerfile\nFROM python:3.12-slim\nWORKDIR /app\nRUN pip install flask gunicorn\n"
        'COPY . .\nCMD ["gunicorn", "-w", "2", "app:app"]\n'
        "=== app.py\nfrom flask import Flask\napp = Flask(__name__)\n"
    )
    project.run("docker build -t web .", 40)
    project.run("docker run -d --name web web", 5)
    command = "/usr/local/bin/python3.12 /usr/local/bin/gunicorn -w 2 app:app"
    assert columns(project.run("docker top web")) == [("root", command)] * 3
    rows = [line.split() for line in project.run("docker top web -o pid,ppid,comm").splitlines()]
    assert rows[0] == ["PID", "PPID", "COMMAND"]
    assert {row[1] for row in rows[2:]} == {rows[1][0]}
    assert project.run("docker top web -o comm") == (
        "Error response from daemon: Couldn't find PID field in ps output\n"
    )
    assert " 3 \n" in project.run("docker stats --no-stream").replace("3\n", " 3 \n")


def test_nginx_and_postgres_show_their_children_by_title() -> None:
    lab = make_lab()
    add_image(lab, "nginx:1.27-alpine")
    add_image(lab, "postgres:16")
    start(lab, "nginx:1.27-alpine", name="web", wait=5)
    start(lab, "postgres:16", name="db", wait=20, Env=["POSTGRES_PASSWORD=x"])
    said = str(lab.do({"terminal": "docker top web"})["output"])
    assert columns(said)[:2] == [("root", "nginx: master process nginx -g daemon off;"),
                                 ("nginx", "nginx: worker process")]  # fmt: skip
    assert said.count("worker process") == 8  # worker_processes auto: the machine has 8 processors
    run_for(lab, 1)
    assert "postgres: checkpointer" in str(lab.do({"terminal": "docker top db"})["output"])
    inside = str(lab.do({"terminal": "docker exec web ps"})["output"])
    assert inside.count(" 0:00 nginx: worker process\n") == 8
