"""mongod as a program: its data folder, its users, the commands of its clients.

Each collection is a file of the data folder, which carries its documents as plain data beside its
size, so that they live and go with the container's writable layer or with the volume.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from simulator.docker.tree import TreeError, file_entry

from ...process import Family, Process
from ...vm.faults import note
from ..services import Service
from ..sql.server import secret
from .commands import COMMANDS
from .match import Doc, MongoError

FOLDER = "/data/db"
USERS = f"{FOLDER}/WiredTiger"
MOST_DOCS = 5_000
MOST_BYTES = 16_000_000
"""Of one document and of one collection's text in a lab."""


class Base:
    """The collections of a server, by (database, collection)."""

    def __init__(self, p: Process) -> None:
        self.p = p

    def read(self, base: str, name: str) -> Doc:
        """Give {"docs": [...], "indexes": [...]} of a collection."""
        found = self._entry(self._path(base, name))
        return found or {"name": [base, name], "docs": [], "indexes": []}

    def _path(self, base: str, name: str) -> str:
        return f"{FOLDER}/collection-{quote(base, safe='')}-{quote(name, safe='')}.wt"

    def _entry(self, path: str) -> Doc | None:
        try:
            entry = self.p.view.get(path)
        except TreeError:
            return None
        return None if entry is None else entry.get("mongo")

    def exists(self, base: str, name: str) -> bool:
        """Tell whether there is such a collection."""
        return self._entry(self._path(base, name)) is not None

    def write(self, base: str, name: str, row: Doc) -> None:
        """Keep a collection.

        # Simplified: A collection of the modelled MongoDB holds at most 5,000 documents.
        """
        if len(row["docs"]) > MOST_DOCS:
            raise MongoError(10334, "BSONObjectTooLarge", "drydock: a collection holds at most "
                             f"{MOST_DOCS} documents in this model")  # fmt: skip
        size = 4096 * (1 + len(row["docs"]) // 40)
        self._put(self._path(base, name), {**row, "name": [base, name]}, size)

    def _put(self, path: str, value: Doc, size: int) -> None:
        number = self.p.state["writes"] = int(self.p.state.get("writes", 0)) + 1
        try:
            self.p.view.put(path, {**file_entry(size=size, mode=0o600, uid=self.p.uid,
                            gid=self.p.uid, content=f"{path} {self.p.engine.now_us} {number}"),
                            "mongo": value})  # fmt: skip
        except TreeError as error:
            raise MongoError(14031, "OutOfDiskSpace", f"cannot write {path}: {error.reason}") from (
                None
            )

    def drop(self, base: str, name: str) -> None:
        """Remove a collection."""
        if self.exists(base, name):
            self.p.view.remove(self._path(base, name))

    def names(self) -> list[list[str]]:
        """List (database, collection) of all collections."""
        children = self.p.view.children(FOLDER) if self.p.view.is_dir(FOLDER) else []
        rows = [self._entry(f"{FOLDER}/{one}") for one in sorted(children)
                if one.startswith("collection-")]  # fmt: skip
        return [row["name"] for row in rows if row]

    def now(self) -> Doc:
        """Give the moment as a value."""
        moment = self.p.engine.start + timedelta(microseconds=self.p.engine.now_us)
        return {
            "$date": moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
        }

    def new_id(self) -> Doc:
        """Make the _id of a document that came without."""
        luck = self.p.luck()
        return {"$oid": f"{luck.bits():016x}{luck.bits():016x}"[:24]}

    # Users

    def users(self) -> Doc:
        """Give the names and passwords of the first start; {} when everybody may come in."""
        found = self._entry(USERS)
        if found is None:
            user = secret(self.p, "MONGO_INITDB_ROOT_USERNAME")
            password = secret(self.p, "MONGO_INITDB_ROOT_PASSWORD")
            found = {user: password} if user and password else {}
            self._put(USERS, found, 50)
        return found


class Mongod(Service):
    """mongod."""

    name = "mongod"

    def wake(self, p: Process) -> None:
        """Lay out the data folder at the first start, then open the port."""
        Base(p).users()
        super().wake(p)

    def respond(self, p: Process, port: int, request: dict[str, Any]) -> dict[str, Any]:
        """Answer a client; a browser gets the words that the real server has for it."""
        if "mongo" not in request:
            return {"status": 200, "headers": {"Content-Type": "text/plain"},
                    "body": "It looks like you are trying to access MongoDB over HTTP on the "
                    "native driver port.\n"}  # fmt: skip
        return serve(p, request)


def serve(p: Process, request: dict[str, Any]) -> dict[str, Any]:
    """Answer one command (see the package's docstring)."""
    command, base = request["mongo"], Base(p)
    name = next(iter(command), "")
    try:
        _let_in(p, base, request, name)
        if name not in COMMANDS:
            raise MongoError(59, "CommandNotFound", f"no such command: '{name}'")
        if len(json.dumps(command)) > MOST_BYTES:
            raise MongoError(10334, "BSONObjectTooLarge", "BSONObj size is invalid: Size must be "
                             "between 0 and 16793600(16MB)")  # fmt: skip
        answer = COMMANDS[name](base, str(request.get("db") or "test"), command)
    except MongoError as error:
        return {**error.fields, "us": 400}
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as fault:
        note(fault)
        wrong = MongoError(14, "TypeMismatch", f"a value of the command {name} has the wrong type")
        return {**wrong.fields, "us": 400}
    return {**answer, "ok": 1, "us": 350}


def _let_in(p: Process, base: Base, request: dict[str, Any], name: str) -> None:
    users, auth = base.users(), request.get("auth")
    if auth:
        if users.get(str(auth.get("user"))) != str(auth.get("password")):
            raise MongoError(18, "AuthenticationFailed", "Authentication failed.")
    elif users and name not in ("hello", "ping") and not request.get("local"):
        raise MongoError(13, "Unauthorized", f"Command {name} requires authentication")


FAMILIES: list[Family] = [Mongod()]
