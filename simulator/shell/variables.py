"""A shell's variables: plain ones, bash's arrays (indexed and associative), and local ones.

They stand in the state of the script: "vars" {name: text}, "arrays" {name: {"map": is it
associative, "items": {key: text}}}, "integers" [name], "constants" [name], and in a function's
frame "locals". The shell of a running container and that of a build step keep them so.
"""

from __future__ import annotations

from typing import Any

from .arithmetic import ArithmeticFault, evaluate
from .expand import ExpansionError, kind_of

MAX_ITEMS = 10_000

State = dict[str, Any]


class Variables:
    """The part of a shell that keeps variables.

    state: also "name", "frames" [{"function": its name, if it is one, "locals": {name: what it
    was before}}] and "status".
    """

    state: State

    # To be said by a shell

    def args(self) -> list[str]:
        """Give the positional parameters."""
        raise NotImplementedError

    def special(self, name: str, args: list[str]) -> str | None:
        """Give a special parameter (`?`, `#`, `$`, ...); None for an ordinary name."""
        raise NotImplementedError

    def exports(self, name: str) -> bool:
        """Tell whether programs inherit a variable."""
        raise NotImplementedError

    def export(self, name: str, value: str | None) -> None:
        """Let programs inherit a variable with this value; None: no longer."""
        raise NotImplementedError

    def option(self, name: str) -> bool:
        """Tell whether an option is on, or whether the shell is "bash" or "dash"."""
        raise NotImplementedError

    def capture(self, script: str) -> str:
        """Run `$(script)` and give its output."""
        raise NotImplementedError

    def from_script(self, script: str) -> str:
        """Run `<(script)` and give the path at which its output can be read."""
        raise NotImplementedError

    def glob(self, pattern: str) -> list[str]:
        """Give the files that match a pattern."""
        raise NotImplementedError

    # Values

    def get(self, name: str) -> str | None:
        """Give a variable, an element `name[key]`, or a special parameter."""
        args = self.args()
        if name.isdigit():
            number = int(name)
            if number == 0:
                return str(self.state["name"])
            return args[number - 1] if number <= len(args) else None
        special = self.special(name, args)
        if special is not None:
            return special
        if name.endswith("]") and "[" in name:
            base, _, index = name[:-1].partition("[")
            return self.elements(base).get(self.key(base, index))
        array = self.state["arrays"].get(name)
        value = array["items"].get("0") if array else self.state["vars"].get(name)
        return None if value is None else str(value)

    def set(self, name: str, value: str) -> None:
        """Set a variable or an element; one that is exported also in the environment."""
        base, mark, index = name.removesuffix("]").partition("[")
        self.need_changeable(base)
        if base in self.state["integers"]:
            value = str(self.number(value))
        arrays = self.state["arrays"]
        if not mark and base in arrays:
            mark, index = "[", "0"
        if mark:
            array = arrays.get(base) or self._array_of(base)
            items = {**array["items"], self.key(base, index): value}
            self.set_array(base, items, array["map"])
            return
        self.state["vars"][name] = value
        if self.exports(name):
            self.export(name, value)

    def need_changeable(self, name: str) -> None:
        """Refuse to change a variable that is read only; raises ExpansionError."""
        if name in self.state["constants"]:
            what = "readonly variable" if self.option("bash") else "is read only"
            raise ExpansionError(f"{name}: {what}")

    def _array_of(self, name: str) -> dict[str, Any]:
        """Make an array of a plain variable: it becomes element 0."""
        value = self.state["vars"].pop(name, None)
        return {"map": False, "items": {} if value is None else {"0": value}}

    def set_array(self, name: str, items: dict[str, str], is_map: bool = False) -> None:
        """Set a whole array.

        # Simplified: An array of the shell holds 10,000 elements at most.
        """
        self.need_changeable(name)
        if len(items) > MAX_ITEMS:
            raise ExpansionError(f"{name}: cannot allocate memory")
        self.state["vars"].pop(name, None)
        self.state["arrays"] = {
            **self.state["arrays"], name: {"map": is_map, "items": items}
        }  # fmt: skip

    def unset(self, name: str) -> None:
        """Forget a variable, an array or one element."""
        base, mark, index = name.removesuffix("]").partition("[")
        self.need_changeable(base)
        if not mark:
            self.state["vars"].pop(name, None)
            if self.exports(name):
                self.export(name, None)
            self.state["arrays"] = {k: v for k, v in self.state["arrays"].items() if k != name}
        elif base in self.state["arrays"]:
            items = dict(self.elements(base))
            items.pop(self.key(base, index), None)
            self.set_array(base, items, self.is_map(base))

    def is_map(self, name: str) -> bool:
        """Tell whether an array is associative."""
        return bool((self.state["arrays"].get(name) or {}).get("map"))

    def elements(self, name: str) -> dict[str, str]:
        """Give an array's elements in their order; a plain variable is element 0."""
        array = self.state["arrays"].get(name)
        if array is None:
            value = self.state["vars"].get(name)
            return {} if value is None else {"0": str(value)}
        items: dict[str, str] = array["items"]
        return items if array["map"] else dict(sorted(items.items(), key=lambda row: int(row[0])))

    def names(self, prefix: str) -> list[str]:
        """List the variables whose names begin so."""
        found = {**self.state["vars"], **self.state["arrays"]}
        return sorted(name for name in found if name.startswith(prefix))

    def key(self, name: str, index: str) -> str:
        """Give the key of an element: a text in a map; else a number, from the end below zero."""
        if self.is_map(name):
            return index.strip("'\"")
        number = self.number(index)
        if number < 0:
            number += max((int(key) for key in self.elements(name)), default=-1) + 1
        return str(max(number, 0))

    def number(self, text: str) -> int:
        """Work out a number; raises ExpansionError."""
        try:
            return evaluate(text, self)
        except ArithmeticFault as fault:
            raise ExpansionError(fault.words(text, kind_of(self))) from fault

    # Local variables

    def make_local(self, name: str) -> None:
        """Keep a variable's value for when the function that runs has ended."""
        frame = next((f for f in reversed(self.state["frames"]) if f.get("function")), None)
        if frame is None or name in frame.get("locals", {}):
            return
        kept = [self.state["vars"].get(name), self.state["arrays"].get(name)]
        frame["locals"] = {**frame.get("locals", {}), name: kept}
        before, exported = self.get(name), self.exports(name)
        self.unset(name)
        if exported and before is not None:
            self.export(name, before)

    def leave(self, frame: dict[str, Any]) -> None:
        """Give the local variables of a function that ends their former values."""
        kept = frame.get("locals", {})
        if kept:
            constants = self.state["constants"]
            self.state["constants"] = [name for name in constants if name not in kept]
        for name, (value, array) in kept.items():
            self.state["arrays"] = {k: v for k, v in self.state["arrays"].items() if k != name}
            self.state["vars"].pop(name, None)
            if array is not None:
                self.state["arrays"] = {**self.state["arrays"], name: array}
            if value is not None:
                self.set(name, value)
