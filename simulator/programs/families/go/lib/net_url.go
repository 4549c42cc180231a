package url

import (
	"errors"
	"strings"
)

func unescape(s string, plus bool) (string, bool)
func escape(s string, plus bool) string

func QueryEscape(s string) string            { return escape(s, true) }
func PathEscape(s string) string             { return escape(s, false) }
func QueryUnescape(s string) (string, error) { t, _ := unescape(s, true); return t, nil }
func PathUnescape(s string) (string, error)  { t, _ := unescape(s, false); return t, nil }

type Values map[string][]string

func (v Values) Get(key string) string {
	if vs := v[key]; len(vs) > 0 {
		return vs[0]
	}
	return ""
}
func (v Values) Set(key, value string) { v[key] = []string{value} }
func (v Values) Add(key, value string) { v[key] = append(v[key], value) }
func (v Values) Del(key string)        { delete(v, key) }
func (v Values) Has(key string) bool   { _, ok := v[key]; return ok }
func (v Values) Encode() string {
	keys := []string{}
	for k := range v {
		at := 0
		for at < len(keys) && keys[at] < k {
			at++
		}
		keys = append(keys, "")
		copy(keys[at+1:], keys[at:])
		keys[at] = k
	}
	out := []string{}
	for _, k := range keys {
		for _, one := range v[k] {
			out = append(out, QueryEscape(k)+"="+QueryEscape(one))
		}
	}
	return strings.Join(out, "&")
}

func ParseQuery(query string) (Values, error) {
	v := Values{}
	for _, part := range strings.Split(query, "&") {
		if part == "" {
			continue
		}
		k, val, _ := strings.Cut(part, "=")
		k, _ = QueryUnescape(k)
		val, _ = QueryUnescape(val)
		v.Add(k, val)
	}
	return v, nil
}

type Userinfo struct{ name, pass string }

func (u *Userinfo) Username() string          { return u.name }
func (u *Userinfo) Password() (string, bool)  { return u.pass, u.pass != "" }

type URL struct {
	Scheme   string
	User     *Userinfo
	Host     string
	Path     string
	RawPath  string
	RawQuery string
	Fragment string
}

func (u *URL) Query() Values { v, _ := ParseQuery(u.RawQuery); return v }
func (u *URL) Hostname() string {
	h, _, _ := strings.Cut(u.Host, ":")
	return h
}
func (u *URL) Port() string {
	_, p, _ := strings.Cut(u.Host, ":")
	return p
}
func (u *URL) RequestURI() string {
	p := u.Path
	if p == "" {
		p = "/"
	}
	if u.RawQuery != "" {
		p += "?" + u.RawQuery
	}
	return p
}
func (u *URL) EscapedPath() string { return u.Path }
func (u *URL) String() string {
	s := ""
	if u.Scheme != "" {
		s = u.Scheme + "://"
	}
	if u.User != nil {
		s += u.User.name + "@"
	}
	s += u.Host + u.Path
	if u.RawQuery != "" {
		s += "?" + u.RawQuery
	}
	return s
}

type Error struct {
	Op  string
	URL string
	Err error
}

func (e *Error) Error() string { return e.Op + " \"" + e.URL + "\": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }
func (e *Error) Timeout() bool {
	t, ok := e.Err.(interface{ Timeout() bool })
	return ok && t.Timeout()
}

func Parse(raw string) (*URL, error) {
	u := &URL{}
	rest := raw
	rest, u.Fragment, _ = strings.Cut(rest, "#")
	if scheme, after, ok := strings.Cut(rest, "://"); ok {
		u.Scheme = scheme
		at := strings.Index(after, "/")
		if q := strings.Index(after, "?"); q >= 0 && (at < 0 || q < at) {
			at = q
		}
		host := after
		rest = ""
		if at >= 0 {
			host = after[:at]
			rest = after[at:]
		}
		if i := strings.LastIndex(host, "@"); i >= 0 {
			name, pass, _ := strings.Cut(host[:i], ":")
			u.User = &Userinfo{name, pass}
			host = host[i+1:]
		}
		u.Host = host
	} else if strings.Contains(strings.Split(rest, "/")[0], ":") {
		return nil, &Error{"parse", raw, errors.New("first path segment in URL cannot contain colon")}
	}
	path, query, _ := strings.Cut(rest, "?")
	u.Path, _ = PathUnescape(path)
	u.RawQuery = query
	return u, nil
}
func ParseRequestURI(raw string) (*URL, error) { return Parse(raw) }
