package sha256

import (
	"hash"
	"internal/hashing"
)

const Size = 32
const BlockSize = 64

func New() hash.Hash { return hashing.New("sha256", 32, 64) }
func Sum256(data []byte) [32]byte {
	var out [32]byte
	text := hashing.Sum("sha256", string(data))
	for i := 0; i < 32; i++ {
		out[i] = text[i]
	}
	return out
}
