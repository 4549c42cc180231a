"""NetworkPolicies: who may connect to whom, and what the client sees when it may not."""

from __future__ import annotations

from typing import Any

import yaml

from simulator.lab import Lab
from simulator.network.route import OUTSIDE_IP, Source
from simulator.plain import Object
from tests.cluster_world import apply, make_lab, one, run
from tests.network_world import SLEEP, ask, inside

NGINX = {"image": "nginx:1.27", "ports": [{"name": "http", "containerPort": 80}]}
DNS = {"ports": [{"port": 53, "protocol": "UDP"}]}


def labelled(name: str, namespace: str = "default", container: Object | None = None) -> str:
    """Write a pod labelled with its own name."""
    body = {"name": "main", "image": "busybox:1.36", **(container or SLEEP)}
    meta = {"name": name, "namespace": namespace, "labels": {"app": name}}
    spec = {"containers": [body], "nodeName": "worker-1" if name != "web" else "worker-2"}
    return yaml.safe_dump({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})


def policy(app: str | None, namespace: str = "default", name: str = "one", **spec: Any) -> str:
    """Write a policy for the pods of an app, or for all."""
    selector = {"matchLabels": {"app": app}} if app else {}
    meta = {"name": name, "namespace": namespace}
    body = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta}
    return yaml.safe_dump({**body, "spec": {"podSelector": selector, **spec}})


def world() -> Lab:
    """web, friend and stranger in one namespace; guest in another, with a label on it."""
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: other, labels: {team: blue}}\n"
    lab = make_lab(text)
    run(lab, 2)
    apply(lab, labelled("web", container=NGINX))
    for name in ("friend", "stranger"):
        apply(lab, labelled(name))
    apply(lab, labelled("guest", "other"))
    web = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
    web["spec"] = {"type": "NodePort", "selector": {"app": "web"}, "ports": [{"port": 80}]}
    apply(lab, yaml.safe_dump(web))
    run(lab, 10)
    return lab


def errors(lab: Lab) -> dict[str, str | None]:
    """Let everybody connect to web: what becomes of it."""
    found = {}
    for name, namespace in (("friend", "default"), ("stranger", "default"), ("guest", "other")):
        found[name] = ask(lab, "web.default", 80, inside(lab, name, namespace)).error
    return found


def test_without_a_policy_everybody_may() -> None:
    """No policy selects the pod: it is open."""
    assert set(errors(world()).values()) == {None}


def test_an_empty_policy_closes_every_pod_to_all_but_its_own_node() -> None:
    """Default deny; the kubelet's probes still come through."""
    lab = world()
    apply(lab, policy(None))
    assert set(errors(lab).values()) == {"timeout"}
    address = one(lab, "Pod", "web")["status"]["podIP"]
    assert ask(lab, address, 80, Source("worker-2")).error is None
    assert ask(lab, address, 80, Source("worker-1")).error == "timeout"


def test_a_pod_selector_lets_in_pods_of_the_same_namespace() -> None:
    """Friend only; a guest with the right label lives elsewhere."""
    lab = world()
    source = {"podSelector": {"matchExpressions": [
        {"key": "app", "operator": "In", "values": ["friend", "guest"]}]}}  # fmt: skip
    apply(lab, policy("web", ingress=[{"from": [source]}]))
    assert errors(lab) == {"friend": None, "stranger": "timeout", "guest": "timeout"}


def test_selectors_of_one_entry_must_both_fit_and_entries_are_alternatives() -> None:
    """namespace AND pod in one entry; OR between entries."""
    lab = world()
    blue = {"namespaceSelector": {"matchLabels": {"team": "blue"}}}
    nobody = {"podSelector": {"matchLabels": {"app": "nobody"}}}
    apply(lab, policy("web", ingress=[{"from": [{**blue, **nobody}]}]))
    assert errors(lab)["guest"] == "timeout"
    apply(lab, policy("web", name="two", ingress=[{"from": [blue, nobody]}]))
    assert errors(lab) == {"friend": "timeout", "stranger": "timeout", "guest": None}


def test_policies_add_up() -> None:
    """What any of them allows is allowed."""
    lab = world()
    apply(lab, policy(None))
    friend = {"podSelector": {"matchLabels": {"app": "friend"}}}
    apply(lab, policy("web", name="two", ingress=[{"from": [friend]}]))
    assert errors(lab) == {"friend": None, "stranger": "timeout", "guest": "timeout"}


def test_ports_by_number_name_and_range() -> None:
    """Each names or misses port 80."""
    for port, wanted in (
        ({"port": 80}, None),
        ({"port": 8080}, "timeout"),
        ({"port": "http"}, None),
        ({"port": "https"}, "timeout"),
        ({"port": 70, "endPort": 90}, None),
        ({"port": 81, "endPort": 90}, "timeout"),
        ({"port": 80, "protocol": "UDP"}, "timeout"),
    ):
        lab = world()
        apply(lab, policy("web", ingress=[{"ports": [port]}]))
        assert errors(lab)["friend"] == wanted, port


def test_egress_that_forgets_dns_finds_no_names() -> None:
    """The classic mistake; with the port of DNS open, only what is allowed is reached."""
    lab = world()
    web = {"to": [{"podSelector": {"matchLabels": {"app": "web"}}}]}
    apply(lab, policy("friend", policyTypes=["Egress"], egress=[web]))
    assert errors(lab) == {"friend": "dns", "stranger": None, "guest": None}
    address = one(lab, "Service", "web")["spec"]["clusterIP"]
    assert ask(lab, address, 80, inside(lab, "friend")).error is None
    apply(lab, policy("friend", name="dns", policyTypes=["Egress"], egress=[DNS]))
    assert errors(lab)["friend"] is None


def test_an_ip_block_lets_in_addresses_but_its_exceptions() -> None:
    """By a node port the pod sees the node, not the client: externalTrafficPolicy Cluster."""
    lab = world()
    port = one(lab, "Service", "web")["spec"]["ports"][0]["nodePort"]
    block = {"cidr": "203.0.113.0/24"}
    apply(lab, policy("web", ingress=[{"from": [{"ipBlock": block}]}]))
    assert ask(lab, "worker-2", port, Source()).error == "timeout"
    lab.engine.api.patch("Service", "default", "web", {"spec": {"externalTrafficPolicy": "Local"}})
    run(lab, 3)
    assert ask(lab, "worker-2", port, Source()).error is None
    fresh = {"ingress": [{"from": [{"ipBlock": {**block, "except": [f"{OUTSIDE_IP}/32"]}}]}]}
    lab.engine.api.patch("NetworkPolicy", "default", "one", {"spec": fresh}, type="merge")
    assert ask(lab, "worker-2", port, Source()).error == "timeout"


def test_a_changed_label_changes_who_may() -> None:
    """Of the pod that asks, and of its namespace."""
    lab = world()
    blue = {"namespaceSelector": {"matchLabels": {"team": "blue"}}}
    friend = {"podSelector": {"matchLabels": {"app": "friend"}}}
    apply(lab, policy("web", ingress=[{"from": [blue, friend]}]))
    change = {"metadata": {"labels": {"app": "friend"}}}
    lab.engine.api.patch("Pod", "default", "stranger", change)
    lab.engine.api.patch("Namespace", None, "other", {"metadata": {"labels": {"team": "red"}}})
    assert errors(lab) == {"friend": None, "stranger": None, "guest": "timeout"}


def test_a_deleted_policy_opens_the_pod_again() -> None:
    """Nothing is left of it."""
    lab = world()
    apply(lab, policy("web"))
    assert errors(lab)["friend"] == "timeout"
    lab.engine.api.delete("NetworkPolicy", "default", "one")
    assert errors(lab)["friend"] is None
