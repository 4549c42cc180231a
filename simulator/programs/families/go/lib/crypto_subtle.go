package subtle

func ConstantTimeCompare(x, y []byte) int {
	if string(x) == string(y) {
		return 1
	}
	return 0
}
func ConstantTimeEq(x, y int32) int {
	if x == y {
		return 1
	}
	return 0
}
