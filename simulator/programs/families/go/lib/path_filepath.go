package filepath

import "strings"

const Separator = '/'

func Clean(p string) string {
	if p == "" {
		return "."
	}
	rooted := p[0] == '/'
	out := []string{}
	for _, part := range strings.Split(p, "/") {
		if part == "" || part == "." {
			continue
		}
		if part == ".." && len(out) > 0 && out[len(out)-1] != ".." {
			out = out[:len(out)-1]
			continue
		}
		if part == ".." && rooted {
			continue
		}
		out = append(out, part)
	}
	s := strings.Join(out, "/")
	if rooted {
		return "/" + s
	}
	if s == "" {
		return "."
	}
	return s
}
func Join(elem ...string) string {
	parts := []string{}
	for _, e := range elem {
		if e != "" {
			parts = append(parts, e)
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return Clean(strings.Join(parts, "/"))
}
func Base(p string) string {
	p = strings.TrimRight(p, "/")
	if p == "" {
		return "."
	}
	return p[strings.LastIndex(p, "/")+1:]
}
func Dir(p string) string  { return Clean(p[:strings.LastIndex(p, "/")+1]) }
func Ext(p string) string {
	b := p[strings.LastIndex(p, "/")+1:]
	if i := strings.LastIndex(b, "."); i >= 0 {
		return b[i:]
	}
	return ""
}
func IsAbs(p string) bool              { return strings.HasPrefix(p, "/") }
func Abs(p string) (string, error)     { return Clean(p), nil }
func ToSlash(p string) string          { return p }
