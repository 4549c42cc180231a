"""Ingress: hosts and paths, the controller's pod, what stands in its way, and its status."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from simulator.lab import Lab
from simulator.network.ingress import fits_path
from simulator.plain import Object
from tests.cluster_world import apply, deployment, events, make_lab, one, pods, run, service
from tests.network_world import ask, inside

CLUSTER = {"version": "v1.32.4", "addons": ["ingress"]}
MACHINES = [{"name": "laptop"}, {"name": "control-plane", "role": "control-plane"}]
MACHINES += [{"name": f"worker-{n}", "role": "worker"} for n in (1, 2, 3)]


def ingress(name: str = "shop", rules: list[Any] | None = None, **spec: Any) -> str:
    """Write an Ingress; a rule is [host, path type, path, service]."""
    rows: list[Object] = []
    for host, kind, path, target in rules or []:
        backend = {"service": {"name": target, "port": {"number": 80}}}
        row: Object = {"http": {"paths": [{"path": path, "pathType": kind, "backend": backend}]}}
        rows.append({**row, **({"host": host} if host else {})})
    meta: Object = {"name": name, "namespace": "default"}
    if "annotations" in spec:
        meta["annotations"] = spec.pop("annotations")
    body = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": meta}
    return yaml.safe_dump({**body, "spec": {"ingressClassName": "nginx", "rules": rows, **spec}})


def world(*manifests: str, seconds: float = 30) -> Lab:
    """A cluster with ingress-nginx, nginx behind a Service, a laptop beside it."""
    texts = "---\n".join([deployment(), service(), *manifests])
    lab = make_lab(texts, machines=MACHINES, cluster=CLUSTER)
    run(lab, seconds)
    return lab


def target(lab: Lab, host: str, path: str = "/") -> str | None:
    """Name the service that a request is for."""
    found = lab.engine.network.ingresses.match(host, path)
    return found.service.rpartition("/")[2] if found else None


def curl(lab: Lab, words: str) -> tuple[str, int]:
    """Type curl on the laptop: what it prints, and its exit code."""
    result = lab.do({"terminal": f"curl -s -w '%{{http_code}}' -o /dev/null {words}"})
    run(lab, 10)
    entry = lab.entry(result["entry"])
    return entry["output"].strip(), entry["exit_code"]


def address(lab: Lab) -> str:
    """Give the address of the controller's load balancer."""
    found = one(lab, "Service", "ingress-nginx-controller", "ingress-nginx")
    return str(found["status"]["loadBalancer"]["ingress"][0]["ip"])


@pytest.mark.parametrize(
    ("kind", "rule", "path", "fits"),
    [
        ("Prefix", "/", "/anything", True),
        ("Prefix", "/foo", "/foo", True),
        ("Prefix", "/foo", "/foo/", True),
        ("Prefix", "/foo/", "/foo", True),
        ("Prefix", "/aaa/bb", "/aaa/bbb", False),
        ("Prefix", "/aaa/bbb", "/aaa/bbb/ccc", True),
        ("Prefix", "/aaa/bbb", "/aaa/bbbxyz", False),
        ("Exact", "/foo", "/foo", True),
        ("Exact", "/foo", "/foo/", False),
        ("Exact", "/foo/", "/foo", False),
        ("Exact", "/foo", "/FOO", False),
        ("ImplementationSpecific", "/foo", "/foobar", True),
    ],
)
def test_paths_fit_as_the_documentation_says(kind: str, rule: str, path: str, fits: bool) -> None:
    """The table of examples in Kubernetes' documentation of Ingress."""
    assert fits_path(kind, rule, path) is fits


def test_hosts_exact_before_wildcard_before_none() -> None:
    """A wildcard stands for one label."""
    rules = [
        ["shop.example.com", "Prefix", "/", "exact"],
        ["*.example.com", "Prefix", "/", "wild"],
        [None, "Prefix", "/", "any"],
    ]
    lab = world(ingress(rules=rules), seconds=3)
    assert target(lab, "shop.example.com") == "exact"
    assert target(lab, "SHOP.example.com:8080") == "exact"
    assert target(lab, "other.example.com") == "wild"
    assert target(lab, "a.b.example.com") == target(lab, "example.com") == "any"


def test_exact_paths_before_the_longest_prefix() -> None:
    """Whatever their order, and over several Ingresses."""
    rules = [
        ["a.test", "Prefix", "/", "root"],
        ["a.test", "Prefix", "/shop", "shop"],
        ["a.test", "Exact", "/shop/cart", "cart"],
    ]
    more = ingress("more", [["a.test", "Prefix", "/shop/items", "items"]])
    lab = world(ingress(rules=rules), more, seconds=3)
    paths = ("/", "/shop", "/shopping", "/shop/cart", "/shop/cart/1", "/shop/items/7?x=1")
    assert [target(lab, "a.test", path) for path in paths] == [
        "root",
        "shop",
        "root",
        "cart",
        "shop",
        "items",
    ]


def test_a_request_goes_through_the_controllers_pod_to_the_service() -> None:
    """With a Host header, by --resolve, and by the node port; the picture shows the whole way."""
    lab = world(ingress(rules=[["shop.test", "Prefix", "/", "web"]]))
    ip = address(lab)
    assert curl(lab, f"-H 'Host: shop.test' http://{ip}/") == ("200", 0)
    assert curl(lab, f"--resolve shop.test:80:{ip} http://shop.test/") == ("200", 0)
    controller = pods(lab, "ingress-nginx")[0]
    found = one(lab, "Service", "ingress-nginx-controller", "ingress-nginx")
    node, port = controller["spec"]["nodeName"], found["spec"]["ports"][0]["nodePort"]
    assert curl(lab, f"-H 'Host: shop.test' http://{node}:{port}/") == ("200", 0)
    lab.do({"traffic": {"name": "users", "target": "ingress/shop.test/", "rps": 20}})
    run(lab, 5)
    places = [row["place"] for row in lab.engine.traffic.take_samples()[-1]["path"]]
    assert places[:4] == [
        "client/users",
        "service/ingress-nginx/ingress-nginx-controller",
        f"pod/ingress-nginx/{controller['metadata']['name']}",
        "service/default/web",
    ]
    assert places[4].startswith("pod/default/web-")
    assert lab.engine.traffic.statistics.state["total"]["errors"] == 0


def test_what_no_rule_fits_is_not_found_unless_there_is_a_default_backend() -> None:
    """404 from nginx; with spec.defaultBackend its answer."""
    lab = world(ingress(rules=[["shop.test", "Prefix", "/", "web"]]))
    wrong = f"-H 'Host: nope.test' http://{address(lab)}/"
    assert curl(lab, wrong) == ("404", 0)
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    apply(lab, ingress("rest", defaultBackend=backend))
    assert curl(lab, wrong) == ("200", 0)


def test_a_service_without_endpoints_is_unavailable() -> None:
    """503; the clients' statistics say so."""
    lab = world(ingress(rules=[["shop.test", "Prefix", "/", "web"]]))
    lab.engine.api.patch("Deployment", "default", "web", {"spec": {"replicas": 0}})
    run(lab, 10)
    assert curl(lab, f"-H 'Host: shop.test' http://{address(lab)}/") == ("503", 0)
    lab.do({"traffic": {"name": "users", "target": "ingress/shop.test/", "rps": 20}})
    run(lab, 3)
    points = lab.engine.traffic.statistics.state["points"].values()
    assert {cause for point in points for cause in point["errors"]} == {"http-5xx"}


def test_the_controller_tries_another_endpoint_when_one_refuses() -> None:
    """proxy_next_upstream: a container that just died costs no request."""
    lab = world(ingress(rules=[["shop.test", "Prefix", "/", "web"]]))
    lab.do({"traffic": {"name": "users", "target": "ingress/shop.test/", "rps": 300}})
    run(lab, 2)
    total = lab.engine.traffic.statistics.state["total"]
    before = total["errors"]
    name = pods(lab, app="web")[0]["metadata"]["name"]
    lab.do({"fault": {"kind": "kill-pod-container", "target": f"default/{name}"}})
    run(lab, 10)
    assert total["errors"] - before <= 2  # those that were being served when it died


def test_slow_services_do_not_hold_up_the_controller() -> None:
    """It waits for many answers at once: 100 requests/s of 200 ms each are answered in 0.2 s."""
    lab = world(ingress(rules=[["shop.test", "Prefix", "/", "web"]]))
    front = pods(lab, "ingress-nginx")[0]["spec"]["nodeName"]
    lab.do({"fault": {"kind": "latency", "target": front, "ms": 200}})
    lab.do({"traffic": {"name": "users", "target": "ingress/shop.test/", "rps": 100}})
    run(lab, 20)
    point = list(lab.engine.traffic.statistics.state["points"].values())[-1]
    assert point["errors"] == {}
    assert 200 < point["p50"] < 420 and point["p99"] < 450  # once to come in, once to go on


def test_without_a_running_controller_nobody_answers() -> None:
    """The rules alone move nothing."""
    lab = world(ingress(rules=[["shop.test", "Prefix", "/", "web"]]))
    ip, change = address(lab), {"spec": {"replicas": 0}}
    lab.engine.api.patch("Deployment", "ingress-nginx", "ingress-nginx-controller", change)
    run(lab, 10)
    assert ask(lab, ip, 80, inside(lab, pods(lab, app="web")[0]["metadata"]["name"])).error
    assert curl(lab, f"-m 5 -H 'Host: shop.test' http://{ip}/")[1] in (7, 28)


def test_an_ingress_gets_the_address_and_an_event() -> None:
    """Its status within a minute; one of another class stays without."""
    other = ingress("other", [["x.test", "Prefix", "/", "web"]], ingressClassName="traefik")
    lab = world(ingress(rules=[["shop.test", "Prefix", "/", "web"]]), other, seconds=90)
    status = one(lab, "Ingress", "shop")["status"]
    assert status == {"loadBalancer": {"ingress": [{"ip": address(lab)}]}}
    assert events(lab, "Sync", "shop") == ["Scheduled for sync"]
    assert not (one(lab, "Ingress", "other").get("status") or {}).get("loadBalancer")
    assert target(lab, "x.test") is None


def test_an_ingress_without_a_class_gets_the_default_one() -> None:
    """ingress-nginx' class is marked as the default."""
    lab = world(seconds=2)
    lab.engine.api.create(yaml.safe_load(ingress(rules=[[None, "Prefix", "/", "web"]],
                                                 ingressClassName=None)))  # fmt: skip
    assert one(lab, "Ingress", "shop")["spec"]["ingressClassName"] == "nginx"
    assert target(lab, "whatever") == "web"


def test_a_rewritten_path_reaches_the_service() -> None:
    """rewrite-target with a captured group."""
    annotations = {"nginx.ingress.kubernetes.io/rewrite-target": "/$2"}
    rules = [["shop.test", "ImplementationSpecific", "/app(/|$)(.*)", "web"]]
    lab = world(ingress(rules=rules, annotations=annotations), seconds=3)
    found = lab.engine.network.ingresses.match("shop.test", "/app/items/7")
    assert found is not None and found.path == "/items/7"
    assert target(lab, "shop.test", "/other") is None


def test_https_needs_trust_in_the_controllers_own_certificate() -> None:
    """curl: (60), unless -k."""
    lab = world(ingress(rules=[["shop.test", "Prefix", "/", "web"]]))
    url = f"--resolve shop.test:443:{address(lab)} https://shop.test/"
    assert curl(lab, url)[1] == 60
    assert curl(lab, f"-k {url}") == ("200", 0)
