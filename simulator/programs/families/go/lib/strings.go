package strings

import "io"

func Contains(s, substr string) bool
func HasPrefix(s, prefix string) bool
func HasSuffix(s, suffix string) bool
func Index(s, substr string) int
func LastIndex(s, substr string) int
func Split(s, sep string) []string
func SplitN(s, sep string, n int) []string
func Join(elems []string, sep string) string
func Repeat(s string, count int) string
func Replace(s, old, new string, n int) string
func ReplaceAll(s, old, new string) string
func ToUpper(s string) string
func ToLower(s string) string
func Title(s string) string
func TrimSpace(s string) string
func Trim(s, cutset string) string
func TrimLeft(s, cutset string) string
func TrimRight(s, cutset string) string
func TrimPrefix(s, prefix string) string
func TrimSuffix(s, suffix string) string
func Fields(s string) []string
func Count(s, substr string) int
func EqualFold(s, t string) bool
func Map(mapping func(rune) rune, s string) string
func FieldsFunc(s string, f func(rune) bool) []string
func IndexFunc(s string, f func(rune) bool) int
func IndexByte(s string, c byte) int     { return Index(s, string([]byte{c})) }
func IndexRune(s string, r rune) int     { return Index(s, string(r)) }
func ContainsRune(s string, r rune) bool { return Index(s, string(r)) >= 0 }
func ContainsAny(s, chars string) bool   { return IndexAny(s, chars) >= 0 }
func IndexAny(s, chars string) int {
	for i, r := range s {
		if ContainsRune(chars, r) {
			return i
		}
	}
	return -1
}
func Clone(s string) string { return s }
func Compare(a, b string) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}
func Cut(s, sep string) (before, after string, found bool) {
	if i := Index(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
func CutPrefix(s, prefix string) (string, bool) {
	if HasPrefix(s, prefix) {
		return s[len(prefix):], true
	}
	return s, false
}
func CutSuffix(s, suffix string) (string, bool) {
	if HasSuffix(s, suffix) {
		return s[:len(s)-len(suffix)], true
	}
	return s, false
}
func SplitAfter(s, sep string) []string {
	parts := Split(s, sep)
	for i := 0; i < len(parts)-1; i++ {
		parts[i] += sep
	}
	return parts
}
func TrimFunc(s string, f func(rune) bool) string {
	rs := []rune(s)
	for len(rs) > 0 && f(rs[0]) {
		rs = rs[1:]
	}
	for len(rs) > 0 && f(rs[len(rs)-1]) {
		rs = rs[:len(rs)-1]
	}
	return string(rs)
}

type Builder struct{ parts string }

func (b *Builder) WriteString(s string) (int, error) { b.parts += s; return len(s), nil }
func (b *Builder) WriteByte(c byte) error             { b.parts += string([]byte{c}); return nil }
func (b *Builder) WriteRune(r rune) (int, error)      { b.parts += string(r); return len(string(r)), nil }
func (b *Builder) Write(p []byte) (int, error)        { b.parts += string(p); return len(p), nil }
func (b *Builder) String() string                     { return b.parts }
func (b *Builder) Len() int                           { return len(b.parts) }
func (b *Builder) Cap() int                           { return len(b.parts) }
func (b *Builder) Reset()                             { b.parts = "" }
func (b *Builder) Grow(n int)                         {}

type Reader struct {
	s  string
	at int
}

func NewReader(s string) *Reader { return &Reader{s: s} }
func (r *Reader) Len() int       { return len(r.s) - r.at }
func (r *Reader) Read(p []byte) (int, error) {
	if r.at >= len(r.s) {
		return 0, io.EOF
	}
	n := copy(p, r.s[r.at:])
	r.at += n
	return n, nil
}
func (r *Reader) ReadAllText() (string, error) {
	rest := r.s[r.at:]
	r.at = len(r.s)
	return rest, nil
}
func (r *Reader) ReadByte() (byte, error) {
	if r.at >= len(r.s) {
		return 0, io.EOF
	}
	r.at++
	return r.s[r.at-1], nil
}

type Replacer struct{ pairs []string }

func NewReplacer(oldnew ...string) *Replacer { return &Replacer{oldnew} }
func (r *Replacer) Replace(s string) string {
	out := ""
	for len(s) > 0 {
		hit := false
		for i := 0; i+1 < len(r.pairs); i += 2 {
			if r.pairs[i] != "" && HasPrefix(s, r.pairs[i]) {
				out += r.pairs[i+1]
				s = s[len(r.pairs[i]):]
				hit = true
				break
			}
		}
		if !hit {
			out += s[:1]
			s = s[1:]
		}
	}
	return out
}
func LastIndexByte(s string, c byte) int                   { return LastIndex(s, string([]byte{c})) }
func LastIndexAny(s, chars string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if ContainsRune(chars, rune(s[i])) {
			return i
		}
	}
	return -1
}
func ContainsFunc(s string, f func(rune) bool) bool { return IndexFunc(s, f) >= 0 }
func ToTitle(s string) string                       { return ToUpper(s) }
func ToValidUTF8(s, replacement string) string      { return s }
func TrimLeftFunc(s string, f func(rune) bool) string {
	for i, r := range s {
		if !f(r) {
			return s[i:]
		}
	}
	return ""
}
func TrimRightFunc(s string, f func(rune) bool) string {
	rs := []rune(s)
	for len(rs) > 0 && f(rs[len(rs)-1]) {
		rs = rs[:len(rs)-1]
	}
	return string(rs)
}
func SplitAfterN(s, sep string, n int) []string {
	parts := SplitN(s, sep, n)
	for i := 0; i < len(parts)-1; i++ {
		parts[i] += sep
	}
	return parts
}
func (r *Reader) ReadString(delim byte) (string, error) {
	i := IndexByte(r.s[r.at:], delim)
	if i < 0 {
		rest := r.s[r.at:]
		r.at = len(r.s)
		return rest, io.EOF
	}
	rest := r.s[r.at : r.at+i+1]
	r.at += i + 1
	return rest, nil
}
func (r *Reader) Size() int64 { return int64(len(r.s)) }
func (r *Replacer) WriteString(w io.Writer, s string) (int, error) { return io.WriteString(w, r.Replace(s)) }
