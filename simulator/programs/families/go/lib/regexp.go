package regexp

import (
	"strconv"
	"strings"
)

func find(pattern, text string, most int) [][]int
func groups(pattern string) []string
func check(pattern string) string

type Regexp struct {
	text  string
	names []string
}

func Compile(expr string) (*Regexp, error) {
	if why := check(expr); why != "" {
		return nil, &Error{why, expr}
	}
	return &Regexp{expr, groups(expr)}, nil
}

type Error struct{ Code, Expr string }

func (e *Error) Error() string { return "error parsing regexp: " + e.Code }

func MustCompile(expr string) *Regexp {
	re, err := Compile(expr)
	if err != nil {
		panic("regexp: Compile(" + quote(expr) + "): " + err.Error())
	}
	return re
}
func CompilePOSIX(expr string) (*Regexp, error) { return Compile(expr) }
func quote(s string) string {
	if !strings.Contains(s, "`") {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}
func MatchString(pattern, s string) (bool, error) {
	re, err := Compile(pattern)
	if err != nil {
		return false, err
	}
	return re.MatchString(s), nil
}
func QuoteMeta(s string) string {
	out := ""
	for i := 0; i < len(s); i++ {
		if strings.IndexByte("\\.+*?()|[]{}^$", s[i]) >= 0 {
			out += "\\"
		}
		out += s[i : i+1]
	}
	return out
}
func (re *Regexp) String() string                 { return re.text }
func (re *Regexp) NumSubexp() int                 { return len(re.names) - 1 }
func (re *Regexp) SubexpNames() []string          { return re.names }
func (re *Regexp) SubexpIndex(name string) int {
	for i, one := range re.names {
		if i > 0 && one == name {
			return i
		}
	}
	return -1
}
func (re *Regexp) MatchString(s string) bool      { return len(find(re.text, s, 1)) > 0 }
func (re *Regexp) Match(b []byte) bool            { return re.MatchString(string(b)) }
func (re *Regexp) FindStringIndex(s string) []int {
	if all := find(re.text, s, 1); len(all) > 0 {
		return all[0][:2]
	}
	return nil
}
func (re *Regexp) FindString(s string) string {
	if at := re.FindStringIndex(s); at != nil {
		return s[at[0]:at[1]]
	}
	return ""
}
func (re *Regexp) Find(b []byte) []byte {
	if at := re.FindStringIndex(string(b)); at != nil {
		return b[at[0]:at[1]]
	}
	return nil
}
func (re *Regexp) FindStringSubmatchIndex(s string) []int {
	if all := find(re.text, s, 1); len(all) > 0 {
		return all[0]
	}
	return nil
}
func cut(s string, at []int) []string {
	out := make([]string, len(at)/2)
	for i := range out {
		if at[2*i] >= 0 {
			out[i] = s[at[2*i]:at[2*i+1]]
		}
	}
	return out
}
func (re *Regexp) FindStringSubmatch(s string) []string {
	if at := re.FindStringSubmatchIndex(s); at != nil {
		return cut(s, at)
	}
	return nil
}
func (re *Regexp) FindAllStringSubmatch(s string, n int) [][]string {
	var out [][]string
	for _, at := range find(re.text, s, n) {
		out = append(out, cut(s, at))
	}
	return out
}
func (re *Regexp) FindAllStringSubmatchIndex(s string, n int) [][]int { return find(re.text, s, n) }
func (re *Regexp) FindAllString(s string, n int) []string {
	var out []string
	for _, at := range find(re.text, s, n) {
		out = append(out, s[at[0]:at[1]])
	}
	return out
}
func (re *Regexp) FindAllStringIndex(s string, n int) [][]int {
	var out [][]int
	for _, at := range find(re.text, s, n) {
		out = append(out, at[:2])
	}
	return out
}
func (re *Regexp) replaced(s string, with func(at []int) string) string {
	out, last := "", 0
	for _, at := range find(re.text, s, -1) {
		out += s[last:at[0]] + with(at)
		last = at[1]
	}
	return out + s[last:]
}
func (re *Regexp) expand(template, s string, at []int) string {
	out := ""
	for i := 0; i < len(template); i++ {
		if template[i] != '$' || i+1 >= len(template) {
			out += template[i : i+1]
			continue
		}
		if template[i+1] == '$' {
			out += "$"
			i++
			continue
		}
		j := i + 1
		brace := template[j] == '{'
		if brace {
			j++
		}
		k := j
		for k < len(template) && (template[k] == '_' || '0' <= template[k] && template[k] <= '9' || 'a' <= template[k] && template[k] <= 'z' || 'A' <= template[k] && template[k] <= 'Z') {
			k++
		}
		name := template[j:k]
		if name == "" {
			out += "$"
			continue
		}
		n, err := strconv.Atoi(name)
		if err != nil {
			n = re.SubexpIndex(name)
		}
		if n >= 0 && 2*n+1 < len(at) && at[2*n] >= 0 {
			out += s[at[2*n]:at[2*n+1]]
		}
		i = k - 1
		if brace {
			i++
		}
	}
	return out
}
func (re *Regexp) ReplaceAllString(s, repl string) string {
	return re.replaced(s, func(at []int) string { return re.expand(repl, s, at) })
}
func (re *Regexp) ReplaceAllLiteralString(s, repl string) string {
	return re.replaced(s, func(at []int) string { return repl })
}
func (re *Regexp) ReplaceAllStringFunc(s string, f func(string) string) string {
	return re.replaced(s, func(at []int) string { return f(s[at[0]:at[1]]) })
}
func (re *Regexp) ReplaceAll(b, repl []byte) []byte {
	return []byte(re.ReplaceAllString(string(b), string(repl)))
}
func (re *Regexp) Split(s string, n int) []string {
	if n == 0 {
		return nil
	}
	out, last := []string{}, 0
	for _, at := range find(re.text, s, -1) {
		if n > 0 && len(out) == n-1 {
			break
		}
		if at[1] == 0 {
			continue
		}
		out = append(out, s[last:at[0]])
		last = at[1]
	}
	return append(out, s[last:])
}
