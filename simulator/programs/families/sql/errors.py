"""What a statement can fail with, in the words of PostgreSQL and of MySQL.

Sources: PostgreSQL's appendix "Error Codes" and the messages of its source (src/backend);
MySQL's Server Error Message Reference.
"""

from __future__ import annotations

from typing import Any

from simulator.errors import DrydockError


class SqlError(DrydockError):
    """An error of a statement; `fields` is what the server sends to its client.

    severity ("ERROR" or "FATAL"), sqlstate, code (MySQL's number, else None), message, detail,
    hint, position (of the first wrong character in the text, from 1, or None), context.
    """

    def __init__(
        self, message: str, sqlstate: str, code: int | None = None, *, detail: str | None = None,
        hint: str | None = None, at: int | None = None, severity: str = "ERROR",
        context: str | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message, hint)
        self.fields: dict[str, Any] = {
            "severity": severity, "sqlstate": sqlstate, "code": code, "message": message,
            "detail": detail, "hint": hint, "position": None if at is None else at + 1,
            "context": context,
        }  # fmt: skip

    @property
    def sqlstate(self) -> str:
        """Five characters that name the kind of error."""
        return str(self.fields["sqlstate"])


def pg(sqlstate: str, message: str, at: int | None = None, **more: Any) -> SqlError:
    """Make an error of PostgreSQL; at: offset into the text, counted from 0."""
    return SqlError(message, sqlstate, at=at, **more)


def my(code: int, message: str, sqlstate: str = "HY000") -> SqlError:
    """Make an error of MySQL."""
    return SqlError(message, sqlstate, code)


def syntax(dialect: str, text: str, at: int, shown: str) -> SqlError:
    """Complain of a word as the dialect's parser does; shown: the token, "" at the end."""
    if dialect == "postgres":
        if not shown:
            return pg("42601", "syntax error at end of input", at)
        return pg("42601", f'syntax error at or near "{shown}"', at)
    line = text.count("\n", 0, at) + 1
    return my(
        1064, "You have an error in your SQL syntax; check the manual that corresponds to your "
        f"MySQL server version for the right syntax to use near '{text[at : at + 80]}' at line "
        f"{line}", "42000",
    )  # fmt: skip


def too_deep(dialect: str) -> SqlError:
    """Refuse a statement that is nested more than the server's stack allows."""
    if dialect == "postgres":
        return pg(
            "54001", "stack depth limit exceeded",
            hint='Increase the configuration parameter "max_stack_depth" (currently 2048kB), '
            "after ensuring the platform's stack depth limit is adequate.",
        )  # fmt: skip
    return my(1436, "Thread stack overrun:  Use 'mysqld --thread_stack=#' to specify a bigger "
                    "stack.")  # fmt: skip


def out_of_memory(dialect: str, size: int) -> SqlError:
    """Refuse a result that is larger than the server can hold."""
    if dialect == "postgres":
        return pg("53200", "out of memory", detail=f"Failed on request of size {size} in memory "
                  'context "ExecutorState".')  # fmt: skip
    return my(1041, "Out of memory; check if mysqld or some other process uses all available "
              "memory; if not, you may have to use 'ulimit' to allow mysqld to use more memory or "
              "you can add more swap space")  # fmt: skip


def takes_too_long(dialect: str) -> SqlError:
    """End a statement that has used up its time."""
    if dialect == "postgres":
        return pg("57014", "canceling statement due to statement timeout")
    return my(3024, "Query execution was interrupted, maximum statement execution time exceeded")


def not_supported(dialect: str, what: str, at: int | None = None) -> SqlError:
    """Refuse what the modelled server does not do; what: words in the singular."""
    if dialect == "postgres":
        return pg("0A000", f"{what} is not supported by the modelled server", at)
    return my(1235, "This version of MySQL doesn't yet support "
              f"'{what} (not in the modelled server)'", "42000")  # fmt: skip
