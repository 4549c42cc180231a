"""Lists in chunks, watches, versions that are over, and paths that `get --raw` takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.kubernetes.api import listing
from simulator.kubernetes.api.status import StatusError

from .kube import Cluster

MAPS = "/api/v1/namespaces/default/configmaps"


@pytest.fixture
def cluster() -> Cluster:
    """Give a cluster with ConfigMaps a to e."""
    found = Cluster(1)
    for name in "abcde":
        found.run(f"kubectl create configmap {name}")
    return found


def answers(cluster: Cluster, query: str) -> list[Any]:
    """Give the JSON answers of a request."""
    output, code = cluster.run(f"kubectl get --raw '{MAPS}{query}'")
    assert code == 0, output
    return [json.loads(line) for line in output.splitlines()]


def names(page: Any) -> list[str]:
    """Name the objects of a page."""
    return [item["metadata"]["name"] for item in page["items"]]


def test_a_list_comes_in_chunks_of_one_version(cluster: Cluster) -> None:
    (first,) = answers(cluster, "?limit=2")
    assert names(first) == ["a", "b"]
    assert first["metadata"]["remainingItemCount"] == 4  # kube-root-ca.crt, too
    cluster.run("kubectl create configmap b1")
    cluster.run("kubectl create configmap d1")
    (second,) = answers(cluster, f"?limit=3&continue={first['metadata']['continue']}")
    assert names(second) == ["c", "d", "e"]
    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    (third,) = answers(cluster, f"?limit=3&continue={second['metadata']['continue']}")
    assert names(third) == ["kube-root-ca.crt"]
    assert "continue" not in third["metadata"]


def test_a_continue_token_grows_too_old(cluster: Cluster) -> None:
    row = cluster.api.row("ConfigMap")
    token = listing.page(cluster.api, row, "default", {"limit": "2"})["metadata"]["continue"]
    for number in range(4100):
        body = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"n": str(number)}}
        cluster.api.store.update({**body, "metadata": {"name": "a", "namespace": "default"}})
    with pytest.raises(StatusError) as caught:
        listing.page(cluster.api, row, "default", {"limit": "2", "continue": token})
    assert (caught.value.code, caught.value.reason) == (410, "Expired")
    assert "The provided continue parameter is too old" in caught.value.message
    again = caught.value.to_status()["metadata"]["continue"]
    rest = listing.page(cluster.api, row, "default", {"limit": "2", "continue": again})
    assert names(rest) == ["c", "d"]


def test_a_watch_tells_what_happened_since_and_ends_with_a_bookmark(cluster: Cluster) -> None:
    version = answers(cluster, "")[0]["metadata"]["resourceVersion"]
    cluster.run("kubectl create configmap f --from-literal=k=v")
    cluster.run("kubectl delete configmap a")
    query = f"?watch=true&resourceVersion={version}&allowWatchBookmarks=true"
    events = answers(cluster, query)
    assert [(e["type"], e["object"]["metadata"].get("name")) for e in events] == [
        ("ADDED", "f"),
        ("DELETED", "a"),
        ("BOOKMARK", None),
    ]


def test_a_watch_may_begin_with_all_there_is(cluster: Cluster) -> None:
    events = answers(cluster, "?watch=1&sendInitialEvents=true&allowWatchBookmarks=true"
                     "&resourceVersionMatch=NotOlderThan")  # fmt: skip
    assert [event["type"] for event in events] == ["ADDED"] * 6 + ["BOOKMARK"]
    marks = events[-1]["object"]["metadata"]["annotations"]
    assert marks == {"k8s.io/initial-events-end": "true"}


def test_a_watch_of_a_version_that_is_forgotten_ends_with_gone(cluster: Cluster) -> None:
    for number in range(4100):
        body = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"n": str(number)}}
        cluster.api.store.update({**body, "metadata": {"name": "a", "namespace": "default"}})
    (event,) = answers(cluster, "?watch=true&resourceVersion=1")
    assert event["type"] == "ERROR"
    assert (event["object"]["code"], event["object"]["reason"]) == (410, "Expired")
    assert event["object"]["message"].startswith("too old resource version: 1 (")


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("?resourceVersionMatch=Exact", "The ListOptions \"\" is invalid: resourceVersionMatch: "
         "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided"),
        ("?resourceVersion=99999", "Error from server (Timeout): Timeout: Too large resource "
         "version: 99999, current: "),
        ("?resourceVersion=3&resourceVersionMatch=Exact", "Error from server (Expired): The "
         "resourceVersion for the provided list is too old."),
        ("?continue=x", "Error from server (BadRequest): continue key is not valid: "),
        ("/zz", 'Error from server (NotFound): configmaps "zz" not found'),
        ("/a/scale", "Error from server (NotFound): the server could not find the requested "
         "resource"),
    ],
)  # fmt: skip
def test_requests_that_cannot_be_answered_say_why(cluster: Cluster, path: str, error: str) -> None:
    output, code = cluster.run(f"kubectl get --raw '{MAPS}{path}'")
    assert output.startswith(error)
    assert code == 1


def test_discovery_names_the_resources_of_a_group(cluster: Cluster) -> None:
    found = json.loads(cluster.says("kubectl get --raw /apis/apps/v1"))
    assert found["groupVersion"] == "apps/v1"
    names = [one["name"] for one in found["resources"]]
    assert "deployments" in names
    assert "deployments/scale" in names
    assert cluster.says("kubectl get --raw /readyz") == "ok"
