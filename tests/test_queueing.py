"""Requests in containers queue as the theory says, and die with their container."""

from __future__ import annotations

import math
from typing import Any

import pytest

from simulator import Lab, Scenario

SECOND = 1_000_000
WEB = "docker run -d --name web -p 8000:8000 python:3.12-slim python -m http.server 8000"


def serving(seed: int = 3, limit: str = "") -> tuple[Lab, dict[str, Any], str]:
    """A laptop on which Python's little web server answers; its spec; its id."""
    scenario = Scenario.load("laptop")
    data = {**scenario.data, "images": {"laptop": ["python:3.12-slim"]}}
    lab = Lab(Scenario.from_data(data), seed)
    result = lab.do({"terminal": WEB.replace("run -d", f"run -d {limit}")})
    lab.advance(5 * SECOND)
    container = lab.entry(result["entry"])["output"].strip()
    return lab, lab.engine.traffic.queues.server(container, 8000), container


def send(lab: Lab, rps: float, seconds: int) -> list[dict[str, Any]]:
    """Send Poisson traffic and give the points of the seconds that passed."""
    lab.do({"traffic": {"name": "users", "target": "machine/laptop:8000", "rps": rps}})
    begin = lab.now_us
    points: dict[str, dict[str, Any]] = {}
    while lab.now_us < begin + seconds * SECOND:
        lab.advance(lab.now_us + 100 * SECOND)
        points.update(lab.engine.traffic.statistics.state["points"])
    return [point for point in points.values() if point["at_us"] >= begin + 20 * SECOND]


@pytest.mark.parametrize("utilisation", [0.5, 0.8])
def test_the_mean_wait_is_pollaczek_and_khinchines(utilisation: float) -> None:
    """M/G/1: mean wait = rate x E[S^2] / (2 (1 - utilisation)), within four standard errors.

    The batch means of independent labs give the error; a biased queue is far outside of it.
    """
    waits = []
    for seed in range(8):
        lab, spec, container = serving(seed, "--cpus 1")
        service = spec["service_us"] / SECOND
        rate = utilisation / service
        waits.append(_mean_wait(lab, container, rate, 3000))
        second_moment = service**2 * math.exp(float(spec["sigma"]) ** 2)
        theory = rate * second_moment / (2 * (1 - utilisation))
    mean = sum(waits) / len(waits)
    error = math.sqrt(sum((w - mean) ** 2 for w in waits) / (len(waits) - 1) / len(waits))
    assert abs(mean - theory) < 4 * error
    assert error < 0.15 * theory


def _mean_wait(lab: Lab, container: str, rate: float, count: int) -> float:
    """Book Poisson arrivals into a container's queue; the mean wait in seconds after warm-up."""
    queues = lab.engine.traffic.queues
    arrivals = lab.engine.streams.stream("test")
    at, waits = lab.now_us, []
    for n in range(count):
        at += arrivals.exponential_us(SECOND / rate)
        record = queues.book(container, 8000, at)
        assert record is not None
        if n >= count // 10:
            waits.append((record[3] - record[2]) / SECOND)
    return sum(waits) / len(waits)


def test_traffic_arrives_at_its_rate_and_is_answered() -> None:
    lab, _, _ = serving()
    points = send(lab, 50, 200)
    mean = sum(point["rps"] for point in points) / len(points)
    assert abs(mean - 50) < 4 * math.sqrt(50 / len(points))
    assert all(point["ok"] == point["rps"] for point in points)


def test_a_container_that_dies_takes_its_unfinished_requests_with_it() -> None:
    lab, _, container = serving(limit="--cpus 0.05")
    lab.do({"traffic": {"name": "users", "target": "machine/laptop:8000", "rps": 400}})
    lab.advance(lab.now_us + 3 * SECOND)
    waiting = lab.engine.traffic.queues.waiting(container, lab.now_us)
    assert waiting > 10
    lab.do({"fault": {"kind": "kill-container", "target": "laptop/web"}})
    lab.advance(lab.now_us + 3 * SECOND)
    points = lab.engine.traffic.statistics.state["points"].values()
    assert sum(point["errors"].get("reset", 0) for point in points) >= waiting
    assert list(points)[-1]["errors"].keys() == {"refused"}


def test_nobody_answers_on_a_machine_without_power() -> None:
    lab, _, _ = serving()
    lab.do({"traffic": {"name": "users", "target": "machine/laptop:8000", "rps": 20}})
    lab.do({"fault": {"kind": "power-off", "target": "laptop"}})
    lab.advance(lab.now_us + 10 * SECOND)
    last = list(lab.engine.traffic.statistics.state["points"].values())[-1]
    assert last["errors"].keys() == {"timeout"}


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"target": "machine/laptop:8000", "rps": -1}, "'rps' must be a number from 0 to 5000"),
        ({"target": "nowhere", "rps": 1}, "'target' is service/NAMESPACE/NAME"),
        ({"target": "machine/laptop:8000", "rps": 1, "kind": "burst"}, "unknown kind 'burst'"),
    ],
)
def test_traffic_that_cannot_be_is_refused_in_plain_words(wish: dict[str, Any], words: str) -> None:
    lab = Lab(Scenario.load("laptop"), 1)
    assert words in lab.do({"traffic": wish})["error"]
