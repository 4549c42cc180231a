package json

import (
	"errors"
	"io"
	"strings"
)

func marshal(v any) (string, string)
func indent(text, prefix, indent string) string
func unmarshal(text string, v any) string
func firstValue(text string) int

type Marshaler interface{ MarshalJSON() ([]byte, error) }
type Unmarshaler interface{ UnmarshalJSON([]byte) error }
type RawMessage []byte

func (m RawMessage) MarshalJSON() ([]byte, error) {
	if m == nil {
		return []byte("null"), nil
	}
	return m, nil
}

type Number string

func (n Number) String() string { return string(n) }

type SyntaxError struct {
	msg    string
	Offset int64
}

func (e *SyntaxError) Error() string { return e.msg }

type UnmarshalTypeError struct{ msg string }

func (e *UnmarshalTypeError) Error() string { return e.msg }

func Marshal(v any) ([]byte, error) {
	text, why := marshal(v)
	if why != "" {
		return nil, errors.New(why)
	}
	return []byte(text), nil
}
func MarshalIndent(v any, prefix, ind string) ([]byte, error) {
	text, why := marshal(v)
	if why != "" {
		return nil, errors.New(why)
	}
	return []byte(indent(text, prefix, ind)), nil
}
func fail(why string) error {
	if why == "" {
		return nil
	}
	if strings.HasPrefix(why, "json: cannot unmarshal") {
		return &UnmarshalTypeError{why}
	}
	return &SyntaxError{msg: why}
}
func Unmarshal(data []byte, v any) error { return fail(unmarshal(string(data), v)) }
func Valid(data []byte) bool {
	var v any
	return unmarshal(string(data), &v) == ""
}

type Encoder struct {
	w              io.Writer
	prefix, indent string
}

func NewEncoder(w io.Writer) *Encoder             { return &Encoder{w: w} }
func (e *Encoder) SetIndent(prefix, indent string) { e.prefix = prefix; e.indent = indent }
func (e *Encoder) SetEscapeHTML(on bool)          {}
func (e *Encoder) Encode(v any) error {
	text, why := marshal(v)
	if why != "" {
		return errors.New(why)
	}
	if e.indent != "" || e.prefix != "" {
		text = indent(text, e.prefix, e.indent)
	}
	_, err := io.WriteString(e.w, text+"\n")
	return err
}

type Decoder struct {
	r    io.Reader
	text string
	read bool
}

func NewDecoder(r io.Reader) *Decoder { return &Decoder{r: r} }
func (d *Decoder) DisallowUnknownFields() {}
func (d *Decoder) UseNumber()             {}
func (d *Decoder) fill() {
	if !d.read {
		data, _ := io.ReadAll(d.r)
		d.text = string(data)
		d.read = true
	}
}
func (d *Decoder) Decode(v any) error {
	d.fill()
	if strings.TrimSpace(d.text) == "" {
		return io.EOF
	}
	n := firstValue(d.text)
	part := d.text[:n]
	d.text = d.text[n:]
	why := unmarshal(part, v)
	if why == "unexpected end of JSON input" {
		return io.ErrUnexpectedEOF
	}
	return fail(why)
}
func (d *Decoder) More() bool { d.fill(); return strings.TrimSpace(d.text) != "" }
