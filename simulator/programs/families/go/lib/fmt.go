package fmt

import (
	"errors"
	"io"
	"os"
)

type Stringer interface{ String() string }

type State interface {
	Write(b []byte) (n int, err error)
}

type wrapError struct {
	msg string
	err error
}

func (e *wrapError) Error() string { return e.msg }
func (e *wrapError) Unwrap() error { return e.err }

type wrapErrors struct {
	msg  string
	errs []error
}

func (e *wrapErrors) Error() string   { return e.msg }
func (e *wrapErrors) Unwrap() []error { return e.errs }

func Sprintf(format string, a ...any) string
func Sprint(a ...any) string
func Sprintln(a ...any) string
func wraps(format string) []int

func Printf(format string, a ...any) (n int, err error) {
	text := Sprintf(format, a...)
	out(text)
	return len(text), nil
}

func Println(a ...any) (n int, err error) {
	text := Sprintln(a...)
	out(text)
	return len(text), nil
}

func Print(a ...any) (n int, err error) {
	text := Sprint(a...)
	out(text)
	return len(text), nil
}

func out(text string)

func Fprintf(w io.Writer, format string, a ...any) (n int, err error) {
	return io.WriteString(w, Sprintf(format, a...))
}

func Fprintln(w io.Writer, a ...any) (n int, err error) {
	return io.WriteString(w, Sprintln(a...))
}

func Fprint(w io.Writer, a ...any) (n int, err error) {
	return io.WriteString(w, Sprint(a...))
}

func Errorf(format string, a ...any) error {
	text := Sprintf(format, a...)
	found := []error{}
	for _, at := range wraps(format) {
		if at < len(a) {
			if err, ok := a[at].(error); ok {
				found = append(found, err)
			}
		}
	}
	if len(found) == 0 {
		return errors.New(text)
	}
	if len(found) == 1 {
		return &wrapError{text, found[0]}
	}
	return &wrapErrors{text, found}
}

func Append(b []byte, a ...any) []byte                  { return append(b, Sprint(a...)...) }
func Appendf(b []byte, format string, a ...any) []byte  { return append(b, Sprintf(format, a...)...) }
func Appendln(b []byte, a ...any) []byte                { return append(b, Sprintln(a...)...) }
func Sscanf(str string, format string, a ...any) (n int, err error) {
	return scanf(str, format, a), nil
}
func Sscan(str string, a ...any) (n int, err error) { return scan(str, a), nil }

func scanf(str, format string, a []any) int
func scan(str string, a []any) int

func Scanln(a ...any) (n int, err error) {
	line, err := os.ReadLine()
	if err != nil {
		return 0, err
	}
	n = scan(line, a)
	if n < len(a) {
		return n, errors.New("unexpected newline")
	}
	return n, nil
}

func Scan(a ...any) (n int, err error) {
	for n < len(a) {
		line, err := os.ReadLine()
		if err != nil {
			return n, err
		}
		n += scan(line, a[n:])
	}
	return n, nil
}

func Scanf(format string, a ...any) (n int, err error) {
	line, err := os.ReadLine()
	if err != nil {
		return 0, err
	}
	return scanf(line, format, a), nil
}
