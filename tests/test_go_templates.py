"""text/template and html/template in Go programs: what they write, escape and refuse."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from tests.docker_world import output
from tests.go_world import run

WORLD = """package main
import ("errors"; "fmt"; "os"; "strings"; KIND)
type Item struct { Name string; Price float64; Tags []string; secret int }
func (i Item) Upper() string { return strings.ToUpper(i.Name) }
func (i *Item) Add(n int, s string) string { return fmt.Sprint(n, s) }
func (i Item) Fail() (string, error) { return "", errors.New("bad") }
type Page struct { Title string; Items []*Item; M map[string]int; Any any; User *Item }
func main() {
	p := Page{Title: "A & <b>", Items: []*Item{{"x", 1.5, []string{"p"}, 1}, {"y'", 2, nil, 2}}, M: map[string]int{"b": 2, "a": 1}, Any: 5}
	t, err := template.New("n").Funcs(template.FuncMap{"up": strings.ToUpper, "add": func(a, b int) int { return a + b }}).Parse(TEXT)
	if err == nil { err = t.Execute(os.Stdout, p) }
	if err != nil { fmt.Print("|", err) }
}
"""


def made(text: str, kind: str) -> str:
    program = WORLD.replace("TEXT", f"`{text}`").replace("KIND", f'"{kind}/template"')
    lab, container = run(program)
    return output(lab, container)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{{range $i, $e := .Items}}{{add $i 1}}:{{$e.Name}} {{printf \"%.2f\" .Price}} {{len .Tags}};{{else}}none{{end}}", "1:x 1.50 1;2:y' 2.00 0;"),
        ("{{define \"item\"}}<{{.Upper}}>{{end}}{{range .Items}}{{template \"item\" .}}{{.Add 3 \"q\"}}{{end}}", "<X>3q<Y'>3q"),
        ("{{if and (gt .Any 3) (eq .Title \"no\")}}a{{else if .User}}b{{else}}c{{end}}{{with .User}}user{{else}}nobody{{end}}", "cnobody"),
        ("{{range $k, $v := .M}}{{$k}}={{$v}} {{end}}{{index .M \"b\"}} {{.Title | up | printf \"%q\"}}", 'a=1 b=2 2 "A & <B>"'),
        ("a {{- \" b \" -}} c{{/* gone */}} {{block \"foot\" .}}foot{{end}} {{range 3}}{{.}}{{end}}", "a b c foot 012"),
        ("{{$t := 1}}{{range $i, $x := .Items}}{{if $i}}{{break}}{{end}}{{$t = 2}}{{$x.Name}}{{end}}{{$t}}", "x2"),
        ("{{.Foo}}", '|template: n:1:2: executing "n" at <.Foo>: can\'t evaluate field Foo in type main.Page'),
        ("x\n  {{.User.Name}}", 'x\n  |template: n:2:9: executing "n" at <.User.Name>: nil pointer evaluating *main.Item.Name'),
        ("{{template \"no\"}}", '|template: n:1:11: executing "n" at <{{template "no"}}>: template "no" not defined'),
        ("{{index .Items 7}}", '|template: n:1:2: executing "n" at <index .Items 7>: error calling index: index out of range: 7'),
        ("{{(index .Items 0).Fail}}", '|template: n:1:18: executing "n" at <(index .Items 0).Fail>: error calling Fail: bad'),
        ("{{range .Title}}{{end}}", '|template: n:1:8: executing "n" at <.Title>: range can\'t iterate over A & <b>'),
        ("{{nofn 1}}", '|template: n:1: function "nofn" not defined'),
        ("a\n{{if .Any}}", "|template: n:2: unexpected EOF"),
        ("{{end}}", "|template: n:1: unexpected {{end}}"),
        ("{{.Any", "|template: n:1: unclosed action"),
        ("{{$x}}", '|template: n:1: undefined variable "$x"'),
    ],
)  # fmt: skip
def test_templates_write_what_they_say_or_refuse_it(text: str, wanted: str) -> None:
    assert made(text, "text") == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<p title='{{.Title}}'>{{.Title}}</p>", "<p title='A &amp; &lt;b&gt;'>A &amp; &lt;b&gt;</p>"),
        ("<a href=\"/s?q={{.Title}}\">", '<a href="/s?q=A%20%26%20%3Cb%3E">'),
        ("<a href=\"{{\"javascript:x()\"}}\">", '<a href="#ZgotmplZ">'),
        ("<a onclick=\"f({{.Title}})\">", '<a onclick="f(&#34;A \\u0026 \\u003cb\\u003e&#34;)">'),
        ("<script>var x = {{.Items}}, n = {{.Any}}, s = '{{.Title}}'; // gone\n</script>", '<script>var x = [{"Name":"x","Price":1.5,"Tags":["p"]},{"Name":"y\'","Price":2,"Tags":null}], n =  5 , s = \'A \\u0026 \\u003cb\\u003e\'; \n</script>'),
        ("<!-- gone -->a < b<b id={{.Title}}>", "a &lt; b<b id=A&#32;&amp;&#32;&lt;b&gt;>"),
        ("<style>p { color: {{.Title}} }</style>", "<style>p { color: ZgotmplZ }</style>"),
        ("<p>{{template \"no\"}}", '|html/template:n:1:14: no such template "no"'),
    ],
)  # fmt: skip
def test_html_templates_escape_by_the_place_of_an_action(text: str, wanted: str) -> None:
    assert made(text, "html") == wanted


def test_gin_writes_pages_from_a_folder_of_templates() -> None:
    lab, container = run(
        """package main
import ("fmt"; "net/http/httptest"; "os"; "github.com/gin-gonic/gin")
func main() {
	os.MkdirAll("templates", 0755)
	os.WriteFile("templates/index.html", []byte("<h1>{{ .title }}</h1>{{template \\"foot.html\\" .}}"), 0644)
	os.WriteFile("templates/foot.html", []byte("bye"), 0644)
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.LoadHTMLGlob("templates/*")
	r.GET("/", func(c *gin.Context) { c.HTML(200, "index.html", gin.H{"title": "<Go>"}) })
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	fmt.Println(w.Code, w.Body.String())
}
"""
    )
    assert output(lab, container) == "200 <h1>&lt;Go&gt;</h1>bye\n"
