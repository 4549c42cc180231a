"""The expressions of awk: values, variables, arrays and the fields of a record.

Source: POSIX.1-2024, awk, Expressions in awk.
"""

from __future__ import annotations

import math
import re

from simulator.docker.shellmodel.process import TooLong
from simulator.patterns import searched, to_regex

from .awk_functions import Given, Value, call, is_number, number_of, text_of, truth
from .awk_grammar import AwkError, Node

MOST_STEPS = 100_000
"""Steps that a program may take; what handles long texts counts as many."""
PRICE = 500
"""Characters that are handled for the price of one step."""
LONGEST = 1 << 18
MOST_FIELDS = 10_000


class Expressions:
    """What a program knows while it runs, and how its expressions are worked out."""

    def __init__(self) -> None:
        self.names: dict[str, Value] = {
            "FS": " ", "OFS": " ", "ORS": "\n", "RS": "\n", "NR": 0.0, "FNR": 0.0, "NF": 0.0,
            "SUBSEP": "\x1c", "RSTART": 0.0, "RLENGTH": -1.0, "FILENAME": "",
        }  # fmt: skip
        self.arrays: dict[str, dict[str, Value]] = {}
        self.record = ""
        self.fields: list[str] = []
        self.steps = 0

    def short(self, text: str) -> str:
        """Give a text back, or TooLong."""
        if len(text) > LONGEST:
            raise TooLong("a text longer than the model holds")
        self.charge(len(text))
        return text

    def charge(self, characters: int = 0) -> None:
        """Count a step, and the characters that it handles; TooLong when it is enough."""
        self.steps += 1 + characters // PRICE
        if self.steps > MOST_STEPS:
            raise TooLong("more steps than a program of awk may take")

    def set_record(self, text: str) -> None:
        """Take a new record and cut it into its fields."""
        self.record, self.fields = text, self.split(text, text_of(self.names["FS"]))
        self.names["NF"] = float(len(self.fields))

    def split(self, text: str, mark: str) -> list[str]:
        """Cut a text into fields."""
        self.charge(len(text))
        if mark == " ":
            return text.split()
        if not text:
            return []
        if len(mark) == 1:
            return text.split(mark)
        if not mark:
            return list(text)
        regex = self.regex(mark)
        found, at = [], 0
        for match in regex.finditer(searched(regex, text)):
            if match.end() > match.start():
                found.append(text[at : match.start()])
                at = match.end()
        return [*found, text[at:]]

    # Values

    def value(self, node: Node) -> Value:
        """Work an expression out."""
        self.charge()
        found: Value = getattr(self, f"_{node[0]}_value")(node)
        return found

    def _num_value(self, node: Node) -> Value:
        return float(node[1])

    def _str_value(self, node: Node) -> Value:
        return str(node[1])

    def _regex_value(self, node: Node) -> Value:
        return self._found(self.regex(node[1]), self.record)

    def _var_value(self, node: Node) -> Value:
        return self.names.get(node[1])

    def _item_value(self, node: Node) -> Value:
        return self.arrays.setdefault(node[1], {}).setdefault(self.key(node[2]), None)

    def _field_value(self, node: Node) -> Value:
        number = self._field_number(node)
        if number == 0:
            return Given(self.record)
        return Given(self.fields[number - 1]) if number <= len(self.fields) else None

    def _field_number(self, node: Node) -> int:
        number = number_of(self.value(node[1]))
        if not 0 <= number <= MOST_FIELDS:
            raise AwkError("no such field")
        return int(number)

    def _group_value(self, node: Node) -> Value:
        return self.key(node[1])

    def _set_value(self, node: Node) -> Value:
        _, sign, target, source = node
        value = self.value(source)
        if sign:
            value = self._reckon(sign, number_of(self.value(target)), number_of(value))
        self.store(target, value)
        return value

    def _step_value(self, node: Node) -> Value:
        _, sign, before, target = node
        old = number_of(self.value(target))
        new = old + (1 if sign == "+" else -1)
        self.store(target, new)
        return new if before else old

    def _choose_value(self, node: Node) -> Value:
        return self.value(node[2] if truth(self.value(node[1])) else node[3])

    def _both_value(self, node: Node) -> Value:
        return float(truth(self.value(node[1])) and truth(self.value(node[2])))

    def _either_value(self, node: Node) -> Value:
        return float(truth(self.value(node[1])) or truth(self.value(node[2])))

    def _not_value(self, node: Node) -> Value:
        return float(not truth(self.value(node[1])))

    def _minus_value(self, node: Node) -> Value:
        return -number_of(self.value(node[1]))

    def _plus_value(self, node: Node) -> Value:
        return number_of(self.value(node[1]))

    def _match_value(self, node: Node) -> Value:
        return self._found(self.pattern(node[2]), text_of(self.value(node[1])))

    def _cat_value(self, node: Node) -> Value:
        return self.short(text_of(self.value(node[1])) + text_of(self.value(node[2])))

    def _in_value(self, node: Node) -> Value:
        return float(self.key(node[1]) in self.arrays.get(node[2], {}))

    def _op_value(self, node: Node) -> Value:
        _, sign, left, right = node
        a, b = self.value(left), self.value(right)
        if sign in "+-*/%^":
            return self._reckon(sign, number_of(a), number_of(b))
        if any(isinstance(v, str) and not is_number(v) for v in (a, b)):
            one, other = text_of(a), text_of(b)
            less, same = one < other, one == other
        else:
            less, same = number_of(a) < number_of(b), number_of(a) == number_of(b)
        answers = {"<": less, "<=": less or same, "==": same, "!=": not same,
                   ">": not (less or same), ">=": not less}  # fmt: skip
        return float(answers[sign])

    def _reckon(self, sign: str, a: float, b: float) -> float:
        try:
            if sign == "^":
                found = a**b
                return found if isinstance(found, float) else math.nan
            if sign in "/%":
                return a / b if sign == "/" else math.fmod(a, b)
            return {"+": a + b, "-": a - b, "*": a * b}[sign]
        except (ZeroDivisionError, ValueError):
            raise ZeroDivisionError from None
        except OverflowError:
            return math.inf

    def _call_value(self, node: Node) -> Value:
        return call(self, node[1], node[2])

    # Places

    def key(self, nodes: list[Node]) -> str:
        """Join the keys of an item."""
        return text_of(self.names["SUBSEP"]).join(text_of(self.value(one)) for one in nodes)

    def store(self, target: Node, value: Value) -> None:
        """Set a variable, an item or a field."""
        if target[0] == "item":
            self.arrays.setdefault(target[1], {})[self.key(target[2])] = value
        elif target[0] == "field":
            self._set_field(self._field_number(target), text_of(value))
        else:
            self.names[target[1]] = value
            if target[1] == "NF":
                number = int(min(MOST_FIELDS, max(0.0, number_of(value))))
                self.fields = [*self.fields[:number], *[""] * (number - len(self.fields))]
                self._join()

    def _set_field(self, number: int, text: str) -> None:
        if number == 0:
            self.set_record(text)
            return
        self.fields += [""] * (number - len(self.fields))
        self.fields[number - 1] = text
        self._join()

    def _join(self) -> None:
        self.names["NF"] = float(len(self.fields))
        self.record = self.short(text_of(self.names["OFS"]).join(self.fields))

    # Texts

    def regex(self, pattern: str) -> re.Pattern[str]:
        """Read a pattern."""
        found = to_regex(pattern, extended=True)
        if found is None:
            raise AwkError("a pattern that is not modelled")
        return found

    def pattern(self, node: Node) -> re.Pattern[str]:
        """Give the pattern that an operand stands for."""
        return self.regex(node[1] if node[0] == "regex" else text_of(self.value(node)))

    def _found(self, regex: re.Pattern[str], text: str) -> float:
        self.charge(len(text))
        return float(regex.search(searched(regex, text)) is not None)
