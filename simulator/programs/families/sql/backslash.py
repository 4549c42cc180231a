"""psql's backslash commands.

# Simplified: Of psql's backslash commands those for lists, descriptions, variables, files,
connections and the look of results are known; conditions (\\if) and \\watch are not.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Any

from ...process import Process
from . import listing, prompt
from .shown import pg_error

Words = list[str]


def meta(p: Process, line: str) -> bool:
    """Carry out a backslash command; False ends the work."""
    match = re.match(r"\\(\S+)\s*(.*)", line)
    if match is None:
        return True
    name, rest = match[1], match[2]
    if name == "copy" or name.startswith("copy "):
        return _copy(p, rest)
    if name in ("q", "q;"):
        return False
    words = _words(p, rest)
    if words and name not in ("echo", "qecho", "warn"):
        words[-1] = words[-1].rstrip(";") or words.pop()
    name = name.rstrip(";")
    if name in _COMMANDS:
        return _COMMANDS[name](p, words) is not False
    bare = name.rstrip("+").replace("S", "")
    if bare[:1] in ("d", "l", "z"):
        return _list(p, bare, words[0] if words else "", "+" in name)
    p.err(f"invalid command \\{name}\nTry \\? for help.\n")
    p.state["failed"] = True
    return not p.state.get("stop")


def _words(p: Process, rest: str) -> Words:
    found = []
    for match in re.finditer(r"'((?:[^']|'')*)'|(\"(?:[^\"])*\")|(\S+)", rest):
        if match[1] is not None:
            found.append(match[1].replace("''", "'"))
        elif match[3] is not None:
            found.append(prompt.filled(p.state, match[3]))
        else:
            found.append(match[2])
    return found


def _list(p: Process, name: str, pattern: str, more: bool) -> bool:
    """Carry out \\d, \\dt, \\l, \\du and their like."""
    answer = prompt.ask(p, {"describe": True})
    if "error" in answer:
        p.err(pg_error(answer["error"], ""))
        return True
    found, style = answer["described"], prompt.style_of(p.state)
    text: str | None
    if name in ("l", "list"):
        text = listing.databases(found, style, more)
    elif name in ("du", "dg"):
        text = listing.roles(found, style, pattern)
    elif name in _SIMPLE:
        text = _SIMPLE[name](found, style)
    elif name in ("dp", "z"):
        text = listing.privileges(found, style, pattern)
    elif name == "d" and pattern:
        text = listing.described(found, style, pattern, more)
    elif re.fullmatch(r"d[tvsim]*", name):
        text = listing.relations(found, style, name[1:], pattern, more)
    else:
        p.err(f"invalid command \\{name}\nTry \\? for help.\n")
        return True
    if text is None:
        named = f' named "{pattern}"' if pattern else "s"
        p.err(f"Did not find any relation{named}.\n")
        return True
    prompt.write(p, text)
    return True


_SIMPLE: dict[str, Callable[..., str]] = {
    "dn": listing.schemas, "dx": listing.extensions, "dT": listing.types, "df": listing.functions,
}  # fmt: skip


def _connect(p: Process, words: Words) -> bool | None:
    s = p.state
    old = s["auth"]
    given = [word for word in words if word != "-"]
    if not given:
        return None
    user = words[1] if len(words) > 1 and words[1] != "-" else old["user"]
    prompt.ask(p, {"close": True})
    s["times"] += 1
    s["auth"] = {**old, "database": words[0] if words[0] != "-" else old["database"], "user": user}
    answer = prompt.ask(p, {})
    if "error" in answer:
        where = f'at "{s["host"]}", port {s["port"]}' if s["host"] else (
            f'on socket "/var/run/postgresql/.s.PGSQL.{s["port"]}"')  # fmt: skip
        words_ = f"connection to server {where} failed: FATAL:  {answer['error']['message']}\n"
        if not p.on_terminal:
            p.err(f"\\connect: {words_}")
            s.update(failed=True, stop=True)
            return False
        p.err(f"{words_}Previous connection kept\n")
        s["auth"] = old
        return None
    s["super"] = bool(answer.get("superuser"))
    if "q" not in s["flags"]:
        p.out(f'You are now connected to database "{s["auth"]["database"]}" as user "{user}".\n')
    return None


def _conninfo(p: Process, words: Words) -> None:
    s = p.state
    where = f'on host "{s["host"]}"' if s["host"] else 'via socket in "/var/run/postgresql"'
    p.out(f'You are connected to database "{s["auth"]["database"]}" as user '
          f'"{s["auth"]["user"]}" {where} at port "{s["port"]}".\n')  # fmt: skip


def _toggle(flag: str, on: str, off: str) -> Callable[[Process, Words], None]:
    def work(p: Process, words: Words) -> None:
        flags = p.state["flags"]
        wanted = words[0] == "on" if words and words[0] in ("on", "off") else flag not in flags
        if wanted:
            flags[flag] = ""
        else:
            flags.pop(flag, None)
        if "q" not in flags:
            p.out((on if wanted else off) + "\n")

    return work


def _timing(p: Process, words: Words) -> None:
    s = p.state
    s["timing"] = words[0] == "on" if words else not s.get("timing")
    p.out(f"Timing is {'on' if s['timing'] else 'off'}.\n")


def _set(p: Process, words: Words) -> None:
    s = p.state
    if not words:
        for name, value in sorted((s.get("values") or {}).items()):
            p.out(f"{name} = '{value}'\n")
        return
    s.setdefault("values", {})[words[0]] = "".join(words[1:])
    if words[0] == "ON_ERROR_STOP":
        s["stop"] = "".join(words[1:]).lower() not in ("off", "0", "false")
    if words[0] == "QUIET" and "".join(words[1:]).lower() in ("on", "1", "true"):
        s["flags"]["q"] = ""


def _unset(p: Process, words: Words) -> None:
    if words:
        (p.state.get("values") or {}).pop(words[0], None)


def _pset(p: Process, words: Words) -> None:
    flags = p.state["flags"]
    name, value = (words[0] if words else ""), (words[1] if len(words) > 1 else "")
    quiet = "q" in flags
    if name == "null":
        flags["null"] = value
        p.out("" if quiet else f'Null display is "{value}".\n')
    elif name == "format":
        for other in ("A", "csv"):
            flags.pop(other, None)
        if value in ("unaligned", "csv"):
            flags["A" if value == "unaligned" else "csv"] = ""
        p.out("" if quiet else f"Output format is {value}.\n")
    elif name in ("tuples_only", "t"):
        _COMMANDS["t"](p, words[1:])
    elif name in ("expanded", "x"):
        _COMMANDS["x"](p, words[1:])
    elif name == "footer":
        flags["footer"] = value or ("off" if flags.get("footer", "on") == "on" else "on")
        p.out("" if quiet else f"Default footer is {flags['footer']}.\n")
    elif name == "pager":
        p.out("" if quiet else "Pager usage is off.\n")
    elif name == "border":
        p.out("" if quiet else f"Border style is {value or 1}.\n")
    elif name == "fieldsep":
        flags["separator"] = value
        p.out("" if quiet else f'Field separator is "{value}".\n')
    elif name:
        p.err(f"\\pset: unknown option: {name}\n")


def _include(p: Process, words: Words, base: str = "") -> bool:
    path = posixpath.join(base, words[0]) if words else ""
    why = p.unreadable(path)
    if why:
        p.err(f"{path}: {why}\n")
        p.state["failed"] = True
        return not p.state.get("stop")
    s = p.state
    kept = (s["line"], s.get("script"))
    s["script"] = path
    done = prompt.script(p, p.view.text(path, p.cwd) or "", f"psql:{path}")
    s["line"], s["script"] = kept
    return done or not (s.get("stop") and s.get("failed"))


def _beside(p: Process, words: Words) -> bool:
    return _include(p, words, posixpath.dirname(str(p.state.get("script") or "")))


def _output(p: Process, words: Words) -> None:
    if words:
        p.view.write(words[0], "", p.cwd, uid=p.uid, gid=int(p.row["gid"]))
    p.state["to"] = words[0] if words else ""


def _copy(p: Process, rest: str) -> bool:
    """Carry out \\copy: COPY whose file the client reads or writes."""
    s = p.state
    text = prompt.filled(s, rest.strip().rstrip(";"))
    match = re.fullmatch(r"(.*?)\s+(from|to)\s+(?:'((?:[^']|'')*)'|(\S+))(.*)", text, re.I | re.S)
    if match is None:
        p.err("\\copy: parse error at end of line\n")
        s["failed"] = True
        return not s.get("stop")
    what, way, path = match[1], match[2].lower(), match[3] or match[4]
    streams = ("stdin", "pstdin") if way == "from" else ("stdout", "pstdout")
    stream = path.lower() in streams and match[3] is None
    place = "STDIN" if way == "from" else "STDOUT"
    sql = f"COPY {what} {way.upper()} {place}{match[5]}"
    if way == "from" and not stream:
        why = p.unreadable(path)
        if why:
            p.err(f"{path}: {why}\n")
            s["failed"] = True
            return not s.get("stop")
        body = (p.view.text(path, p.cwd) or "").removesuffix("\n")
        lines = body.split("\n") if body else []
        return prompt.told(p, prompt.ask(p, {"sql": sql, "copy": lines}), sql, "")
    answer = prompt.ask(p, {"sql": sql})
    if way == "to" and not stream and "error" not in answer:
        lines = [line for one in answer["results"] for line in one.get("copy") or []]
        why = p.refusal(path)
        if why:
            p.err(f"{path}: {why}\n")
            return True
        p.view.write(path, "".join(f"{line}\n" for line in lines), p.cwd, uid=p.uid,
                     gid=int(p.row["gid"]))  # fmt: skip
        p.out(f"{answer['results'][-1]['tag']}\n" if "q" not in s["flags"] else "")
        return True
    return prompt.told(p, answer, sql, "")


def _nothing(p: Process, words: Words) -> None:
    return


def _shell(p: Process, words: Words) -> None:
    p.err("\\!: commands of the shell are not run by the modelled psql\n")


_COMMANDS: dict[str, Callable[[Process, Words], Any]] = {
    "c": _connect, "connect": _connect, "conninfo": _conninfo, "timing": _timing, "set": _set,
    "unset": _unset, "pset": _pset, "i": _include, "include": _include, "ir": _beside,
    "include_relative": _beside, "o": _output, "!": _shell,
    "x": _toggle("x", "Expanded display is on.", "Expanded display is off."),
    "t": _toggle("t", "Tuples only is on.", "Tuples only is off."),
    "a": _toggle("A", "Output format is unaligned.", "Output format is aligned."),
    "echo": lambda p, words: p.out(" ".join(words) + "\n"),
    "qecho": lambda p, words: prompt.write(p, " ".join(words) + "\n"),
    "warn": lambda p, words: p.err(" ".join(words) + "\n"),
    "encoding": lambda p, words: None if words else p.out("UTF8\n"),
    "restrict": _nothing, "unrestrict": _nothing, "?": _nothing, "h": _nothing,
    "r": lambda p, words: p.out("Query buffer reset (cleared).\n"), "password": _nothing,
}  # fmt: skip
