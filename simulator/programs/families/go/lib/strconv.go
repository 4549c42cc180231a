package strconv

import "errors"

type NumError struct {
	Func string
	Num  string
	Err  error
}

func (e *NumError) Error() string { return "strconv." + e.Func + ": parsing " + Quote(e.Num) + ": " + e.Err.Error() }
func (e *NumError) Unwrap() error { return e.Err }

var ErrSyntax = errors.New("invalid syntax")
var ErrRange = errors.New("value out of range")

const IntSize = 64

func parseInt(s string, base, bits int) (int64, string)
func parseUint(s string, base, bits int) (uint64, string)
func parseFloat(s string) (float64, string)
func unquote(s string) (string, bool)
func FormatInt(i int64, base int) string
func FormatFloat(f float64, fmt byte, prec, bitSize int) string
func Quote(s string) string

func fail(f, s, why string) error {
	if why == "" {
		return nil
	}
	if why == "invalid syntax" {
		return &NumError{f, s, ErrSyntax}
	}
	return &NumError{f, s, ErrRange}
}

func Atoi(s string) (int, error) {
	v, why := parseInt(s, 10, 64)
	return int(v), fail("Atoi", s, why)
}
func Itoa(i int) string { return FormatInt(int64(i), 10) }
func ParseInt(s string, base int, bitSize int) (int64, error) {
	v, why := parseInt(s, base, bitSize)
	return v, fail("ParseInt", s, why)
}
func ParseUint(s string, base int, bitSize int) (uint64, error) {
	v, why := parseUint(s, base, bitSize)
	return v, fail("ParseUint", s, why)
}
func ParseFloat(s string, bitSize int) (float64, error) {
	v, why := parseFloat(s)
	return v, fail("ParseFloat", s, why)
}
func ParseBool(str string) (bool, error) {
	switch str {
	case "1", "t", "T", "true", "TRUE", "True":
		return true, nil
	case "0", "f", "F", "false", "FALSE", "False":
		return false, nil
	}
	return false, &NumError{"ParseBool", str, ErrSyntax}
}
func FormatBool(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
func FormatUint(i uint64, base int) string { return FormatInt(int64(i), base) }
func Unquote(s string) (string, error) {
	v, ok := unquote(s)
	if !ok {
		return "", ErrSyntax
	}
	return v, nil
}
func AppendInt(dst []byte, i int64, base int) []byte { return append(dst, FormatInt(i, base)...) }
