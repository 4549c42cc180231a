"""The API server: what it fills in, what it refuses, how things are deleted."""

from __future__ import annotations

import pytest

from simulator.kubernetes.api.status import StatusError

from .kube import Cluster, pod


@pytest.fixture(scope="module")
def cluster():
    return Cluster(1)


def refusal(cluster, obj, manager="kubectl"):
    with pytest.raises(StatusError) as caught:
        cluster.api.create(obj, manager)
    return caught.value


def deployment(name="web", **spec):
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod()["spec"]}
    body = {"selector": {"matchLabels": {"app": "web"}}, "template": template, **spec}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": body}


def test_a_pod_is_completed_as_upstream_completes_it(cluster):
    made = cluster.api.create(pod("filled"), "kubectl")
    spec = made["spec"]
    assert spec["restartPolicy"] == "Always"
    assert spec["serviceAccountName"] == "default"
    assert spec["priority"] == 0
    assert [t["tolerationSeconds"] for t in spec["tolerations"]] == [300, 300]
    assert spec["volumes"][0]["name"].startswith("kube-api-access-")
    assert made["status"] == {"phase": "Pending", "qosClass": "BestEffort"}


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("nginx", "Always"),
        ("nginx:latest", "Always"),
        ("nginx:1.27", "IfNotPresent"),
        ("host:5000/nginx", "Always"),
        ("nginx@sha256:abc", "IfNotPresent"),
    ],
)
def test_the_pull_policy_follows_the_tag(image, policy):
    from simulator.kubernetes.api.defaults.pod import pull_policy

    assert pull_policy(image) == policy


def test_a_generation_counts_changes_of_the_spec_only(cluster):
    made = cluster.api.create(deployment("counted"), "kubectl")
    scaled = cluster.api.patch("Deployment", "default", "counted", {"spec": {"replicas": 5}})
    marked = cluster.api.patch(
        "Deployment", "default", "counted", {"metadata": {"labels": {"a": "b"}}}
    )
    generations = [one["metadata"]["generation"] for one in (made, scaled, marked)]
    assert generations == [1, 2, 2]


def test_an_old_version_is_a_conflict_in_upstreams_words(cluster):
    made = cluster.api.create(deployment("raced"), "kubectl")
    cluster.api.patch("Deployment", "default", "raced", {"spec": {"replicas": 2}})
    with pytest.raises(StatusError) as caught:
        cluster.api.update({**made, "spec": {**made["spec"], "replicas": 9}})
    assert caught.value.code == 409
    assert caught.value.message == (
        'Operation cannot be fulfilled on deployments.apps "raced": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )


def test_a_running_pod_is_given_its_grace_and_an_unscheduled_one_is_not(cluster):
    cluster.api.create(pod("bound", nodeName="w1"), "kubectl")
    going = cluster.api.delete("Pod", "default", "bound")
    assert going["metadata"]["deletionGracePeriodSeconds"] == 30
    assert cluster.api.get("Pod", "default", "bound")
    cluster.api.delete("Pod", "default", "bound", grace_s=0)
    cluster.api.create(pod("waiting", schedulerName="nobody"), "kubectl")
    cluster.api.delete("Pod", "default", "waiting")
    for name in ("bound", "waiting"):
        with pytest.raises(StatusError, match=f'pods "{name}" not found'):
            cluster.api.get("Pod", "default", name)


def test_a_finalizer_holds_an_object_until_it_is_taken_away(cluster):
    body = {"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": "held", "finalizers": ["example.com/wait"]}}  # fmt: skip
    cluster.api.create(body, "kubectl")
    going = cluster.api.delete("ConfigMap", "default", "held")
    assert going["metadata"]["deletionTimestamp"]
    cluster.api.patch("ConfigMap", "default", "held", {"metadata": {"finalizers": None}}, "merge")
    with pytest.raises(StatusError, match="not found"):
        cluster.api.get("ConfigMap", "default", "held")


def test_cluster_addresses_and_node_ports_are_never_given_twice(cluster):
    names = [f"svc-{n}" for n in range(40)]
    for name in names:
        ports = [{"port": 80}]
        cluster.api.create({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
                            "spec": {"type": "NodePort", "ports": ports}}, "kubectl")  # fmt: skip
    made = [cluster.api.get("Service", "default", name)["spec"] for name in names]
    assert len({spec["clusterIP"] for spec in made}) == 40
    assert len({spec["ports"][0]["nodePort"] for spec in made}) == 40


def test_a_taken_node_port_is_refused(cluster):
    body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "one"},
            "spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": 31000}]}}  # fmt: skip
    cluster.api.create(body, "kubectl")
    error = refusal(cluster, {**body, "metadata": {"name": "two"}})
    assert error.message == (
        'Service "two" is invalid: spec.ports[0].nodePort: Invalid value: 31000: '
        "provided port is already allocated"
    )


def test_an_eviction_keeps_to_the_budget(cluster):
    labels = {"app": "guarded"}
    body = pod("guarded", nodeName="w2")
    body["metadata"]["labels"] = labels
    made = cluster.api.create(body, "kubectl")
    ready = [{"type": "Ready", "status": "True"}]
    cluster.api.update_status({**made, "status": {"phase": "Running", "conditions": ready}})
    budget = cluster.api.create(
        {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "b"},
         "spec": {"minAvailable": 1, "selector": {"matchLabels": labels}}}, "kubectl")  # fmt: skip
    cluster.api.update_status(
        {**budget, "status": {"disruptionsAllowed": 0, "observedGeneration": 1}}
    )
    with pytest.raises(StatusError) as caught:
        cluster.api.evict("default", "guarded")
    assert caught.value.code == 429
    assert "would violate the pod's disruption budget" in caught.value.message


def test_identical_events_are_counted_and_different_ones_are_not(cluster):
    made = cluster.api.create(pod("eventful", schedulerName="nobody"), "kubectl")
    events = cluster.lab.engine.events
    for _ in range(3):
        events.record(made, "Warning", "BackOff", "Back-off", "kubelet")
    events.record(made, "Normal", "Pulled", "Pulled", "kubelet")
    counts = {e["reason"]: e["count"] for e in events.of(made["metadata"]["uid"])}
    assert counts == {"BackOff": 3, "Pulled": 1}


def test_many_events_that_differ_in_words_only_are_combined(cluster):
    made = cluster.api.create(pod("noisy", schedulerName="nobody"), "kubectl")
    events = cluster.lab.engine.events
    told = [events.record(made, "Normal", "X", f"message {n}", "kubelet") for n in range(40)]
    assert sum(one is not None for one in told) == 25
    found = events.of(made["metadata"]["uid"])
    assert len(found) == 11
    assert max(e["count"] for e in found) == 15
    assert any(e["message"].startswith("(combined from similar events): ") for e in found)


def test_a_dry_run_changes_nothing(cluster):
    before = cluster.lab.digest()
    cluster.api.create(deployment("imagined"), "kubectl", dry_run=True)
    cluster.api.patch("Deployment", "default", "counted", {"spec": {"replicas": 7}}, dry_run=True)
    assert cluster.lab.digest() == before


def test_status_writes_for_ten_thousand_pods_take_seconds_not_minutes(cluster):
    import time

    made = cluster.api.create(pod("fast", nodeName="w1"), "kubectl")
    begin = time.process_time()
    for n in range(2000):
        made = cluster.api.update_status({**made, "status": {"phase": "Running", "n": n}})
    assert time.process_time() - begin < 2.0
    cluster.api.delete("Pod", "default", "fast", grace_s=0)


def test_a_limit_range_fills_in_and_refuses():
    cluster = Cluster(1)
    item = {"type": "Container", "default": {"cpu": "500m"}, "defaultRequest": {"cpu": "100m"},
            "max": {"cpu": "1"}}  # fmt: skip
    cluster.api.create(
        {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "l"},
         "spec": {"limits": [item]}}, "kubectl")  # fmt: skip
    made = cluster.api.create(pod("small", schedulerName="nobody"), "kubectl")
    assert made["spec"]["containers"][0]["resources"] == {
        "limits": {"cpu": "500m"},
        "requests": {"cpu": "100m"},
    }
    big = pod("big")
    big["spec"]["containers"][0]["resources"] = {"limits": {"cpu": "2"}}
    assert refusal(cluster, big).message == (
        'pods "big" is forbidden: maximum cpu usage per Container is 1, but limit is 2'
    )


def test_a_quota_refuses_what_is_too_much():
    cluster = Cluster(1)
    cluster.api.create(
        {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q"},
         "spec": {"hard": {"pods": "1"}}}, "kubectl")  # fmt: skip
    cluster.api.create(pod("one", schedulerName="nobody"), "kubectl")
    assert refusal(cluster, pod("two")).message == (
        'pods "two" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, '
        "limited: pods=1"
    )


def test_a_custom_definition_brings_a_kind_with_a_schema():
    cluster = Cluster(1)
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {
        "size": {"type": "integer", "minimum": 1, "default": 3}}}}}  # fmt: skip
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    cluster.api.create(
        {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
         "metadata": {"name": "boats.example.com"},
         "spec": {"group": "example.com", "scope": "Namespaced", "versions": [version],
                  "names": {"plural": "boats", "kind": "Boat"}}}, "kubectl")  # fmt: skip
    boat = {"apiVersion": "example.com/v1", "kind": "Boat", "metadata": {"name": "b"}, "spec": {}}
    assert cluster.api.create(boat, "kubectl")["spec"] == {"size": 3}
    wrong = {**boat, "metadata": {"name": "c"}, "spec": {"size": 0}}
    assert "should be greater than or equal to 1" in refusal(cluster, wrong).message
    unknown = {**boat, "metadata": {"name": "d"}, "spec": {"sails": 2}}
    assert 'unknown field "spec.sails"' in refusal(cluster, unknown).message


def test_the_namespaces_of_the_system_stay():
    cluster = Cluster(5)
    output, code = cluster.run("kubectl delete namespace kube-system")
    words = 'namespaces "kube-system" is forbidden: this namespace may not be deleted'
    assert (output, code) == (f"Error from server (Forbidden): {words}\n", 1)
    cluster.says("kubectl delete namespace kube-node-lease")
    cluster.wait(60)
    assert "Active" in cluster.says("kubectl get namespace kube-node-lease")
    assert "NotReady" not in cluster.says("kubectl get nodes")
