"""kubectl api-resources, api-versions, version, cluster-info, config, events, explain, diff.

Source: kubectl v0.32 pkg/cmd/{apiresources,version,clusterinfo,config,events,diff}.
"""

from __future__ import annotations

from typing import Any

from simulator.kubernetes.api.kinds import Kind

from . import config, explain, output
from .command import DRY_RUN, FIELD_MANAGER, FILES, OUTPUT, SELECTOR, Command
from .difference import diff
from .errors import KubectlError
from .flags import Flag
from .session import Session, server_address
from .tabwriter import table

CLIENT, KUSTOMIZE = "v1.32.4", "v5.5.0"


def api_resources(session: Session) -> int:
    """List the kinds that the server serves."""
    rows: list[Kind] = []
    for row in session.api.kinds():
        if session.changed("namespaced") and row.namespaced != session.flag("namespaced"):
            continue
        if session.changed("api-group") and row.group != session.flag("api-group"):
            continue
        if session.flag("verbs") and not set(session.flag("verbs").split(",")) <= set(row.verbs):
            continue
        rows.append(row)
    if session.flag("output") == "name":
        session.out("".join(f"{row.resource}\n" for row in rows))
        return 0
    wide = session.flag("output") == "wide"
    head = ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]
    lines = (
        [] if session.flag("no-headers") else [[*head, *(("VERBS", "CATEGORIES") if wide else ())]]
    )
    for row in rows:
        cells = [
            row.plural,
            ",".join(row.short),
            row.api_version,
            str(row.namespaced).lower(),
            row.kind,
        ]
        if wide:
            cells += [",".join(row.verbs), ",".join(row.categories)]
        lines.append(cells)
    session.out(table(lines))
    return 0


def api_versions(session: Session) -> int:
    """List the versions of all API groups."""
    found = {
        f"{row.group}/{v}" if row.group else v for row in session.api.kinds() for v in row.served
    }
    session.out("".join(f"{version}\n" for version in sorted(found)))
    return 0


def version(session: Session) -> int:
    """Show the versions of client and server."""
    server = (session.engine.scenario.data.get("cluster") or {}).get("version") or CLIENT
    client_only = bool(session.flag("client"))
    info = {"clientVersion": _version(CLIENT), "kustomizeVersion": KUSTOMIZE}
    if session.flag("output"):
        if not client_only:
            session.check_server()
            info["serverVersion"] = _version(server)
        if session.flag("output") not in ("yaml", "json"):
            raise KubectlError("--output must be 'yaml' or 'json'")
        write = output.to_yaml if session.flag("output") == "yaml" else output.to_json
        session.out(write(info))
        return 0
    session.out(f"Client Version: {CLIENT}\nKustomize Version: {KUSTOMIZE}\n")
    if not client_only:
        session.check_server()
        session.out(f"Server Version: {server}\n")
    return 0


def _version(text: str) -> Any:
    major, minor, _ = text.removeprefix("v").split(".", 2)
    return {"gitVersion": text, "major": major, "minor": minor, "platform": "linux/amd64"}


def cluster_info(session: Session) -> int:
    """Say where the cluster's own services are."""
    session.check_server()
    url = f"https://{server_address(session)}"
    session.out(f"Kubernetes control plane is running at {url}\n")
    if session.engine.store.get("Service", "kube-system", "kube-dns"):
        path = "/api/v1/namespaces/kube-system/services/kube-dns:dns/proxy"
        session.out(f"CoreDNS is running at {url}{path}\n")
    session.out(
        "\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n"
    )
    return 0


# events


def events(session: Session) -> int:
    """List events, oldest first."""
    session.check_server()
    everywhere = bool(session.flag("all-namespaces"))
    found = session.engine.store.list("Event", None if everywhere else session.namespace)
    wanted = session.flag("for")
    if wanted:
        kind, slash, name = wanted.partition("/")
        if not slash:
            raise KubectlError("--for must be in resource/name form")
        row = session.kind(kind)
        found = [
            e
            for e in found
            if e["involvedObject"]["name"] == name and e["involvedObject"]["kind"] == row.kind
        ]
    if session.flag("types"):
        types = [t.lower() for t in session.flag("types").split(",")]
        found = [e for e in found if e["type"].lower() in types]
    if not found:
        session.err(
            "No events found.\n"
            if everywhere
            else f"No events found in {session.namespace} namespace.\n"
        )
        return 0
    found = sorted(
        found, key=lambda e: (e.get("lastTimestamp") or "", int(e["metadata"]["resourceVersion"]))
    )
    rows = [["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]]
    for event in found:
        age = session.clock.since(event.get("lastTimestamp"))
        if (event.get("count") or 1) > 1:
            age += f" (x{event['count']} over {session.clock.since(event.get('firstTimestamp'))})"
        involved = event["involvedObject"]
        rows.append(
            [
                age,
                event["type"],
                event["reason"],
                f"{involved['kind']}/{involved['name']}",
                str(event["message"]).strip(),
            ]
        )
    if everywhere:
        places = ["NAMESPACE", *(e["metadata"]["namespace"] for e in found)]
        rows = [[place, *row] for place, row in zip(places, rows, strict=True)]
    session.out(table(rows[1:] if session.flag("no-headers") else rows))
    return 0


def not_here(what: str, instead: str) -> Any:
    """Give a subcommand that says why it is not part of the lab, and what does the same."""

    def run(session: Session) -> int:
        raise KubectlError(f"{what} is not part of this lab: {instead}")

    return run


_ANY = (
    *OUTPUT,
    *SELECTOR,
    Flag("container", short="c", default=""),
    Flag("stdin", "bool", "i", False),
    Flag("tty", "bool", "t", False),
    Flag("address", "list"),
    Flag("port", short="p", default=""),
    Flag("image", default=""),
    Flag("target", default=""),
)

COMMANDS: tuple[Command, ...] = (
    Command(
        "api-resources",
        "List the kinds that the server knows",
        api_resources,
        (
            Flag("output", short="o", default=""),
            Flag("namespaced", "bool", default=None),
            Flag("verbs", default=""),
            Flag("api-group", default=""),
            Flag("no-headers", "bool", default=False),
            Flag("sort-by", default=""),
            Flag("cached", "bool", default=False),
            Flag("categories", "list"),
        ),
        reads=True,
    ),
    Command(
        "api-versions",
        "List the API versions that the server knows",
        api_versions,
        reads=True,
    ),
    Command(
        "version",
        "Show the versions of client and server",
        version,
        (Flag("client", "bool", default=False), Flag("output", short="o", default="")),
        reads=True,
    ),
    Command("cluster-info", "Say where the cluster's own services are", cluster_info, reads=True),
    Command(
        "config view",
        "Show the client's configuration",
        config.config_view,
        (
            *OUTPUT,
            Flag("minify", "bool", default=False),
            Flag("raw", "bool", default=False),
            Flag("flatten", "bool", default=False),
        ),
        reads=True,
    ),
    Command(
        "config current-context", "Name the context in use", config.current_context, reads=True
    ),
    Command(
        "config get-contexts",
        "List the contexts",
        config.get_contexts,
        OUTPUT,
        reads=True,
    ),
    Command(
        "config set-context",
        "Change a context, such as its namespace",
        config.set_context,
        (Flag("current", "bool", default=False),),
    ),
    Command(
        "config use-context",
        "Choose a context",
        config.use_context,
        reads=True,
        aliases=("config use",),
    ),
    Command(
        "events",
        "List what happened",
        events,
        (
            *OUTPUT,
            Flag("all-namespaces", "bool", "A", False),
            Flag("for", default=""),
            Flag("types", default=""),
            Flag("no-headers", "bool", default=False),
            Flag("watch", "bool", "w", False),
        ),
        reads=True,
    ),
    Command(
        "diff",
        "Show what an apply would change",
        diff,
        (
            *FILES,
            *SELECTOR,
            *FIELD_MANAGER,
            *DRY_RUN,
            Flag("server-side", "bool", default=False),
            Flag("concurrency", "int", default=1),
        ),
        takes="files",
    ),
    Command(
        "explain",
        "List the fields of a kind and their types",
        explain.run,
        (
            Flag("recursive", "bool", default=False),
            Flag("api-version", default=""),
            Flag("output", short="o", default="plaintext"),
        ),
        reads=True,
        takes="kinds",
    ),
    Command(
        "port-forward",
        "Reach a pod's port from here",
        not_here(
            "kubectl port-forward",
            "reach a pod through a Service of type NodePort, or from inside with kubectl exec",
        ),
        _ANY,
        reads=True,
        takes="pods",
    ),
    Command(
        "proxy",
        "Open a door to the API server here",
        not_here("kubectl proxy", "real clients use the lab's kubeconfig"),
        _ANY,
        reads=True,
    ),
    Command(
        "cp",
        "Copy files from and to containers",
        not_here("kubectl cp", "put files into an image with a Dockerfile, or mount a ConfigMap"),
        _ANY,
        reads=True,
    ),
)
