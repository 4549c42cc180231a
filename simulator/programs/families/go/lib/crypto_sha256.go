package sha256

const Size = 32

func sum(text string) string
func Sum256(data []byte) [32]byte {
	var out [32]byte
	text := sum(string(data))
	for i := 0; i < 32; i++ {
		out[i] = text[i]
	}
	return out
}

type hash struct{ text string }

func New() *hash                              { return &hash{} }
func (h *hash) Write(p []byte) (int, error)   { h.text += string(p); return len(p), nil }
func (h *hash) WriteString(s string) (int, error) { h.text += s; return len(s), nil }
func (h *hash) Sum(b []byte) []byte           { return append(b, sum(h.text)...) }
func (h *hash) Size() int                     { return 32 }
func (h *hash) Reset()                        { h.text = "" }
