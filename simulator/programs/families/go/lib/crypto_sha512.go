package sha512

import (
	"hash"
	"internal/hashing"
)

const Size = 64
const BlockSize = 128

func New() hash.Hash { return hashing.New("sha512", 64, 128) }
func Sum512(data []byte) [64]byte {
	var out [64]byte
	text := hashing.Sum("sha512", string(data))
	for i := 0; i < 64; i++ {
		out[i] = text[i]
	}
	return out
}
