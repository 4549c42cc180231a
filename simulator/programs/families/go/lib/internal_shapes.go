package shapes

import "time"

// What is known of types while a program runs (library/shapes.py).

func Assign(target, source any, wide bool) string
func ParseMoment(text string) (time.Time, bool)
func Fields(v any) (names, tags, types, kinds []string, pointers []any)
func TypeName(v any) (text, kind string)
func ElemNew(slice any) any
func Append(slice, one any)
func Empty(slice any)
func Value(pointer any) any
func Items(slice any) []any
func IsZero(v any) bool

// Tag gives the value of a key in a field's tag.
func Tag(tag, key string) string {
	mark := key + ":\""
	for i := 0; i+len(mark) <= len(tag); i++ {
		if tag[i:i+len(mark)] == mark && (i == 0 || tag[i-1] == ' ') {
			rest := tag[i+len(mark):]
			for j := 0; j < len(rest); j++ {
				if rest[j] == '"' {
					return rest[:j]
				}
			}
		}
	}
	return ""
}
