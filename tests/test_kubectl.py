"""kubectl as typed: what it prints, what it waits for, what it refuses."""

from __future__ import annotations

import pytest

from .kube import DEPLOYMENT, Cluster

READS = (
    "get all -A -o wide", "describe pods", "get deploy -o yaml", "explain pod", "api-resources",
    "config view", "auth can-i get pods", "events", "logs deploy/web",
)  # fmt: skip


@pytest.fixture(scope="module")
def cluster():
    made = Cluster(5)
    made.file("web.yaml", DEPLOYMENT)
    made.run("kubectl apply -f web.yaml")
    made.wait(60)
    return made


@pytest.fixture
def fresh():
    made = Cluster(5)
    made.file("web.yaml", DEPLOYMENT)
    return made


def test_get_prints_the_columns_of_the_real_client(cluster):
    assert cluster.says("kubectl get nodes").splitlines()[0] == (
        "NAME   STATUS   ROLES           AGE   VERSION"
    )
    assert cluster.says("kubectl get deploy web").splitlines()[1].split()[:4] == [
        "web",
        "2/2",
        "2",
        "2",
    ]


def test_reads_are_never_logged_and_writes_are(cluster):
    lab = cluster.lab
    for line in (
        "kubectl get pods",
        "kubectl describe deploy web",
        "kubectl version",
        "kubectl gett",
    ):
        assert lab.is_read({"terminal": line}), line
    for line in ("kubectl delete pod x", "kubectl get pods -w", "kubectl apply -f web.yaml"):
        assert not lab.is_read({"terminal": line}), line


def test_reading_changes_nothing(cluster):
    before = cluster.lab.digest()
    for line in READS:
        output, code = cluster.run(f"kubectl {line}")
        assert code == 0, (line, output)
    assert cluster.lab.digest() == before


def test_several_kinds_name_themselves(cluster):
    lines = cluster.says("kubectl get deploy,svc").splitlines()
    assert lines[1].startswith("deployment.apps/web ")
    assert lines[2] == ""
    assert lines[4].startswith("service/kubernetes ")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("get pod nope", 'Error from server (NotFound): pods "nope" not found\n'),
        ("get foo", "error: the server doesn't have a resource type \"foo\"\n"),
        ("get pods -n empty", "No resources found in empty namespace.\n"),
        ("gett",
         'error: unknown command "gett" for "kubectl"\n\nDid you mean this?\n\tset\n\tget\n'),
        ("get pods --foo", "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n"),
        ("apply -f nope.yaml", 'error: the path "nope.yaml" does not exist\n'),
        ("scale deploy web", 'error: required flag(s) "replicas" not set\n'),
        ("create deployment x", 'error: required flag(s) "image" not set\n'),
        ("delete pods", "error: resource(s) were provided, but no name was specified\n"),
        ("logs nope", 'Error from server (NotFound): pods "nope" not found\n'),
        ("rollout foo",
         "error: unknown command \"foo\"\nSee 'kubectl rollout -h' for help and examples\n"),
        ("create ns team -n x --dry-run=maybe",
         'error: Invalid dry-run value (maybe). Must be "none", "server", or "client".\n'),
    ],
)  # fmt: skip
def test_a_wrong_line_is_refused_as_the_real_client_does(cluster, line, words):
    output, code = cluster.run(f"kubectl {line}")
    assert output == words
    assert (code != 0) == (not words.startswith("No resources"))


def test_invalid_objects_are_refused_with_every_reason(fresh):
    text = DEPLOYMENT.replace("replicas: 2", "replicas: -1").replace(
        "name: web\n        image: nginx:1.27", "name: web"
    )
    fresh.file("bad.yaml", text)
    output, code = fresh.run("kubectl apply -f bad.yaml")
    assert code == 1
    assert output == (
        'The Deployment "web" is invalid: \n'
        "* spec.replicas: Invalid value: -1: must be greater than or equal to 0\n"
        "* spec.template.spec.containers[0].image: Required value\n"
    )


def test_unknown_fields_are_refused_with_the_file(fresh):
    fresh.file("bad.yaml", DEPLOYMENT.replace("replicas: 2", "replica: 2"))
    assert fresh.says("kubectl apply -f bad.yaml") == (
        'Error from server (BadRequest): error when creating "bad.yaml": Deployment in version '
        '"v1" cannot be handled as a Deployment: strict decoding error: unknown field '
        '"spec.replica"\n'
    )


def test_a_tab_in_a_manifest_is_found(fresh):
    fresh.file("tab.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\n")
    assert fresh.says("kubectl apply -f tab.yaml") == (
        "error: error parsing tab.yaml: error converting YAML to JSON: yaml: line 4: found "
        "character that cannot start any token\n"
    )


def test_apply_says_created_then_unchanged_then_configured(fresh):
    assert fresh.says("kubectl apply -f web.yaml") == "deployment.apps/web created\n"
    assert fresh.says("kubectl apply -f web.yaml") == "deployment.apps/web unchanged\n"
    fresh.file("web.yaml", DEPLOYMENT.replace("replicas: 2", "replicas: 3"))
    assert fresh.says("kubectl apply -f web.yaml") == "deployment.apps/web configured\n"
    assert fresh.api.get("Deployment", "default", "web")["spec"]["replicas"] == 3


def test_an_immutable_selector_cannot_be_applied(fresh):
    fresh.run("kubectl apply -f web.yaml")
    fresh.file("web.yaml", DEPLOYMENT.replace("app: web", "app: api"))
    output = fresh.says("kubectl apply -f web.yaml")
    assert output.startswith(
        'The Deployment "web" is invalid: spec.selector: Invalid value: v1.LabelSelector{'
    )
    assert output.endswith("field is immutable\n")


def test_a_rollout_is_followed_to_its_end(fresh):
    fresh.run("kubectl apply -f web.yaml")
    output, code = fresh.run("kubectl rollout status deployment/web")
    assert code == 0
    assert output.splitlines()[-1] == 'deployment "web" successfully rolled out'
    assert "Waiting for deployment" in output


def test_delete_waits_until_the_pod_is_gone(fresh):
    fresh.run("kubectl run p --image=nginx:1.27")
    fresh.wait(40)
    output, code = fresh.run("kubectl delete pod p")
    assert (output, code) == ('pod "p" deleted\n', 0)
    assert fresh.lab.engine.store.get("Pod", "default", "p") is None


def test_a_watch_prints_changes_until_it_is_interrupted(fresh):
    entry = fresh.lab.do({"terminal": "kubectl get pods -w"})["entry"]
    fresh.run("kubectl apply -f web.yaml")
    fresh.wait(40)
    fresh.lab.do({"interrupt": entry})
    result = fresh.lab.entry(entry)
    assert result["exit_code"] == 130
    assert result["output"].count("NAME ") == 1
    assert "ContainerCreating" in result["output"] and "Running" in result["output"]


def test_a_drain_waits_for_the_disruption_budget(fresh):
    fresh.run("kubectl apply -f web.yaml")
    fresh.run("kubectl create pdb web --selector=app=web --min-available=2")
    fresh.wait(60)
    node = fresh.api.list("Pod", "default")[0]["spec"]["nodeName"]
    output, code = fresh.run(f"kubectl drain {node} --timeout=12s")
    assert code == 1
    assert "Cannot evict pod as it would violate the pod's disruption budget." in output
    assert "(will retry after 5s)" in output


def test_waiting_gives_up_at_its_timeout(fresh):
    fresh.run("kubectl run p --image=nginx:1.27 --dry-run=client")
    fresh.run("kubectl create configmap c --from-literal=a=b")
    output, code = fresh.run("kubectl wait --for=jsonpath={.data.a}=z configmap/c --timeout=3s")
    assert (output, code) == ("error: timed out waiting for the condition on configmaps/c\n", 1)


def test_a_running_line_survives_a_keyframe(fresh):
    from simulator.lab import Lab

    fresh.run("kubectl apply -f web.yaml")
    fresh.lab.do({"terminal": "kubectl rollout status deployment/web"})
    fresh.wait(90)
    again = Lab.replay(fresh.lab.export())
    assert again.digest() == fresh.lab.digest()


def test_without_a_cluster_the_server_refuses():
    from simulator.lab import Lab
    from simulator.scenario import Scenario
    from simulator.scenario_check import check_text

    machine = "{name: laptop, role: laptop, arch: amd64, cpu: 2, memory: 4Gi, disk: 32Gi}"
    text = f"name: alone\nmachine: laptop\nmachines:\n  - {machine}\n"
    lab = Lab(Scenario(check_text(text, "t.yaml")), 1)
    assert lab.do({"terminal": "kubectl get pods"})["output"] == (
        "The connection to the server localhost:8080 was refused - did you specify the right host "
        "or port?\n"
    )


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["kubectl", "des"], "describe"),
        (["kubectl", "get", "deploym"], "deployments"),
        (["kubectl", "get", "deploy", "w"], "web"),
        (["kubectl", "logs", "web"], "web-"),
        (["kubectl", "rollout", "st"], "status"),
        (["kubectl", "get", "pods", "-n", "kube-s"], "kube-system"),
        (["kubectl", "apply", "-f", "we"], "web.yaml"),
        (["kubectl", "get", "--sho"], "--show-labels"),
    ],
)
def test_tab_offers_what_fits(cluster, words, offered):
    line = " ".join(words)
    _, options = cluster.lab.engine.terminal.complete(line, "laptop", "")
    assert any(option.startswith(offered) for option in options)


def test_top_needs_a_metrics_server(cluster):
    assert cluster.says("kubectl top pods") == "error: Metrics API not available\n"


def test_a_field_that_cannot_be_selected_by_is_named(cluster):
    assert cluster.says("kubectl get pods --field-selector=foo=bar") == (
        'Error from server (BadRequest): Unable to find "/v1, Resource=pods" that match label '
        'selector "", field selector "foo=bar": field label not supported: foo\n'
    )


def test_a_pod_template_is_changed_with_set_and_undone(fresh):
    fresh.run("kubectl apply -f web.yaml")
    fresh.wait(40)
    assert fresh.says("kubectl set image deploy/web web=nginx:1.28") == (
        "deployment.apps/web image updated\n"
    )
    fresh.wait(60)
    assert fresh.says("kubectl rollout undo deploy/web") == "deployment.apps/web rolled back\n"
    spec = fresh.api.get("Deployment", "default", "web")["spec"]["template"]["spec"]
    assert spec["containers"][0]["image"] == "nginx:1.27"


def test_the_namespace_of_the_context_is_kept(fresh):
    fresh.run("kubectl config set-context --current --namespace=kube-system")
    assert "kube-dns" in fresh.says("kubectl get svc")
    assert "kube-system" in fresh.says("kubectl config get-contexts")


def test_a_watch_goes_on_from_a_keyframe_at_any_instant(fresh):
    from simulator.engine import Engine

    entry = fresh.lab.do({"terminal": "kubectl get deploy -w"})["entry"]
    fresh.lab.do({"terminal": "kubectl create deployment web --image=nginx:1.27"})
    engine = fresh.lab.engine
    again = Engine(engine.scenario, engine.seed, engine.keyframe())
    again.calendar.run_before(again.now_us + 60_000_000)
    assert "web " in again.terminal.jobs[str(entry)]["text"]


def test_docker_trouble_is_an_answer_and_not_the_end_of_the_lab(fresh):
    fresh.run("kubectl apply -f web.yaml")
    fresh.wait(40)
    fresh.run("kubectl exec deploy/web -- kill 1")
    for _ in range(5):
        fresh.run("kubectl exec deploy/web -- ls /nowhere")
        fresh.run("kubectl logs deploy/web")
    assert fresh.lab.failed is None
