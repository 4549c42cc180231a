"""Secrets that hold a service account's token: filled when they are made, gone with the account.

Source: pkg/controller/serviceaccount/tokens_controller.go, v1.32.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from simulator.kubernetes.api.tokens import legacy_token
from simulator.kubernetes.controllers import Controller, key_of, split_key
from simulator.plain import Object, copy, get

if TYPE_CHECKING:
    from simulator.engine import Engine

TYPE = "kubernetes.io/service-account-token"
NAME, UID = "kubernetes.io/service-account.name", "kubernetes.io/service-account.uid"


class AccountTokenController(Controller):
    """Look after the Secrets of type kubernetes.io/service-account-token."""

    name = "serviceaccount-token"
    source = "serviceaccount-token-controller"

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.watch("Secret", lambda secret, old: [key_of(secret)] if _is_ours(secret) else [])
        self.watch("ServiceAccount", self._of_account)

    def _of_account(self, account: Object, old: Object | None) -> list[str]:
        meta = account["metadata"]
        secrets = self.store.list("Secret", meta["namespace"])
        return [key_of(one) for one in secrets
                if _is_ours(one) and _account_of(one) == meta["name"]]  # fmt: skip

    def reconcile(self, key: str) -> int | None:
        """Fill one Secret, or remove it where there is no such account."""
        secret = self.store.get("Secret", *split_key(key))
        if secret is None or not _is_ours(secret):
            return None
        namespace, name = split_key(key)
        account = self.store.get("ServiceAccount", namespace, _account_of(secret))
        uid = get(secret, "metadata", "annotations", UID)
        if account is None or (uid and uid != account["metadata"]["uid"]):
            self.engine.api.delete("Secret", namespace, name)
            return None
        root = self.store.get("ConfigMap", namespace, "kube-root-ca.crt")
        texts = {
            "ca.crt": str(get(root, "data", "ca.crt", default="")),
            "namespace": namespace,
            "token": legacy_token(self.engine, account, name),
        }
        data = {k: base64.b64encode(v.encode()).decode() for k, v in texts.items()}
        fresh = copy(secret)
        fresh["data"] = {**data, **(secret.get("data") or {})}
        fresh["metadata"]["annotations"][UID] = account["metadata"]["uid"]
        if fresh != secret:
            self.update(fresh)
        return None


def _is_ours(secret: Object) -> bool:
    return secret.get("type") == TYPE and bool(_account_of(secret))


def _account_of(secret: Object) -> str:
    return str((secret["metadata"].get("annotations") or {}).get(NAME) or "")
