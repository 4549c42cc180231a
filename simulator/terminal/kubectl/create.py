"""The table of `kubectl create ...`, run and expose: their flags, and what makes each object."""

from __future__ import annotations

from . import generators as gen
from . import generators_config as config
from . import writing
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
        "Create a resource from a file or from stdin",
        _create,
        (*FILES, *SELECTOR, *_MAKE, Flag("edit", "bool", default=False), Flag("raw", default="")),
        takes="files",
    ),
    _kind(
        "deployment",
        "Create a deployment with the specified name",
        gen.deployment,
        (_FIRST, Flag("replicas", "int", "r", 1), Flag("port", "int", default=-1)),
        ("deploy",),
        ("image",),
    ),
    _kind(
        "configmap",
        "Create a config map from a local file, directory or literal value",
        config.config_map,
        _DATA,
        ("cm",),
    ),
    _kind(
        "secret generic",
        "Create a secret from a local file, directory, or literal value",
        config.secret_generic,
        (*_DATA, Flag("type", default="")),
    ),
    _kind(
        "secret tls",
        "Create a TLS secret",
        config.secret_tls,
        (Flag("cert", default=""), Flag("key", default="")),
    ),
    _kind(
        "secret docker-registry",
        "Create a secret for use with a Docker registry",
        config.secret_registry,
        (
            Flag("docker-server", default="https://index.docker.io/v1/"),
            Flag("docker-username", default=""),
            Flag("docker-password", default=""),
            Flag("docker-email", default=""),
            Flag("from-file", "list"),
        ),
    ),
    _kind("namespace", "Create a namespace with the specified name", gen.namespace, (), ("ns",)),
    _kind(
        "serviceaccount",
        "Create a service account with the specified name",
        gen.service_account,
        (),
        ("sa",),
    ),
    _kind(
        "service clusterip",
        "Create a ClusterIP service",
        gen.service("ClusterIP"),
        (*_TCP, Flag("clusterip", default="")),
        ("svc clusterip",),
    ),
    _kind(
        "service nodeport",
        "Create a NodePort service",
        gen.service("NodePort"),
        (*_TCP, Flag("node-port", "int", default=0)),
        ("svc nodeport",),
    ),
    _kind(
        "service loadbalancer",
        "Create a LoadBalancer service",
        gen.service("LoadBalancer"),
        _TCP,
        ("svc loadbalancer",),
    ),
    _kind(
        "service externalname",
        "Create an ExternalName service",
        gen.service("ExternalName"),
        (*_TCP, Flag("external-name", default="")),
        ("svc externalname",),
        ("external-name",),
    ),
    _kind(
        "job",
        "Create a job with the specified name",
        gen.job,
        (Flag("image", default=""), Flag("from", default="")),
    ),
    _kind(
        "cronjob",
        "Create a cron job with the specified name",
        gen.cron_job,
        (Flag("image", default=""), Flag("schedule", default=""), Flag("restart", default="")),
        ("cj",),
        ("image", "schedule"),
    ),
    _kind(
        "quota",
        "Create a quota with the specified name",
        gen.quota,
        (Flag("hard", default=""), Flag("scopes", default="")),
        ("resourcequota",),
    ),
    _kind(
        "poddisruptionbudget",
        "Create a pod disruption budget with the specified name",
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
        "Create a priority class with the specified name",
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
        "Create an ingress with the specified name",
        gen.ingress,
        (Flag("rule", "list"), Flag("class", default=""), Flag("default-backend", default="")),
        ("ing",),
    ),
    _kind("role", "Create a role with single rule", gen.role(False), _ROLE),
    _kind("clusterrole", "Create a cluster role", gen.role(True), _ROLE),
    _kind(
        "rolebinding",
        "Create a role binding for a particular role or cluster role",
        gen.role_binding(False),
        _BIND,
    ),
    _kind(
        "clusterrolebinding",
        "Create a cluster role binding for a particular cluster role",
        gen.role_binding(True),
        _BIND,
    ),
    Command(
        "run",
        "Run a particular image on the cluster",
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
    ),
    Command(
        "expose",
        "Take a replication controller, gen.service, deployment or pod and expose it as a new "
        "Kubernetes service",
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
