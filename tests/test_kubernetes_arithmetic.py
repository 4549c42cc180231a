"""The arithmetic of selectors, cron, rollouts, deletion order and autoscaling beyond the tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.kubernetes.api import quantity, selectors
from simulator.kubernetes.controllers import (
    cron_schedule,
    hpa_behavior,
    hpa_math,
    pod_ranking,
    rollout,
)
from simulator.kubernetes.controllers.rollout import SetSize
from simulator.timing import SECOND, parse_start, since_start

START = parse_start("2026-01-01T00:00:00Z")


@given(st.integers(-(10**20), 10**20), st.sampled_from(["DecimalSI", "BinarySI"]))
def test_a_printed_quantity_reads_back_as_the_same_amount(nanos: int, style: str) -> None:
    text = quantity.normalized(nanos, style)

    assert quantity.parse(text).nanos == nanos


@given(st.sampled_from(["1500m", "0.3", "2Gi", "5e3", "7k"]), st.sampled_from(["1", "250m", "1Mi"]))
def test_quantities_add_exactly(a: str, b: str) -> None:
    total = quantity.parse(a) + quantity.parse(b)

    assert total.nanos == quantity.parse(a).nanos + quantity.parse(b).nanos
    assert (total - quantity.parse(b)).nanos == quantity.parse(a).nanos


def test_fast_readers_round_up_to_whole_units() -> None:
    assert quantity.milli_cpu("0.0001") == 1
    assert quantity.milli_cpu("2") == quantity.milli_cpu(2) == 2000
    assert quantity.bytes_of("1.5Ki") == 1536
    assert quantity.bytes_of(None) == 0
    assert quantity.cpu_text(1500) == "1500m"
    assert quantity.bytes_text(3 * 1024**3) == "3Gi"


@given(
    st.dictionaries(st.sampled_from("abc"), st.sampled_from(["", "x", "y", "7"]), max_size=3),
    st.sampled_from(["a=x", "a!=x,b", "!c", "a in (x,y)", "b notin (x),a", "c>3", "c<3", ""]),
)
def test_a_selector_means_the_same_after_printing(labels: dict[str, str], text: str) -> None:
    selector = selectors.parse(text)

    again = selectors.parse(str(selector))

    assert again == selector
    assert again.matches(labels) == selector.matches(labels)


def test_no_label_selector_object_selects_nothing_and_an_empty_one_all() -> None:
    assert not selectors.of_object(None).matches({"a": "b"})
    assert selectors.of_object({}).matches({"a": "b"})


def test_field_selectors_compare_text() -> None:
    pod = {"metadata": {"name": "web"}, "spec": {"nodeName": "n1"}, "status": {}}

    def means(text: str) -> bool:
        return selectors.matches_fields(selectors.parse_fields(text), pod)

    assert means("spec.nodeName=n1,status.phase!=Running")
    assert means("status.phase=")
    assert not means("metadata.name==db")
    with pytest.raises(selectors.SelectorError, match="can't understand 'web'"):
        selectors.parse_fields("web")
    with pytest.raises(selectors.SelectorError, match=r"field label not supported: spec\.color"):
        selectors.check_fields("Pod", selectors.parse_fields("spec.color=red"))
    with pytest.raises(
        selectors.SelectorError, match=r'"spec\.color" is not a known field selector'
    ):
        selectors.check_fields("Deployment", selectors.parse_fields("spec.color=red"))


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.integers(1, 59))
def test_a_step_fires_on_its_multiples_only(after: datetime, step: int) -> None:
    found = cron_schedule.parse(f"*/{step} * * * *").next(after)

    assert found is not None
    assert after < found <= after + timedelta(hours=1)
    assert (found.minute % step, found.second) == (0, 0)


def test_a_schedule_passes_the_hour_that_summer_time_skips() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 3, 28, 12, tzinfo=berlin)

    found = cron_schedule.parse("30 2 * * *").next(before)

    assert found == datetime(2026, 3, 30, 2, 30, tzinfo=berlin)


def test_missed_runs_are_counted_and_the_last_is_found() -> None:
    every_ten = cron_schedule.parse("*/10 * * * *")
    earliest, now = datetime(2026, 1, 1, 10, 5), datetime(2026, 1, 1, 11, 1)

    assert cron_schedule.most_recent(every_ten, earliest, now) == (datetime(2026, 1, 1, 11), 6)
    assert cron_schedule.most_recent(every_ten, now, now + timedelta(minutes=5)) == (None, 0)


def sizes(*pairs: tuple[str, int]) -> list[SetSize]:
    return [SetSize(name, size, created=n) for n, (name, size) in enumerate(pairs)]


def test_growing_in_mid_rollout_is_shared_in_proportion() -> None:
    old, new = (
        SetSize("old", 10, created=1, max_replicas=13),
        SetSize("new", 3, created=2, max_replicas=13),
    )

    grown = rollout.proportional_sizes([old, new], replicas=20, surge=6, status_replicas=13)

    assert grown == {"old": 20, "new": 6}


def test_what_rounding_leaves_goes_to_the_biggest_set() -> None:
    grown = rollout.proportional_sizes(
        sizes(("a", 5), ("b", 5), ("c", 1)), replicas=12, surge=0, status_replicas=11
    )

    assert sum(grown.values()) == 12
    assert grown["b"] == 6


def test_scaling_to_zero_empties_every_set() -> None:
    grown = rollout.proportional_sizes(sizes(("a", 3), ("b", 2)), 0, 1, 5)

    assert grown == {"a": 0, "b": 0}


@given(
    st.integers(0, 12), st.integers(0, 12), st.integers(0, 12), st.integers(0, 12),
    st.integers(0, 5), st.integers(0, 5),
)  # fmt: skip
def test_a_sync_never_breaks_the_bounds(
    replicas: int, old: int, new: int, ready: int, surge: int, unavailable: int
) -> None:
    surge, unavailable = rollout.fenceposts(surge, unavailable, replicas)
    unavailable = min(unavailable, replicas)
    old_set = SetSize("old", old, min(ready, old))
    new_set = SetSize("new", new, min(ready, new), created=1)
    available = old_set.available + new_set.available

    grown = rollout.new_set_replicas("RollingUpdate", replicas, new, old + new, surge)
    left = rollout.scale_down_old([old_set], new_set, replicas, unavailable).get("old", old)

    assert grown <= max(new, replicas)
    assert grown <= new or grown + old <= replicas + surge
    cut = old - left
    unhealthy = old - old_set.available
    assert available - max(0, cut - unhealthy) >= min(available, replicas - unavailable)


def a_pod(name: str, node: str, ready_s: int) -> dict:
    moment = f"2026-01-01T00:{ready_s // 60:02}:{ready_s % 60:02}Z"
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": moment}
    return {
        "metadata": {"name": name, "uid": name, "creationTimestamp": moment},
        "spec": {"nodeName": node},
        "status": {"phase": "Running", "conditions": [ready]},
    }


def test_the_pod_on_the_crowded_node_goes_first() -> None:
    pods = [a_pod("a", "n1", 10), a_pod("b", "n2", 10), a_pod("c", "n2", 20)]

    order = pod_ranking.deletion_order(
        pods, pods, 600 * SECOND, lambda text: since_start(START, text)
    )

    assert [pod["metadata"]["name"] for pod in order] == ["b", "c", "a"]


def test_a_deletion_cost_that_is_no_number_counts_nothing() -> None:
    def cost(text: str) -> int:
        return pod_ranking.deletion_cost(
            {"metadata": {"annotations": {pod_ranking.DELETION_COST: text}}}
        )

    assert [cost(text) for text in ("-7", "+7", "07", "many", "99999999999")] == [-7, 0, 0, 0, 0]


def test_an_autoscaler_without_behavior_at_most_doubles() -> None:
    assert hpa_behavior.limited_without_behavior(3, 50, 1, 100) == (6, "ScaleUpLimit")
    assert hpa_behavior.limited_without_behavior(1, 50, 1, 100) == (4, "ScaleUpLimit")
    assert hpa_behavior.limited_without_behavior(3, 0, 2, 100) == (2, "TooFewReplicas")


def test_behavior_fills_in_what_is_left_out() -> None:
    filled = hpa_behavior.behavior({"scaleDown": {"selectPolicy": "Disabled"}})

    assert filled["scaleDown"]["stabilizationWindowSeconds"] == 300
    assert filled["scaleDown"]["selectPolicy"] == "Disabled"
    assert [p["value"] for p in filled["scaleUp"]["policies"]] == [4, 100]


@given(st.integers(1, 30), st.lists(st.integers(1, 400), min_size=1, max_size=12))
def test_replicas_follow_the_load_beyond_the_tolerance(current: int, usage: list[int]) -> None:
    metrics = {f"p{n}": value for n, value in enumerate(usage)}
    pods = hpa_math.Pods(ready=tuple(metrics))

    replicas, mean = hpa_math.for_average(current, 100, pods, metrics)

    assert mean == sum(usage) // len(usage)
    if 90 <= mean <= 110:
        assert replicas == current
    else:
        assert replicas == -(-mean * len(usage) // 100)


def test_nothing_goes_while_an_old_set_counts_more_pods_than_it_is_to_have() -> None:
    old = SetSize("old", 2, 3)  # scaled down to 2 a moment ago; its status does not know yet
    new = SetSize("new", 4, 2, created=1)
    assert rollout.scale_down_old([old], new, 4, 1) == {}
    assert rollout.scale_down_old([SetSize("old", 2, 2)], new, 4, 1) == {"old": 1}
