package jwt

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"strings"
	"time"
)

var (
	ErrTokenMalformed        = errors.New("token is malformed")
	ErrTokenUnverifiable     = errors.New("token is unverifiable")
	ErrTokenSignatureInvalid = errors.New("token signature is invalid")
	ErrTokenExpired          = errors.New("token is expired")
	ErrTokenNotValidYet      = errors.New("token is not valid yet")
	ErrTokenInvalidClaims    = errors.New("token has invalid claims")
	ErrSignatureInvalid      = errors.New("signature is invalid")
	ErrInvalidKeyType        = errors.New("key is of invalid type")
)

type SigningMethod interface {
	Alg() string
	sign(text string, key interface{}) (string, error)
}
type SigningMethodHMAC struct {
	Name string
	make func() hash.Hash
}

var SigningMethodHS256 = &SigningMethodHMAC{"HS256", sha256.New}
var SigningMethodHS512 = &SigningMethodHMAC{"HS512", sha512.New}

func (m *SigningMethodHMAC) Alg() string { return m.Name }
func (m *SigningMethodHMAC) sign(text string, key interface{}) (string, error) {
	b, ok := key.([]byte)
	if !ok {
		return "", fmt.Errorf("%w: HMAC sign expects []byte", ErrInvalidKeyType)
	}
	h := hmac.New(m.make, b)
	h.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)), nil
}

type NumericDate struct{ time.Time }

func NewNumericDate(t time.Time) *NumericDate      { return &NumericDate{t.Truncate(time.Second)} }
func (d NumericDate) MarshalJSON() ([]byte, error) { return []byte(fmt.Sprint(d.Unix())), nil }

type ClaimStrings []string
type Claims interface {
	GetExpirationTime() (*NumericDate, error)
	GetSubject() (string, error)
}
type MapClaims map[string]interface{}

func (m MapClaims) GetExpirationTime() (*NumericDate, error) {
	if f, ok := m["exp"].(float64); ok {
		return &NumericDate{time.Unix(int64(f), 0)}, nil
	}
	return nil, nil
}
func (m MapClaims) GetSubject() (string, error) { s, _ := m["sub"].(string); return s, nil }

type RegisteredClaims struct {
	Issuer    string       `json:"iss,omitempty"`
	Subject   string       `json:"sub,omitempty"`
	Audience  ClaimStrings `json:"aud,omitempty"`
	ExpiresAt *NumericDate `json:"exp,omitempty"`
	NotBefore *NumericDate `json:"nbf,omitempty"`
	IssuedAt  *NumericDate `json:"iat,omitempty"`
	ID        string       `json:"jti,omitempty"`
}

func (c RegisteredClaims) GetExpirationTime() (*NumericDate, error) { return c.ExpiresAt, nil }
func (c RegisteredClaims) GetSubject() (string, error)             { return c.Subject, nil }

type Token struct {
	Raw       string
	Method    SigningMethod
	Header    map[string]interface{}
	Claims    Claims
	Signature []byte
	Valid     bool
}
type Keyfunc func(*Token) (interface{}, error)

func New(m SigningMethod) *Token { return NewWithClaims(m, MapClaims{}) }
func NewWithClaims(m SigningMethod, c Claims) *Token {
	return &Token{Method: m, Header: map[string]interface{}{"typ": "JWT", "alg": m.Alg()}, Claims: c}
}
func part(v interface{}) (string, error) {
	b, err := json.Marshal(v)
	return base64.RawURLEncoding.EncodeToString(b), err
}
func (t *Token) SignedString(key interface{}) (string, error) {
	head, err := part(t.Header)
	if err != nil {
		return "", err
	}
	body, err := part(t.Claims)
	if err != nil {
		return "", err
	}
	signature, err := t.Method.sign(head+"."+body, key)
	return head + "." + body + "." + signature, err
}

type ParserOption func()

func WithValidMethods(methods []string) ParserOption { return func() {} }
func Parse(text string, key Keyfunc, o ...ParserOption) (*Token, error) {
	return ParseWithClaims(text, MapClaims{}, key)
}
func ParseWithClaims(text string, claims Claims, key Keyfunc, o ...ParserOption) (*Token, error) {
	parts := strings.Split(text, ".")
	t := &Token{Raw: text, Claims: claims}
	if len(parts) != 3 {
		return t, fmt.Errorf("%w: token contains an invalid number of segments", ErrTokenMalformed)
	}
	head, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil {
		return t, fmt.Errorf("%w: could not base64 decode header: %w", ErrTokenMalformed, err)
	}
	if err := json.Unmarshal(head, &t.Header); err != nil {
		return t, fmt.Errorf("%w: could not JSON decode header: %w", ErrTokenMalformed, err)
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return t, fmt.Errorf("%w: could not base64 decode claim: %w", ErrTokenMalformed, err)
	}
	if m, ok := claims.(MapClaims); ok {
		err = json.Unmarshal(body, &m)
		t.Claims = m
	} else {
		err = json.Unmarshal(body, claims)
	}
	if err != nil {
		return t, fmt.Errorf("%w: could not JSON decode claim: %w", ErrTokenMalformed, err)
	}
	t.Method = SigningMethodHS256
	if t.Header["alg"] == "HS512" {
		t.Method = SigningMethodHS512
	}
	k, err := key(t)
	if err != nil {
		return t, fmt.Errorf("%w: error while executing keyfunc: %w", ErrTokenUnverifiable, err)
	}
	signature, err := t.Method.sign(parts[0]+"."+parts[1], k)
	if err != nil || signature != parts[2] {
		return t, fmt.Errorf("%w: %w", ErrTokenSignatureInvalid, ErrSignatureInvalid)
	}
	if at, _ := t.Claims.GetExpirationTime(); at != nil && time.Now().After(at.Time) {
		return t, fmt.Errorf("%w: %w", ErrTokenInvalidClaims, ErrTokenExpired)
	}
	t.Valid = true
	return t, nil
}
