package uuid

import (
	"crypto/rand"
	"fmt"
)

type UUID [16]byte

func (u UUID) String() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[0:4], u[4:6], u[6:8], u[8:10], u[10:16])
}
func New() UUID {
	var u UUID
	b := make([]byte, 16)
	rand.Read(b)
	for i := range b {
		u[i] = b[i]
	}
	u[6] = u[6]&0x0f | 0x40
	u[8] = u[8]&0x3f | 0x80
	return u
}
func NewString() string           { return New().String() }
func NewRandom() (UUID, error)    { return New(), nil }
