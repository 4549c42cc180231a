"""Services: whom kube-proxy sends a new connection to, and from where it can be reached."""

from __future__ import annotations

from collections import Counter

import yaml

from simulator.lab import Lab
from simulator.network.route import Source
from simulator.plain import Object
from tests.cluster_world import apply, deployment, is_ready, make_lab, one, pod, pods, run, service
from tests.network_world import SLEEP, ask, client, inside, pod_of


def service_of(name: str = "web", **spec: object) -> str:
    """Write a Service with fields of its own."""
    body: Object = yaml.safe_load(service(name))
    body["spec"].update(spec)
    return yaml.safe_dump(body)


def world(spec: Object | None = None, seconds: float = 20, **more: object) -> Lab:
    """Three nginx pods behind a Service, and a pod on worker-1 that asks."""
    manifests = "---\n".join([deployment(), service_of(**(spec or {})), client()])
    lab = make_lab(manifests, **more)  # type: ignore[arg-type]
    run(lab, seconds)
    return lab


def ends(lab: Lab, count: int, host: str = "web", **more: object) -> Counter[str]:
    """Connect many times and count the pods that answer."""
    return Counter(pod_of(ask(lab, host, **more)) for _ in range(count))  # type: ignore[arg-type]


def test_iptables_gives_every_endpoint_the_same_chance() -> None:
    """3,000 connections: each pod within four standard deviations of a third."""
    found = ends(world(), 3000)
    assert len(found) == 3
    assert all(abs(count - 1000) < 4 * 26 for count in found.values())


def test_ipvs_takes_one_endpoint_after_the_other() -> None:
    """Round robin: thirty connections are ten for each, in the same order every time."""
    lab = world(cluster={"version": "v1.32.4", "proxyMode": "ipvs"})
    row = [pod_of(ask(lab, "web")) for _ in range(30)]
    assert sorted(Counter(row).values()) == [10, 10, 10]
    assert row[:3] * 10 == row


def test_a_service_without_endpoints_refuses() -> None:
    """kube-proxy rejects what has nowhere to go; the name is there all the same."""
    lab = world()
    apply(lab, service("lonely"))
    run(lab, 3)
    assert ask(lab, "lonely").error == "refused"


def test_session_affinity_keeps_a_client_at_its_pod_until_it_was_away_too_long() -> None:
    """ClientIP with ten seconds."""
    config = {"clientIP": {"timeoutSeconds": 10}}
    lab = world({"sessionAffinity": "ClientIP", "sessionAffinityConfig": config})
    first = {who: pod_of(ask(lab, "web", who=who)) for who in map(str, range(30))}
    assert len(set(first.values())) == 3
    run(lab, 9)
    assert {who: pod_of(ask(lab, "web", who=who)) for who in first} == first
    run(lab, 11)
    assert {who: pod_of(ask(lab, "web", who=who)) for who in first} != first


def test_a_pod_that_is_not_ready_gets_nothing_unless_the_service_says_so() -> None:
    """publishNotReadyAddresses."""
    probe = {"readinessProbe": {"httpGet": {"path": "/never", "port": 80}, "periodSeconds": 1}}
    manifests = [deployment(container=probe), service(), client()]
    manifests.append(service_of(publishNotReadyAddresses=True).replace("name: web", "name: all"))
    lab = make_lab("---\n".join(manifests))
    run(lab, 15)
    assert ask(lab, "web").error == "refused"
    assert ask(lab, "all").error is None


def test_internal_traffic_policy_local_stays_on_the_node_or_drops() -> None:
    """A node with an endpoint uses only its own; a node without one drops the packets."""
    lab = world({"internalTrafficPolicy": "Local"})
    here = {p["metadata"]["name"] for p in pods(lab, app="web") if _node(p) == "worker-1"}
    assert set(ends(lab, 50)) == here
    apply(lab, client("elsewhere", "control-plane"))
    run(lab, 10)
    assert ask(lab, "web", source=inside(lab, "elsewhere")).error == "timeout"


def _node(found: Object) -> str:
    return str(found["spec"]["nodeName"])


def test_every_node_answers_at_a_node_port() -> None:
    """From a machine that is no node; the cluster IP is nothing to it."""
    lab = world({"type": "NodePort"}, machines=_machines())
    port = one(lab, "Service", "web")["spec"]["ports"][0]["nodePort"]
    laptop = Source("laptop")
    found = Counter(pod_of(ask(lab, "worker-2", port, laptop)) for _ in range(100))
    assert len(found) == 3
    assert ask(lab, one(lab, "Service", "web")["spec"]["clusterIP"], 80, laptop).error == "timeout"
    assert ask(lab, "web", 80, laptop).error == "dns"


def _machines() -> list[Object]:
    workers = [{"name": f"worker-{n}", "role": "worker"} for n in (1, 2, 3)]
    return [{"name": "laptop"}, {"name": "control-plane", "role": "control-plane"}, *workers]


def test_external_traffic_policy_local_answers_only_where_a_pod_is() -> None:
    """One pod: its node answers at the node port, the others drop; the balancer knows it."""
    manifests = "---\n".join(
        [deployment(replicas=1), service_of(type="LoadBalancer", externalTrafficPolicy="Local")]
    )
    lab = make_lab(manifests, machines=_machines())
    run(lab, 20)
    found = one(lab, "Service", "web")
    node, port = _node(pods(lab, app="web")[0]), found["spec"]["ports"][0]["nodePort"]
    workers = ("worker-1", "worker-2", "worker-3")
    errors = {name: ask(lab, name, port, Source("laptop")).error for name in workers}
    assert errors == {name: None if name == node else "timeout" for name in workers}
    address = found["status"]["loadBalancer"]["ingress"][0]["ip"]
    assert all(ask(lab, address, 80, Source("laptop")).error is None for _ in range(20))


def test_a_load_balancer_gets_an_address_and_loses_it_with_its_service() -> None:
    """Address in the status, finalizer, events; gone when the type changes or the Service goes."""
    lab = world({"type": "LoadBalancer"}, machines=_machines())
    found = one(lab, "Service", "web")
    address = found["status"]["loadBalancer"]["ingress"][0]["ip"]
    assert found["metadata"]["finalizers"] == ["service.kubernetes.io/load-balancer-cleanup"]
    assert ask(lab, address, 80, Source("laptop")).error is None
    lab.engine.api.patch("Service", "default", "web", {"spec": {"type": "ClusterIP"}})
    run(lab, 5)
    found = one(lab, "Service", "web")
    assert found["status"]["loadBalancer"] == {}
    assert not found["metadata"].get("finalizers")
    assert ask(lab, address, 80, Source("laptop")).error == "timeout"
    lab.engine.api.delete("Service", "default", "web")
    run(lab, 5)
    assert lab.engine.store.get("Service", "default", "web") is None


def test_prefer_close_stays_in_the_zone_while_it_has_a_ready_pod() -> None:
    """trafficDistribution: PreferClose."""
    machines = [{"name": "control-plane", "role": "control-plane"}]
    machines += [{"name": f"worker-{n}", "role": "worker", "zone": "ab"[n % 2]} for n in (1, 2, 3)]
    lab = world({"trafficDistribution": "PreferClose"}, machines=machines)
    zone = {"worker-1", "worker-3"}
    near = {p["metadata"]["name"] for p in pods(lab, app="web") if _node(p) in zone}
    assert set(ends(lab, 60)) == near
    far = ask(lab, one(lab, "Pod", _name_off(lab, zone))["status"]["podIP"])
    assert far.rtt_us > ask(lab, "web").rtt_us


def _name_off(lab: Lab, nodes: set[str]) -> str:
    found = next(p for p in pods(lab, app="web") if _node(p) not in nodes)
    return str(found["metadata"]["name"])


def test_the_nodes_hear_of_a_change_a_little_later_and_not_all_at_once() -> None:
    """Between the EndpointSlice and a node's rules, connections still go to the pod that left."""
    lab = world()
    proxy = lab.engine.network.proxy
    before = {b["ip"] for b in proxy.rule("default/web")["ports"][0]["backends"] if b["ready"]}
    lab.engine.api.delete("Pod", "default", pods(lab, app="web")[0]["metadata"]["name"])
    while {b["ip"] for b in _backends(proxy.rule("default/web")) if b["ready"]} == before:
        run(lab, 0.001)
    begin, heard = lab.now_us, {}
    while len(heard) < 3 and lab.now_us < begin + 2_000_000:
        for n in (1, 2, 3):
            rule = proxy.on_node("default/web", f"worker-{n}")
            if {b["ip"] for b in _backends(rule) if b["ready"]} != before:
                heard.setdefault(n, lab.now_us - begin)
        run(lab, 0.001)
    assert len(set(heard.values())) == 3
    assert all(10_000 <= after <= 1_200_000 for after in heard.values())


def _backends(rule: Object | None) -> list[Object]:
    assert rule
    return list(rule["ports"][0]["backends"])


def test_rules_are_written_at_most_about_once_a_second() -> None:
    """--iptables-min-sync-period: after two runs at once, changes wait for each other."""
    lab = world()
    run(lab, 10)
    runs = []
    for n in range(12):
        apply(lab, service_of(f"more-{n}", selector=None))
        runs.append(lab.engine.network.proxy.state["run"] - lab.now_us)
        run(lab, 0.05)
    assert runs[0] == runs[1] == 0
    assert 850_000 <= runs[2] <= 1_000_000
    assert len({round(wait / 50_000) + n for n, wait in enumerate(runs[2:])}) == 1


def test_requests_are_dropped_when_a_pod_stops_before_the_nodes_have_heard_of_it() -> None:
    """The classic lesson: a rollout loses requests; with a preStop pause it does not."""
    lost = {seconds: _lost_in_a_rollout(seconds) for seconds in (0, 5)}
    assert lost[0] > 0
    assert lost[5] == 0


def _lost_in_a_rollout(pause: int) -> int:
    hook = {"lifecycle": {"preStop": {"exec": {"command": ["sleep", str(pause)]}}}} if pause else {}
    probe = {"readinessProbe": {"httpGet": {"path": "/", "port": 80}, "periodSeconds": 1}}
    lab = make_lab("---\n".join([deployment(replicas=6, container={**hook, **probe}), service()]))
    run(lab, 20)
    target = {"name": "users", "target": "service/default/web", "rps": 400}
    lab.do({"traffic": target})
    run(lab, 3)
    total = lab.engine.traffic.statistics.state["total"]
    before = total["errors"]
    change = {"metadata": {"annotations": {"again": "1"}}}
    lab.engine.api.patch("Deployment", "default", "web", {"spec": {"template": change}})
    run(lab, 40)
    assert all(is_ready(found) for found in pods(lab, app="web"))
    return int(total["errors"] - before)


def test_when_all_endpoints_terminate_those_that_serve_get_the_traffic() -> None:
    """ProxyTerminatingEndpoints: the last pod, in its preStop pause, still answers."""
    hook = {"lifecycle": {"preStop": {"exec": {"command": ["sleep", "15"]}}}}
    lab = make_lab("---\n".join([deployment(replicas=1, container=hook), service(), client()]))
    run(lab, 15)
    lab.engine.api.patch("Deployment", "default", "web", {"spec": {"replicas": 0}})
    run(lab, 5)
    rows = one(lab, "Pod", pods(lab, app="web")[0]["metadata"]["name"])["metadata"]
    assert rows.get("deletionTimestamp")
    assert ask(lab, "web").error is None
    run(lab, 20)
    assert ask(lab, "web").error == "refused"


def test_a_host_port_leads_to_its_pod() -> None:
    """hostPort on the pod's own node only."""
    ports = [{"containerPort": 80, "hostPort": 8080}]
    web = pod("web", {"image": "nginx:1.27", "ports": ports}, "worker-2")
    lab = make_lab(web, machines=_machines())
    run(lab, 10)
    assert pod_of(ask(lab, "worker-2", 8080, Source("laptop"))) == "web"
    assert ask(lab, "worker-1", 8080, Source("laptop")).error == "refused"


def test_containers_of_one_pod_reach_each_other_at_localhost() -> None:
    """They share the pod's network; a process of another pod is not there."""
    both = {
        "containers": [
            {"name": "web", "image": "nginx:1.27"},
            {"name": "main", "image": "busybox:1.36", **SLEEP},
        ]
    }
    lab = make_lab("---\n".join([pod("both", {}, **both), client()]))
    run(lab, 10)
    uid = one(lab, "Pod", "both")["metadata"]["uid"]
    rows = lab.engine.store.by("Container", "pod", uid)
    shell = next(row for row in rows if row["drydock"]["pod"]["container"] == "main")
    source = Source(shell["metadata"]["namespace"], shell)
    assert ask(lab, "localhost", 80, source).error is None
    assert ask(lab, "localhost").error == "refused"
