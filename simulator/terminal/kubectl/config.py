"""kubectl config: the client's one context, and its namespace.   Source: kubectl pkg/cmd/config."""

from __future__ import annotations

from simulator.plain import Object

from . import output
from .errors import KubectlError
from .session import CONTEXT, Session, control_plane, server_address
from .tabwriter import table


def _context(session: Session) -> Object:
    settings = session.settings()
    inner = {"cluster": CONTEXT, "user": f"{CONTEXT}-admin"}
    if settings.get("namespace"):
        inner["namespace"] = settings["namespace"]
    return {"context": inner, "name": CONTEXT}


def config_view(session: Session) -> int:
    """Show the client's configuration."""
    has = bool(control_plane(session))
    body: Object = {
        "apiVersion": "v1",
        "clusters": [
            {
                "cluster": {
                    "certificate-authority-data": "DATA+OMITTED",
                    "server": f"https://{server_address(session)}",
                },
                "name": CONTEXT,
            }
        ],
        "contexts": [_context(session)],
        "current-context": CONTEXT,
        "kind": "Config",
        "preferences": {},
        "users": [
            {
                "name": f"{CONTEXT}-admin",
                "user": {
                    "client-certificate-data": "DATA+OMITTED",
                    "client-key-data": "DATA+OMITTED",
                },
            }
        ],
    }
    if not has:
        empty = {"clusters": None, "contexts": None, "current-context": "", "users": None}
        body = {**body, **empty}
    format = session.flag("output") or "yaml"
    if session.flag("minify") and not has:
        raise KubectlError("current-context must exist in order to minify")
    session.out(output.printer(session, format)(body))
    return 0


def current_context(session: Session) -> int:
    """Name the context in use."""
    if not control_plane(session):
        raise KubectlError("current-context is not set")
    session.out(f"{CONTEXT}\n")
    return 0


def get_contexts(session: Session) -> int:
    """List the contexts."""
    rows = [["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"]]
    if control_plane(session):
        namespace = session.settings().get("namespace") or ""
        rows.append(["*", CONTEXT, CONTEXT, f"{CONTEXT}-admin", namespace])
    session.out(table(rows))
    return 0


def set_context(session: Session) -> int:
    """Change the context: its namespace."""
    name = session.args[0] if session.args else CONTEXT
    if not session.flag("current") and name != CONTEXT:
        raise KubectlError(f'this lab has one context, "{CONTEXT}"')
    if session.changed("namespace"):
        place = session.engine.table("kubectl")
        place[session.call.machine] = {"namespace": session.flag("namespace")}
    session.out(f'Context "{CONTEXT}" modified.\n')
    return 0


def use_context(session: Session) -> int:
    """Choose the context."""
    name = session.args[0] if session.args else ""
    if name != CONTEXT:
        raise KubectlError(f'no context exists with the name: "{name}"')
    session.out(f'Switched to context "{CONTEXT}".\n')
    return 0
