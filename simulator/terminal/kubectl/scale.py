"""kubectl scale and autoscale.   Source: kubectl v0.32 pkg/cmd/scale, pkg/cmd/autoscale."""

from __future__ import annotations

from simulator.kubernetes.api.kinds import Kind
from simulator.kubernetes.api.status import StatusError
from simulator.plain import Object, get

from . import writing
from .command import ALL, DRY_RUN, FIELD_MANAGER, FILES, OUTPUT, SELECTOR, Command
from .errors import KubectlError
from .flags import Flag
from .session import Session, targets


def chosen(session: Session, verb: str) -> tuple[list[tuple[Kind, Object]], list[Exception]]:
    """Find the objects that a line means: by name, by selector, with --all, or by file."""
    errors: list[Exception] = []
    if session.flag("filename"):
        pairs, errors = writing.objects(session, verb)
        found = []
        for row, document in pairs:
            meta = document.body["metadata"]
            try:
                found.append((row, session.api.get(row.store, meta.get("namespace"), meta["name"])))
            except StatusError as error:
                errors.append(error)
        return found, errors
    if not session.args:
        raise KubectlError(
            "You must provide one or more resources by argument or filename.\n"
            "Example resource specifications include:\n"
            "   '-f rsrc.yaml'\n"
            "   '--filename=rsrc.json'\n"
            "   '<resource> <name>'\n"
            "   '<resource>'"
        )
    named = targets(session, session.args)
    if not named:
        if not session.flag("all") and not session.flag("selector"):
            session.kinds(session.args[0])
            raise KubectlError("resource(s) were provided, but no name was specified")
        everywhere = bool(session.flag("all-namespaces"))
        rows = session.kinds(session.args[0])
        return [(row, o) for row in rows for o in session.select(row, everywhere)], errors
    found = []
    for row, name in named:
        try:
            found.append((row, session.get(row, name)))
        except StatusError as error:
            errors.append(error)
    return found, errors


def run(session: Session) -> int:
    """Set how many replicas something has."""
    wanted = session.flag("replicas")
    if not session.changed("replicas"):
        raise KubectlError('required flag(s) "replicas" not set')
    if wanted < 0:
        raise KubectlError(
            "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0"
        )
    session.check_server()
    found, errors = chosen(session, "scale")
    dry_run = writing.dry_run_of(session)
    expected = session.flag("current-replicas")
    for row, obj in found:
        meta = obj["metadata"]
        now = get(obj, "spec", "replicas", default=0)
        if session.changed("current-replicas") and expected not in (-1, now):
            errors.append(KubectlError(f"Expected replicas to be {expected}, was {now}"))
            continue
        try:
            if dry_run != "client":
                session.api.patch(
                    row.store,
                    meta.get("namespace"),
                    meta["name"],
                    {"spec": {"replicas": wanted}},
                    "merge",
                    "scale",
                    "kubectl",
                    dry_run=dry_run == "server",
                )
        except StatusError as error:
            errors.append(error)
            continue
        writing.report(session, row, obj, "scaled", dry_run)
    return writing.finish(session, errors)


def autoscale(session: Session) -> int:
    """Make a HorizontalPodAutoscaler for something."""
    if session.flag("max") < 1:
        raise KubectlError(
            "--max=MAXPODS is required and must be at least 1, max: " + str(session.flag("max"))
        )
    lowest, highest = session.flag("min"), session.flag("max")
    if highest < lowest:
        raise KubectlError(
            f"--max=MAXPODS must be larger or equal to --min=MINPODS, max: {highest}, min: {lowest}"
        )
    session.check_server()
    found, errors = chosen(session, "autoscale")
    dry_run = writing.dry_run_of(session)
    hpas = session.kind("horizontalpodautoscalers")
    for row, obj in found:
        if not row.scale:
            errors.append(
                KubectlError(
                    f"cannot autoscale a {row.kind}: the server "
                    "could not find the requested resource"
                )
            )
            continue
        name = session.flag("name") or obj["metadata"]["name"]
        body = _autoscaler(session, row, obj, name)
        try:
            if dry_run != "client":
                body = session.api.create(body, "kubectl-autoscale", dry_run == "server")
        except StatusError as error:
            errors.append(error)
            continue
        writing.report(session, hpas, body, "autoscaled", dry_run)
    return writing.finish(session, errors)


def _autoscaler(session: Session, row: Kind, obj: Object, name: str) -> Object:
    target = {"apiVersion": row.api_version, "kind": row.kind, "name": obj["metadata"]["name"]}
    spec: Object = {"maxReplicas": session.flag("max"), "scaleTargetRef": target}
    if session.flag("min") > 0:
        spec["minReplicas"] = session.flag("min")
    if session.flag("cpu-percent") >= 0:
        spec["targetCPUUtilizationPercentage"] = session.flag("cpu-percent")
    return {
        "apiVersion": "autoscaling/v1",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name, "namespace": obj["metadata"]["namespace"]},
        "spec": spec,
    }


COMMANDS = (
    Command(
        "scale",
        "Set the number of replicas",
        run,
        (
            *FILES,
            *SELECTOR,
            *DRY_RUN,
            *OUTPUT,
            *ALL,
            Flag("replicas", "int", default=0),
            Flag("current-replicas", "int", default=-1),
            Flag("resource-version", default=""),
            Flag("timeout", "duration", default=0.0),
        ),
        takes="kinds",
    ),
    Command(
        "autoscale",
        "Let an autoscaler choose the number of replicas",
        autoscale,
        (
            *FILES,
            *DRY_RUN,
            *OUTPUT,
            *FIELD_MANAGER,
            Flag("min", "int", default=-1),
            Flag("max", "int", default=-1),
            Flag("cpu-percent", "int", default=-1),
            Flag("name", default=""),
            Flag("save-config", "bool", default=False),
        ),
        takes="kinds",
    ),
)
