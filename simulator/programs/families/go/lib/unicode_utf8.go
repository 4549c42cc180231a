package utf8

const RuneError = '\uFFFD'

func RuneCountInString(s string) int
func ValidString(s string) bool
func RuneCount(p []byte) int { return RuneCountInString(string(p)) }
func RuneLen(r rune) int     { return len(string(r)) }
func DecodeRuneInString(s string) (rune, int) {
	for _, r := range s {
		return r, len(string(r))
	}
	return RuneError, 0
}
