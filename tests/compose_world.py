"""A lab with a Compose project on its laptop, for the tests of `docker compose`."""

from __future__ import annotations

from typing import Any

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, run_for

SHOP = """
services:
  web:
    image: nginx
    ports: ["8080:80"]
    depends_on: [db]
  db:
    image: redis
    volumes: ["data:/data"]
volumes: {data: }
"""
CHAIN = """
services:
  web:
    image: nginx
    depends_on:
      db: {condition: service_healthy}
      migrate: {condition: service_completed_successfully}
  migrate:
    image: alpine:3.24
    command: sh -c 'echo migrating; sleep 2; exit ${CODE:-0}'
  db:
    image: redis
    healthcheck: {test: redis-cli ping, interval: 2s}
"""


def shop(text: str, **files: str) -> Lab:
    """Make a lab with a compose file and the images that the tests use."""
    more = {f"shop/{name}": body for name, body in files.items()}
    made = make_lab(**{"shop/compose.yaml": text, **more})
    for ref in ("alpine:3.24", "nginx:latest", "redis:latest"):
        add_image(made, ref)
    return made


def begin(lab: Lab, line: str) -> int:
    """Type a line that takes time; answers its entry."""
    answer = lab.do({"terminal": line, "machine": "laptop", "cwd": "/home/student/shop"})
    assert answer["exit_code"] is None, answer["output"]
    return int(answer["entry"])


def seen(lab: Lab, entry: int) -> tuple[str, Any]:
    found = lab.entry(entry)
    assert found is not None
    return found["output"], found["exit_code"]


def run(lab: Lab, line: str, seconds: float = 30) -> tuple[str, Any]:
    """Type a line and let time pass; answers its output and exit code."""
    answer = lab.do({"terminal": line, "machine": "laptop", "cwd": "/home/student/shop"})
    if answer["exit_code"] is not None:
        return answer["output"], answer["exit_code"]
    run_for(lab, seconds)
    return seen(lab, answer["entry"])


def write(lab: Lab, text: str, path: str = "shop/compose.yaml") -> None:
    lab.do({"file": {"path": path, "text": text}})


def names(lab: Lab, extra: str = "") -> list[str]:
    return run(lab, f"docker ps --format '{{{{.Names}}}}' {extra}")[0].split()


def shown(text: str) -> list[str]:
    """Give the lines of progress without their times."""
    rows = [line.rstrip().rpartition(" ")[0].split() for line in text.splitlines()
            if line[:2] == " ✔" or line[:2] == " ✘"]  # fmt: skip
    return [" ".join(row[1:]) for row in rows]
