"""A project as people write them, in a lab: its files, and lines typed in its folder."""

from __future__ import annotations

from simulator.lab import Lab
from tests.docker_world import make_lab, run_for

PYTHON = """FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
"""


class Project:
    """Files of a folder on a laptop; text: "=== name" lines begin a file."""

    def __init__(self, text: str) -> None:
        files: dict[str, str] = {}
        for part in text.split("=== ")[1:]:
            name, _, body = part.partition("\n")
            files[f"p/{name}"] = body
        files.setdefault("p/Dockerfile", PYTHON)
        self.lab: Lab = make_lab(**files)

    def run(self, line: str, seconds: float = 2.0) -> str:
        """Type a line and let time pass: what it has printed."""
        answer = self.lab.do({"terminal": line, "machine": "laptop", "cwd": "/home/student/p"})
        run_for(self.lab, seconds)
        if answer["exit_code"] is None:
            answer = self.lab.entry(answer["entry"]) or answer
        self.code = answer["exit_code"]
        return str(answer["output"])

    def up(self, seconds: float = 40.0) -> None:
        """Build and start all services."""
        self.run("docker compose up -d --build", seconds)

    def logs(self, service: str) -> str:
        """Give what a service has written, without its name before each line."""
        return self.run(f"docker compose logs --no-log-prefix {service}")
