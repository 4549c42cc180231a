package hex

import (
	"errors"
	"fmt"
)

var ErrLength = errors.New("encoding/hex: odd length hex string")

type InvalidByteError byte

func (e InvalidByteError) Error() string {
	return fmt.Sprintf("encoding/hex: invalid byte: %#U", rune(e))
}
func EncodeToString(src []byte) string { return fmt.Sprintf("%x", src) }
func EncodedLen(n int) int             { return n * 2 }
func DecodedLen(n int) int             { return n / 2 }
func Encode(dst, src []byte) int       { return copy(dst, EncodeToString(src)) }
func nibble(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
func DecodeString(s string) ([]byte, error) {
	out := []byte{}
	for i := 0; i+1 < len(s); i += 2 {
		a, ok := nibble(s[i])
		if !ok {
			return out, InvalidByteError(s[i])
		}
		b, ok := nibble(s[i+1])
		if !ok {
			return out, InvalidByteError(s[i+1])
		}
		out = append(out, a<<4|b)
	}
	if len(s)%2 == 1 {
		if _, ok := nibble(s[len(s)-1]); !ok {
			return out, InvalidByteError(s[len(s)-1])
		}
		return out, ErrLength
	}
	return out, nil
}
func Decode(dst, src []byte) (int, error) {
	b, err := DecodeString(string(src))
	return copy(dst, b), err
}
