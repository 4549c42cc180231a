"""Smaller packages of Go's library, and modules that many programs use."""

# ruff: noqa: E501

from __future__ import annotations

from tests.test_programs_go import main, printed


def test_regular_expressions_are_gos_own() -> None:
    assert main(
        """re := regexp.MustCompile(`(?i)^(?P<user>[a-z]+)@(\\w+)\\.com$`)
	fmt.Println(re.MatchString("Me@x.com"), re.FindStringSubmatch("me@x.com"), re.SubexpNames())
	fmt.Println(re.ReplaceAllString("me@x.com", "${user}-$2"), re.SubexpIndex("user"))
	fmt.Println(regexp.MustCompile(`[[:digit:]]+`).FindAllString("a1b22", -1), regexp.MustCompile(`,\\s*`).Split("a, b,c", -1))
	fmt.Println(regexp.MustCompile(`b+`).ReplaceAllStringFunc("abba", strings.ToUpper), regexp.QuoteMeta("a.b"))
	for _, s := range []string{"(a", "a)", "[a", "*a", "(?=a)"} { _, err := regexp.Compile(s); fmt.Println(err) }""",
        "regexp", "strings",
    ) == (
        "true [me@x.com me x] [ user ]\nme-x 1\n[1 22] [a b c]\naBBa a\\.b\n"
        "error parsing regexp: missing closing ): `(a`\n"
        "error parsing regexp: unexpected ): `a)`\n"
        "error parsing regexp: missing closing ]: `[a`\n"
        "error parsing regexp: missing argument to repetition operator: `*`\n"
        "error parsing regexp: invalid or unsupported Perl syntax: `(?=`\n"
    )  # fmt: skip


def test_base64_hex_and_hashes() -> None:
    assert main(
        """s := base64.StdEncoding.EncodeToString([]byte("hi?>"))
	b, err := base64.RawURLEncoding.DecodeString("aGk_Pg")
	fmt.Println(s, string(b), err)
	_, err = base64.StdEncoding.DecodeString("a!")
	fmt.Println(err)
	m := hmac.New(sha256.New, []byte("key"))
	m.Write([]byte("text"))
	fmt.Println(hex.EncodeToString(m.Sum(nil))[:16], fmt.Sprintf("%x", sha256.Sum256([]byte("a")))[:8])
	_, err = hex.DecodeString("abc")
	fmt.Println(err)""",
        "encoding/base64", "encoding/hex", "crypto/hmac", "crypto/sha256",
    ) == (
        "aGk/Pg== hi?> <nil>\nillegal base64 data at input byte 1\n6afa9046a9579cad ca978112\n"
        "encoding/hex: odd length hex string\n"
    )  # fmt: skip


def test_files_are_found_by_patterns_and_walked() -> None:
    assert main(
        """os.MkdirAll("/d/sub", 0755)
	for _, n := range []string{"a.txt", "b.md", "sub/c.txt"} { os.WriteFile("/d/"+n, nil, 0644) }
	found, err := filepath.Glob("/d/*.txt")
	fmt.Println(found, err)
	filepath.WalkDir("/d", func(path string, d fs.DirEntry, err error) error { if !d.IsDir() { fmt.Print(path, " ") }; return nil })
	rel, _ := filepath.Rel("/d", "/d/sub/c.txt")
	ok, _ := path.Match("[a-c]?.*", "bx.go")
	fmt.Println(rel, ok)""",
        "os", "path", "path/filepath", "io/fs",
    ) == "[/d/a.txt] <nil>\n/d/a.txt /d/b.md /d/sub/c.txt sub/c.txt true\n"  # fmt: skip


def test_a_group_of_goroutines_gives_its_first_error() -> None:
    assert main(
        """g, ctx := errgroup.WithContext(context.Background())
	g.SetLimit(2)
	for i := range 4 { g.Go(func() error { time.Sleep(time.Duration(i) * time.Second); if i > 1 { return fmt.Errorf("no %d", i) }; return nil }) }
	fmt.Println(g.Wait(), ctx.Err())""",
        "context", "time", "golang.org/x/sync/errgroup",
    ) == "no 2 context canceled\n"  # fmt: skip


def test_a_logger_names_the_line_that_called_it() -> None:
    assert printed(
        """func helper() { log.Println("in") }
func main() {
	log.SetFlags(log.Lshortfile)
	log.SetOutput(os.Stdout)
	log.Printf("x")
	helper()
	_, file, line, ok := runtime.Caller(0)
	fmt.Println(file, line, ok)
}
""",
        "log", "os", "runtime",
    ) == "main.go:10: x\nmain.go:6: in\n/src/main.go 12 true\n"  # fmt: skip
