package sha1

import (
	"hash"
	"internal/hashing"
)

const Size = 20
const BlockSize = 64

func New() hash.Hash { return hashing.New("sha1", 20, 64) }
func Sum(data []byte) [20]byte {
	var out [20]byte
	text := hashing.Sum("sha1", string(data))
	for i := 0; i < 20; i++ {
		out[i] = text[i]
	}
	return out
}
