"""Assignments, also of bash's arrays: `x=1`, `x+=1`, `a[i]=1`, `a=(b c)`, `declare -A m=(...)`."""

from __future__ import annotations

from typing import Any

from .expand import expand, expand_text
from .parser import assignment
from .variables import Variables

DECLARING = ("declare", "typeset", "local", "export", "readonly")


def assign(shell: Variables, one: list[Any]) -> None:
    """Carry out an assignment [name, index word or None, append, word]."""
    name, index, append, word = one
    if word and word[0][0] == "array":
        _assign_array(shell, name, append, word[0][3])
        return
    if index is not None:
        name = f"{name}[{expand_text(index, shell)}]"
    value = expand_text(word, shell)
    if append and name.partition("[")[0] in shell.state["integers"]:
        value = f"({shell.get(name) or 0})+({value})"
    elif append:
        value = (shell.get(name) or "") + value
    shell.set(name, value)


def _assign_array(shell: Variables, name: str, append: bool, words: list[Any]) -> None:
    is_map = shell.is_map(name)
    items = dict(shell.elements(name)) if append else {}
    place = max((int(key) for key in items), default=-1) + 1 if not is_map else 0
    for word in words:
        first = word[0] if word else ["", ""]
        keyed = assignment([["lit", "x" + str(first[1]), False], *word[1:]]) if (
            first[0] == "lit" and not first[2] and str(first[1]).startswith("[")
        ) else None  # fmt: skip
        if keyed is not None and keyed[1] is not None:
            key = shell.key(name, expand_text(keyed[1], shell))
            items[key] = expand_text(keyed[3], shell)
            place = place if is_map else int(key) + 1
            continue
        for value in expand(word, shell):
            items[str(place)] = value
            place += 1
    shell.set_array(name, items, is_map)


def declare_arrays(shell: Variables, words: list[Any]) -> list[Any]:
    """Set the arrays that a `declare name=(...)` gives; answers its words with plain names."""
    if not any(word and word[0][0] == "array" for word in words):
        return words
    plain: list[Any] = []
    command = expand_text(words[0], shell)
    texts = [expand_text(word, shell) for word in words[1:]]
    for word in words:
        part: list[Any] = word[0] if word else ["", ""]
        if part[0] != "array":
            plain.append(word)
            continue
        if command in DECLARING:
            if command == "local":
                shell.make_local(part[1])
            if any(text.startswith("-") and "A" in text for text in texts):
                shell.set_array(part[1], dict(shell.elements(part[1])) if part[2] else {}, True)
            _assign_array(shell, part[1], part[2], part[3])
        plain.append([["lit", part[1], True]])
    return plain
