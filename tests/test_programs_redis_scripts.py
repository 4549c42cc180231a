"""Lua scripts of the modelled Redis."""

from __future__ import annotations

from typing import Any

import pytest

from tests.docker_world import start
from tests.redis_world import HOST, World

UNLOCK = (
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) "
    "else return 0 end"
)
LIMIT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
if count > tonumber(ARGV[1]) then return {err = 'LIMIT ' .. count} end
return count
"""


@pytest.fixture
def world() -> World:
    return World()


def test_a_lock_is_taken_off_only_by_who_holds_it(world: World) -> None:
    world.ask("SET", "lock", "me", "NX", "PX", "1000")
    assert world.ask("EVAL", UNLOCK, "1", "lock", "you") == 0
    assert world.ask("EVAL", UNLOCK, "1", "lock", "me") == 1
    assert world.ask("EXISTS", "lock") == 0


def test_a_script_counts_calls_and_refuses_too_many(world: World) -> None:
    answers = [world.ask("EVAL", LIMIT, "1", "calls", "2", "10") for _ in range(3)]
    assert answers == [1, 2, "LIMIT 3"] and world.ask("TTL", "calls") == 10
    name = world.ask("SCRIPT", "LOAD", LIMIT)
    assert world.ask("EVALSHA", name, "1", "other", "2", "10") == 1
    gone = "NOSCRIPT No matching script. Please use EVAL."
    world.ask("SCRIPT", "FLUSH")
    assert world.ask("EVALSHA", name, "1", "other", "2", "10") == gone


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        ("return {1, 2, {3, 'x'}, nil, 4}", [1, 2, [3, "x"]]),
        ("return 3.99", 3),
        ("return tostring(3) .. tostring(3.5) .. 10 / 2", "33.55"),
        ("local s = 0 for k, v in ipairs({5, 6}) do s = s + k * v end return s", 17),
        ("local n = 0 repeat n = n + 1 until n >= 3 return -n ^ 2", -9),
        ("local t = {3, 1, 2} table.sort(t) return table.concat(t, ',')", "1,2,3"),
        ("return cjson.decode('{\"a\":[1,2]}').a", [1, 2]),
        ("local function f(a, ...) return select('#', ...) end return f(1, 2, 3)", 2),
        ("local ok, why = pcall(redis.call, 'nosuch') return type(why)", "table"),
        ("return redis.call('get', 'nokey')", None),
        ("return string.format('%d-%s-%5.2f', 3, 'x', 2)", "3-x- 2.00"),
    ],
)
def test_scripts_compute_as_lua_does(world: World, script: str, answer: Any) -> None:
    assert world.ask("EVAL", script, "0") == answer


def test_a_wrong_script_is_refused_in_the_words_of_lua(world: World) -> None:
    compiling = "ERR Error compiling script (new function): user_script:1: "
    assert world.ask("EVAL", "return (", "0") == f"{compiling}unexpected symbol near '<eof>'"
    assert world.ask("EVAL", "if x then", "0") == f"{compiling}'end' expected near '<eof>'"
    assert world.ask("EVAL", "return x", "0") == (
        "ERR user_script:1: Script attempted to access nonexistent global variable 'x' script: "
        "03c387736bb5cc009ff35151572cee04677aa374, on @user_script:1."
    )
    world.ask("SET", "a", "1")
    assert world.ask("EVAL", "return redis.call('lpush','a','b')", "0").startswith(
        "WRONGTYPE Operation against a key holding the wrong kind of value script: 8cd48b23"
    )
    assert "SCRIPT KILL" in world.ask("EVAL", "while true do end", "0")


def test_what_a_script_changed_survives_once_in_the_append_only_file() -> None:
    argv = ("redis-server", "--appendonly", "yes")
    world = World(*argv, Binds=["data:/data"])
    world.ask("EVAL", "redis.call('incr', 'a') return redis.call('incr', 'a')", "0")
    world.docker.remove("laptop", world.server, force=True)
    host = {**HOST, "Binds": ["data:/data"]}
    world.server = start(world.lab, "redis:7.0", *argv, HostConfig=host, name="queue")
    assert world.ask("GET", "a") == "2"
