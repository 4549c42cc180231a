package sha512

const Size = 64

func sum(text string) string
func Sum512(data []byte) [64]byte {
	var out [64]byte
	text := sum(string(data))
	for i := 0; i < 64; i++ {
		out[i] = text[i]
	}
	return out
}

type hash struct{ text string }

func New() *hash                              { return &hash{} }
func (h *hash) Write(p []byte) (int, error)   { h.text += string(p); return len(p), nil }
func (h *hash) WriteString(s string) (int, error) { h.text += s; return len(s), nil }
func (h *hash) Sum(b []byte) []byte           { return append(b, sum(h.text)...) }
func (h *hash) Size() int                     { return 64 }
func (h *hash) Reset()                        { h.text = "" }
