package template

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
)

func parse(name, text, left, right string, functions []string) (names []string, solid []bool, why string)
func execute(name string, names, files, texts, parts []string, left, right string, functions map[string]any, data any, html, strict bool) (out, why string)

type FuncMap map[string]any

// piece is a template: the text that it stands in, and as what.
type piece struct{ file, text, part string }
type common struct {
	pieces      map[string]*piece
	functions   map[string]any
	left, right string
	strict      bool
}
type Template struct {
	name string
	set  *common
}

func New(name string) *Template {
	return &Template{name, &common{pieces: map[string]*piece{}, functions: map[string]any{}}}
}
func Must(t *Template, err error) *Template {
	if err != nil {
		panic(err)
	}
	return t
}
func (t *Template) Name() string { return t.name }
func (t *Template) New(name string) *Template { return &Template{name, t.set} }
func (t *Template) Funcs(m FuncMap) *Template {
	for k, v := range m {
		t.set.functions[k] = v
	}
	return t
}
func (t *Template) Delims(left, right string) *Template {
	t.set.left, t.set.right = left, right
	return t
}
func (t *Template) Option(opt ...string) *Template {
	for _, one := range opt {
		switch one {
		case "missingkey=error":
			t.set.strict = true
		case "missingkey=default", "missingkey=invalid", "missingkey=zero":
			t.set.strict = false
		default:
			panic("unrecognized option: " + one)
		}
	}
	return t
}
func (t *Template) Lookup(name string) *Template {
	if t.set.pieces[name] == nil {
		return nil
	}
	return &Template{name, t.set}
}
func (t *Template) names() []string {
	found := []string{}
	for name := range t.set.pieces {
		found = append(found, name)
	}
	sort.Strings(found)
	return found
}
func (t *Template) Templates() []*Template {
	found := []*Template{}
	for _, name := range t.names() {
		found = append(found, &Template{name, t.set})
	}
	return found
}
func (t *Template) DefinedTemplates() string {
	names := t.names()
	if len(names) == 0 {
		return ""
	}
	for i, name := range names {
		names[i] = fmt.Sprintf("%q", name)
	}
	return "; defined templates are: " + strings.Join(names, ", ")
}
func (t *Template) Clone() (*Template, error) {
	c := New(t.name)
	for k, v := range t.set.pieces {
		c.set.pieces[k] = v
	}
	for k, v := range t.set.functions {
		c.set.functions[k] = v
	}
	c.set.left, c.set.right, c.set.strict = t.set.left, t.set.right, t.set.strict
	return c, nil
}
func (t *Template) Parse(text string) (*Template, error) {
	known := []string{}
	for k := range t.set.functions {
		known = append(known, k)
	}
	names, solid, why := parse(t.name, text, t.set.left, t.set.right, known)
	if why != "" {
		return nil, errors.New(why)
	}
	for i, part := range names {
		name := part
		if part == "" {
			name = t.name
		}
		if !solid[i] && t.set.pieces[name] != nil {
			continue
		}
		t.set.pieces[name] = &piece{t.name, text, part}
	}
	return t, nil
}
func run(t *Template, w io.Writer, name string, data any, html bool) error {
	names, files, texts, parts := []string{}, []string{}, []string{}, []string{}
	for _, one := range t.names() {
		p := t.set.pieces[one]
		names = append(names, one)
		files = append(files, p.file)
		texts = append(texts, p.text)
		parts = append(parts, p.part)
	}
	out, why := execute(name, names, files, texts, parts, t.set.left, t.set.right, t.set.functions, data, html, t.set.strict)
	if _, err := io.WriteString(w, out); err != nil {
		return err
	}
	if why != "" {
		return errors.New(why)
	}
	return nil
}
func (t *Template) Execute(w io.Writer, data any) error {
	if t.set.pieces[t.name] == nil {
		return fmt.Errorf("template: %s: %q is an incomplete or empty template", t.name, t.name)
	}
	return run(t, w, t.name, data, false)
}
func (t *Template) ExecuteTemplate(w io.Writer, name string, data any) error {
	if t.set.pieces[name] == nil {
		return fmt.Errorf("template: no template %q associated with template %q", name, t.name)
	}
	return run(t, w, name, data, false)
}
func (t *Template) add(who, name string, data []byte) (*Template, error) {
	one := t
	if name != t.name {
		one = t.New(name)
	}
	if _, err := one.Parse(string(data)); err != nil {
		return nil, err
	}
	return t, nil
}
func readAll(t *Template, who string, names []string, read func(string) ([]byte, error)) (*Template, error) {
	if len(names) == 0 {
		return nil, errors.New(who + ": no files named in call to ParseFiles")
	}
	for _, name := range names {
		data, err := read(name)
		if err != nil {
			return nil, err
		}
		base := filepath.Base(name)
		if t == nil {
			t = New(base)
		}
		if _, err := t.add(who, base, data); err != nil {
			return nil, err
		}
	}
	return t, nil
}
func globAll(t *Template, who, pattern string) (*Template, error) {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: pattern matches no files: %#q", who, pattern)
	}
	return readAll(t, who, names, os.ReadFile)
}
func fsAll(t *Template, who string, fsys fs.FS, patterns []string) (*Template, error) {
	names := []string{}
	for _, pattern := range patterns {
		before := len(names)
		fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				if ok, _ := path.Match(pattern, name); ok {
					names = append(names, name)
				}
			}
			return nil
		})
		if len(names) == before {
			return nil, fmt.Errorf("%s: pattern matches no files: %#q", who, pattern)
		}
	}
	return readAll(t, who, names, func(name string) ([]byte, error) { return fs.ReadFile(fsys, name) })
}
func ParseFiles(names ...string) (*Template, error) {
	return readAll(nil, "template", names, os.ReadFile)
}
func ParseGlob(pattern string) (*Template, error) { return globAll(nil, "template", pattern) }
func ParseFS(fsys fs.FS, patterns ...string) (*Template, error) {
	return fsAll(nil, "template", fsys, patterns)
}
func (t *Template) ParseFiles(names ...string) (*Template, error) {
	return readAll(t, "template", names, os.ReadFile)
}
func (t *Template) ParseGlob(pattern string) (*Template, error) {
	return globAll(t, "template", pattern)
}
func (t *Template) ParseFS(fsys fs.FS, patterns ...string) (*Template, error) {
	return fsAll(t, "template", fsys, patterns)
}

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\"", "&#34;", "'", "&#39;")

func HTMLEscapeString(s string) string       { return escapes.Replace(s) }
func HTMLEscaper(args ...any) string         { return escapes.Replace(fmt.Sprint(args...)) }
func HTMLEscape(w io.Writer, b []byte)       { io.WriteString(w, escapes.Replace(string(b))) }
func URLQueryEscaper(args ...any) string     { return url.QueryEscape(fmt.Sprint(args...)) }
