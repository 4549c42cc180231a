package bufio

import (
	"errors"
	"io"
	"strings"
)

const MaxScanTokenSize = 64 * 1024

var ErrTooLong = errors.New("bufio.Scanner: token too long")

type SplitFunc func(data []byte, atEOF bool) (advance int, token []byte, err error)

func ScanLines(data []byte, atEOF bool) (int, []byte, error) { return 1, nil, nil }
func ScanWords(data []byte, atEOF bool) (int, []byte, error) { return 2, nil, nil }
func ScanRunes(data []byte, atEOF bool) (int, []byte, error) { return 3, nil, nil }

type Scanner struct {
	r     io.Reader
	text  string
	token string
	end   bool
	mode  int
}

func NewScanner(r io.Reader) *Scanner          { return &Scanner{r: r, mode: 1} }
func (s *Scanner) Buffer(buf []byte, max int) {}
func (s *Scanner) Split(f SplitFunc)           { s.mode, _, _ = f(nil, true) }
func (s *Scanner) more() bool {
	if s.end {
		return false
	}
	buf := make([]byte, 4096)
	n, err := s.r.Read(buf)
	s.text += string(buf[:n])
	if err != nil || n == 0 {
		s.end = true
	}
	return n > 0
}
func (s *Scanner) Scan() bool {
	for {
		if s.mode == 2 {
			s.text = strings.TrimLeft(s.text, " \t\r\n")
		}
		set := "\n"
		if s.mode == 2 {
			set = " \t\r\n"
		}
		if s.mode == 3 && s.text != "" {
			for _, r := range s.text {
				s.token = string(r)
				break
			}
			s.text = s.text[len(s.token):]
			return true
		}
		if i := strings.IndexAny(s.text, set); i >= 0 {
			s.token = strings.TrimSuffix(s.text[:i], "\r")
			s.text = s.text[i+1:]
			return true
		}
		if !s.more() {
			if s.text == "" {
				return false
			}
			s.token = strings.TrimSuffix(s.text, "\r")
			s.text = ""
			return true
		}
	}
}
func (s *Scanner) Text() string  { return s.token }
func (s *Scanner) Bytes() []byte { return []byte(s.token) }
func (s *Scanner) Err() error    { return nil }

type Reader struct {
	r    io.Reader
	text string
}

func NewReader(r io.Reader) *Reader              { return &Reader{r: r} }
func NewReaderSize(r io.Reader, n int) *Reader   { return &Reader{r: r} }
func (b *Reader) ReadString(delim byte) (string, error) {
	for {
		if i := strings.IndexByte(b.text, delim); i >= 0 {
			out := b.text[:i+1]
			b.text = b.text[i+1:]
			return out, nil
		}
		buf := make([]byte, 4096)
		n, err := b.r.Read(buf)
		b.text += string(buf[:n])
		if err != nil {
			out := b.text
			b.text = ""
			return out, err
		}
	}
}
func (b *Reader) ReadLine() ([]byte, bool, error) {
	s, err := b.ReadString('\n')
	if s == "" && err != nil {
		return nil, false, err
	}
	return []byte(strings.TrimRight(s, "\r\n")), false, nil
}
func (b *Reader) ReadBytes(delim byte) ([]byte, error) {
	s, err := b.ReadString(delim)
	return []byte(s), err
}
func (b *Reader) Read(p []byte) (int, error) {
	if b.text != "" {
		n := copy(p, b.text)
		b.text = b.text[n:]
		return n, nil
	}
	return b.r.Read(p)
}

type Writer struct {
	w    io.Writer
	text string
}

func NewWriter(w io.Writer) *Writer                   { return &Writer{w: w} }
func (b *Writer) WriteString(s string) (int, error)   { b.text += s; return len(s), nil }
func (b *Writer) Write(p []byte) (int, error)         { b.text += string(p); return len(p), nil }
func (b *Writer) WriteByte(c byte) error              { b.text += string([]byte{c}); return nil }
func (b *Writer) WriteRune(r rune) (int, error)       { b.text += string(r); return 1, nil }
func (b *Writer) Flush() error {
	_, err := io.WriteString(b.w, b.text)
	b.text = ""
	return err
}
