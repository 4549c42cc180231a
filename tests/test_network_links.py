"""Links: what partitions, loss and latency do to connections; and a resumed lab does the same."""

from __future__ import annotations

from simulator.lab import Lab
from simulator.network.route import Source
from tests.cluster_world import deployment, make_lab, one, pods, run, service
from tests.network_world import ask, client, container_of, inside, pod_of


def world(replicas: int = 3, **more: object) -> Lab:
    """nginx behind a Service, and a pod on worker-1 that asks."""
    manifests = "---\n".join([deployment(replicas=replicas), service(), client()])
    lab = make_lab(manifests, **more)  # type: ignore[arg-type]
    run(lab, 20)
    return lab


def strike(lab: Lab, kind: str, target: str, **more: object) -> None:
    """Carry out a fault that is possible."""
    assert lab.do({"fault": {"kind": kind, "target": target, **more}})["exit_code"] == 0


def test_two_machines_may_be_apart_while_both_reach_the_rest() -> None:
    """A partition of one pair."""
    lab = world()
    strike(lab, "partition", "worker-1", **{"from": "worker-2"})
    network = lab.engine.network
    assert not network.joined("worker-1", "worker-2")
    assert network.joined("worker-1", "worker-3") and network.joined("worker-2", "control-plane")
    far = next(p for p in pods(lab, app="web") if p["spec"]["nodeName"] == "worker-2")
    assert ask(lab, far["status"]["podIP"]).error == "timeout"
    strike(lab, "heal", "worker-2")
    assert ask(lab, far["status"]["podIP"]).error is None


def test_a_cut_off_machine_keeps_the_rules_that_it_has() -> None:
    """Its kube-proxy hears of nothing: the old endpoints stay its endpoints until it is healed."""
    lab = world(replicas=6)
    proxy = lab.engine.network.proxy
    strike(lab, "partition", "worker-1")
    old = _ready(proxy.on_node("default/web", "worker-1"))
    lab.engine.api.patch("Deployment", "default", "web", {"spec": {"replicas": 1}})
    run(lab, 30)
    assert _ready(proxy.on_node("default/web", "worker-1")) == old
    assert len(_ready(proxy.on_node("default/web", "worker-3"))) < len(old)
    strike(lab, "heal", "worker-1")
    run(lab, 30)
    assert _ready(proxy.on_node("default/web", "worker-1")) == _ready(proxy.rule("default/web"))
    assert proxy.state["old"].keys() <= {"default/web"}


def _ready(rule: dict | None) -> set[str]:  # type: ignore[type-arg]
    assert rule
    return {row["ip"] for row in rule["ports"][0]["backends"] if row["ready"]}


def test_latency_is_added_to_every_round_trip() -> None:
    """100 ms on one link, once per connection over it, not within the machine."""
    lab = world()
    far = next(p for p in pods(lab, app="web") if p["spec"]["nodeName"] == "worker-2")
    near = next(p for p in pods(lab, app="web") if p["spec"]["nodeName"] == "worker-1")
    before = ask(lab, far["status"]["podIP"]).rtt_us
    strike(lab, "latency", "worker-1", ms=100)
    assert ask(lab, far["status"]["podIP"]).rtt_us == before + 100_000
    assert ask(lab, near["status"]["podIP"]).rtt_us < 1000


def test_lost_packets_are_sent_again_after_the_times_of_tcp() -> None:
    """10%: about a fifth of the handshakes wait one second or more, and none fails for good."""
    lab = world()
    strike(lab, "packet-loss", "worker-1", percent=10)
    far = next(p for p in pods(lab, app="web") if p["spec"]["nodeName"] == "worker-2")
    routes = [ask(lab, far["status"]["podIP"]) for _ in range(2000)]
    assert all(route.error is None for route in routes)
    late = sum(route.delay_us >= 1_000_000 for route in routes) / 2000
    assert abs(late - 0.19) < 0.04
    some = sum(0 < route.delay_us < 1_000_000 for route in routes) / 2000
    assert abs(some - 0.81 * 0.19) < 0.04


def test_a_link_that_loses_everything_times_out() -> None:
    """Seven unanswered packets end the attempt; the fault ends with heal."""
    lab = world()
    strike(lab, "packet-loss", "worker-2", percent=100)
    far = next(p for p in pods(lab, app="web") if p["spec"]["nodeName"] == "worker-2")
    assert ask(lab, far["status"]["podIP"]).error == "timeout"
    strike(lab, "heal", "worker-2")
    assert ask(lab, far["status"]["podIP"]).error is None


def test_a_powered_off_node_is_an_endpoint_until_the_cluster_knows() -> None:
    """Connections to its pod time out until the node is called unready, 40 s later or so."""
    lab = world()
    strike(lab, "power-off", "worker-2")
    run(lab, 5)
    errors = {ask(lab, "web").error for _ in range(60)}
    assert errors == {None, "timeout"}
    run(lab, 60)
    assert {ask(lab, "web").error for _ in range(60)} == {None}


def test_a_wrong_fault_is_refused_with_what_is_allowed() -> None:
    """Percent beyond 100, a machine that is not there."""
    lab = world()
    assert "percent" in lab.do({"fault": {"kind": "packet-loss", "target": "worker-1",
                                          "percent": 120}})["error"]  # fmt: skip
    assert "no machine" in lab.do({"fault": {"kind": "latency", "target": "x"}})["error"]


def test_a_resumed_lab_goes_the_same_ways() -> None:
    """A keyframe in the middle of a rollout, with rules under way, affinity and lossy links."""
    lab = world(replicas=4)
    strike(lab, "packet-loss", "worker-3", percent=5)
    lab.do({"traffic": {"name": "users", "target": "service/default/web", "rps": 80}})
    change = {"spec": {"template": {"metadata": {"annotations": {"again": "1"}}}}}
    lab.engine.api.patch("Deployment", "default", "web", change)
    run(lab, 1.7)
    other = type(lab.engine)(lab.scenario, lab.seed, lab.engine.keyframe())
    assert lab.engine.network.proxy.state["old"]
    until = lab.now_us + 15_000_000
    for engine in (lab.engine, other):
        engine.calendar.run_before(until)
    assert other.digest() == lab.engine.digest()


def test_pods_of_one_node_are_nearer_than_those_of_another() -> None:
    """The way over the bridge is shorter than the way over the network."""
    lab = world()
    rtt = {p["spec"]["nodeName"]: ask(lab, p["status"]["podIP"]).rtt_us
           for p in pods(lab, app="web")}  # fmt: skip
    assert rtt["worker-1"] < min(rtt["worker-2"], rtt["worker-3"])


def test_the_address_of_a_pod_that_is_gone_answers_nobody() -> None:
    """Not refused: there is no machine left that could refuse."""
    lab = world()
    gone = pods(lab, app="web")[0]
    lab.engine.api.delete("Pod", "default", gone["metadata"]["name"])
    run(lab, 40)
    assert ask(lab, gone["status"]["podIP"]).error == "timeout"
    assert pod_of(ask(lab, "web")) != gone["metadata"]["name"]


def test_a_machine_outside_of_the_cluster_has_no_way_to_pods() -> None:
    """Only nodes have routes to the pods' addresses."""
    machines = [{"name": "laptop"}, {"name": "control-plane", "role": "control-plane"}]
    machines += [{"name": f"worker-{n}", "role": "worker"} for n in (1, 2, 3)]
    lab = world(machines=machines)
    address = pods(lab, app="web")[0]["status"]["podIP"]
    assert ask(lab, address, 80, Source("laptop")).error == "timeout"
    assert ask(lab, address, 80, Source("worker-3")).error is None
    assert ask(lab, one(lab, "Service", "web")["spec"]["clusterIP"], 80, inside(lab)).error is None


def test_ping_says_who_answers() -> None:
    """A pod does, over a partition nobody does, and at a service's address nobody ever does."""
    lab = world()
    far = next(p for p in pods(lab, app="web") if p["spec"]["nodeName"] == "worker-2")
    address = far["status"]["podIP"]
    assert " 0% packet loss" in ping(lab, address)
    service_ip = one(lab, "Service", "web")["spec"]["clusterIP"]
    assert "100% packet loss" in ping(lab, service_ip)
    strike(lab, "partition", "worker-2")
    assert "100% packet loss" in ping(lab, address)


def ping(lab: Lab, address: str) -> str:
    """Ping twice from the pod."""
    container = container_of(lab, "client")
    machine = container["metadata"]["namespace"]
    number = lab.engine.docker.exec_start(machine, container["Id"], ["ping", "-c", "2", address])
    run(lab, 15)
    return str(lab.engine.docker.exec_state(number)["Output"])
