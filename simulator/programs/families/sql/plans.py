"""EXPLAIN: a plan for the parts of a statement, with the costs of PostgreSQL's defaults.

# Simplified: EXPLAIN shows how a planner would go about a statement by simple rules (an index for
an equality with a key, hashes for joins and groups, sorts); the modelled server itself looks
through the rows, and the numbers of rows are those of the tables, not estimates from statistics.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .deparse import columns_of, written
from .reader import Node
from .run import ROW_NS, Column, Run
from .types import TEXT

WIDTHS = {"int4": 4, "int8": 8, "int2": 2, "bool": 1, "float8": 8, "date": 4, "timestamp": 8,
          "timestamptz": 8, "uuid": 16, "float4": 4, "numeric": 12}  # fmt: skip


class Plan:
    """One node of a plan."""

    def __init__(
        self, title: str, start: float, total: float, rows: int, width: int,
        notes: list[str] | None = None, below: list[Plan] | None = None,
    ) -> None:  # fmt: skip
        self.title, self.start, self.total = title, start, total
        self.rows, self.width = max(rows, 1), width
        self.notes, self.below = notes or [], below or []

    def lines(self, costs: bool, actual: str, depth: int = 0) -> list[str]:
        """Write the node and what is below it."""
        pad = " " * (6 * (depth - 1) + 2) + "->  " if depth else ""
        more = f"  (cost={self.start:.2f}..{self.total:.2f} rows={self.rows} " \
               f"width={self.width})" if costs else ""  # fmt: skip
        text = [f"{pad}{self.title}{more}{actual if not depth else ''}"]
        inner = " " * (6 * depth + 2)
        text += [f"{inner}{note}" for note in self.notes]
        for one in self.below:
            text += one.lines(costs, actual, depth + 1)
        return text


def explain(run: Run, node: Node, execute: Callable[[Node], dict[str, Any]]) -> dict[str, Any]:
    """Carry out EXPLAIN; with ANALYZE the statement is carried out, too."""
    plan = _plan(run, node["q"])
    actual, ending = "", []
    if node["analyze"]:
        made = execute(node["q"])
        count = len(made["rows"]) if made.get("columns") else 0
        ms = max(run.work * ROW_NS / 1_000_000, 0.004) + run.us / 1000
        actual = f" (actual time={ms / 2:.3f}..{ms:.3f} rows={count} loops=1)"
        ending = ["Planning Time: 0.080 ms", f"Execution Time: {ms + 0.02:.3f} ms"]
    rows = [[line] for line in [*plan.lines(node["costs"], actual), *ending]]
    return {"columns": [Column("QUERY PLAN", "", TEXT)], "rows": rows, "tag": "EXPLAIN"}


def _plan(run: Run, node: Node) -> Plan:
    kind = node["k"]
    if kind in ("insert", "update", "delete"):
        name = node["table"]["parts"][-1]
        below = _scan(run, node["table"], name, node.get("where")) if kind != "insert" else (
            _plan(run, node["q"]) if node.get("q") else Plan("Result", 0, 0.01, 1, 32))  # fmt: skip
        return Plan(f"{kind.capitalize()} on {name}", below.start, below.total, 0, 0, [], [below])
    body = node["body"]
    plan = _body(run, body)
    if node["order"]:
        keys = ", ".join(_text(run, one["x"], body) + (" DESC" if one["desc"] else "")
                         for one in node["order"])  # fmt: skip
        cost = plan.total + 0.02 * plan.rows
        plan = Plan("Sort", cost, cost + 0.0025 * plan.rows, plan.rows, plan.width,
                    [f"Sort Key: {keys}"], [plan])  # fmt: skip
    if node["limit"] is not None or node["offset"] is not None:
        limit = node["limit"] or {}
        count = int(limit["v"]) if str(limit.get("v", "")).isdigit() else plan.rows
        share = min(count, plan.rows) / plan.rows
        total = plan.start + (plan.total - plan.start) * share
        plan = Plan("Limit", plan.start, total, min(count, plan.rows), plan.width, [], [plan])
    return plan


def _body(run: Run, body: Node) -> Plan:
    if body["k"] == "query":
        return _plan(run, body)
    if body["k"] == "set":
        parts = [_body(run, body["l"]), _body(run, body["r"])]
        rows, total = sum(one.rows for one in parts), sum(one.total for one in parts)
        plan = Plan("Append", 0, total, rows, parts[0].width, [], parts)
        return plan if body["all"] else Plan("HashAggregate", total, total + rows * 0.01, rows,
                                             plan.width, [], [plan])  # fmt: skip
    if body["k"] != "select" or not body["from"]:
        return Plan("Result", 0, 0.01, 1, 32)
    parts = [_source(run, one, body["where"]) for one in body["from"]]
    plan = parts[0]
    for one in parts[1:]:
        plan = Plan("Nested Loop", 0, plan.total + one.total * plan.rows, plan.rows * one.rows,
                    plan.width + one.width, [], [plan, one])  # fmt: skip
    from .compiler import has_aggregate

    grouped = has_aggregate([one["x"] for one in body["items"]])
    if body["group"]:
        keys = ", ".join(_text(run, one, body) for one in body["group"])
        plan = Plan("HashAggregate", plan.total + plan.rows * 0.005, plan.total + plan.rows * 0.015,
                    max(plan.rows // 2, 1), plan.width, [f"Group Key: {keys}"], [plan])  # fmt: skip
    elif grouped:
        plan = Plan("Aggregate", plan.total, plan.total + 0.01, 1, 8, [], [plan])
    if any("over" in one["x"] for one in body["items"]):
        plan = Plan("WindowAgg", plan.start, plan.total + plan.rows * 0.02, plan.rows,
                    plan.width + 8, [], [plan])  # fmt: skip
    if body["distinct"]:
        plan = Plan("HashAggregate", plan.total, plan.total + plan.rows * 0.01, plan.rows,
                    plan.width, [], [plan])  # fmt: skip
    return plan


def _text(run: Run, x: Node, body: Node) -> str:
    if x["k"] == "lit" and str(x["v"]).isdigit() and 0 < int(x["v"]) <= len(body["items"]):
        x = body["items"][int(x["v"]) - 1]["x"]
    return run.text[x["at"] : x.get("end", x["at"])].strip()


def _source(run: Run, item: Node, where: Node | None) -> Plan:
    kind = item["k"]
    if kind == "table":
        return _scan(run, item["name"], item["alias"] or item["name"]["parts"][-1], where)
    if kind == "derived":
        return _plan(run, item["q"])
    if kind == "call":
        name = item["func"]["name"]
        return Plan(f"Function Scan on {item['alias'] or name}", 0, 10, 1000, 4)
    left, right = _source(run, item["l"], where), _source(run, item["r"], None)
    if item["on"] is None and not item["using"]:
        return Plan("Nested Loop", 0, left.total + right.total * left.rows, left.rows * right.rows,
                    left.width + right.width, [], [left, right])  # fmt: skip
    word = {"left": "Hash Left Join", "right": "Hash Right Join", "full": "Hash Full Join"}
    text = _text(run, item["on"], {"items": []}) if item["on"] is not None else ", ".join(
        item["using"])  # fmt: skip
    hashed = Plan("Hash", right.total, right.total, right.rows, right.width, [], [right])
    rows = max(left.rows, right.rows)
    title = word.get(item["kind"], "Hash Join")
    return Plan(title, right.total, left.total + right.total * 1.1, rows, left.width + right.width,
                [f"Hash Cond: ({text})"], [left, hashed])  # fmt: skip


def _scan(run: Run, name: Node, alias: str, where: Node | None) -> Plan:
    short = name["parts"][-1]
    if len(name["parts"]) == 1 and short in run.ctes:
        return Plan(f"CTE Scan on {short}", 0, 0.02 * len(run.ctes[short][1]),
                    len(run.ctes[short][1]), 32)  # fmt: skip
    table = run.db.find(name)
    if table is None:
        columns, rows = run.db.read(run, name, _query())
        return Plan(f"Seq Scan on {alias}", 0, 1 + len(rows) * 0.01, len(rows), 8 * len(columns))
    count = len(run.db.rows(table))
    width = sum(WIDTHS.get(kind.name, 32) for kind in table.types())
    shown = short if alias == short else f"{short} {alias}"
    total = 1 + count * width // 8192 + count * 0.01
    if where is None:
        return Plan(f"Seq Scan on {shown}", 0, total, count, width)
    columns = [one._replace(table=alias) for one in columns_of(table)]
    text = written(run, run.text[where["at"] : where.get("end", where["at"])], columns, False)
    text = text if text.startswith("(") else f"({text})"
    index = _index(table, where)
    if index:
        return Plan(f"Index Scan using {index} on {shown}", 0.14, 8.16, 1, width,
                    [f"Index Cond: {text}"])  # fmt: skip
    total += count * 0.0025
    return Plan(f"Seq Scan on {shown}", 0, total, max(count // 3, 1), width, [f"Filter: {text}"])


def _query() -> Any:
    from .select import query

    return query


def _index(table: Any, where: Node) -> str:
    """Name an index whose one column the condition compares with a constant; "" for none."""
    if where["k"] != "bin" or where["op"] != "=":
        return ""
    for one, other in ((where["l"], where["r"]), (where["r"], where["l"])):
        if one["k"] != "col" or other["k"] not in ("lit", "param", "cast"):
            continue
        for row in [*table.row["constraints"], *table.row["indexes"]]:
            keyed = row.get("k") in ("primary", "unique", "index")
            if keyed and row["columns"][:1] == [one["parts"][-1]]:
                return str(row["name"])
    return ""
