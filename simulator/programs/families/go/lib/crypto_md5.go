package md5

import (
	"hash"
	"internal/hashing"
)

const Size = 16
const BlockSize = 64

func New() hash.Hash { return hashing.New("md5", 16, 64) }
func Sum(data []byte) [16]byte {
	var out [16]byte
	text := hashing.Sum("md5", string(data))
	for i := 0; i < 16; i++ {
		out[i] = text[i]
	}
	return out
}
