"""What a shell's own commands do to its variables: local, declare, read, getopts, mapfile.

Source: "Bourne Shell Builtins" and "Bash Builtins" of the Bash Reference Manual.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .variables import Variables


def declare(shell: Variables, argv: list[str], is_local: bool = False) -> int:
    """`declare`, `typeset`, `local`: -a, -A, -i, -r, -x and -g."""
    flags = "".join(word[1:] for word in argv[1:] if word.startswith("-"))
    in_function = any(frame.get("function") for frame in shell.state["frames"])
    for item in (word for word in argv[1:] if word[:1] not in ("-", "+")):
        name, mark, value = item.partition("=")
        append = name.endswith("+")
        name = name.rstrip("+")
        old = shell.get(name) if append else ""
        is_array = name in shell.state["arrays"]
        if (is_local or (in_function and "g" not in flags)) and not is_array:
            shell.make_local(name)
        if ("A" in flags or "a" in flags) and name not in shell.state["arrays"]:
            shell.set_array(name, {}, "A" in flags)
        if "i" in flags:
            shell.state["integers"] = [*shell.state["integers"], name]
        if mark:
            shell.set(name, (old or "") + value)
        if "x" in flags:
            shell.export(name, shell.get(name) or "")
        if "r" in flags:
            shell.state["constants"] = [*shell.state["constants"], name]
    return 0


def readonly(shell: Variables, argv: list[str]) -> str:
    """`readonly NAME[=VALUE]...`; answers the list of them that is to be written."""
    names = [word for word in argv[1:] if not word.startswith("-")]
    for item in names:
        name, mark, value = item.partition("=")
        if mark:
            shell.set(name, value)
        shell.state["constants"] = [*shell.state["constants"], name]
    if names:
        return ""
    head = "declare -r" if shell.option("bash") else "readonly"
    mark = '"' if shell.option("bash") else "'"
    found = dict.fromkeys(sorted(shell.state["constants"]))
    return "".join(f"{head} {name}={mark}{shell.get(name) or ''}{mark}\n" for name in found)


def shopt(argv: list[str]) -> dict[str, bool]:
    """Read bash's `shopt -s NAME...` and `-u NAME...`: the options that are to change."""
    flags = "".join(word[1:] for word in argv[1:] if word.startswith("-"))
    names = [word for word in argv[1:] if not word.startswith("-")]
    return dict.fromkeys(names, "s" in flags) if "s" in flags or "u" in flags else {}


def store_read(shell: Variables, argv: list[str], text: str | None) -> tuple[int, str]:
    """Put what `read` has got into its variables: (its status, what is left over)."""
    flags, names = read_options(argv[1:])
    raw, array = "r" in flags, flags.get("a")
    if not text:
        for name in names:
            shell.set(name, "")
        return 1, ""
    delimiter = (flags["d"] or "\0")[:1] if "d" in flags else "\n"
    line, ended, rest = text.partition(delimiter)
    while not raw and line.endswith("\\") and delimiter == "\n" and ended:
        more, ended, rest = rest.partition("\n")
        line = line[:-1] + more
    if "n" in flags or "N" in flags:
        size = int(flags.get("n") or flags.get("N") or 1)
        line, rest = text[:size], text[size:]
    line = line if raw else re.sub(r"\\(.)", r"\1", line)
    ifs = shell.get("IFS")
    words = _cut(line, " \t\n" if ifs is None else ifs, 0 if array else len(names))
    if array:
        shell.set_array(array, {str(index): word for index, word in enumerate(words)})
    for index, name in enumerate(names if not array else ()):
        shell.set(name, words[index] if index < len(words) else "")
    return (0 if ended or "n" in flags or "N" in flags else 1), rest


def read_options(words: list[str]) -> tuple[dict[str, str], list[str]]:
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


def getopts(shell: Variables, argv: list[str], say: Callable[[str], None]) -> int:
    """Step through the options of the arguments: OPTIND, OPTARG (POSIX, getopts).

    say: writes an error.
    """
    if len(argv) < 3:
        say(f"{shell.state['name']}: getopts: usage: getopts optstring name [arg ...]\n")
        return 2
    wanted, name, words = argv[1], argv[2], argv[3:] or shell.args()
    index, inside = int(shell.get("OPTIND") or 1), int(shell.state.get("optchar") or 1)
    word = words[index - 1] if index <= len(words) else ""
    if not word.startswith("-") or len(word) < 2 or word == "--":
        shell.set("OPTIND", str(index + (word == "--")))
        shell.state["optchar"] = 1
        shell.set(name, "?")
        return 1
    letter, quiet = word[inside], wanted.startswith(":")
    place = wanted.lstrip(":").find(letter) if letter != ":" else -1
    more = inside + 1 < len(word)
    needs = wanted.lstrip(":")[place + 1 : place + 2] == ":"
    shell.unset("OPTARG")
    found, step = letter, 0 if more else 1
    if place < 0:
        found = "?"
        if quiet:
            shell.set("OPTARG", letter)
        else:
            say(f"{_illegal(shell, letter)}\n")
    elif needs and (more or index < len(words)):
        shell.set("OPTARG", word[inside + 1 :] if more else words[index])
        more, step = False, 1 if more else 2
    elif needs:
        found = ":" if quiet else "?"
        if quiet:
            shell.set("OPTARG", letter)
        else:
            own = f"{shell.state['name']}: option requires an argument -- {letter}"
            say(f"No arg for -{letter} option\n" if shell.option("dash") else f"{own}\n")
    shell.set("OPTIND", str(index + step))
    shell.state["optchar"] = inside + 1 if more else 1
    shell.set(name, found)
    return 0


def _illegal(shell: Variables, letter: str) -> str:
    if shell.option("dash"):
        return f"Illegal option -{letter}"
    return f"{shell.state['name']}: illegal option -- {letter}"


def mapfile(shell: Variables, argv: list[str], text: str) -> int:
    """Read all lines into an array (`mapfile`, `readarray`)."""
    flags, names = read_options(argv[1:])
    lines = text.splitlines(keepends="t" not in flags)
    if flags.get("t"):  # -t takes no value here
        names = [flags["t"]]
    name = "MAPFILE" if names == ["REPLY"] else names[0]
    shell.set_array(name, {str(index): line for index, line in enumerate(lines)})
    return 0
