"""The modelled JavaScript: what programs print."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from tests.node_world import ended, said

VALUES = [
    ("1 + 2", "3"), ("'5' * 2", "10"), ("'5' + 2", "52"), ("0.1 + 0.2", "0.30000000000000004"),
    ("1e21", "1e+21"), ("1/3", "0.3333333333333333"), ("-0", "-0"), ("5 % -3", "2"), ("-5 % 3", "-2"),
    ("2 ** 10", "1024"), ("7 / 2 | 0", "3"), ("1 / 0", "Infinity"), ("1e-7", "1e-7"),
    ("123456789012345680000", "123456789012345680000"), ("0xff + 0b11 + 0o7", "265"),
    ("1_000_000", "1000000"), ("9007199254740991 + 2", "9007199254740992"), ("-1 >>> 0", "4294967295"),
    ("1 << 31", "-2147483648"), ("~5", "-6"), ("10n ** 20n", "100000000000000000000n"),
    ("typeof null", "object"), ("typeof nope", "undefined"), ("typeof (() => 1)", "function"),
    ("typeof 1n", "bigint"), ("null == undefined", "true"), ("NaN === NaN", "false"),
    ("[] == false", "true"), ("'1' == 1", "true"), ("[] + {}", "[object Object]"), ("[1,2] + ''", "1,2"),
    ("null ?? 'd'", "d"), ("0 || 'or'", "or"), ("0 ?? 'n'", "0"), ("undefined?.a.b.c", "undefined"),
    ("[3,1,2].sort()", "[ 1, 2, 3 ]"), ("[10,9,1].sort()", "[ 1, 10, 9 ]"),
    ("[10,9,1].sort((a,b)=>a-b)", "[ 1, 9, 10 ]"), ("[1,[2,[3,[4]]]].flat(Infinity)", "[ 1, 2, 3, 4 ]"),
    ("[1,2,3].map(x=>x*2)", "[ 2, 4, 6 ]"), ("[1,2,3,4].filter(x=>x%2)", "[ 1, 3 ]"),
    ("[1,2,3].reduce((a,b)=>a+b)", "6"), ("['1','2','3'].map(parseInt)", "[ 1, NaN, NaN ]"),
    ("[1,2,3].includes(2)", "true"), ("[NaN].includes(NaN)", "true"), ("[NaN].indexOf(NaN)", "-1"),
    ("[1,2,3,4,5].slice(-2)", "[ 4, 5 ]"), ("Array.from({length:3},(_, i)=>i*i)", "[ 0, 1, 4 ]"),
    ("[...'héllo'].length", "5"), ("'😀'.length", "2"), ("[...'😀'].length", "1"),
    ("'abc'.at(-1)", "c"), ("'a-b-c'.split('-')", "[ 'a', 'b', 'c' ]"), ("'x'.padStart(3,'ab')", "abx"),
    ("'abc'.replace(/b/g, m=>m.toUpperCase())", "aBc"), ("'aXbX'.replaceAll('X','-')", "a-b-"),
    ("'John Smith'.replace(/(\\w+)\\s(\\w+)/, '$2, $1')", "Smith, John"),
    ("'2024-05-06'.match(/(?<y>\\d+)-(?<m>\\d+)/).groups.m", "05"), ("/a.c/s.test('a\\nc')", "true"),
    ("'test'.match(/t/g)", "[ 't', 't' ]"), ("'abc'.search(/c/)", "2"), ("(255).toString(16)", "ff"),
    ("(1.005).toFixed(2)", "1.00"), ("(1234.5678).toFixed(1)", "1234.6"), ("(0.000001234).toString()",
                                                                         "0.000001234"),
    ("(1234567.891).toLocaleString()", "1,234,567.891"), ("parseInt('12px')", "12"), ("Number('')", "0"),
    ("Number('abc')", "NaN"), ("Number('0x1f')", "31"), ("parseFloat('3.14abc')", "3.14"),
    ("Math.max(1,5,3)", "5"), ("Math.max()", "-Infinity"), ("Math.round(-0.5)", "-0"),
    ("Math.round(2.5)", "3"), ("Math.trunc(-4.7)", "-4"), ("Math.sign(-3)", "-1"),
    ("new Date(0).toISOString()", "1970-01-01T00:00:00.000Z"), ("new Date(2024, 1, 29).getDate()", "29"),
    ("new Date('2024-03-10T10:00:00+02:00').getTime()", "1710057600000"), ("new Date(NaN)", "Invalid Date"),
    ("JSON.stringify({a:[1,{b:2}],c:undefined,d:()=>1,e:null})", '{"a":[1,{"b":2}],"e":null}'),
    ("JSON.stringify({date:new Date(0)})", '{"date":"1970-01-01T00:00:00.000Z"}'),
    ("JSON.parse('{\"a\":[1,2]}').a[1]", "2"), ("JSON.stringify('\\u2028\\n')", '"\u2028\\n"'),
    ("Object.entries({b:1,a:2,1:3})", "[ [ '1', 3 ], [ 'b', 1 ], [ 'a', 2 ] ]"),
    ("Object.assign({}, {a:1}, {b:2})", "{ a: 1, b: 2 }"), ("structuredClone({a:[1]})", "{ a: [ 1 ] }"),
    ("new Map([[1,'a'],['k',{v:1}]])", "Map(2) { 1 => 'a', 'k' => { v: 1 } }"),
    ("new Set([1,1,2])", "Set(2) { 1, 2 }"), ("Symbol('s')", "Symbol(s)"), ("/re/gi", "/re/gi"),
    ("function foo() {}", "[Function: foo]"), ("class Q {}", "[class Q]"),
    ("class Q extends Array {}", "[class Q extends Array]"), ("async () => {}", "[AsyncFunction (anonymous)]"),
    ("[1.5,'a',,3]", "[ 1.5, 'a', <1 empty item>, 3 ]"), ("new Array(5)", "[ <5 empty items> ]"),
    ("{'a-b':1,2:3}", "{ '2': 3, 'a-b': 1 }"), ("'it\\'s'", "it's"), ("[\"it's\"]", '[ "it\'s" ]'),
    ("[undefined,null]", "[ undefined, null ]"), ("{a:{b:{c:{}}}}", "{ a: { b: { c: {} } } }"),
    ("{a:{b:{c:{d:1}}}}", "{\n  a: { b: { c: [Object] } }\n}"), ("Buffer.from('hi')", "<Buffer 68 69>"),
    ("Buffer.from('hi').toString('base64')", "aGk="), ("new Uint8Array([1,300])",
                                                      "Uint8Array(2) [ 1, 44 ]"),
    ("process.version.startsWith('v22')", "true"), ("isNaN('x')", "true"), ("void 0", "undefined"),
    ("encodeURIComponent('a b&ü')", "a%20b%26%C3%BC"), ("decodeURIComponent('%C3%BC')", "ü"),
    ("(function(){ return arguments.length })(1,2,3)", "3"), ("((a,b=2,...c)=>1).length", "1"),
    ("(() => { try { return 1 } finally { } })()", "1"), ("String.raw`a\\n${1}`", "a\\n1"),
    ("new Error('x').message", "x"), ("`${[1,2]} ${{}}`", "1,2 [object Object]"),
    ("Object.freeze([1]).length", "1"), ("'b' in {b:1}", "true"), ("[] instanceof Array", "true"),
    ("Number.MAX_SAFE_INTEGER", "9007199254740991"), ("[,].length", "1"), ("'a' < 'b'", "true"),
    ("Array.isArray([])", "true"), ("[3,4].entries().next()", "{ value: [ 0, 3 ], done: false }"),
    ("new URL('http://u:p@h:8080/a/../b?q=1#x').href", "http://u:p@h:8080/b?q=1#x"),
    ("new URL('https://h:443/').host", "h"), ("new URLSearchParams({a:1,b:'x y'}).toString()", "a=1&b=x+y"),
    ("require('path').join('/a','../b','./c')", "/b/c"), ("require('path').extname('x.tar.gz')", ".gz"),
    ("require('util').format('%s=%d %j', 'a', 4, {b:1})", 'a=4 {"b":1}'),
    ("require('crypto').createHash('sha256').update('abc').digest('hex').slice(0,8)", "ba7816bf"),
]  # fmt: skip


def test_expressions_come_to_what_they_come_to_in_life() -> None:
    lines = [f"try {{ console.log(({text})) }} catch (e) {{ console.log('' + e) }}\nconsole.log('§')"
             for text, _ in VALUES]  # fmt: skip
    found = said("\n".join(lines)).split("\n§\n")
    wrong = [(text, wanted, got) for (text, wanted), got in zip(VALUES, found, strict=False)
             if got != wanted]  # fmt: skip
    assert not wrong
    assert len(found) == len(VALUES) + 1


PROGRAMS = [
    ("let fs=[]; for (let i=0;i<3;i++) fs.push(()=>i); console.log(fs.map(f=>f()))", "[ 0, 1, 2 ]"),
    ("var fs=[]; for (var i=0;i<3;i++) fs.push(()=>i); console.log(fs.map(f=>f()))", "[ 3, 3, 3 ]"),
    ("a: for (let i=0;;i++) { for (;;) { if (i===2) break a; continue a } } console.log('out')", "out"),
    ("const {x, y:{z=3}={}, ...r} = {x:1,q:2}; console.log(x,z,r)", "1 3 { q: 2 }"),
    ("const [a,,b=5,...c] = [1,2,undefined,4]; console.log(a,b,c)", "1 5 [ 4 ]"),
    ("let a=1,b=2; [a,b]=[b,a]; console.log(a,b)", "2 1"),
    ("class A { #n=1; get n() { return this.#n } set n(v) { this.#n=v } static s='t'; "
     "static { A.u = A.s + '!' } } const a=new A(); a.n+=4; console.log(a.n, A.u, a)", "5 t! A {}"),
    ("class A { constructor() { this.k = this.hi() } hi() { return 'A' } } "
     "class B extends A { hi() { return 'B' + super.hi() } } console.log(new B())", "B { k: 'BA' }"),
    ("class E extends Error { constructor(m) { super(m); this.name='E'; this.code=7 } } "
     "try { throw new E('m') } catch (e) { console.log(`${e}`, e instanceof Error, e.code) }",
     "E: m true 7"),
    ("function* g() { const r = yield 1; console.log(r); yield* [2]; return 3 } const i=g(); "
     "console.log(i.next().value, i.next('in').value, i.next())", "in\n1 2 { value: 3, done: true }"),
    ("function* g() { try { yield 1 } finally { console.log('closed') } } for (const x of g()) break",
     "closed"),
    ("const o={ *[Symbol.iterator]() { yield* 'ab' } }; console.log([...o], Math.max(...[1,9]))",
     "[ 'a', 'b' ] 9"),
    ("const t=(s,...v)=>s.raw.join('|')+v; console.log(t`a${1}b\\n${2}c`)", "a|b\\n|c1,2"),
    ("switch (3) { case 1: console.log(1); case 3: console.log(3); case 4: console.log(4); break; "
     "default: console.log('d') }", "3\n4"),
    ("function f() { for (const x of [1,2]) { try { continue } finally { console.log('f'+x) } } "
     "return 'r' } console.log(f())", "f1\nf2\nr"),
    ("function f() { try { throw 1 } catch (e) { return 'c'+e } finally { console.log('fin') } } "
     "console.log(f())", "fin\nc1"),
    ("const o={ a:1, get b() { return this.a+1 }, ['c'+1]: 3, m() { return this.a } }; "
     "console.log(o, o.m(), o.b)", "{ a: 1, b: [Getter], c1: 3, m: [Function: m] } 1 2"),
    ("let u; u ??= 4; u ||= 5; u &&= 6; let i=5; console.log(u, i++ + ++i, i--, i)", "6 12 7 6"),
    ("const p = new Proxy({}, { get: (t, k) => k + '!' }); console.log(p.hey)", "hey!"),
    ("function F() { this.a = 1 } F.prototype.g = function () { return this.a }; "
     "console.log(new F().g(), new F())", "1 F { a: 1 }"),
    ("const a = { n: 'a' }; a.self = a; console.log(a)", "<ref *1> { n: 'a', self: [Circular *1] }"),
    ("console.log([1,2,3].toString(), String(null), [1,[2,3]].join(';'))", "1,2,3 null 1;2,3"),
    ("console.log('%s is %d', 'Bob', 42, {a:1}); console.log('100%', 1)", "Bob is 42 { a: 1 }\n100% 1"),
    ("console.log(Array.from({length:101},(_, i)=>i).length, [...Array(3).keys()])", "101 [ 0, 1, 2 ]"),
    ("var x = 1; { let x = 2; { const x = 3; console.log(x) } console.log(x) } console.log(x)", "3\n2\n1"),
    ("console.log(h()); function h() { return 'hoisted' }", "hoisted"),
    ("const f = n => n < 2 ? 1 : n * f(n - 1); console.log(f(20), f(25))",
     "2432902008176640000 1.5511210043330986e+25"),
    ("const m = new Map(); m.set(NaN, 1).set(0, 2); console.log(m.get(NaN), m.get(-0), m.size)", "1 2 2"),
    ("console.log(typeof require, typeof module, this === module.exports, __filename)",
     "function object true /app/index.js"),
    ("for (const k in Object.create({a:1}, {b:{value:2,enumerable:true}})) console.log(k)", "b\na"),
    ("console.log([..." "'x'].concat([1], 2), [1,2,3].at(-1), Object.groupBy([1,2,3], x => x % 2 ? 'o' "
     ": 'e'))", "[ 'x', 1, 2 ] 3 [Object: null prototype] { o: [ 1, 3 ], e: [ 2 ] }"),
    ("console.log(Array.from({length: 30}, (_, i) => i))",
     "[\n   0,  1,  2,  3,  4,  5,  6,  7,  8,\n   9, 10, 11, 12, 13, 14, 15, 16, 17,\n"
     "  18, 19, 20, 21, 22, 23, 24, 25, 26,\n  27, 28, 29\n]"),
    ("console.table([{a:1,b:'x'},{a:2,b:'y'}])",
     "┌─────────┬───┬─────┐\n│ (index) │ a │ b   │\n├─────────┼───┼─────┤\n"
     "│ 0       │ 1 │ 'x' │\n│ 1       │ 2 │ 'y' │\n└─────────┴───┴─────┘"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), PROGRAMS)
def test_a_program_prints_what_it_prints_in_life(text: str, wanted: str) -> None:
    assert said(text) == wanted + "\n"


def test_the_event_loop_keeps_nodes_order() -> None:
    text = """console.log('1');
setTimeout(() => console.log('timeout'), 0);
setImmediate(() => console.log('immediate'));
process.nextTick(() => console.log('tick'));
Promise.resolve().then(() => console.log('micro'));
(async () => { console.log('a1'); await null; console.log('a2'); return 5 })().then(console.log);
console.log('2');
process.on('exit', (c) => console.log('exit', c));"""
    wanted = ["1", "a1", "2", "tick", "micro", "a2", "5", "timeout", "immediate"]
    assert said(text).split("\n") == [*wanted, "exit 0", ""]


def test_async_functions_generators_and_timers_work_in_simulated_time() -> None:
    text = """const sleep = ms => new Promise(r => setTimeout(r, ms));
async function main() { const t = Date.now(); await sleep(250); console.log(Date.now() - t);
  console.log(await Promise.all([1, sleep(10).then(() => 2), Promise.resolve(3)]));
  console.log(await Promise.race([sleep(50), 'now']), await Promise.any([Promise.reject(1), 9]));
  async function* ag() { yield 1; await sleep(5); yield 2 }
  for await (const v of ag()) console.log('ag', v);
  for await (const v of [Promise.resolve('p'), 'q']) console.log(v);
  try { await Promise.reject(new TypeError('no')) } catch (e) { console.log(e.message) }
  let n = 0; const id = setInterval(() => { console.log('i', ++n); if (n === 2) clearInterval(id) }, 10);
} main();"""
    wanted = "250|[ 1, 2, 3 ]|now 9|ag 1|ag 2|p|q|no|i 1|i 2|"
    assert said(text).replace("\n", "|") == wanted


ERRORS = [
    ("null.foo", "TypeError: Cannot read properties of null (reading 'foo')"),
    ("let o; o.x = 1", "TypeError: Cannot set properties of undefined (setting 'x')"),
    ("nope()", "ReferenceError: nope is not defined"),
    ("const c = 1; c = 2", "TypeError: Assignment to constant variable."),
    ("const o = {}; o.go()", "TypeError: o.go is not a function"),
    ("const o = {a:{}}; o.a.b.c()", "TypeError: Cannot read properties of undefined (reading 'c')"),
    ("x; let x = 1", "ReferenceError: Cannot access 'x' before initialization"),
    ("new (class A { constructor() { null() } })", "TypeError: null is not a function"),
    ("class A {} A()", "TypeError: Class constructor A cannot be invoked without 'new'"),
    ("new 5", "TypeError: 5 is not a constructor"), ("[...5]", "TypeError: 5 is not iterable"),
    ("const [a] = null", "TypeError: null is not iterable"),
    ("const {a} = undefined", "TypeError: Cannot destructure property 'a' of 'undefined' as it is undefined."),
    ("JSON.parse('{bad')", "SyntaxError: Expected property name or '}' in JSON at position 1 (line 1 column 2)"),
    ("JSON.parse('')", "SyntaxError: Unexpected end of JSON input"),
    ("JSON.parse('<html>')", "SyntaxError: Unexpected token '<', \"<html>\" is not valid JSON"),
    ("const a = {}; a.a = a; JSON.stringify(a)", "TypeError: Converting circular structure to JSON\n"
     "    --> starting at object with constructor 'Object'\n    --- property 'a' closes the circle"),
    ("(function f() { f() })()", "RangeError: Maximum call stack size exceeded"),
    ("'x'.repeat(-1)", "RangeError: Invalid count value: -1"), ("new Array(-1)", "RangeError: Invalid array length"),
    ("1n + 1", "TypeError: Cannot mix BigInt and other types, use explicit conversions"),
    ("[].reduce((a) => a)", "TypeError: Reduce of empty array with no initial value"),
    ("require('fs').readFileSync('/nope')", "Error: ENOENT: no such file or directory, open '/nope'"),
    ("(123).toFixed(101)", "RangeError: toFixed() digits argument must be between 0 and 100"),
    ("(() => { 'use strict'; Object.freeze({a:1}).a = 2 })()",
     "TypeError: Cannot assign to read only property 'a' of object '#<Object>'"),
]  # fmt: skip


def test_errors_have_v8s_words() -> None:
    lines = [
        f"(() => {{ try {{ {text} }} catch (e) {{ console.log(`${{e}}`) }} console.log('§') }})();"
        for text, _ in ERRORS
    ]
    found = said("\n".join(lines)).split("\n§\n")
    wrong = [(text, got) for (text, wanted), got in zip(ERRORS, found, strict=False)
             if got != wanted]  # fmt: skip
    assert not wrong


def test_an_uncaught_error_shows_its_line_and_its_stack_and_ends_with_1() -> None:
    text = "function go(user) {\n  return user.name;\n}\n\ngo();\n"
    out, code = ended(text)
    assert code == 1
    assert out.startswith(
        "/app/index.js:2\n  return user.name;\n              ^\n\nTypeError: Cannot read properties "
        "of undefined (reading 'name')\n    at go (/app/index.js:2:15)\n    at Object.<anonymous> "
        "(/app/index.js:5:1)\n    at Module._compile (node:internal/modules/cjs/loader:"
    )
    assert "\n\nNode.js v22." in out


def test_a_rejection_that_nobody_handles_ends_the_program() -> None:
    out, code = ended("async function f() { throw new Error('db down') } f()")
    assert code == 1 and "Error: db down\n    at f (/app/index.js:1:28)" in out
    out, code = ended("Promise.reject('why')")
    assert code == 1 and out.startswith("node:internal/process/promises:394\n")
    assert "rejected with the reason \"'why'\".] {" in out or 'reason "why".] {' in out


SYNTAX = [
    ("const a = ;", "SyntaxError: Unexpected token ';'"),
    ("function f() {", "SyntaxError: Unexpected end of input"),
    ("console.log('a'", "SyntaxError: missing ) after argument list"),
    ("let a = 1;\nlet a = 2;", "SyntaxError: Identifier 'a' has already been declared"),
    ("import fs from 'fs'; require('x')", "SyntaxError: Cannot use import statement outside a module"),
    ("await x; module.exports", "SyntaxError: await is only valid in async functions and the top level bodies of modules"),
    ("const a b = 1", "SyntaxError: Unexpected identifier 'b'"),
    ("}", "SyntaxError: Unexpected token '}'"), ("const a;", "SyntaxError: Missing initializer in const declaration"),
    ("break", "SyntaxError: Illegal break statement"), ("const x = <div/>", "SyntaxError: Unexpected token '<'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), SYNTAX)
def test_a_syntax_error_is_shown_with_its_line(text: str, wanted: str) -> None:
    out, code = ended(text)
    assert code == 1
    assert out.startswith("/app/index.js:") and f"\n{wanted}\n" in out and "^" in out
