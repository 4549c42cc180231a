"""Go programs in containers are followed: the language, its compiler, and how they end."""

from __future__ import annotations

import pytest

from simulator.programs.families.go import running
from simulator.programs.families.go.program import compiled
from simulator.programs.families.go.values import NO_SCOPE
from simulator.programs.vm import Frame, Thrown
from simulator.programs.vm.faults import Faults
from tests.docker_world import output, run_for, state
from tests.go_world import errors, main, printed, run, sources


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("a, b := 7, 2; fmt.Println(a+b, a/b, -a/b, a%b, -a%b, float64(a)/2)", "9 3 -3 1 -1 3.5"),
        ("var u uint8 = 250; u += 10; var i int8 = 127; i++; fmt.Println(u, i)", "4 -128"),
        ("s := []int{1, 2, 3}; t := s[:2]; t = append(t, 9); fmt.Println(s, t, len(t), cap(t))",
         "[1 2 9] [1 2 9] 3 3"),
        ("a := [2]int{1, 2}; b := a; b[0] = 9; fmt.Println(a, b)", "[1 2] [9 2]"),
        ('for i, r := range "hé!" { fmt.Print(i, string(r), " ") }; fmt.Println(len("hé!"))',
         "0h 1é 3! 4"),
        ('m := map[string]int{"b": 2, "a": 1}; v, ok := m["z"]; fmt.Println(m, v, ok, len(m))',
         "map[a:1 b:2] 0 false 2"),
        ("const ( A = iota * 10; B; C ); fmt.Println(A, B, C, 1<<3|1)", "0 10 20 9"),
        ('x := 3; p := &x; *p += 2; fmt.Printf("%d %5.2f|%-4s|%04d|%x|%q|%v|%T\\n", x, 3.14159, '
         '"ab", 42, 255, "hi", nil, 2.5)', '5  3.14|ab  |0042|ff|"hi"|<nil>|float64'),
        ("type T struct { A int; B string }; t := T{1, \"x\"}; u := t; u.A = 2; "
         'fmt.Printf("%v %+v %#v\\n", t, u, &t)', '{1 x} {A:2 B:x} &main.T{A:1, B:"x"}'),
        ("fs := []func() int{}; for i := 0; i < 3; i++ { fs = append(fs, func() int { return i }) "
         "}; "
         "for _, f := range fs { fmt.Print(f(), \" \") }", "0 1 2 "),
        ("var e any = 3; switch v := e.(type) { case string: fmt.Println(v); case int: "
         "fmt.Println(v + 1) }", "4"),
        ("L: for i := range 3 { for j := range 3 { if j == 2 { continue L }; if i == 2 { break L "
         "}; "
         "fmt.Print(i, j, \" \") } }", "0 0 0 1 1 0 1 1 "),
        ("defer fmt.Println(\"last\"); defer func() { fmt.Println(recover()) }(); panic(\"no\")",
         "no\nlast"),
        ("x, y := 1, 2; x, y = y, x; fmt.Println(x, y, min(3, 1, 2), max(1.5, 2))", "2 1 1 2"),
        ("switch x := 2; { case x > 1: fmt.Print(\"a\"); fallthrough; case x > 5: "
         "fmt.Println(\"b\"); default: fmt.Println(\"c\") }", "ab"),
    ],
)  # fmt: skip
def test_statements_do_what_the_language_says(body: str, wanted: str) -> None:
    assert main(body).rstrip("\n") == wanted.rstrip("\n")


def test_methods_interfaces_embedding_and_generics() -> None:
    text = printed(
        """
type Animal interface { Sound() string }
type Base struct { Name string }
func (b *Base) Rename(n string) { b.Name = n }
func (b Base) Hello() string { return "I am " + b.Name }
type Dog struct { Base; Age int }
func (d Dog) Sound() string { return "woof" }
func (d Dog) String() string { return "dog " + d.Name }
type Stack[T any] struct { items []T }
func (s *Stack[T]) Push(v T) { s.items = append(s.items, v) }
func (s *Stack[T]) Pop() (T, bool) {
	var zero T
	if len(s.items) == 0 { return zero, false }
	v := s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return v, true
}
func Sum[N int | float64](xs ...N) N { var t N; for _, x := range xs { t += x }; return t }
func main() {
	d := Dog{Base{"rex"}, 3}
	d.Rename("max")
	var a Animal = d
	fmt.Println(d.Hello(), a.Sound(), a)
	s := &Stack[string]{}
	s.Push("x"); s.Push("y")
	v, ok := s.Pop()
	fmt.Println(v, ok, Sum(1, 2, 3), Sum(1.5, 2))
	f := d.Hello
	fmt.Println(f())
}
"""
    )
    assert text == "I am max woof dog max\ny true 6 3.5\nI am max\n"


def test_a_pool_of_goroutines_shares_the_work_of_a_channel() -> None:
    text = printed(
        """
func main() {
	jobs, results := make(chan int, 10), make(chan int, 10)
	var wg sync.WaitGroup
	for w := 1; w <= 3; w++ {
		wg.Add(1)
		go func(id int) {
			defer wg.Done()
			for j := range jobs { time.Sleep(100 * time.Millisecond); results <- j * j }
		}(w)
	}
	began := time.Now()
	for i := 1; i <= 6; i++ { jobs <- i }
	close(jobs)
	go func() { wg.Wait(); close(results) }()
	sum := 0
	for r := range results { sum += r }
	fmt.Println(sum, time.Since(began).Round(10 * time.Millisecond))
}
""",
        "sync",
        "time",
    )
    assert text == "91 200ms\n"


def test_select_takes_what_is_ready_or_the_timeout() -> None:
    text = main(
        """c := make(chan string)
	go func() { time.Sleep(time.Second); c <- "late" }()
	select {
	case v := <-c: fmt.Println(v)
	case <-time.After(100 * time.Millisecond): fmt.Println("timeout")
	}
	select { case v := <-c: fmt.Println(v); default: fmt.Println("nothing") }
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	<-ctx.Done()
	fmt.Println(ctx.Err(), <-c)""",
        "time",
        "context",
    )
    assert text == "timeout\nnothing\ncontext deadline exceeded late\n"


def test_errors_are_wrapped_and_found_again() -> None:
    text = printed(
        """
type NotFound struct { Name string }
func (e *NotFound) Error() string { return e.Name + " not found" }
var ErrBase = errors.New("base")
func find(n string) error { return fmt.Errorf("find: %w", &NotFound{n}) }
func main() {
	err := find("x")
	var nf *NotFound
	fmt.Println(err, errors.As(err, &nf), nf.Name, errors.Is(fmt.Errorf("a: %w", ErrBase), ErrBase))
	_, err = strconv.Atoi("12a")
	fmt.Println(err)
	_, err = os.ReadFile("/none")
	fmt.Println(err, os.IsNotExist(err))
}
""",
        "errors",
        "strconv",
        "os",
    )
    assert text == (
        "find: x not found true x true\n"
        'strconv.Atoi: parsing "12a": invalid syntax\n'
        "open /none: no such file or directory true\n"
    )


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("a := []int{1, 2, 3}; i := 5; fmt.Println(a[i])",
         "panic: runtime error: index out of range [5] with length 3"),
        ("var m map[string]int; m[\"a\"] = 1; fmt.Println(m)",
         "panic: assignment to entry in nil map"),
        ("var p *struct{ X int }; fmt.Println(p.X)",
         "panic: runtime error: invalid memory address or nil pointer dereference"),
        ("x := 0; fmt.Println(1 / x)", "panic: runtime error: integer divide by zero"),
        ("var e any = \"s\"; fmt.Println(e.(int))",
         "panic: interface conversion: interface {} is string, not int"),
        ("panic(fmt.Errorf(\"bad %d\", 1))", "panic: bad 1"),
        ("c := make(chan int); c <- 1; fmt.Println()",
         "fatal error: all goroutines are asleep - deadlock!"),
    ],
)  # fmt: skip
def test_a_panic_ends_a_program_with_2_and_its_trace(body: str, wanted: str) -> None:
    lab, container = run('package main\nimport "fmt"\nfunc main() {\n' + body + "\n}\n")
    text = output(lab, container)
    assert text.splitlines()[0] == wanted
    assert "main.main()\n\t/src/main.go:4 " in text
    assert state(lab, container)["ExitCode"] == 2


@pytest.mark.parametrize(
    ("body", "imports", "wanted"),
    [
        ("func main() {}", 'import "os"', '2: "os" imported and not used'),
        ("func main() {\n\tx := 1\n}", "", "4: declared and not used: x"),
        ("func main() {\n\tfoo()\n}", "", "4: undefined: foo"),
        ("func main() {\n\tvar s string = 1\n\t_ = s\n}", "",
         "4: cannot use 1 (untyped int constant) as string value in variable declaration"),
        ("func main() {\n\tx := \"a\" + 1\n\t_ = x\n}", "",
         '4: invalid operation: "a" + 1 (mismatched types untyped string and untyped int)'),
        ("func f() int {\n}\nfunc main() { f() }", "", "4: missing return"),
        ("func f(a int) {}\nfunc main() {\n\tf(1, 2)\n}", "",
         "5: too many arguments in call to f\n\thave (number, number)\n\twant (int)"),
        ("func f() (int, error) { return 0, nil }\nfunc main() {\n\tx := f()\n\t_ = x\n}", "",
         "5: assignment mismatch: 1 variable but f() returns 2 values"),
        ("type I interface{ M() }\ntype T struct{}\nfunc main() {\n\tvar i I = T{}\n\t_ = i\n}",
         "",
         "6: cannot use T{} (value of type T) as I value in variable declaration: T does "
         "not implement I (missing method M)"),
        ("func main() {\n\tx := 1\n\tx := 2\n\t_ = x\n}", "",
         "5: no new variables on left side of :="),
        ("func main() {\n\tif 1 {\n\t}\n}", "", "4: non-boolean condition in if statement"),
        ("func main() {\n\treturn 1\n}", "",
         "4: too many return values\n\thave (number)\n\twant ()"),
        ("type T struct{ A int }\nfunc main() {\n\tt := T{}\n\tt.B = 1\n}", "",
         "6: t.B undefined (type T has no field or method B)"),
        ("func main() {\n\tvar b int8 = 300\n\t_ = b\n}", "",
         "4: cannot use 300 (untyped int constant) as int8 value in variable declaration "
         "(overflows)"),
    ],
)  # fmt: skip
def test_the_compiler_says_what_gc_says(body: str, imports: str, wanted: str) -> None:
    assert wanted in errors(body, imports)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("package main\nfunc main()\n{\n}\n",
         "syntax error: unexpected semicolon or newline before {"),
        ("package main\nfunc main() {\n\tx := 1 y := 2\n}\n",
         "syntax error: unexpected name y at end of statement"),
        ("package main\nfunc main() {\n\tf(1\n\t2)\n}\n",
         "syntax error: unexpected newline in argument list; possibly missing comma or )"),
        ("package main\nx := 1\n", "syntax error: non-declaration statement outside function body"),
        ("package main\nfunc main() {\n\tif true {\n\t}\n\telse {\n\t}\n}\n",
         "syntax error: unexpected keyword else, expected }"),
    ],
)  # fmt: skip
def test_syntax_errors_are_those_of_gc(text: str, wanted: str) -> None:
    assert [row[4] for row in compiled(sources(text)).errors()] == [wanted]


def test_a_program_goes_on_from_a_keyframe_as_if_nothing_had_been() -> None:
    text = (
        'package main\nimport ("fmt"; "time")\ntype T struct { n int; next *T }\nfunc main() {\n'
        "c := make(chan *T)\ngo func() { t := &T{}; for { t.n++; c <- t; "
        "time.Sleep(time.Second) } }()\nfor t := range c { t.next = t; defer fmt.Println(1); "
        "fmt.Println(t.n, t.next.n) }\n}\n"
    )
    whole, one = run(text, wait=6)
    lab, container = run(text, wait=0.5)
    for _ in range(11):
        lab.engine.programs.live.clear()
        run_for(lab, 0.5)
    assert output(lab, container) == output(whole, one)
    assert output(lab, container).splitlines()[:3] == ["1 1", "2 2", "3 3"]
    assert lab.digest() == whole.digest()


def test_memory_that_a_program_takes_gets_it_killed() -> None:
    text = """package main
import "time"
func main() {
	var all [][]byte
	for {
		all = append(all, make([]byte, 10<<20))
		time.Sleep(100 * time.Millisecond)
	}
}
"""
    lab, container = run(text, HostConfig={"Memory": 64 << 20})
    assert state(lab, container)["OOMKilled"] and state(lab, container)["ExitCode"] == 137


def test_a_method_that_a_modelled_type_lacks_gives_zero_values() -> None:
    assert main(
        "var i interface{ Trailers() (string, int) } = &http.Request{}\n"
        "\ts, n := i.Trailers(); fmt.Println(strings.ToUpper(s), n+1)",
        "net/http", "strings",
    ) == (
        "drydock: net/http.Request.Trailers is not followed by the model\n 1\n"
    )  # fmt: skip


def test_a_fault_in_a_function_of_the_library_is_a_panic_of_the_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Faults, "loud", False)
    frame = Frame("go", 0, NO_SCOPE, more=[None])
    with pytest.raises(Thrown) as thrown:
        running.call_native(None, frame, (lambda vm, text: text.lower(), [lambda r: None]))  # type: ignore[arg-type]
    assert "nil pointer dereference" in thrown.value.value[1]
