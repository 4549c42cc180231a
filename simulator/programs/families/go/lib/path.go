package path

import (
	"errors"
	"strings"
)

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

// Match tells whether a name matches a pattern of *, ?, and [a-z].
func Match(pattern, name string) (bool, error) {
	if pattern == "" {
		return name == "", nil
	}
	switch pattern[0] {
	case '*':
		for i := 0; i <= len(name); i++ {
			if ok, err := Match(pattern[1:], name[i:]); ok || err != nil {
				return ok, err
			}
			if i < len(name) && name[i] == '/' {
				return false, nil
			}
		}
		return false, nil
	case '?':
		return name != "" && name[0] != '/' && matched(pattern[1:], name[1:]), nil
	case '[':
		end := strings.Index(pattern, "]")
		if end < 0 {
			return false, ErrBadPattern
		}
		if name == "" {
			return false, nil
		}
		set, not, hit := pattern[1:end], false, false
		if strings.HasPrefix(set, "^") {
			set, not = set[1:], true
		}
		for i := 0; i < len(set); i++ {
			if i+2 < len(set) && set[i+1] == '-' {
				hit = hit || set[i] <= name[0] && name[0] <= set[i+2]
				i += 2
			} else {
				hit = hit || set[i] == name[0]
			}
		}
		return hit != not && matched(pattern[end+1:], name[1:]), nil
	case '\\':
		if len(pattern) < 2 {
			return false, ErrBadPattern
		}
		pattern = pattern[1:]
	}
	if name == "" || name[0] != pattern[0] {
		return false, nil
	}
	return Match(pattern[1:], name[1:])
}
func matched(pattern, name string) bool { ok, _ := Match(pattern, name); return ok }
func Split(p string) (dir, file string) {
	i := strings.LastIndex(p, "/")
	return p[:i+1], p[i+1:]
}

var ErrBadPattern = errors.New("syntax error in pattern")
