"""The machine under modelled programs: what it remembers, how its tasks wait and take turns."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from simulator import SECOND
from simulator.programs import Process
from simulator.programs.vm import (
    Code,
    Frame,
    Function,
    Language,
    Machine,
    Return,
    Scope,
    Suspend,
    Thrown,
    freeze,
    thaw,
)
from simulator.programs.vm.machine import SLICE_OPS
from tests.docker_world import add_image, make_lab, start

SCALARS = st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.floats(
    allow_nan=False)  # fmt: skip
GRAPHS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner)
    | st.tuples(inner, inner),
    max_leaves=30,
)  # fmt: skip


@given(GRAPHS)
def test_what_is_frozen_is_json_and_thaws_to_the_same(graph: Any) -> None:
    frozen, _ = freeze(graph)
    assert thaw(orjson.loads(orjson.dumps(frozen))) == graph


def test_what_is_shared_and_what_is_cyclic_stays_so() -> None:
    shared: list[Any] = [1]
    shared.append(shared)
    scope = Scope({"a": shared, "b": shared})
    scope.names["f"] = Function("main", 0, scope)

    again = thaw(freeze(scope)[0])

    assert again.names["a"] is again.names["b"] is again.names["a"][1]
    assert again.names["f"].scope is again


def test_odd_numbers_and_lone_surrogates_survive() -> None:
    odd = [1 << 200, -(1 << 63) - 1, float("inf"), "\ud800x", b"\xff"]
    assert thaw(orjson.loads(orjson.dumps(freeze(odd)[0]))) == odd


# A language of five words, to look at the machine alone.


def _const(vm: Machine, frame: Frame, value: Any) -> None:
    frame.stack.append(value)


def _say(vm: Machine, frame: Frame, word: Any) -> None:
    frame.scope.names["said"].append((word, vm.now_us - vm.p.engine.now_us))


def _sleep(vm: Machine, frame: Frame, us: int) -> Suspend:
    return Suspend(us)


def _raise(vm: Machine, frame: Frame, value: Any) -> None:
    raise Thrown(value)


def _try(vm: Machine, frame: Frame, handler: int) -> None:
    frame.blocks.append([handler, len(frame.stack)])


def _jump(vm: Machine, frame: Frame, to: int) -> None:
    frame.pc = to


def _return(vm: Machine, frame: Frame, _: Any) -> Return:
    return Return(frame.stack.pop())


class Words(Language):
    def __init__(self, *ops: tuple[Any, Any]) -> None:
        self.ops = list(ops)

    def compile(self, source: str, text: str) -> list[Code]:
        return [Code("main", self.ops, list(range(1, 1 + len(self.ops))))]

    def fault(self, vm: Machine, error: Exception) -> Thrown:
        return Thrown(type(error).__name__)


def machine(*ops: tuple[Any, Any]) -> tuple[Machine, list[Any]]:
    said: list[Any] = []
    lab = make_lab()
    add_image(lab, "alpine:3.22")
    box_id = start(lab, "alpine:3.22", "sleep", "1000")
    engine = lab.engine
    container = engine.store.need("Container", "laptop", box_id)
    box = engine.table("programs")[box_id]
    p = Process(engine.programs, container, box, box["processes"]["1"])
    vm = Machine(Words(*ops), p, {}, {"main": ""})
    vm.start(Frame("main", 0, Scope({"said": said})))
    return vm, said


def test_a_task_that_sleeps_goes_on_when_its_time_has_come() -> None:
    vm, said = machine((_say, "a"), (_sleep, 5 * SECOND), (_say, "b"), (_return, None))
    assert vm.run() is False
    assert [word for word, _ in said] == ["a"]
    assert vm.next_us() == vm.p.engine.now_us + 5 * SECOND


def test_an_exception_goes_to_the_innermost_handler_with_its_value() -> None:
    vm, _ = machine((_try, 3), (_const, "x"), (_raise, "why"), (_return, None))
    task = vm.tasks[0]
    vm.run()
    assert task.done and task.result == "why"


def test_an_exception_that_nobody_handles_ends_its_task_and_tells_the_line() -> None:
    vm, _ = machine((_const, 1), (_raise, "why"))
    task = vm.tasks[0]
    vm.run()
    assert task.done and task.error == "why"


def test_an_endless_loop_gives_the_instant_back_and_gets_slower() -> None:
    vm, _ = machine((_jump, 0))
    assert vm.run() is True
    first = vm.spent_us
    assert SLICE_OPS * 0.9 < vm.ops <= SLICE_OPS
    for _ in range(40):
        vm.ops = vm.extra_us = 0
        vm.run()
    assert vm.spent_us > 100 * first
