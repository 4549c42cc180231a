"""A file looked at while it is written: the right line, in the words of the tool that reads it."""

from __future__ import annotations

import pytest

from simulator import Lab, Scenario, lint

GOOD = 'FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nCMD ["python", "app.py"]\n'


def test_a_good_dockerfile_has_no_problems() -> None:
    assert lint("shop/Dockerfile", GOOD) == []


def test_an_unknown_instruction_is_an_error_in_its_line() -> None:
    (problem,) = lint("shop/Dockerfile", "FROM python:3.12-slim\n\nRUNN pip install flask\n")
    assert (problem["line"], problem["severity"]) == (3, "error")
    assert problem["message"] == "unknown instruction: RUNN (did you mean RUN?)"


def test_a_build_check_is_a_warning_with_its_rule() -> None:
    (problem,) = lint("Dockerfile.dev", "FROM python:3.12-slim\nCMD python app.py\n")
    assert (problem["line"], problem["severity"]) == (2, "warning")
    assert problem["rule"] == "JSONArgsRecommended"


def test_a_tab_in_yaml_is_found_in_its_line_of_the_whole_file() -> None:
    (problem,) = lint("a.yaml", "apiVersion: v1\nkind: Pod\n---\napiVersion: v1\n\tkind: Pod\n")
    assert (problem["line"], problem["severity"]) == (5, "error")
    assert problem["message"] == "found character that cannot start any token"


def test_an_object_without_a_kind_is_said() -> None:
    (problem,) = lint("a.yml", "\napiVersion: v1\nmetadata: {name: x}\n")
    assert (problem["line"], problem["message"]) == (2, "kind not set")


def test_other_files_and_other_yaml_are_left_alone() -> None:
    assert lint("app.py", "def (") == []
    assert lint("values.yaml", "replicas: 3\n") == []
    assert lint("chart/templates/a.yaml", "{{ if }}\n\t") == []
    assert lint("Dockerfile", "") == []


def test_text_that_is_far_too_deep_or_long_ends_soon() -> None:
    assert lint("a.yaml", "[" * 50_000)[0]["message"] == "exceeded max depth"
    assert lint("a.yaml", "a: b\n" * 100_000) == []


DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replica: 3
  template:
    spec:
      containers:
        - {name: web, image: nginx}
        - name: side
          image: redis
          prots: []
          command: 5
"""


def test_each_field_that_the_api_does_not_know_is_marked_in_its_line() -> None:
    found = lint("shop.yaml", "---\n" + DEPLOYMENT)
    assert [(one["line"], one["message"]) for one in found] == [
        (6, 'unknown field "spec.replica"'),
        (13, 'unknown field "spec.template.spec.containers[1].prots"'),
        (
            14,
            "json: cannot unmarshal number into Go struct field "
            "Container.spec.template.spec.containers.command of type []string",
        ),
    ]


def test_the_margin_says_of_a_field_what_kubectl_says() -> None:
    lab = Lab(Scenario.load("three-nodes"), seed=1)
    lab.do({"file": {"path": "shop.yaml", "text": DEPLOYMENT.replace("command: 5", "stdin: true")}})
    refused = lab.do({"terminal": "kubectl apply -f shop.yaml"})["output"]
    for one in lint("shop.yaml", DEPLOYMENT.replace("command: 5", "stdin: true")):
        assert one["message"] in refused


def test_a_kind_is_unknown_only_in_groups_of_the_servers_own() -> None:
    (problem,) = lint("a.yaml", "apiVersion: apps/v1\nkind: Deploymnt\n")
    assert problem["line"] == 2
    assert problem["message"] == 'no matches for kind "Deploymnt" in version "apps/v1"'
    assert lint("a.yaml", "apiVersion: example.com/v1\nkind: Anything\nspec: {x: 1}\n") == []


def test_the_items_of_a_list_are_looked_at_too() -> None:
    text = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, spek: {}}\n"
    (problem,) = lint("a.yaml", text)
    assert (problem["line"], problem["message"]) == (4, 'unknown field "spek"')


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            "services:\n  web:\n    image: nginx\n    prots: []\n",
            4,
            "services.web additional properties 'prots' not allowed",
        ),
        ("name: x\nservises: {}\n", 2, "additional properties 'servises' not allowed"),
        (
            "services:\n  a: {image: x}\n  web:\n    image: nginx\n    restart: []\n",
            5,
            "services.web.restart must be a string",
        ),
        (
            "services:\n  a: {image: x}\n  web: {image: x, depends_on: [db]}\n",
            3,
            'service "web" depends on undefined service "db": invalid compose project',
        ),
    ],
)
def test_a_compose_file_is_judged_in_the_words_of_compose(
    text: str, line: int, message: str
) -> None:
    (problem,) = lint("shop/compose.yaml", text)
    assert (problem["line"], problem["message"]) == (line, message)


def test_a_compose_file_is_not_blamed_for_files_that_are_not_looked_at() -> None:
    text = "services:\n  web:\n    image: nginx\n    env_file: secret.env\n"
    assert lint("docker-compose.yml", text) == []


def test_a_key_that_is_a_list_ends_nothing() -> None:
    assert lint("a.yaml", "? [a, b]\n: c\n") == []


@pytest.mark.parametrize(
    "value", ["!!int ''", "!!int x", "!!float [a]", "!!seq x", "!!set {x}", "0b_", "._"]
)
def test_a_value_that_does_not_look_like_its_tag_is_a_refusal_and_no_fault(value: str) -> None:
    lab = Lab(Scenario.load("three-nodes"), seed=1)
    manifest = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{a: {value}}}\n"
    lab.do({"file": {"path": "a.yaml", "text": manifest}})
    lab.do({"file": {"path": "compose.yaml", "text": f"services: {{a: {{image: {value}}}}}\n"}})
    for line in ("kubectl apply -f a.yaml", "docker compose config"):
        lab.do({"terminal": line})
    lint("a.yaml", manifest)
    assert lab.failed is None


def test_what_is_tagged_a_number_and_is_none_is_refused_in_the_words_of_go() -> None:
    lab = Lab(Scenario.load("three-nodes"), seed=1)
    lab.do({"file": {"path": "a.yaml", "text": "apiVersion: v1\nkind: Pod\nspec: !!int x\n"}})
    output = lab.do({"terminal": "kubectl apply -f a.yaml"})["output"]
    assert "yaml: cannot decode !!str `x` as a !!int" in output
