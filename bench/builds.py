"""A Dockerfile of 30 instructions, built cold and then from the cache.

Prints the median of real milliseconds and the simulated seconds that a student would see.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from simulator import SECOND, Lab, Scenario

ROUNDS = 5
PACKAGES = ("curl", "git", "vim", "jq", "less", "tree", "htop", "rsync", "unzip")


def dockerfile() -> str:
    """Write 30 instructions of the usual kinds."""
    lines = ["FROM python:3.12-slim", "WORKDIR /app", "ENV A=1", "ARG B=2", "LABEL c=3"]
    for package in PACKAGES:
        lines.append(f"RUN apt-get update && apt-get install -y {package}")
        lines.append(f"ENV HAS_{package.upper()}=yes")
    lines += ["COPY requirements.txt .", "RUN pip install -r requirements.txt", "COPY . ."]
    lines += ["RUN mkdir -p /data && touch /data/ready", "USER nobody", "EXPOSE 8000"]
    return "\n".join([*lines, 'CMD ["python", "app.py"]']) + "\n"


def build(lab: Lab) -> tuple[float, float]:
    """Build once; answers (real milliseconds, simulated seconds)."""
    began, begin = lab.now_us, time.perf_counter()
    result = lab.do({"terminal": "docker build -t bench ."})
    while result["exit_code"] is None:
        lab.advance(lab.now_us + SECOND // 10)
        result = lab.entry(result["entry"]) or result
    if result["exit_code"]:
        raise SystemExit(result["output"])
    return (time.perf_counter() - begin) * 1000, (lab.now_us - began) / SECOND


def main() -> int:
    """Build in a new lab, then again; several times."""
    text = dockerfile()
    files = {"app.py": "print('hello')\n", "requirements.txt": "flask==3.1.2\n"}
    machine = {"name": "laptop", "role": "laptop", "arch": "amd64", "cpu": 8,
               "memory": "16Gi", "disk": "256Gi", "link": "100Mbps"}  # fmt: skip
    data = {"name": "bench", "machine": "laptop", "machines": [machine],
            "files": {**files, "Dockerfile": text}}  # fmt: skip
    cold, cached = [], []
    for seed in range(ROUNDS):
        lab = Lab(Scenario(data), seed)
        lab.advance(SECOND)
        cold.append(build(lab))
        cached.append(build(lab))
    print(f"{len(text.splitlines())} instructions, median of {ROUNDS}")
    for word, rows in (("cold", cold), ("cached", cached)):
        real, simulated = (statistics.median(row[n] for row in rows) for n in (0, 1))
        print(f"  {word:6} {real:7.1f} ms; the student waits {simulated:.1f} simulated s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
