package base64

import (
	"io"
	"strconv"
)

func encode(text string, url, pad bool) string
func decode(text string, url, pad bool) (string, int)

type CorruptInputError int64

func (e CorruptInputError) Error() string {
	return "illegal base64 data at input byte " + strconv.FormatInt(int64(e), 10)
}

type Encoding struct{ url, pad bool }

var StdEncoding = &Encoding{false, true}
var URLEncoding = &Encoding{true, true}
var RawStdEncoding = &Encoding{false, false}
var RawURLEncoding = &Encoding{true, false}

const (
	StdPadding rune = '='
	NoPadding  rune = -1
)

func (e *Encoding) WithPadding(pad rune) *Encoding      { return &Encoding{e.url, pad != NoPadding} }
func (e *Encoding) EncodeToString(src []byte) string    { return encode(string(src), e.url, e.pad) }
func (e *Encoding) EncodedLen(n int) int                { return len(encode(string(make([]byte, n)), e.url, e.pad)) }
func (e *Encoding) DecodedLen(n int) int                { return n / 4 * 3 }
func (e *Encoding) Encode(dst, src []byte)              { copy(dst, e.EncodeToString(src)) }
func (e *Encoding) DecodeString(s string) ([]byte, error) {
	text, at := decode(s, e.url, e.pad)
	if at >= 0 {
		return []byte(text), CorruptInputError(at)
	}
	return []byte(text), nil
}
func (e *Encoding) Decode(dst, src []byte) (int, error) {
	b, err := e.DecodeString(string(src))
	return copy(dst, b), err
}

type encoder struct {
	e    *Encoding
	w    io.Writer
	text string
}

func NewEncoder(e *Encoding, w io.Writer) io.WriteCloser { return &encoder{e, w, ""} }
func (c *encoder) Write(p []byte) (int, error)           { c.text += string(p); return len(p), nil }
func (c *encoder) Close() error {
	_, err := io.WriteString(c.w, c.e.EncodeToString([]byte(c.text)))
	return err
}
