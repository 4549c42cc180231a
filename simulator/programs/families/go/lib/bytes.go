package bytes

import (
	"io"
	"strings"
)

type Buffer struct{ text string }

func NewBuffer(b []byte) *Buffer                       { return &Buffer{string(b)} }
func NewBufferString(s string) *Buffer                 { return &Buffer{s} }
func (b *Buffer) WriteString(s string) (int, error)    { b.text += s; return len(s), nil }
func (b *Buffer) Write(p []byte) (int, error)          { b.text += string(p); return len(p), nil }
func (b *Buffer) WriteByte(c byte) error               { b.text += string([]byte{c}); return nil }
func (b *Buffer) WriteRune(r rune) (int, error)        { b.text += string(r); return 1, nil }
func (b *Buffer) String() string {
	if b == nil {
		return "<nil>"
	}
	return b.text
}
func (b *Buffer) Bytes() []byte { return []byte(b.text) }
func (b *Buffer) Len() int      { return len(b.text) }
func (b *Buffer) Reset()        { b.text = "" }
func (b *Buffer) Read(p []byte) (int, error) {
	if b.text == "" {
		return 0, io.EOF
	}
	n := copy(p, b.text)
	b.text = b.text[n:]
	return n, nil
}
func (b *Buffer) ReadAllText() (string, error) {
	t := b.text
	b.text = ""
	return t, nil
}
func NewReader(b []byte) *strings.Reader         { return strings.NewReader(string(b)) }
func Contains(a, b []byte) bool                  { return strings.Contains(string(a), string(b)) }
func Equal(a, b []byte) bool                     { return string(a) == string(b) }
func HasPrefix(a, b []byte) bool                 { return strings.HasPrefix(string(a), string(b)) }
func TrimSpace(a []byte) []byte                  { return []byte(strings.TrimSpace(string(a))) }
func Index(a, b []byte) int                      { return strings.Index(string(a), string(b)) }
func ToUpper(a []byte) []byte                    { return []byte(strings.ToUpper(string(a))) }
func ToLower(a []byte) []byte                    { return []byte(strings.ToLower(string(a))) }
func Repeat(b []byte, n int) []byte              { return []byte(strings.Repeat(string(b), n)) }
