"""Compose files: what they mean in long form, and what compose says of those it refuses."""

from __future__ import annotations

import contextlib
import posixpath
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.docker.compose import ComposeError, Project, load, schema
from simulator.docker.compose.container import config_hash, create_body
from simulator.docker.compose.dotenv import parse_env_file
from simulator.docker.compose.graph import order
from simulator.docker.compose.interpolate import fill
from simulator.docker.compose.output import canonical
from simulator.docker.compose.syntax import duration_ns, duration_text

HERE = "/home/student/shop"
INVALID = f"validating {HERE}/compose.yaml"
DECODING = "decoding failed due to the following error(s):\n\nerror decoding "
POLICIES = "always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+"


class Folder:
    """A few texts by path."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = {posixpath.join(HERE, path): text for path, text in files.items()}

    def read(self, cwd: str, path: str) -> str | None:
        return self.files.get(posixpath.normpath(posixpath.join(cwd, path)))


def project(text: str, **more: Any) -> Project:
    files = more.pop("files", {})
    return load(Folder({"compose.yaml": text, **files}), HERE, **more)


def refusal(text: str, **more: Any) -> str:
    with pytest.raises(ComposeError) as caught:
        project(text, **more)
    return caught.value.message


def service(text: str) -> dict[str, Any]:
    """Give the long form of a service whose lines are `text`, besides an image."""
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return project(f"services:\n  web:\n    image: nginx\n{lines}volumes: {{data: }}\n").services[
        "web"
    ]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("8080:80", {"target": 80, "published": "8080", "protocol": "tcp"}),
        ("80", {"target": 80, "protocol": "tcp"}),
        ("127.0.0.1:53:53/udp",
         {"host_ip": "127.0.0.1", "target": 53, "published": "53", "protocol": "udp"}),
        ("8000-8010:80", {"target": 80, "published": "8000-8010", "protocol": "tcp"}),
    ],
)  # fmt: skip
def test_a_short_port_is_read_into_the_long_form(short: str, long: dict[str, Any]) -> None:
    assert service(f"ports: ['{short}']")["ports"] == [{"mode": "ingress", **long}]


def test_a_range_of_ports_becomes_one_port_each() -> None:
    ports = service("ports: ['9000-9002:80-82']")["ports"]
    assert [(port["published"], port["target"]) for port in ports] == [
        ("9000", 80), ("9001", 81), ("9002", 82)]  # fmt: skip


def test_volumes_are_told_apart_by_how_their_source_begins() -> None:
    bind, named, anonymous = service("volumes: ['./html:/srv:ro', 'data:/data', '/cache']")[
        "volumes"
    ]
    assert (bind["type"], bind["source"], bind["read_only"]) == ("bind", f"{HERE}/html", True)
    assert (named["type"], named["source"]) == ("volume", "data")
    assert (anonymous["type"], "source" in anonymous) == ("volume", False)


def test_a_command_in_one_text_is_split_as_a_shell_splits_it() -> None:
    assert service("command: sh -c 'echo a b'")["command"] == ["sh", "-c", "echo a b"]


def test_yes_and_on_are_texts_and_ports_with_a_colon_are_no_numbers() -> None:
    text = "environment:\n  A: yes\n  B: on\n  C: 1.50\n  D: true\nports: [22:22]"
    found = service(text)
    assert found["environment"] == {"A": "yes", "B": "on", "C": "1.5", "D": "true"}
    assert found["ports"][0]["published"] == "22"


def test_lists_and_mappings_of_dependencies_mean_the_same() -> None:
    text = "services:\n  web: {image: a, depends_on: %s}\n  db: {image: b}\n"
    short = project(text % "[db]").services["web"]["depends_on"]
    long = project(text % "{db: {condition: service_started}}").services["web"]["depends_on"]
    assert short == long == {"db": {"condition": "service_started", "required": True}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$A-$B", "1-"), ("${A}x", "1x"), ("${B:-two}", "two"), ("${B-two}", ""),
        ("${C-two}", "two"), ("${C:-${A}}", "1"), ("${A:+yes}", "yes"), ("${C+yes}", ""),
        ("$$A", "$A"), ("a $${A} b", "a ${A} b"), ("${A:?must}", "1"),
    ],
)  # fmt: skip
def test_variables_are_filled_in(text: str, value: str) -> None:
    assert fill(text, {"A": "1", "B": ""}, []) == value


def test_the_dot_env_file_gives_values_and_the_shell_wins() -> None:
    text = "services:\n  web: {image: 'nginx:${TAG}', environment: [WHO, MODE=$MODE]}\n"
    made = project(
        text, files={".env": "TAG=1.27 # stable\nMODE='a b'\nWHO=file\n"}, env={"WHO": "me"}
    )
    assert made.services["web"]["image"] == "nginx:1.27"
    assert made.services["web"]["environment"] == {"MODE": "a b", "WHO": "me"}


def test_a_variable_without_a_value_is_blank_and_warned_of_at_each_use() -> None:
    made = project("services: {web: {image: 'nginx$X', hostname: '$X'}}")
    assert made.services["web"]["image"] == "nginx"
    note = 'The "X" variable is not set. Defaulting to a blank string.'
    assert made.warnings == [note, note]


def test_env_files_come_below_the_environment_of_the_service() -> None:
    text = "services:\n  web:\n    image: a\n    env_file: [one.env]\n    environment: {B: here}\n"
    made = project(text, files={"one.env": 'A=1\n# no\nB=2\nexport C="x y"\n'})
    assert made.services["web"]["environment"] == {"A": "1", "B": "here", "C": "x y"}


def test_an_override_file_is_laid_over_the_first() -> None:
    base = "services: {web: {image: a, ports: ['80:80'], command: one, environment: [A=1]}}"
    over = "services: {web: {ports: ['81:80'], command: two, environment: {B: 2}}}"
    web = project(base, files={"compose.override.yaml": over}).services["web"]
    assert [port["published"] for port in web["ports"]] == ["80", "81"]
    assert (web["command"], web["environment"]) == (["two"], {"A": "1", "B": "2"})


OVERRIDE = """services:
  web:
    ports: !override ["9000:80"]
    environment:
      DEBUG: !reset null
    depends_on: !reset []
    command: !reset null
"""


def test_reset_and_override_drop_what_an_earlier_file_says() -> None:
    base = """services:
  web:
    image: nginx
    command: ["nginx", "-T"]
    ports: ["8080:80", "8443:443"]
    environment: {DEBUG: "1", MODE: full}
    depends_on: [db]
  db: {image: redis}
"""
    web = project(base, files={"compose.override.yaml": OVERRIDE}).services["web"]
    assert [row["published"] for row in web["ports"]] == ["9000"]
    assert web["environment"] == {"MODE": "full"}
    assert not web.get("depends_on") and not web.get("command")


def test_a_service_extends_one_of_another_file() -> None:
    base = "services: {base: {image: alpine, environment: {A: 1}, volumes: ['./x:/x']}}"
    text = "services: {web: {extends: {file: lib/base.yaml, service: base}, environment: {B: 2}}}"
    web = project(text, files={"lib/base.yaml": base}).services["web"]
    assert (web["image"], web["environment"]) == ("alpine", {"A": "1", "B": "2"})
    assert web["volumes"][0]["source"] == f"{HERE}/lib/x"


def test_an_included_file_brings_its_services_with_paths_of_its_own() -> None:
    more = "services: {db: {image: redis, volumes: ['./data:/data']}}"
    made = project("include: [infra/compose.yaml]\nservices: {web: {image: a, depends_on: [db]}}",
                   files={"infra/compose.yaml": more})  # fmt: skip
    assert sorted(made.services) == ["db", "web"]
    assert made.services["db"]["volumes"][0]["source"] == f"{HERE}/infra/data"


def test_services_of_profiles_wait_until_theirs_is_chosen() -> None:
    text = "services: {web: {image: a}, tool: {image: b, profiles: [debug]}}"
    assert list(project(text).services) == ["web"]
    assert list(project(text, profiles=["debug"]).services) == ["tool", "web"]
    assert list(project(text, env={"COMPOSE_PROFILES": "x,debug"}).services) == ["tool", "web"]


def test_a_project_is_called_after_its_folder_unless_something_names_it() -> None:
    text = "services: {web: {image: a}}"
    folder = Folder({"My.App 2/compose.yaml": text})
    assert load(folder, f"{HERE}/My.App 2/sub").name == "myapp2"
    assert project("name: other\n" + text).name == "other"
    assert project("name: other\n" + text, name="third").name == "third"


def test_names_of_networks_and_volumes_begin_with_the_project() -> None:
    made = project("services: {web: {image: a}}\nvolumes: {data: , ext: {external: true}}\n"
                   "networks: {back: , front: {name: f}}")  # fmt: skip
    assert {key: row["name"] for key, row in made.volumes.items()} == {
        "data": "shop_data", "ext": "ext"}  # fmt: skip
    assert {key: row["name"] for key, row in made.networks.items()} == {
        "back": "shop_back", "front": "f", "default": "shop_default"}  # fmt: skip


def test_config_prints_fields_in_the_order_of_compose_and_leaves_out_what_is_empty() -> None:
    text = """
x-mine: {a: 1}
services:
  web:
    environment: [B, "A=$$HOME", "W10=12:30", W2=yes]
    image: nginx
    privileged: false
    tty: true
    secrets: [key, {source: key, target: /k, mode: 0440}]
    healthcheck: {test: curl localhost, timeout: 90m, retries: 0}
    deploy: {resources: {limits: {cpus: "2", memory: 64m}}}
    build: {context: ., args: {N: 1}}
secrets: {key: {file: ./key}}
volumes: {nobody: }
"""
    assert (
        canonical(project(text).without_unused())
        == f"""name: shop
services:
  web:
    build:
      context: {HERE}
      dockerfile: Dockerfile
      args:
        "N": "1"
    deploy:
      resources:
        limits:
          cpus: 2
          memory: "67108864"
    environment:
      A: $$HOME
      B: null
      W2: "yes"
      W10: "12:30"
    healthcheck:
      test:
        - CMD-SHELL
        - curl localhost
      timeout: 1h30m0s
      retries: 0
    image: nginx
    networks:
      default: null
    secrets:
      - source: key
        target: /run/secrets/key
      - source: key
        target: /k
        mode: "0440"
    tty: true
networks:
  default:
    name: shop_default
secrets:
  key:
    name: shop_key
    file: {HERE}/key
x-mine:
  a: 1
"""
    )


def test_an_override_of_part_of_a_build_keeps_the_rest() -> None:
    base = "services: {web: {build: ./app, ports: ['80:80'], security_opt: [a]}}"
    over = "services: {web: {build: {args: {A: 1}}, ports: ['80:80'], security_opt: [b]}}"
    web = project(base, files={"compose.override.yaml": over}).services["web"]
    assert web["build"] == {
        "context": f"{HERE}/app", "dockerfile": "Dockerfile", "args": {"A": "1"}}  # fmt: skip
    assert len(web["ports"]) == 1 and web["security_opt"] == ["a", "b"]


def test_a_dollar_that_begins_no_variable_and_braces_in_a_default_stay() -> None:
    assert fill('$(date) $1 ${A:-{"b": {"c": 1}}}$', {}, []) == '$(date) $1 {"b": {"c": 1}}$'


def test_env_files_have_quotes_over_several_lines_and_colons() -> None:
    text = "A: 1\nexport B='x\ny $A'\nC=\"$A\\n$$\"\nD=a#b #c\nHOME\n"
    assert parse_env_file(text, "x.env", {"HOME": "/h"}) == {
        "A": "1", "B": "x\ny $A", "C": "1\n$", "D": "a#b", "HOME": "/h"}  # fmt: skip


def test_the_config_hash_is_that_of_compose() -> None:
    text = 'services: {z: {image: z, environment: {A: "$$x"}}}'
    assert config_hash(project(text).services["z"]) == (
        "80a3a0059f09a2fbfa2f13c0b64a350dedfe84e812a490db685960f135c07d42"
    )


def test_a_profile_is_chosen_with_all_its_services_by_naming_one() -> None:
    text = "services: {web: {image: a}, tool: {image: b, profiles: [p], depends_on: [x]}"
    made = project(text + ", x: {image: c, profiles: [p]}, y: {image: d, profiles: [q]}}")
    made.enable("tool")
    assert sorted(made.services) == ["tool", "web", "x"]


def test_an_included_file_has_the_variables_of_its_own_folder() -> None:
    more = "services: {db: {image: 'redis:$TAG'}}"
    made = project("include: [infra/compose.yaml]\nservices: {web: {image: 'a:$TAG'}}",
                   files={"infra/compose.yaml": more, "infra/.env": "TAG=7", ".env": "X=1"},
                   env={"TAG": "1"})  # fmt: skip
    assert [one["image"] for one in made.services.values()] == ["redis:1", "a:1"]
    again = project("include: [infra/compose.yaml]\nservices: {web: {image: a}}",
                    files={"infra/compose.yaml": more, "infra/.env": "TAG=7"})  # fmt: skip
    assert again.services["db"]["image"] == "redis:7"


def test_warnings_come_also_before_a_refusal() -> None:
    with pytest.raises(ComposeError) as caught:
        project("services: {web: {image: 'a$X', networks: [n]}}")
    assert caught.value.warnings == ['The "X" variable is not set. Defaulting to a blank string.']


def test_services_come_after_what_they_need() -> None:
    made = project("services: {a: {image: x, depends_on: [c]}, b: {image: x}, c: {image: x}}")
    assert order(made.services) == ["c", "a", "b"]


def test_a_service_depends_on_the_one_whose_network_it_shares() -> None:
    made = project("services: {a: {image: x, network_mode: 'service:b'}, b: {image: x}}")
    assert made.services["a"]["depends_on"] == {
        "b": {"condition": "service_started", "restart": True, "required": True}
    }
    assert order(made.services) == ["b", "a"]


def test_the_create_body_says_what_the_service_says() -> None:
    text = """
services:
  web:
    image: nginx
    ports: ["8080:80"]
    restart: on-failure:3
    deploy: {resources: {limits: {cpus: "0.5", memory: 64m}}}
    healthcheck: {test: [CMD, curl, localhost], interval: 1m30s, retries: 5}
    stop_grace_period: 1m
    networks: {default: {aliases: [shop]}}
"""
    body = create_body(project(text), "web", 2, "sha256:1")
    host = body["HostConfig"]
    assert host["PortBindings"] == {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}
    assert host["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 3}
    assert (host["NanoCpus"], host["Memory"]) == (500_000_000, 64 << 20)
    assert body["Healthcheck"] == {
        "Test": ["CMD", "curl", "localhost"], "Interval": 90_000_000_000, "Retries": 5}  # fmt: skip
    assert body["StopTimeout"] == 60
    assert body["NetworkingConfig"]["EndpointsConfig"]["shop_default"]["Aliases"] == [
        "shop-web-2", "web", "shop"]  # fmt: skip
    labels = {key.removeprefix("com.docker.compose."): v for key, v in body["Labels"].items()}
    assert (labels["project"], labels["service"], labels["container-number"]) == (
        "shop",
        "web",
        "2",
    )


def test_the_config_hash_heeds_what_makes_a_container_and_nothing_else() -> None:
    text = "services: {db: {image: d}, web: {image: a, environment: {A: '%s'}, scale: %d%s}}"
    first = config_hash(project(text % ("1", 1, "")).services["web"])
    assert config_hash(project(text % ("1", 3, ", depends_on: [db]")).services["web"]) == first
    assert config_hash(project(text % ("2", 1, "")).services["web"]) != first


def test_config_prints_a_project_that_means_the_same_when_it_is_read_again() -> None:
    text = """
services:
  web:
    build: {context: ./web, args: {V: "1"}}
    ports: ["8080:80"]
    environment: {N: "3", EMPTY: "", YES: "true"}
    command: sh -c "echo hi"
    volumes: ["data:/data"]
    healthcheck: {test: curl localhost, interval: 90s}
volumes: {data: }
"""
    once = project(text)
    printed = canonical(once)
    assert project(printed).services == once.services
    assert canonical(project(printed)) == printed
    assert 'published: "8080"' in printed and "      - mode: ingress\n" in printed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty compose file"),
        ("- a\n", "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into cli.named"),
        ("foo: 1\n", f"{INVALID}:  additional properties 'foo' not allowed"),
        ("services: {web: {image: a, foo: 1, bar: 2}}",
         f"{INVALID}: services.web additional properties 'bar', 'foo' not allowed"),
        ("services: {web: {image: a, ports: '80'}}",
         f"{INVALID}: services.web.ports must be a array"),
        ("services: {web: }", f"{INVALID}: services.web must be a mapping"),
        ("services: {web: {image: 3}}",
         f"{INVALID}: services.web.image must be a string"),
        ("services: {web: {image: a, depends_on: {db: {}}}}",
         f"{INVALID}: services.web.depends_on.db missing property 'condition'"),
        ("services: {web: {image: a, depends_on: [db]}}",
         'service "web" depends on undefined service "db": invalid compose project'),
        ("services: {web: {image: a, networks: [back]}}",
         'service "web" refers to undefined network back: invalid compose project'),
        ("services: {web: {image: a, volumes: ['data:/data']}}",
         'service "web" refers to undefined volume data: invalid compose project'),
        ("services: {web: {}}", 'service "web" has neither an image nor a build context specified: '
         "invalid compose project"),
        ("services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}",
         "dependency cycle detected: a -> b -> a"),
        ("services: {web: {image: 'a:${TAG:?set a tag}'}}", "error while interpolating "
         "services.web.image: required variable TAG is missing a value: set a tag"),
        ("services: {web: {image: 'a${'}}", "invalid interpolation format for services.web.image.\n"
         "You may need to escape any $ with another $.\na${"),
        ("services:\n  web:\n    image: a\n    image: b\n", f"failed to parse {HERE}/compose.yaml: "
         'yaml: unmarshal errors:\n  line 4: mapping key "image" already defined at line 3'),
        ("services:\n\tweb: 1\n",
         "yaml: line 2: found character that cannot start any token"),
        ("services:\n  web:\n    image: a\n   ports: [1]\n",
         "yaml: line 1: did not find expected key"),
        ("services: {web: {image: a, ports: ['x:80']}}", "invalid hostPort: x"),
        ("services: {web: {image: a, healthcheck: {interval: '5'}}}", DECODING
         + "'services[web].healthcheck.interval': time: missing unit in duration \"5\""),
        ("services: {web: {image: a, mem_limit: lots}}", DECODING
         + "'services[web].mem_limit': invalid size: 'lots'"),
        ("services: {web: {image: a, privileged: maybe}}", "error while interpolating "
         "services.web.privileged: failed to cast to expected type: invalid boolean: maybe"),
        ("services: {web: {image: a, scale: 2, deploy: {replicas: 3}}}", "services.web: can't set "
         "distinct values on 'scale' and 'deploy.replicas': invalid compose project"),
        ("services: {web: {image: a, scale: 2, container_name: xy}}", "services.scale: can't set "
         "container_name and web as container name must be unique: invalid compose project"),
        ("services: {web: {image: a, secrets: [s]}}\nsecrets: {s: {}}",
         "secrets.s: one of file|environment must be set"),
        ("services: {web: {image: a}}\nvolumes: {v: {external: true, driver: local}}",
         'volumes.v: conflicting parameters "external" and "driver" specified'),
        ("services: {web: {image: a, volumes: [{type: bind, target: /x}]}}",
         'invalid mount config for type "bind": field Source must not be empty'),
        ("services: {web: {image: a, environment: [5]}}",
         "services.web.environment.[0]: unexpected type int"),
        ("services: {web: {image: a, pull_policy: foo}}",
         f"{INVALID}: services.web.pull_policy 'foo' does not match pattern '" + POLICIES + "'"),
        ("services: {web: {image: a, env_file: no.env}}",
         f"env file {HERE}/no.env not found: stat {HERE}/no.env: no such file or directory"),
        ("services: {web: {extends: base, image: a}}", f'cannot extend service "web" in '
         f'{HERE}/compose.yaml: service "base" not found'),
    ],
)  # fmt: skip
def test_a_project_that_is_refused_is_refused_in_the_words_of_compose(
    text: str, message: str
) -> None:
    assert refusal(text) == message


def test_no_file_at_all_is_said_so() -> None:
    with pytest.raises(ComposeError, match="no configuration file provided: not found"):
        load(Folder({}), HERE)


def test_a_version_is_read_and_called_obsolete() -> None:
    made = project("version: '3.8'\nservices: {web: {image: a}}")
    assert "the attribute `version` is obsolete" in made.warnings[0]


def test_durations_are_written_as_go_writes_them() -> None:
    spans = ["90s", "1h", "500ms", "0", "1m30s", "1.5s"]
    shown = [duration_text(duration_ns(span, "x")) for span in spans]
    assert shown == ["1m30s", "1h0m0s", "500ms", "0s", "1m30s", "1.5s"]


def test_env_file_lines_that_are_no_variables_are_refused() -> None:
    with pytest.raises(ComposeError, match="line 1: key cannot contain a space"):
        parse_env_file("A B=1\n", "x.env", {})


def test_numbers_of_any_size_stay_plain_data() -> None:
    huge = "9" * 400
    env = service(f"environment: {{A: {'9' * 18}, B: {'9' * 30}, C: {huge}}}")["environment"]
    assert (env["A"], env["C"]) == ("9" * 18, huge)


def test_a_long_list_is_checked_for_doubles_in_no_time() -> None:
    rows = ", ".join(f"A{number}=1" for number in range(3000))
    assert len(service(f"environment: [{rows}]")["environment"]) == 3000


# Whatever a student may type

TEXTS = st.one_of(
    st.sampled_from([
        "web", "db", "nginx", "80:80", "1-3:2-4", "./a:/b:ro", "$X", "${X:-y}", "data:/d", "8s",
        "5", "1.5", "true", "128m", "service:web", "sh -c 'a b'", "A=1", "/x", "a:b:c:d", "no.env",
        "default", "CMD", "-1", "1e400", "'", "on-failure:x",
    ]),
    st.text(max_size=8),
)  # fmt: skip
NAMES = st.sampled_from(["web", "db", "data", "default", "x-mine", "a b"])


def of_shape(shape: Any) -> st.SearchStrategy[Any]:
    """Make values that the schema allows, so that what comes after it is tried as well."""
    if isinstance(shape, str | list):
        kinds = {
            "string": TEXTS,
            "null": st.none(),
            "boolean": st.booleans(),
            "integer": st.integers(-3, 70_000),
            "number": st.one_of(st.integers(-3, 70_000), st.floats(allow_nan=False)),
        }
        return st.one_of([kinds[kind] for kind in ([shape] if isinstance(shape, str) else shape)])
    if isinstance(shape, schema.Choice):
        return st.sampled_from(shape.words or ("missing", "shop-1", "always"))
    if isinstance(shape, schema.Either):
        return st.one_of([of_shape(one) for one in shape.shapes])
    if isinstance(shape, schema.Items):
        return st.lists(of_shape(shape.shape), max_size=3)
    if isinstance(shape, schema.Names):
        return st.dictionaries(NAMES, of_shape(shape.shape), max_size=3)
    fields = {key: one for key, one in shape.known.items() if key not in shape.required}
    chosen = st.lists(st.sampled_from(sorted(fields) or [""]), max_size=4, unique=True)
    return chosen.flatmap(
        lambda keys: st.fixed_dictionaries(
            {key: of_shape(shape.known[key]) for key in [*keys, *shape.required] if key}
        )
    )


SERVICES = st.dictionaries(NAMES, of_shape(schema.SERVICE).map(lambda s: {"image": "a", **s}),
                           min_size=1, max_size=2)  # fmt: skip
DOCUMENTS = st.tuples(of_shape(schema.FILE), SERVICES).map(
    lambda pair: {**pair[0], "services": pair[1]}
)
TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(sorted(schema.SERVICE.known)), inner, max_size=4),
    ),
    max_leaves=8,
)


def never_surprises(text: str) -> None:
    try:
        made = project(text)
    except ComposeError:
        return
    for name in made.services:
        create_body(made, name, 1, "")
    canonical(made)


def test_a_file_that_is_included_by_a_number_is_looked_for() -> None:
    with pytest.raises(ComposeError, match="no such file"):
        project("include: [{path: 1e0}]\nservices: {web: {image: a}}\n")


@settings(max_examples=300, deadline=None)
@given(DOCUMENTS)
def test_any_project_that_fits_the_schema_is_read_or_refused_as_declared(document: Any) -> None:
    never_surprises(yaml.safe_dump(document, allow_unicode=True))


@settings(max_examples=150, deadline=None)
@given(TREES)
def test_any_document_is_read_or_refused_as_declared(document: Any) -> None:
    for place in (document, {"services": document}, {"services": {"web": document}}):
        never_surprises(yaml.safe_dump(place, allow_unicode=True))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("abc:-{}[]'\"$#&*!|>%@`,?~ \n\t=0/.<"), max_size=60))
def test_any_text_is_read_or_refused_as_declared(text: str) -> None:
    never_surprises(text)
    never_surprises("services:\n  web:\n    image: a\n    command: " + text)
    with contextlib.suppress(ComposeError):
        parse_env_file(text, "x.env", {})
