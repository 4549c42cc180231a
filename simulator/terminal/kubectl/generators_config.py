"""kubectl create configmap and secret.   Source: kubectl v0.32 pkg/cmd/create."""

from __future__ import annotations

import base64
import json

from simulator.plain import Object

from .creating import make_object
from .errors import KubectlError
from .session import Session


def config_data(session: Session) -> dict[str, str]:
    """Read --from-literal, --from-file and --from-env-file."""
    data: dict[str, str] = {}
    workspace, cwd = session.engine.workspace, session.call.cwd

    def add(key: str, text: str) -> None:
        if key in data:
            raise KubectlError(
                f"cannot add key {key}, another key by that name already exists in Data for "
                "ConfigMap"
            )
        data[key] = text

    for literal in session.flag("from-literal") or ():
        key, equals, value = literal.partition("=")
        if not equals or not key:
            raise KubectlError(f"invalid literal source {literal}, expected key=value")
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        add(key, value)
    for source in session.flag("from-file") or ():
        key, equals, path = source.partition("=")
        path = path if equals else source
        if workspace.is_folder(cwd, path):
            for name, text in workspace.under(cwd, path).items():
                if "/" not in name:
                    add(name, text)
            continue
        text_ = workspace.read(cwd, path)
        if text_ is None:
            raise KubectlError(f"error reading {path}: no such file or directory")
        add(key if equals else path.rpartition("/")[2], text_)
    for path in session.flag("from-env-file") or ():
        text_ = workspace.read(cwd, path)
        if text_ is None:
            raise KubectlError(f"error reading {path}: no such file or directory")
        for line in text_.splitlines():
            line = line.strip()
            if line and not line.startswith("#"):
                key, _, value = line.partition("=")
                add(key, value)
    return data


def config_map(session: Session, name: str) -> Object:
    """Make a ConfigMap."""
    data = config_data(session)
    return make_object("v1", "ConfigMap", name, **({"data": data} if data else {}))


def secret_generic(session: Session, name: str) -> Object:
    """Make a Secret of any keys."""
    data = {k: _base64(text) for k, text in config_data(session).items()}
    made = make_object("v1", "Secret", name, **({"data": data} if data else {}))
    if session.flag("type"):
        made["type"] = session.flag("type")
    return made


def secret_tls(session: Session, name: str) -> Object:
    """Make a Secret of a certificate and its key."""
    data = {}
    for flag, key in (("cert", "tls.crt"), ("key", "tls.key")):
        path = session.flag(flag)
        if not path:
            raise KubectlError("key and cert must be specified")
        text = session.engine.workspace.read(session.call.cwd, path)
        if text is None:
            raise KubectlError(f"open {path}: no such file or directory")
        data[key] = _base64(text)
    return make_object("v1", "Secret", name, data=data, type="kubernetes.io/tls")


def secret_registry(session: Session, name: str) -> Object:
    """Make a Secret to log in to a registry with."""
    user, password = session.flag("docker-username"), session.flag("docker-password")
    if not user or not password:
        raise KubectlError(
            "either --from-file or the combination of --docker-username, "
            "--docker-password and --docker-server is required"
        )
    entry = {"username": user, "password": password}
    if session.flag("docker-email"):
        entry["email"] = session.flag("docker-email")
    entry["auth"] = _base64(f"{user}:{password}")
    text = json.dumps({"auths": {session.flag("docker-server"): entry}}, separators=(",", ":"))
    data = {".dockerconfigjson": _base64(text)}
    return make_object("v1", "Secret", name, data=data, type="kubernetes.io/dockerconfigjson")


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
