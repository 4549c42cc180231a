"""What kubectl prints when something is refused.

Source: kubectl v0.32 pkg/cmd/util/helpers.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulator.kubernetes.api.status import StatusError


class KubectlError(Exception):
    """An error of kubectl itself; `message` is printed as it is, after `error: ` if `plain`."""

    def __init__(self, message: str, code: int = 1, plain: bool = True) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.plain = plain


class UsageError(KubectlError):
    """A line that is not understood: the error and where help is."""

    def __init__(self, message: str, command: str) -> None:
        super().__init__(f"{message}\nSee 'kubectl {command} -h' for help and examples")


def from_source(error: StatusError, verb: str, source: str) -> StatusError:
    """Say during which act, and with which file, the server refused something."""
    if not source:
        return error
    text = f'error when {verb} "{source}": {error.message}'
    return StatusError(error.code, error.reason, text, error.details)


def text_of(error: Exception) -> str:
    """Write one error as kubectl does when it is the only one."""
    if isinstance(error, StatusError):
        if error.reason == "Invalid" and error.details.get("causes"):
            return _invalid(error)
        if error.reason == "Invalid" and not error.details:
            return f"The request is invalid: {error.message}\n"
        return standard(error)
    if isinstance(error, KubectlError):
        message = error.message
        if not error.plain or message.startswith("error: "):
            return message if message.endswith("\n") else message + "\n"
        return f"error: {message}\n"
    return f"error: {error}\n"


def standard(error: Exception) -> str:
    """Write one error of several."""
    if isinstance(error, StatusError):
        reason = f" ({error.reason})" if error.reason else ""
        return f"Error from server{reason}: {error.message}\n"
    if isinstance(error, KubectlError) and not error.plain:
        return error.message if error.message.endswith("\n") else error.message + "\n"
    return f"error: {getattr(error, 'message', error)}\n"


def text_of_all(errors: Sequence[Exception]) -> str:
    """Write several errors, each on its line; one alone in its own way."""
    if len(errors) == 1:
        return text_of(errors[0])
    return "".join(standard(error) for error in errors)


def _invalid(error: StatusError) -> str:
    details = error.details
    head = f'The {details.get("kind", "")} "{details.get("name", "")}" is invalid: '
    if not details.get("kind") and not details.get("name"):
        head = "The request is invalid: "
    causes = [f"{cause['field']}: {cause['message']}" for cause in details["causes"]]
    causes = list(dict.fromkeys(causes))
    if len(causes) == 1:
        return f"{head}{causes[0]}\n"
    return head + "\n" + "".join(f"* {cause}\n" for cause in causes)
