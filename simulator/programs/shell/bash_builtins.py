"""Built-in commands for variables, options and lines: local, declare, read, getopts, let, mapfile.

Source: "Bourne Shell Builtins" and "Bash Builtins" of the Bash Reference Manual.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..utilities import Context, Wait, run_utility

if TYPE_CHECKING:
    from .runner import Runner

Builtin = Callable[["Runner", list[str], "str | None", bool], "int | None"]


def _local(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    return _declare(r, argv, stdin, checked, is_local=True)


def _declare(
    r: Runner, argv: list[str], stdin: str | None, checked: bool, is_local: bool = False
) -> int:
    """`declare`, `typeset`, `local`: -a, -A, -i and -x are known; -r and -g change nothing."""
    flags = "".join(word[1:] for word in argv[1:] if word.startswith("-"))
    in_function = any(frame.get("function") for frame in r.state["frames"])
    for item in (word for word in argv[1:] if word[:1] not in ("-", "+")):
        name, mark, value = item.partition("=")
        append = name.endswith("+")
        name = name.rstrip("+")
        old = r.get(name) if append else ""
        is_array = name in r.state["arrays"]
        if (is_local or (in_function and "g" not in flags)) and not is_array:
            r.make_local(name)
        if ("A" in flags or "a" in flags) and name not in r.state["arrays"]:
            r.set_array(name, {}, "A" in flags)
        if "i" in flags:
            r.state["integers"] = [*r.state["integers"], name]
        if mark:
            r.set(name, (old or "") + value)
        if "x" in flags:
            r.p.env[name] = r.get(name) or ""
    return 0


def _read(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int | None:
    """Read a line into variables; at the end of input they become empty and the status is 1."""
    inherited = r.input()
    text = stdin if stdin is not None else inherited
    if not r.is_typed(text):
        return store_read(r, argv, text, stdin is inherited)
    r.err(_read_options(argv[1:])[0].get("p", ""))
    text = r.p.read_line()
    if text is None:
        r.state["wait"] = ["read", argv, checked]
        return None
    return store_read(r, argv, text)


def store_read(r: Runner, argv: list[str], text: str | None, inherited: bool = False) -> int:
    """Put what `read` has got into its variables; inherited: what is left over stays there."""
    flags, names = _read_options(argv[1:])
    raw, array = "r" in flags, flags.get("a")
    if not text:
        for name in names:
            r.set(name, "")
        return 1
    delimiter = (flags["d"] or "\0")[:1] if "d" in flags else "\n"
    line, ended, rest = text.partition(delimiter)
    while not raw and line.endswith("\\") and delimiter == "\n" and ended:
        more, ended, rest = rest.partition("\n")
        line = line[:-1] + more
    if "n" in flags or "N" in flags:
        size = int(flags.get("n") or flags.get("N") or 1)
        line, rest = text[:size], text[size:]
    if inherited:
        r.consume(rest)
    line = line if raw else re.sub(r"\\(.)", r"\1", line)
    ifs = r.get("IFS")
    words = _cut(line, " \t\n" if ifs is None else ifs, 0 if array else len(names))
    if array:
        r.set_array(array, {str(index): word for index, word in enumerate(words)})
    for index, name in enumerate(names if not array else ()):
        r.set(name, words[index] if index < len(words) else "")
    return 0 if ended or "n" in flags or "N" in flags else 1


def _read_options(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Take the options off: ({letter: value}, names)."""
    flags: dict[str, str] = {}
    rest = list(words)
    while rest and rest[0].startswith("-") and len(rest[0]) > 1:
        letters = rest.pop(0)[1:]
        for at, letter in enumerate(letters):
            if letter in "adnNptui":
                flags[letter] = letters[at + 1 :] or (rest.pop(0) if rest else "")
                break
            flags[letter] = ""
    return flags, rest or ["REPLY"]


def _cut(line: str, ifs: str, most: int) -> list[str]:
    """Cut a line at the signs of IFS into at most so many words; the last takes the rest."""
    blank = "".join(char for char in ifs if char in " \t\n")
    line = line.strip(blank) if blank else line
    if not ifs or most == 1:
        return [line]
    sign = f"[{re.escape(blank)}]*[{re.escape(ifs)}][{re.escape(blank)}]*" if blank else (
        f"[{re.escape(ifs)}]"
    )  # fmt: skip
    return re.split(sign, line, maxsplit=max(most - 1, 0))


def _getopts(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    """Step through the options of the arguments: OPTIND, OPTARG (POSIX, getopts)."""
    if len(argv) < 3:
        r.err(f"{r.state['name']}: getopts: usage: getopts optstring name [arg ...]\n")
        return 2
    wanted, name, words = argv[1], argv[2], argv[3:] or r.args()
    index, inside = int(r.get("OPTIND") or 1), int(r.state.get("optchar") or 1)
    word = words[index - 1] if index <= len(words) else ""
    if not word.startswith("-") or len(word) < 2 or word == "--":
        r.set("OPTIND", str(index + (word == "--")))
        r.state["optchar"] = 1
        r.set(name, "?")
        return 1
    letter, quiet = word[inside], wanted.startswith(":")
    place = wanted.lstrip(":").find(letter) if letter != ":" else -1
    more = inside + 1 < len(word)
    needs = wanted.lstrip(":")[place + 1 : place + 2] == ":"
    r.unset("OPTARG")
    found, step = letter, 0 if more else 1
    if place < 0:
        found = "?"
        if quiet:
            r.set("OPTARG", letter)
        else:
            r.err(f"{r.state['name']}: illegal option -- {letter}\n")
    elif needs and (more or index < len(words)):
        r.set("OPTARG", word[inside + 1 :] if more else words[index])
        more, step = False, 1 if more else 2
    elif needs:
        found = ":" if quiet else "?"
        if quiet:
            r.set("OPTARG", letter)
        else:
            r.err(f"{r.state['name']}: option requires an argument -- {letter}\n")
    r.set("OPTIND", str(index + step))
    r.state["optchar"] = inside + 1 if more else 1
    r.set(name, found)
    return 0


def _let(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    value = 0
    for word in argv[1:]:
        value = r.number(word)
    return int(value == 0)


def _mapfile(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    """Read all lines into an array (`mapfile`, `readarray`)."""
    flags, names = _read_options(argv[1:])
    lines = (stdin or r.input() or "").splitlines(keepends="t" not in flags)
    if flags.get("t"):  # -t takes no value here
        names = [flags["t"]]
    name = "MAPFILE" if names == ["REPLY"] else names[0]
    r.set_array(name, {str(index): line for index, line in enumerate(lines)})
    return 0


def print_format(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int | None:
    """printf; with bash's `-v name` into a variable."""
    if len(argv) > 3 and argv[1] == "-v":
        written: list[str] = []
        context = Context(r.p, [argv[0], *argv[3:]], stdin, written.append, r.err, r.p.env)
        code = run_utility(context)
        r.set(argv[2], "".join(written))
        return 1 if isinstance(code, Wait) else code
    code = run_utility(Context(r.p, argv, stdin, r.out, r.err, r.p.env))
    return r.sleep(code, checked) if isinstance(code, Wait) else code


ALL: dict[str, Builtin] = {
    "local": _local, "declare": _declare, "typeset": _declare, "read": _read,
    "getopts": _getopts, "let": _let, "mapfile": _mapfile, "readarray": _mapfile,
}  # fmt: skip
