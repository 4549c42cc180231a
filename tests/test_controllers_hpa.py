"""The HorizontalPodAutoscaler in a running cluster: real load, real samples, real windows."""

from __future__ import annotations

from typing import Any

import yaml

from simulator.lab import Lab
from tests.cluster_world import condition, deployment, events, make_lab, one, pods, run, service


def autoscaler(most: int = 6, percent: int = 50, **spec: Any) -> str:
    """Write an autoscaler of the deployment web."""
    target = {"type": "Utilization", "averageUtilization": percent}
    body = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        "minReplicas": 1,
        "maxReplicas": most,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        **spec,
    }
    return yaml.safe_dump(
        {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "web", "namespace": "default"},
            "spec": body,
        }
    )


def loaded(rps: int, cpu: str = "10m", **spec: Any) -> Lab:
    """Make a lab of one nginx, its service, its autoscaler and requests to it."""
    resources = {"requests": {"cpu": cpu}}
    text = deployment(replicas=1, container={"resources": resources})
    lab = make_lab("---\n".join([text, service(), autoscaler(**spec)]))
    run(lab, 10)
    if rps:
        lab.do({"traffic": {"name": "users", "target": "service/default/web", "rps": rps}})
    return lab


def replicas(lab: Lab) -> int:
    """Give how many replicas the deployment wants."""
    return int(one(lab, "Deployment", "web")["spec"]["replicas"])


def test_load_grows_the_deployment_and_its_end_shrinks_it_after_five_minutes() -> None:
    """Up within a minute; down only when the stabilization window has passed."""
    lab = loaded(rps=400, cpu="5m")
    run(lab, 120)
    grown = replicas(lab)
    assert grown > 1
    assert len(pods(lab)) == grown
    first = events(lab, "SuccessfulRescale")[0]
    assert first.endswith("reason: cpu resource utilization (percentage of request) above target")
    status = one(lab, "HorizontalPodAutoscaler", "web")
    assert condition(status, "ScalingActive")["reason"] == "ValidMetricFound"
    lab.do({"traffic": {"name": "users", "target": "service/default/web", "rps": 0}})
    run(lab, 240)
    assert replicas(lab) == grown
    held = condition(one(lab, "HorizontalPodAutoscaler", "web"), "AbleToScale")
    assert held["reason"] == "ScaleDownStabilized"
    run(lab, 200)
    assert replicas(lab) == 1
    assert "New size: 1; reason: All metrics below target" in events(lab, "SuccessfulRescale")


def test_without_a_request_there_is_no_utilization() -> None:
    """The condition and the event say which container lacks it."""
    text = deployment(replicas=1) + "---\n" + autoscaler()
    lab = make_lab(text)
    run(lab, 60)
    hpa = one(lab, "HorizontalPodAutoscaler", "web")
    active = condition(hpa, "ScalingActive")
    name = pods(lab)[0]["metadata"]["name"]
    assert (active["status"], active["reason"]) == ("False", "FailedGetResourceMetric")
    assert active["message"] == (
        "the HPA was unable to compute the replica count: failed to get cpu utilization: "
        f"missing request for cpu in container web of Pod {name}"
    )
    assert replicas(lab) == 1


def test_the_maximum_limits_and_is_told() -> None:
    """ScalingLimited says why there are no more."""
    lab = loaded(rps=600, cpu="2m", most=3)
    run(lab, 150)
    assert replicas(lab) == 3
    limited = condition(one(lab, "HorizontalPodAutoscaler", "web"), "ScalingLimited")
    assert limited["reason"] == "TooManyReplicas"


def test_a_target_that_is_not_there_is_told() -> None:
    """FailedGetScale, in the API server's words."""
    lab = make_lab(autoscaler())
    run(lab, 20)
    able = condition(one(lab, "HorizontalPodAutoscaler", "web"), "AbleToScale")
    assert able["reason"] == "FailedGetScale"
    assert able["message"].endswith('deployments.apps "web" not found')


def test_zero_replicas_switch_scaling_off() -> None:
    """A deployment scaled to nothing by hand is left alone."""
    lab = make_lab(deployment(replicas=0) + "---\n" + autoscaler())
    run(lab, 40)
    active = condition(one(lab, "HorizontalPodAutoscaler", "web"), "ScalingActive")
    assert active["reason"] == "ScalingDisabled"
    assert replicas(lab) == 0
