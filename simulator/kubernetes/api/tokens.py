"""Tokens of service accounts: who somebody is, until when, for whom.

Source: kubernetes pkg/serviceaccount/claims.go and legacy.go.

# Simplified: A token has the claims of a real one, but no key has signed it.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from simulator.plain import Object
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

ISSUER = "https://kubernetes.default.svc.cluster.local"
ACCOUNT = "system:serviceaccount:"


def bound_token(
    engine: Engine, account: Object, at_us: int, seconds: int,
    audience: list[str] | None = None, pod: Object | None = None,
) -> str:  # fmt: skip
    """Make a token that ends.   at_us: when it is made.   pod: the one it is bound to."""
    meta, now = account["metadata"], int(engine.start.timestamp()) + at_us // SECOND
    about: dict[str, Any] = {"namespace": meta["namespace"]}
    if pod is not None:
        about["pod"] = {"name": pod["metadata"]["name"], "uid": pod["metadata"]["uid"]}
    about["serviceaccount"] = {"name": meta["name"], "uid": meta["uid"]}
    claims = {
        "aud": audience or [ISSUER],
        "exp": now + seconds,
        "iat": now,
        "iss": ISSUER,
        "kubernetes.io": about,
        "nbf": now,
        "sub": f"{ACCOUNT}{meta['namespace']}:{meta['name']}",
    }
    return _signed(engine, claims)


def legacy_token(engine: Engine, account: Object, secret: str) -> str:
    """Make a token that never ends, as it is kept in a Secret."""
    meta, prefix = account["metadata"], "kubernetes.io/serviceaccount/"
    claims = {
        "iss": "kubernetes/serviceaccount",
        f"{prefix}namespace": meta["namespace"],
        f"{prefix}secret.name": secret,
        f"{prefix}service-account.name": meta["name"],
        f"{prefix}service-account.uid": meta["uid"],
        "sub": f"{ACCOUNT}{meta['namespace']}:{meta['name']}",
    }
    return _signed(engine, claims)


def _signed(engine: Engine, claims: dict[str, Any]) -> str:
    head = {"alg": "RS256", "kid": engine.streams.hex(32, "token-key")}
    parts = [json.dumps(one, separators=(",", ":")).encode() for one in (head, claims)]
    signature = engine.streams.hex(64, "token", parts[1].decode())
    return ".".join(_base64(part) for part in (*parts, bytes.fromhex(signature)))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
