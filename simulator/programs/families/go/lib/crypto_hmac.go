package hmac

import "hash"

type mac struct {
	make         func() hash.Hash
	inner, outer []byte
	text         []byte
}

func New(h func() hash.Hash, key []byte) hash.Hash {
	block := h().BlockSize()
	if len(key) > block {
		d := h()
		d.Write(key)
		key = d.Sum(nil)
	}
	m := &mac{make: h, inner: make([]byte, block), outer: make([]byte, block)}
	copy(m.inner, key)
	copy(m.outer, key)
	for i := range m.inner {
		m.inner[i] ^= 0x36
		m.outer[i] ^= 0x5c
	}
	return m
}
func (m *mac) Write(p []byte) (int, error) { m.text = append(m.text, p...); return len(p), nil }
func (m *mac) Size() int                   { return m.make().Size() }
func (m *mac) BlockSize() int              { return len(m.inner) }
func (m *mac) Reset()                      { m.text = nil }
func (m *mac) Sum(b []byte) []byte {
	one, two := m.make(), m.make()
	one.Write(m.inner)
	one.Write(m.text)
	two.Write(m.outer)
	two.Write(one.Sum(nil))
	return append(b, two.Sum(nil)...)
}
func Equal(a, b []byte) bool { return string(a) == string(b) }
