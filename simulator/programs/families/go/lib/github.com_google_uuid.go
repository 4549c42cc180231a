package uuid

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
)

type UUID [16]byte
type UUIDs []UUID

var Nil UUID
var NameSpaceDNS = MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
var NameSpaceURL = MustParse("6ba7b811-9dad-11d1-80b4-00c04fd430c8")

func (u UUID) String() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[0:4], u[4:6], u[6:8], u[8:10], u[10:16])
}
func (u UUID) MarshalText() ([]byte, error)  { return []byte(u.String()), nil }
func (u *UUID) UnmarshalText(b []byte) error {
	id, err := Parse(string(b))
	if err == nil {
		*u = id
	}
	return err
}
func (u UUID) Value() (driver.Value, error)  { return u.String(), nil }
func (u *UUID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		if v == "" {
			return nil
		}
		id, err := Parse(v)
		if err != nil {
			return fmt.Errorf("Scan: %v", err)
		}
		*u = id
	case []byte:
		return u.Scan(string(v))
	default:
		return fmt.Errorf("Scan: unable to scan type %T into UUID", src)
	}
	return nil
}
func (u UUID) Version() int   { return int(u[6] >> 4) }
func (u UUID) URN() string    { return "urn:uuid:" + u.String() }
func random() UUID {
	var u UUID
	b := make([]byte, 16)
	rand.Read(b)
	for i := range b {
		u[i] = b[i]
	}
	return u
}
func (u UUID) as(version byte) UUID {
	u[6] = u[6]&0x0f | version<<4
	u[8] = u[8]&0x3f | 0x80
	return u
}
func New() UUID                     { return random().as(4) }
func NewString() string             { return New().String() }
func NewRandom() (UUID, error)      { return New(), nil }
func NewUUID() (UUID, error)        { return random().as(1), nil }
func NewV7() (UUID, error) {
	u := random()
	ms := time.Now().UnixMilli()
	for i := 5; i >= 0; i-- {
		u[i] = byte(ms)
		ms >>= 8
	}
	return u.as(7), nil
}
func NewV6() (UUID, error) { return random().as(6), nil }
func NewSHA1(space UUID, data []byte) UUID {
	s := sha1.Sum(append(append([]byte{}, space[:]...), data...))
	var u UUID
	copy(u[:], s[:16])
	return u.as(5)
}
func NewMD5(space UUID, data []byte) UUID {
	s := md5.Sum(append(append([]byte{}, space[:]...), data...))
	var u UUID
	copy(u[:], s[:16])
	return u.as(3)
}

var errFormat = errors.New("invalid UUID format")

func Parse(s string) (UUID, error) {
	var u UUID
	t := s
	switch len(t) {
	case 36:
	case 45:
		if strings.ToLower(t[:9]) != "urn:uuid:" {
			return u, fmt.Errorf("invalid urn prefix: %q", t[:9])
		}
		t = t[9:]
	case 38:
		t = t[1:37]
	case 32:
		t = t[:8] + "-" + t[8:12] + "-" + t[12:16] + "-" + t[16:20] + "-" + t[20:]
	default:
		return u, fmt.Errorf("invalid UUID length: %d", len(s))
	}
	if t[8] != '-' || t[13] != '-' || t[18] != '-' || t[23] != '-' {
		return u, errFormat
	}
	b, err := hex.DecodeString(strings.ReplaceAll(t, "-", ""))
	if err != nil || len(b) != 16 {
		return u, errFormat
	}
	copy(u[:], b)
	return u, nil
}
func MustParse(s string) UUID {
	u, err := Parse(s)
	if err != nil {
		panic("uuid: Parse(" + s + "): " + err.Error())
	}
	return u
}
func Must(u UUID, err error) UUID {
	if err != nil {
		panic(err)
	}
	return u
}
func Validate(s string) error   { _, err := Parse(s); return err }
func IsInvalidLengthError(err error) bool { return strings.HasPrefix(err.Error(), "invalid UUID length") }

type NullUUID struct {
	UUID  UUID
	Valid bool
}
