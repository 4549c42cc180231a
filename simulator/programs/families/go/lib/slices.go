package slices

import "cmp"

func sortOrdered[E any](x []E)
func sortBy[E any](x []E, f func(a, b E) int)
func Sort[E cmp.Ordered](x []E)                          { sortOrdered(x) }
func SortFunc[E any](x []E, f func(a, b E) int)          { sortBy(x, f) }
func SortStableFunc[E any](x []E, f func(a, b E) int)    { sortBy(x, f) }
func Sorted[E cmp.Ordered](seq func(yield func(E) bool)) []E {
	x := Collect(seq)
	sortOrdered(x)
	return x
}
func Collect[E any](seq func(yield func(E) bool)) []E {
	var out []E
	seq(func(v E) bool { out = append(out, v); return true })
	return out
}
func Values[E any](x []E) func(yield func(E) bool) {
	return func(yield func(E) bool) {
		for _, v := range x {
			if !yield(v) {
				return
			}
		}
	}
}
func Contains[E comparable](s []E, v E) bool { return Index(s, v) >= 0 }
func ContainsFunc[E any](s []E, f func(E) bool) bool { return IndexFunc(s, f) >= 0 }
func Index[E comparable](s []E, v E) int {
	for i := range s {
		if s[i] == v {
			return i
		}
	}
	return -1
}
func IndexFunc[E any](s []E, f func(E) bool) int {
	for i := range s {
		if f(s[i]) {
			return i
		}
	}
	return -1
}
func Reverse[E any](s []E) {
	for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 {
		s[i], s[j] = s[j], s[i]
	}
}
func Equal[E comparable](a, b []E) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
func Max[E cmp.Ordered](x []E) E {
	if len(x) == 0 {
		panic("slices.Max: empty list")
	}
	m := x[0]
	for _, v := range x {
		if v > m {
			m = v
		}
	}
	return m
}
func Min[E cmp.Ordered](x []E) E {
	if len(x) == 0 {
		panic("slices.Min: empty list")
	}
	m := x[0]
	for _, v := range x {
		if v < m {
			m = v
		}
	}
	return m
}
func Clone[E any](s []E) []E { return append([]E{}, s...) }
func Delete[E any](s []E, i, j int) []E { return append(s[:i], s[j:]...) }
func Insert[E any](s []E, i int, v ...E) []E {
	tail := append([]E{}, s[i:]...)
	return append(append(s[:i], v...), tail...)
}
func Compact[E comparable](s []E) []E {
	if len(s) < 2 {
		return s
	}
	out := s[:1]
	for _, v := range s[1:] {
		if v != out[len(out)-1] {
			out = append(out, v)
		}
	}
	return out
}
func BinarySearch[E cmp.Ordered](s []E, v E) (int, bool) {
	for i := range s {
		if s[i] >= v {
			return i, s[i] == v
		}
	}
	return len(s), false
}
