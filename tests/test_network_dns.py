"""Names in a pod: its resolv.conf, and what the cluster's DNS answers."""

from __future__ import annotations

from typing import Any

import yaml

from simulator.lab import Lab
from simulator.network.dns import resolver_of
from simulator.plain import Object
from tests.cluster_world import apply, deployment, make_lab, one, pod, pods, run, service
from tests.network_world import ask, client, container_of, inside, pod_of


def headless(name: str = "db", **more: Any) -> str:
    """Write a headless Service with a named port."""
    spec = {"clusterIP": "None", "selector": {"app": name}, "ports": [{"name": "http", "port": 80}]}
    body: Object = {"apiVersion": "v1", "kind": "Service", "spec": {**spec, **more}}
    return yaml.safe_dump({**body, "metadata": {"name": name, "namespace": "default"}})


def member(name: str, app: str = "db", **spec: Any) -> str:
    """Write a pod of nginx with a name of its own in a headless service."""
    body: Object = yaml.safe_load(
        pod(name, {"image": "nginx:1.27"}, None, hostname=name, subdomain=app, **spec)
    )
    body["metadata"]["labels"] = {"app": app}
    return yaml.safe_dump(body)


def world(*manifests: str) -> Lab:
    """A pod that asks, and whatever else."""
    lab = make_lab("---\n".join([client(), *manifests]))
    run(lab, 20)
    return lab


def names(lab: Lab, name: str) -> list[str]:
    """Look a name up from the pod."""
    return lab.engine.network.lookup(inside(lab), name).addresses


def test_a_service_is_known_by_every_form_of_its_name() -> None:
    """Short, with namespace, with svc, full, absolute."""
    lab = world(deployment(), service())
    address = one(lab, "Service", "web")["spec"]["clusterIP"]
    for name in ("web", "web.default", "web.default.svc", "web.default.svc.cluster.local"):
        assert names(lab, name) == [address]
        assert ask(lab, name).error is None
    assert names(lab, "web.default.svc.cluster.local.") == [address]
    assert names(lab, "web.default.") == []
    assert names(lab, "WEB") == [address]
    assert names(lab, "nobody") == [] and ask(lab, "nobody").error == "dns"


def test_a_short_name_is_looked_for_in_the_pods_own_namespace() -> None:
    """The same name in another namespace needs the namespace."""
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n"
    lab = world(text, deployment(), service())
    run(lab, 1)
    elsewhere = yaml.safe_load(client("far"))
    elsewhere["metadata"]["namespace"] = "other"
    apply(lab, yaml.safe_dump(elsewhere))
    run(lab, 10)
    source = inside(lab, "far", "other")
    assert ask(lab, "web", source=source).error == "dns"
    assert ask(lab, "web.default", source=source).error is None


def test_names_with_few_dots_are_tried_with_every_suffix_first() -> None:
    """ndots:5 costs a name outside of the cluster three questions more than its absolute form."""
    lab = world()
    lookup = lab.engine.network.lookup
    assert lookup(inside(lab), "worker-2").asked == 4
    assert lookup(inside(lab), "worker-2.").asked == 1
    assert lookup(inside(lab), "worker-2").addresses == [lab.engine.machines.ip("worker-2")]


def test_a_headless_service_has_the_addresses_of_its_ready_pods() -> None:
    """All of them; a connection goes to any; a pod's own name to that pod."""
    lab = world(headless(), member("db-0"), member("db-1"))
    addresses = [one(lab, "Pod", f"db-{n}")["status"]["podIP"] for n in (0, 1)]
    assert sorted(names(lab, "db")) == sorted(addresses)
    assert {pod_of(ask(lab, "db")) for _ in range(40)} == {"db-0", "db-1"}
    assert names(lab, "db-1.db") == [addresses[1]]
    assert pod_of(ask(lab, "db-1.db.default.svc.cluster.local")) == "db-1"
    assert ask(lab, "db-2.db").error == "dns"


def test_a_pod_without_hostname_is_named_by_its_address_in_a_headless_service() -> None:
    """CoreDNS writes 10.244.1.2 as 10-244-1-2."""
    lab = world(headless("web"), deployment(replicas=1))
    address = pods(lab, app="web")[0]["status"]["podIP"]
    assert names(lab, f"{address.replace('.', '-')}.web") == [address]
    assert names(lab, f"{address.replace('.', '-')}.default.pod.cluster.local") == [address]


def test_srv_records_name_the_ports() -> None:
    """_port._proto: of a service, and of each pod of a headless one."""
    lab = world(headless(), member("db-0"), member("db-1"))
    found = lab.engine.network.lookup(inside(lab), "_http._tcp.db.default.svc.cluster.local")
    suffix = "db.default.svc.cluster.local"
    assert sorted(found.ports) == [(80, f"db-0.{suffix}"), (80, f"db-1.{suffix}")]
    assert not lab.engine.network.lookup(inside(lab), "_ftp._tcp.db").found


def test_an_external_name_is_an_alias() -> None:
    """For a name of the cluster, or of the network around it."""
    alias = "apiVersion: v1\nkind: Service\nmetadata: {name: %s}\n"
    alias += "spec: {type: ExternalName, externalName: %s}\n"
    texts = [
        alias % ("shop", "web.default.svc.cluster.local"),
        alias % ("box", "worker-3"),
        alias % ("round", "round.default.svc.cluster.local"),
    ]
    lab = world(deployment(), service(), *texts)
    assert ask(lab, "shop").error is None
    assert names(lab, "box") == [lab.engine.machines.ip("worker-3")]
    assert names(lab, "round") == []
    assert lab.engine.network.to_service(inside(lab), "default", "shop").error is None


def test_the_policy_decides_which_resolv_conf_a_pod_gets() -> None:
    """ClusterFirst, Default, None with a configuration, the host's network."""
    config = {"nameservers": ["192.0.2.1"], "searches": ["example.org"]}
    config["options"] = [{"name": "ndots", "value": "2"}, {"name": "edns0"}]  # type: ignore[list-item]
    lab = world(
        client("plain", dnsPolicy="Default"),
        client("own", dnsPolicy="None", dnsConfig=config),
        client("host", hostNetwork=True),
        client("both", hostNetwork=True, dnsPolicy="ClusterFirstWithHostNet"),
        service(),
    )
    assert ask(lab, "web", source=inside(lab, "plain")).error == "dns"
    assert ask(lab, "web", source=inside(lab, "host")).error == "dns"
    assert ask(lab, "web", source=inside(lab, "both")).error != "dns"
    own = resolver_of(one(lab, "Pod", "own"))
    assert (own.servers, own.search, own.ndots) == (["192.0.2.1"], ["example.org"], 2)
    view = lab.engine.docker.files.view(container_of(lab, "client"))
    assert view.text("/etc/resolv.conf") == (
        "nameserver 10.96.0.10\n"
        "search default.svc.cluster.local svc.cluster.local cluster.local\n"
        "options ndots:5\n"
    )


def test_without_the_service_kube_dns_no_name_is_found() -> None:
    """Addresses still work."""
    lab = world(deployment(), service())
    address = one(lab, "Service", "web")["spec"]["clusterIP"]
    lab.engine.api.delete("Service", "kube-system", "kube-dns")
    assert ask(lab, "web").error == "dns"
    assert ask(lab, address).error is None


def test_a_node_that_is_cut_off_from_dns_finds_no_names() -> None:
    """CoreDNS is on the control plane; a pod beside the one that asks still has its address."""
    lab = world(deployment(replicas=6), service())
    lab.do({"fault": {"kind": "partition", "target": "worker-1"}})
    assert ask(lab, "web").error == "dns"
    near = next(p for p in pods(lab, app="web") if p["spec"]["nodeName"] == "worker-1")
    assert ask(lab, near["status"]["podIP"]).error is None
    lab.do({"fault": {"kind": "heal", "target": "worker-1"}})
    assert ask(lab, "web").error is None


def test_looking_a_name_up_takes_time() -> None:
    """The address needs no question; the short name one; a far name four."""
    lab = world(deployment(), service())
    address = one(lab, "Service", "web")["spec"]["clusterIP"]
    direct, short = ask(lab, address).delay_us, ask(lab, "web").delay_us
    far = ask(lab, "worker-2", 9).delay_us
    assert direct == 0 < short
    assert far == 4 * short
