"""The generators against the real kubectl: the same YAML, byte for byte."""

from __future__ import annotations

import shlex
import shutil
import subprocess

import pytest

from .kube import Cluster

LINES = (
    "create deployment web --image=nginx:1.27 --replicas=3 --port=80",
    "create deployment web --image=a/b@sha256:1 -- sleep 10",
    "create deployment web --image=nginx --image=redis:7",
    "create service clusterip web --tcp=80:8080",
    "create service nodeport web --tcp=80 --node-port=30001",
    "create service loadbalancer web --tcp=80 --tcp=443:https",
    "create service externalname web --external-name a.b",
    "create configmap c --from-literal=a=b --from-literal=c=1 --from-literal=on=yes",
    "create secret generic s --from-literal=a=b",
    "create secret docker-registry r --docker-username=a --docker-password=b",
    "create namespace team",
    "create serviceaccount robot",
    "create job j --image=busybox -- echo hi",
    "create cronjob cj --image=busybox --schedule='* * * * *' -- date",
    "create quota q --hard=pods=2,cpu=1",
    "create pdb p --selector=a=b --min-available=1",
    "create priorityclass p --value=10 --description='for tests'",
    "create ingress i --rule=foo.com/bar*=svc:80 --class=nginx",
    "create rolebinding r --role=r --serviceaccount=default:x --user=anna",
    "create clusterrolebinding r --clusterrole=view --group=devs",
)
REFUSED = (
    "gett",
    "aply",
    "lo",
    "get --foo",
    "get -z",
    "create deployment",
    "create configmap",
    "create -f",
    "run x",
    "run x --image=",
    "run x --image=a --restart=Foo",
    "scale deploy x",
    "label",
    "annotate",
    "taint",
    "taint nodes a",
    "cordon",
    "drain",
    "wait",
    "wait pod/x",
    "logs",
    "exec",
    "exec a ls",
    "delete",
    "apply",
    "apply foo",
    "describe",
    "explain",
    "patch deploy x",
    "rollout foo",
    "get",
    "create job j",
    "create deployment web --image=a --replicas=foo",
    "set image",
    "expose",
)

real = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")


@pytest.fixture(scope="module")
def cluster():
    return Cluster(1)


def run_real(line):
    found = shutil.which("kubectl.1.32", path="/usr/lib/google-cloud-sdk/bin") or "kubectl"
    done = subprocess.run(
        [found, *shlex.split(line)], capture_output=True, text=True, timeout=30,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "KUBECONFIG": "/nonexistent"},
    )  # fmt: skip
    lines = (done.stdout + done.stderr).splitlines(keepends=True)
    return "".join(line for line in lines if "memcache.go" not in line), done.returncode


@real
@pytest.mark.parametrize("line", LINES)
def test_a_generator_writes_what_the_real_client_writes(cluster, line):
    typed = line.replace(" -- ", " --dry-run=client -o yaml -- ")
    if typed == line:
        typed += " --dry-run=client -o yaml"
    assert cluster.run(f"kubectl {typed}") == run_real(typed)


@real
@pytest.mark.parametrize("line", REFUSED)
def test_a_wrong_line_is_refused_word_for_word(cluster, line):
    assert cluster.run(f"kubectl {line}") == run_real(line)
