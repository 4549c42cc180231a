"""A line of the shell taken apart: lists, pipelines, quoting, variables, redirections.

The grammar is the POSIX shell's for what people type into a lab: `a && b || c; d | e > f`.
# Simplified: The terminal's shell knows lists, pipes, quoting, variables and redirections, but no
loops, functions or background jobs; a command in $(...) may only look, before the line runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

OPERATORS = ("&&", "||", "|&", ";", "|", "&", "2>&1", "2>", "&>", ">>", ">", "<")
MAX_WORDS = 4096

Substitute = Callable[[str], str]
"""Runs the command of a `$(...)`: what it prints, without its last line ends."""


class ShellError(Exception):
    """A line that bash would refuse, in its words."""


def _no_command(inner: str) -> str:
    raise ShellError("command substitution is not known here")


def parse(
    line: str, env: Mapping[str, str], substitute: Substitute = _no_command
) -> list[list[Any]]:
    """Take a line apart into [[operator before, [command...]]...]; raises ShellError.

    A command is {"argv": [...], "redirects": [[operator, path]...]}.
    """
    tokens = _tokens(line, env, substitute)
    steps: list[list[Any]] = []
    operator, pipeline = ";", [_command()]
    index = 0
    while index < len(tokens):
        kind, text = tokens[index]
        index += 1
        command = pipeline[-1]
        if kind == "word":
            command["argv"].append(text)
        elif text == "2>&1":
            command["redirects"].append([text, ""])
        elif text in (">", ">>", "<", "2>", "&>"):
            if index >= len(tokens) or tokens[index][0] != "word":
                near = tokens[index][1] if index < len(tokens) else "newline"
                raise ShellError(f"syntax error near unexpected token `{near}'")
            command["redirects"].append([text, tokens[index][1]])
            index += 1
        elif text in ("|", "|&"):
            _need_command(command, text)
            if text == "|&":
                command["redirects"].append(["2>&1", ""])
            pipeline.append(_command())
        else:
            _need_command(command, text)
            if text == "&":
                raise ShellError("background jobs are not part of this shell: open a second line")
            steps.append([operator, pipeline])
            operator, pipeline = text, [_command()]
    last = pipeline[-1]
    if last["argv"] or last["redirects"]:
        steps.append([operator, pipeline])
    elif len(pipeline) > 1 or operator in ("&&", "||"):
        raise ShellError("syntax error: unexpected end of file")
    return steps


def _command() -> dict[str, Any]:
    return {"argv": [], "redirects": []}


def _need_command(command: dict[str, Any], token: str) -> None:
    if not command["argv"]:
        raise ShellError(f"syntax error near unexpected token `{token}'")


def _tokens(line: str, env: Mapping[str, str], substitute: Substitute) -> list[tuple[str, str]]:
    """Split a line into words and operators, quotes removed and variables filled in."""
    tokens: list[tuple[str, str]] = []
    word: list[str] | None = None
    i, n = 0, len(line)
    while i < n:
        char = line[i]
        if char in " \t\n":
            _end(word, tokens)
            word = None
            if char == "\n":
                tokens.append(("operator", ";"))
            i += 1
        elif char == "#" and word is None:
            while i < n and line[i] != "\n":
                i += 1
        elif char == "\\":
            word = (word or []) + [line[i + 1 : i + 2] if line[i + 1 : i + 2] != "\n" else ""]
            i += 2
        elif char == "'":
            end = line.find("'", i + 1)
            if end < 0:
                raise ShellError("unexpected EOF while looking for matching `''")
            word = (word or []) + [line[i + 1 : end]]
            i = end + 1
        elif char == '"':
            text, i = _double_quoted(line, i + 1, env, substitute)
            word = (word or []) + [text]
        elif char == "`" or line.startswith("$(", i):
            text, i = _substituted(line, i, substitute)
            word = _split_fields(text, word, tokens)
        elif char == "$":
            text, i = _variable(line, i, env)
            word = (word or []) + [text]
        else:
            operator = _operator(line, i, word)
            if operator:
                _end(word, tokens)
                word = None
                tokens.append(("operator", operator))
                i += len(operator)
            else:
                word = [] if word is None else word
                word.append(char)
                i += 1
        if len(tokens) > MAX_WORDS:
            raise ShellError("argument list too long")
    _end(word, tokens)
    return tokens


def _operator(line: str, i: int, word: list[str] | None) -> str | None:
    for operator in OPERATORS:
        if line.startswith(operator, i):
            if operator[0] == "2" and word is not None:
                return None
            return operator
    return None


def _end(word: list[str] | None, tokens: list[tuple[str, str]]) -> None:
    if word is not None:
        tokens.append(("word", "".join(word)))


def _split_fields(
    text: str, word: list[str] | None, tokens: list[tuple[str, str]]
) -> list[str] | None:
    """Add what a command printed, unquoted: a word for each field; answers the word still open."""
    for n, field in enumerate(text.split()):
        if n or text[0].isspace():
            _end(word, tokens)
            word = None
        word = (word or []) + [field]
    return word


def _substituted(line: str, i: int, substitute: Substitute) -> tuple[str, int]:
    """Give what the command of the `$(...)` or backquotes at `i` prints, and where they end."""
    if line[i] == "`":
        end = line.find("`", i + 1)
        if end < 0:
            raise ShellError("unexpected EOF while looking for matching ``'")
        return substitute(line[i + 1 : end]), end + 1
    if line.startswith("$((", i):
        raise ShellError("arithmetic is not part of this shell: a container's shell knows it")
    end = _closing(line, i + 2)
    return substitute(line[i + 2 : end]), end + 1


def _closing(line: str, i: int) -> int:
    """Find the parenthesis that closes the one before `i`, past quotes and inner pairs."""
    depth, quote = 1, ""
    while i < len(line):
        char = line[i]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "\\":
            i += 1
        else:
            depth += (char == "(") - (char == ")")
            if not depth:
                return i
        i += 1
    raise ShellError("unexpected EOF while looking for matching `)'")


def _double_quoted(
    line: str, i: int, env: Mapping[str, str], substitute: Substitute
) -> tuple[str, int]:
    parts: list[str] = []
    while i < len(line):
        char = line[i]
        if char == '"':
            return "".join(parts), i + 1
        if char == "\\" and line[i + 1 : i + 2] in ('"', "\\", "$", "`"):
            parts.append(line[i + 1])
            i += 2
        elif char == "`" or line.startswith("$(", i):
            text, i = _substituted(line, i, substitute)
            parts.append(text)
        elif char == "$":
            text, i = _variable(line, i, env)
            parts.append(text)
        else:
            parts.append(char)
            i += 1
    raise ShellError("unexpected EOF while looking for matching `\"'")


def _variable(line: str, i: int, env: Mapping[str, str]) -> tuple[str, int]:
    if line.startswith("${", i):
        end = line.find("}", i)
        if end < 0:
            raise ShellError("unexpected EOF while looking for matching `}'")
        return env.get(line[i + 2 : end], ""), end + 1
    if line[i + 1 : i + 2] in ("?", "$"):
        return env.get(line[i + 1], ""), i + 2
    end = i + 1
    while end < len(line) and (line[end].isalnum() or line[end] == "_"):
        end += 1
    if end == i + 1:
        return "$", end
    return env.get(line[i + 1 : end], ""), end
