"""Roles, and what they let somebody do who is named by `--as`."""

from __future__ import annotations

import base64
import json

import pytest

from tests.kube import Cluster

ROLE = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: pod-reader}
rules:
- {apiGroups: [""], resources: [pods], verbs: [get, list, watch]}
- {apiGroups: [""], resources: [configmaps], resourceNames: [one], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: read-pods}
subjects:
- {kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}
- {kind: ServiceAccount, name: default, namespace: default}
roleRef: {kind: Role, name: pod-reader, apiGroup: rbac.authorization.k8s.io}
"""


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    """Give a cluster where jane may read pods of one namespace."""
    found = Cluster()
    found.file("role.yaml", ROLE)
    found.run("kubectl apply -f role.yaml")
    found.run("kubectl run p --image=nginx:1.27")
    found.wait(5)
    return found


def test_a_role_lets_its_subjects_do_what_it_says(cluster: Cluster) -> None:
    assert "p      1/1" in cluster.says("kubectl get pods --as=jane")
    account = "system:serviceaccount:default:default"
    assert cluster.says(f"kubectl auth can-i list pods --as={account}") == "yes\n"
    assert cluster.says("kubectl auth can-i list pods --as=jane -n kube-system") == "no\n"
    assert cluster.says("kubectl auth can-i get configmaps/one --as=jane") == "yes\n"
    assert cluster.says("kubectl auth can-i get configmaps/two --as=jane") == "no\n"
    assert cluster.says("kubectl auth can-i get /version --as=jane") == "yes\n"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("get nodes", 'nodes is forbidden: User "jane" cannot list resource "nodes" in API group '
         '"" at the cluster scope'),
        ("delete pod p", 'pods "p" is forbidden: User "jane" cannot delete resource "pods" in API '
         'group "" in the namespace "default"'),
        ("logs p", 'pods "p" is forbidden: User "jane" cannot get resource "pods/log" in API group '
         '"" in the namespace "default"'),
        ("exec p -- ls", 'pods "p" is forbidden: User "jane" cannot create resource "pods/exec" in '
         'API group "" in the namespace "default"'),
    ],
)  # fmt: skip
def test_what_no_role_allows_is_refused(cluster: Cluster, line: str, error: str) -> None:
    output, code = cluster.run(f"kubectl --as=jane {line}")

    assert (output, code) == (f"Error from server (Forbidden): {error}\n", 1)


def test_the_default_roles_are_put_together_from_their_parts(cluster: Cluster) -> None:
    cluster.run("kubectl create rolebinding editors --clusterrole=edit --user=ed")

    assert cluster.says("kubectl auth can-i create deployments --as=ed") == "yes\n"
    assert cluster.says("kubectl auth can-i list pods --as=ed") == "yes\n"  # from `view`
    assert cluster.says("kubectl auth can-i create roles --as=ed") == "no\n"  # only `admin`


def test_a_role_of_ones_own_joins_an_aggregated_one(cluster: Cluster) -> None:
    cluster.run("kubectl create clusterrole crons --verb=get --resource=cronjobs.batch")
    cluster.run("kubectl create clusterrole monitor --verb=get --resource=nodes")
    change = '{"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"into":"monitor"}}]}}'
    cluster.run(f"kubectl patch clusterrole monitor --type=merge -p '{change}'")
    cluster.run("kubectl label clusterrole crons into=monitor")
    cluster.run("kubectl create clusterrolebinding m --clusterrole=monitor --user=mo")
    cluster.wait(1)

    assert cluster.says("kubectl auth can-i get cronjobs --as=mo") == "yes\n"
    assert cluster.says("kubectl auth can-i get nodes --as=mo").endswith("no\n")


def test_a_binding_to_a_role_that_is_not_there_is_told(cluster: Cluster) -> None:
    cluster.run("kubectl create rolebinding x --role=nope --user=xi")

    said = cluster.says("kubectl auth can-i get pods --as=xi")

    assert said == 'no - RBAC: role.rbac.authorization.k8s.io "nope" not found\n'


def test_can_i_lists_every_rule_that_holds(cluster: Cluster) -> None:
    rows = cluster.says("kubectl auth can-i --list --as=jane").splitlines()

    assert rows[0].split() == ["Resources", "Non-Resource", "URLs", "Resource", "Names", "Verbs"]
    found = {tuple(row.split("  ")[0].split()): row for row in rows[1:]}
    assert found[("pods",)].endswith("[get list watch]")
    assert found[("configmaps",)].split()[1:] == ["[]", "[one]", "[get]"]
    assert ["[/version]", "[]", "[get]"] in [row.split() for row in rows]


def test_describe_shows_the_rules_of_a_role_as_a_table(cluster: Cluster) -> None:
    said = cluster.says("kubectl describe role pod-reader")

    assert "PolicyRule:\n  Resources   Non-Resource URLs  Resource Names  Verbs\n" in said
    assert "  pods        []                 []              [get list watch]\n" in said


def test_a_token_says_whose_it_is_and_until_when(cluster: Cluster) -> None:
    token = cluster.says("kubectl create token default --duration=20m").strip()

    middle = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    assert claims["sub"] == "system:serviceaccount:default:default"
    assert claims["exp"] - claims["iat"] == 1200


def claims_of(token: str) -> dict[str, object]:
    """Read what a token says."""
    middle = token.split(".")[1]
    found: dict[str, object] = json.loads(
        base64.urlsafe_b64decode(middle + "==="[: -len(middle) % 4])
    )
    return found


def test_a_secret_is_filled_with_its_accounts_token_and_goes_with_it(cluster: Cluster) -> None:
    cluster.file(
        "s.yaml",
        """
apiVersion: v1
kind: Secret
metadata: {name: build, annotations: {kubernetes.io/service-account.name: robot}}
type: kubernetes.io/service-account-token
""",
    )
    cluster.run("kubectl create serviceaccount robot")
    cluster.run("kubectl apply -f s.yaml")
    cluster.wait(1)

    data = cluster.api.get("Secret", "default", "build")["data"]
    token = base64.b64decode(data["token"]).decode()
    assert claims_of(token)["sub"] == "system:serviceaccount:default:robot"
    assert base64.b64decode(data["namespace"]) == b"default"
    cluster.run("kubectl delete serviceaccount robot")
    cluster.wait(1)
    assert cluster.run("kubectl get secret build")[1] == 1


def test_a_pod_has_a_token_of_its_own(cluster: Cluster) -> None:
    place = "/var/run/secrets/kubernetes.io/serviceaccount/token"
    claims = claims_of(cluster.says(f"kubectl exec p -- cat {place}"))

    assert claims["sub"] == "system:serviceaccount:default:default"
    assert claims["exp"] - claims["iat"] == 3607  # type: ignore[operator]
    assert claims["kubernetes.io"]["pod"]["name"] == "p"  # type: ignore[index]


def test_what_a_namespace_only_warns_of_is_told(cluster: Cluster) -> None:
    cluster.run("kubectl create namespace strict")
    cluster.run("kubectl label namespace strict pod-security.kubernetes.io/warn=restricted")

    said = cluster.says("kubectl create deployment web -n strict --image=nginx:1.27")

    assert said.startswith('Warning: would violate PodSecurity "restricted:latest": ')
    assert said.endswith("\ndeployment.apps/web created\n")
    assert cluster.says("kubectl create configmap c -n strict") == "configmap/c created\n"
