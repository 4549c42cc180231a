"""The table of `kubectl create ...`, run and expose: their flags, and what makes each object."""

from __future__ import annotations

from . import generators as gen
from . import generators_config as config
from . import writing
from .attaching import run_step
from .command import DRY_RUN, FIELD_MANAGER, FILES, OUTPUT, SELECTOR, VALIDATE, Command
from .creating import HINT, Make, maker
from .errors import KubectlError
from .flags import Flag
from .running import expose, run
from .session import Session

_MAKE = (*OUTPUT, *DRY_RUN, *FIELD_MANAGER, *VALIDATE, Flag("save-config", "bool", default=False))
_TCP = (Flag("tcp", "list"),)
_DATA = (
    Flag("from-literal", "list"),
    Flag("from-file", "list"),
    Flag("from-env-file", "list"),
    Flag("append-hash", "bool", default=False),
)
_ROLE = (Flag("verb", "list"), Flag("resource", "list"), Flag("resource-name", "list"))
_BIND = (
    Flag("role", default=""),
    Flag("clusterrole", default=""),
    Flag("user", "list"),
    Flag("group", "list"),
    Flag("serviceaccount", "list"),
)


def _kind(
    name: str,
    summary: str,
    make: Make,
    flags: tuple[Flag, ...] = (),
    aliases: tuple[str, ...] = (),
    need: tuple[str, ...] = (),
) -> Command:
    return Command(
        f"create {name}",
        summary,
        maker(make, *need),
        (*_MAKE, *flags),
        aliases=tuple(f"create {alias}" for alias in aliases),
    )


def _create(session: Session) -> int:
    """Create the objects of files."""
    if session.args:
        words = " ".join(session.args)
        raise KubectlError(f"Unexpected args: [{words}]" + HINT.format("create"))
    return writing.create_files(session)


_FIRST = Flag("image", "list")

COMMANDS: tuple[Command, ...] = (
    Command(
        "create",
        "Create what the files say, or one object from flags",
        _create,
        (*FILES, *SELECTOR, *_MAKE, Flag("edit", "bool", default=False), Flag("raw", default="")),
        takes="files",
    ),
    _kind(
        "deployment",
        "Make a Deployment",
        gen.deployment,
        (_FIRST, Flag("replicas", "int", "r", 1), Flag("port", "int", default=-1)),
        ("deploy",),
        ("image",),
    ),
    _kind(
        "configmap",
        "Make a ConfigMap from files, folders or literal values",
        config.config_map,
        _DATA,
        ("cm",),
    ),
    _kind(
        "secret generic",
        "Make a Secret from files, folders or literal values",
        config.secret_generic,
        (*_DATA, Flag("type", default="")),
    ),
    _kind(
        "secret tls",
        "Make a Secret of a certificate and its key",
        config.secret_tls,
        (Flag("cert", default=""), Flag("key", default="")),
    ),
    _kind(
        "secret docker-registry",
        "Make a Secret to log in to a registry with",
        config.secret_registry,
        (
            Flag("docker-server", default="https://index.docker.io/v1/"),
            Flag("docker-username", default=""),
            Flag("docker-password", default=""),
            Flag("docker-email", default=""),
            Flag("from-file", "list"),
        ),
    ),
    _kind("namespace", "Make a Namespace", gen.namespace, (), ("ns",)),
    _kind(
        "serviceaccount",
        "Make a ServiceAccount",
        gen.service_account,
        (),
        ("sa",),
    ),
    _kind(
        "service clusterip",
        "Make a Service within the cluster",
        gen.service("ClusterIP"),
        (*_TCP, Flag("clusterip", default="")),
        ("svc clusterip",),
    ),
    _kind(
        "service nodeport",
        "Make a Service on a port of every node",
        gen.service("NodePort"),
        (*_TCP, Flag("node-port", "int", default=0)),
        ("svc nodeport",),
    ),
    _kind(
        "service loadbalancer",
        "Make a Service behind a load balancer",
        gen.service("LoadBalancer"),
        _TCP,
        ("svc loadbalancer",),
    ),
    _kind(
        "service externalname",
        "Make a Service that is another name",
        gen.service("ExternalName"),
        (*_TCP, Flag("external-name", default="")),
        ("svc externalname",),
        ("external-name",),
    ),
    _kind(
        "job",
        "Make a Job",
        gen.job,
        (Flag("image", default=""), Flag("from", default="")),
    ),
    _kind(
        "cronjob",
        "Make a CronJob",
        gen.cron_job,
        (Flag("image", default=""), Flag("schedule", default=""), Flag("restart", default="")),
        ("cj",),
        ("image", "schedule"),
    ),
    _kind(
        "quota",
        "Make a ResourceQuota",
        gen.quota,
        (Flag("hard", default=""), Flag("scopes", default="")),
        ("resourcequota",),
    ),
    _kind(
        "poddisruptionbudget",
        "Make a PodDisruptionBudget",
        gen.budget,
        (
            Flag("selector", default=""),
            Flag("min-available", default=""),
            Flag("max-unavailable", default=""),
        ),
        ("pdb",),
    ),
    _kind(
        "priorityclass",
        "Make a PriorityClass",
        gen.priority_class,
        (
            Flag("value", "int", default=0),
            Flag("global-default", "bool", default=False),
            Flag("description", default=""),
            Flag("preemption-policy", default="PreemptLowerPriority"),
        ),
        ("pc",),
    ),
    _kind(
        "ingress",
        "Make an Ingress",
        gen.ingress,
        (Flag("rule", "list"), Flag("class", default=""), Flag("default-backend", default="")),
        ("ing",),
    ),
    _kind("role", "Make a Role of one rule", gen.role(False), _ROLE),
    _kind("clusterrole", "Make a ClusterRole of one rule", gen.role(True), _ROLE),
    _kind(
        "rolebinding",
        "Give a role to somebody, in one namespace",
        gen.role_binding(False),
        _BIND,
    ),
    _kind(
        "clusterrolebinding",
        "Give a role to somebody, everywhere",
        gen.role_binding(True),
        _BIND,
    ),
    Command(
        "run",
        "Run an image as one pod",
        run,
        (
            *_MAKE,
            Flag("image", default=""),
            Flag("restart", default="Always"),
            Flag("port", default=""),
            Flag("env", "list"),
            Flag("labels", short="l", default=""),
            Flag("annotations", "list"),
            Flag("command", "bool", default=False),
            Flag("image-pull-policy", default=""),
            Flag("expose", "bool", default=False),
            Flag("stdin", "bool", "i", False),
            Flag("tty", "bool", "t", False),
            Flag("rm", "bool", default=False),
            Flag("attach", "bool", default=False),
            Flag("quiet", "bool", "q", False),
            Flag("overrides", default=""),
        ),
        run_step,
    ),
    Command(
        "expose",
        "Make a Service for the pods of something",
        expose,
        (
            *FILES,
            *OUTPUT,
            *DRY_RUN,
            *FIELD_MANAGER,
            Flag("selector", default=""),
            Flag("port", default=""),
            Flag("target-port", default=""),
            Flag("type", default=""),
            Flag("name", default=""),
            Flag("protocol", default=""),
            Flag("cluster-ip", default=""),
            Flag("labels", short="l", default=""),
        ),
        takes="kinds",
    ),
)
