"""kubectl set, label, annotate, patch, edit: changes of what is there.

Source: kubectl v0.32 pkg/cmd/set, label, annotate, patch.
"""

from __future__ import annotations

import json
from typing import Any

from simulator.kubernetes.api.kinds import Kind
from simulator.kubernetes.api.status import StatusError
from simulator.plain import Object, copy

from . import manifests, writing
from .command import ALL, DRY_RUN, FIELD_MANAGER, FILES, OUTPUT, SELECTOR, Command
from .errors import KubectlError
from .flags import Flag
from .marking import annotate, label, split_changes
from .scale import chosen
from .session import Session, full_name

_TEMPLATES = (
    "Deployment",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
    "DaemonSet",
    "Job",
)


def _pod_spec(row: Kind, obj: Object) -> Object | None:
    """Give the pod spec within an object that is being changed."""
    if row.kind == "Pod":
        return obj["spec"]  # type: ignore[no-any-return]
    if row.kind == "CronJob":
        return obj["spec"]["jobTemplate"]["spec"]["template"]["spec"]  # type: ignore[no-any-return]
    if row.kind in _TEMPLATES:
        return obj["spec"]["template"]["spec"]  # type: ignore[no-any-return]
    return None


def _change(session: Session, verb: str, done: str, edit: Any) -> int:
    """Change the pod spec of each object and say so."""
    session.check_server()
    found, errors = chosen(session, verb)
    dry_run = writing.dry_run_of(session)
    for row, obj in found:
        fresh: Object = copy(obj)
        spec = _pod_spec(row, fresh)
        name = full_name(row, obj["metadata"]["name"])
        if spec is None:
            errors.append(
                KubectlError(f"{name} the object is not a pod or does not have a pod template")
            )
            continue
        try:
            edit(spec, name)
            if fresh == obj:
                continue
            if dry_run != "client":
                fresh = session.api.update(fresh, "", "kubectl-set", dry_run == "server")
        except (StatusError, KubectlError) as error:
            errors.append(error)
            continue
        writing.report(session, row, fresh, done, dry_run)
    return writing.finish(session, errors)


def set_image(session: Session) -> int:
    """Change the images of containers."""
    changes = split_changes(session)
    if not session.args and not session.flag("filename"):
        return _change(session, "set image", "image updated", None)
    if not changes:
        raise KubectlError("at least one image update is required")
    pairs = [word.partition("=") for word in changes]

    def edit(spec: Object, name: str) -> None:
        containers = [*(spec.get("initContainers") or ()), *spec["containers"]]
        for wanted, _, image in pairs:
            hit = [c for c in containers if wanted in ("*", c["name"])]
            if not hit:
                raise KubectlError(f'unable to find container named "{wanted}"')
            for one in hit:
                one["image"] = image

    return _change(session, "set image", "image updated", edit)


def set_env(session: Session) -> int:
    """Change, remove or list environment variables."""
    changes = split_changes(session)
    if session.flag("list"):
        return _list_env(session)
    if not changes and not session.flag("from"):
        raise KubectlError("at least one environment variable must be provided")

    def edit(spec: Object, name: str) -> None:
        for one in spec["containers"]:
            if session.flag("containers") not in ("*", one["name"]):
                continue
            env = [*(one.get("env") or ())]
            env = [v for v in env if f"{v['name']}-" not in changes]
            for word in changes:
                key, equals, value = word.partition("=")
                if not equals:
                    continue
                same = next((v for v in env if v["name"] == key), None)
                if same is None:
                    env.append({"name": key, "value": value})
                else:
                    env[env.index(same)] = {"name": key, "value": value}
            env += _from(session, session.flag("from"), session.flag("prefix"))
            if env:
                one["env"] = env
            else:
                one.pop("env", None)

    return _change(session, "set env", "env updated", edit)


def _from(session: Session, source: str, prefix: str) -> list[Object]:
    if not source:
        return []
    kind, _, name = source.partition("/")
    row = session.kind(kind)
    obj = session.get(row, name)
    key = "secretKeyRef" if row.kind == "Secret" else "configMapKeyRef"
    return [
        {
            "name": prefix + field.upper().replace("-", "_").replace(".", "_"),
            "valueFrom": {key: {"name": name, "key": field}},
        }
        for field in sorted(obj.get("data") or {})
    ]


def _list_env(session: Session) -> int:
    found, errors = chosen(session, "set env")
    for row, obj in found:
        spec = _pod_spec(row, obj) or {}
        for one in spec.get("containers") or ():
            session.out(f"# {row.plural}/{obj['metadata']['name']}, container {one['name']}\n")
            for variable in one.get("env") or ():
                session.out(f"{variable['name']}={variable.get('value', '')}\n")
    return writing.finish(session, errors)


def set_resources(session: Session) -> int:
    """Change requests and limits."""
    sides = {}
    for flag in ("limits", "requests"):
        text = session.flag(flag)
        if text:
            sides[flag] = dict(part.split("=", 1) for part in text.split(",") if "=" in part)
    if not sides:
        raise KubectlError(
            "you must specify an update to requests or limits (in the form of --requests/--limits)"
        )

    def edit(spec: Object, name: str) -> None:
        for one in spec["containers"]:
            if session.flag("containers") in ("*", one["name"]):
                resources = one.setdefault("resources", {})
                for side, amounts in sides.items():
                    resources[side] = {**(resources.get(side) or {}), **amounts}

    return _change(session, "set resources", "resource requirements updated", edit)


def set_account(session: Session) -> int:
    """Change the service account of pods."""
    if len(session.args) < 1:
        raise KubectlError("serviceaccount is required")
    account = session.args[-1]
    session.parsed.args = session.args[:-1]

    def edit(spec: Object, name: str) -> None:
        spec["serviceAccountName"] = spec["serviceAccount"] = account

    return _change(session, "set serviceaccount", "serviceaccount updated", edit)


def set_selector(session: Session) -> int:
    """Change a Service's selector."""
    session.check_server()
    selector = session.args[-1] if session.args else ""
    session.parsed.args = session.args[:-1]
    found, errors = chosen(session, "set selector")
    for row, obj in found:
        if row.kind != "Service":
            errors.append(KubectlError("setting a selector is only supported for Services"))
            continue
        wanted = dict(part.split("=", 1) for part in selector.split(",") if "=" in part)
        fresh = {**obj, "spec": {**obj["spec"], "selector": wanted}}
        made = session.api.update(fresh, "", "kubectl-set")
        writing.report(session, row, made, "selector updated")
    return writing.finish(session, errors)


def patch(session: Session) -> int:
    """Change a part of an object."""
    text = session.flag("patch")
    if session.flag("patch-file"):
        text = session.engine.workspace.read(session.call.cwd, session.flag("patch-file"))
        if text is None:
            raise KubectlError(
                "unable to read patch file: open "
                f"{session.flag('patch-file')}: no such file or directory"
            )
    if not text:
        raise KubectlError(
            "must specify --patch or --patch-file containing the contents of the patch"
        )
    type_ = session.flag("type")
    if type_ not in ("json", "merge", "strategic"):
        raise KubectlError(f'--type must be one of [json merge strategic], not "{type_}"')
    try:
        change = json.loads(text)
    except ValueError:
        try:
            change = manifests.plain_yaml(text)
        except ValueError as error:
            raise KubectlError(f'unable to parse "{text}": {error}') from error
    session.check_server()
    found, errors = chosen(session, "patch")
    dry_run = writing.dry_run_of(session)
    for row, obj in found:
        meta = obj["metadata"]
        try:
            made = session.api.patch(
                row.store,
                meta.get("namespace"),
                meta["name"],
                change,
                type_,
                session.flag("subresource"),
                "kubectl-patch",
                dry_run=dry_run != "none",
            )
        except StatusError as error:
            errors.append(error)
            continue
        same = _bare(made) == _bare(obj)
        writing.report(session, row, made, "patched (no change)" if same else "patched", dry_run)
    return writing.finish(session, errors)


def _bare(obj: Object) -> Object:
    meta = {
        k: v
        for k, v in obj["metadata"].items()
        if k not in ("resourceVersion", "managedFields", "generation")
    }
    return {**obj, "metadata": meta}


def edit(session: Session) -> int:
    """Say how to edit here."""
    session.check_server()
    found, errors = chosen(session, "edit")
    if errors:
        return writing.finish(session, errors)
    row, obj = found[0]
    name = f"{row.singular}/{obj['metadata']['name']}"
    raise KubectlError(
        "this terminal has no text editor for kubectl edit. Write the object to a file "
        f"(kubectl get {name} -o yaml > edit.yaml), change it in the editor, and kubectl apply -f "
        "edit.yaml; for one field use kubectl patch, kubectl set or kubectl scale"
    )


_SET = (
    *FILES,
    *OUTPUT,
    *SELECTOR,
    *DRY_RUN,
    *FIELD_MANAGER,
    *ALL,
    Flag("local", "bool", default=False),
)
_ONE = (Flag("containers", short="c", default="*"),)
_MARK = (
    *_SET,
    Flag("overwrite", "bool", default=False),
    Flag("list", "bool", default=False),
    Flag("all-namespaces", "bool", "A", False),
    Flag("resource-version", default=""),
)

COMMANDS: tuple[Command, ...] = (
    Command("set image", "Change the images of containers", set_image, _SET, takes="kinds"),
    Command(
        "set env",
        "Set or remove environment variables",
        set_env,
        (
            *_SET,
            *_ONE,
            Flag("list", "bool", default=False),
            Flag("from", default=""),
            Flag("prefix", default=""),
            Flag("env", "list", "e"),
            Flag("overwrite", "bool", default=True),
        ),
        takes="kinds",
    ),
    Command(
        "set resources",
        ("Change requests and limits"),
        set_resources,
        (*_SET, *_ONE, Flag("limits", default=""), Flag("requests", default="")),
        takes="kinds",
    ),
    Command(
        "set serviceaccount",
        "Change the service account of pods",
        set_account,
        _SET,
        takes="kinds",
        aliases=("set sa",),
    ),
    Command("set selector", "Change the selector of a Service", set_selector, _SET, takes="kinds"),
    Command("label", "Set or remove labels", label, _MARK, takes="kinds"),
    Command("annotate", "Set or remove annotations", annotate, _MARK, takes="kinds"),
    Command(
        "patch",
        "Change a part of an object",
        patch,
        (
            *_SET,
            Flag("patch", short="p", default=""),
            Flag("patch-file", default=""),
            Flag("type", default="strategic"),
            Flag("subresource", default=""),
        ),
        takes="kinds",
    ),
    Command(
        "edit",
        "Change an object in an editor",
        edit,
        (*_SET, Flag("save-config", "bool", default=False)),
        takes="kinds",
    ),
)
