package template

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	text "text/template"
)

type FuncMap = text.FuncMap
type (
	HTML     string
	HTMLAttr string
	CSS      string
	JS       string
	JSStr    string
	URL      string
	Srcset   string
)

type Template struct{ t *text.Template }

func wrap(t *text.Template, err error) (*Template, error) {
	if err != nil {
		return nil, err
	}
	return &Template{t}, nil
}
func New(name string) *Template { return &Template{text.New(name)} }
func Must(t *Template, err error) *Template {
	if err != nil {
		panic(err)
	}
	return t
}
func (t *Template) Name() string                           { return t.t.Name() }
func (t *Template) New(name string) *Template              { return &Template{t.t.New(name)} }
func (t *Template) Funcs(m FuncMap) *Template              { t.t.Funcs(m); return t }
func (t *Template) Delims(left, right string) *Template    { t.t.Delims(left, right); return t }
func (t *Template) Option(opt ...string) *Template         { t.t.Option(opt...); return t }
func (t *Template) DefinedTemplates() string               { return t.t.DefinedTemplates() }
func (t *Template) Clone() (*Template, error)              { return wrap(t.t.Clone()) }
func (t *Template) Lookup(name string) *Template {
	if found := t.t.Lookup(name); found != nil {
		return &Template{found}
	}
	return nil
}
func (t *Template) Templates() []*Template {
	all := []*Template{}
	for _, one := range t.t.Templates() {
		all = append(all, &Template{one})
	}
	return all
}
func (t *Template) Parse(s string) (*Template, error) {
	if _, err := t.t.Parse(s); err != nil {
		return nil, err
	}
	return t, nil
}
func (t *Template) Execute(w io.Writer, data any) error {
	if t.t.Lookup(t.Name()) == nil {
		return fmt.Errorf("template: %q is an incomplete or empty template", t.Name())
	}
	return text.run(t.t, w, t.Name(), data, true)
}
func (t *Template) ExecuteTemplate(w io.Writer, name string, data any) error {
	if t.t.Lookup(name) == nil {
		return fmt.Errorf("html/template: %q is undefined", name)
	}
	return text.run(t.t, w, name, data, true)
}
func ParseFiles(names ...string) (*Template, error) {
	return wrap(text.readAll(nil, "html/template", names, os.ReadFile))
}
func ParseGlob(pattern string) (*Template, error) {
	return wrap(text.globAll(nil, "html/template", pattern))
}
func ParseFS(fsys fs.FS, patterns ...string) (*Template, error) {
	return wrap(text.fsAll(nil, "template", fsys, patterns))
}
func (t *Template) ParseFiles(names ...string) (*Template, error) {
	_, err := text.readAll(t.t, "html/template", names, os.ReadFile)
	if err != nil {
		return nil, err
	}
	return t, nil
}
func (t *Template) ParseGlob(pattern string) (*Template, error) {
	_, err := text.globAll(t.t, "html/template", pattern)
	if err != nil {
		return nil, err
	}
	return t, nil
}
func (t *Template) ParseFS(fsys fs.FS, patterns ...string) (*Template, error) {
	_, err := text.fsAll(t.t, "template", fsys, patterns)
	if err != nil {
		return nil, err
	}
	return t, nil
}
func HTMLEscapeString(s string) string   { return text.HTMLEscapeString(s) }
func HTMLEscaper(args ...any) string     { return text.HTMLEscaper(args...) }
func HTMLEscape(w io.Writer, b []byte)   { text.HTMLEscape(w, b) }
func URLQueryEscaper(args ...any) string { return text.URLQueryEscaper(args...) }
