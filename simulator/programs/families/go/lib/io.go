package io

import "errors"

type Reader interface{ Read(p []byte) (n int, err error) }
type Writer interface{ Write(p []byte) (n int, err error) }
type Closer interface{ Close() error }
type StringWriter interface{ WriteString(s string) (n int, err error) }
type ReadCloser interface {
	Reader
	Closer
}
type WriteCloser interface {
	Writer
	Closer
}
type ReadWriter interface {
	Reader
	Writer
}
type ReadWriteCloser interface {
	Reader
	Writer
	Closer
}

var EOF = errors.New("EOF")
var ErrUnexpectedEOF = errors.New("unexpected EOF")
var ErrClosedPipe = errors.New("io: read/write on closed pipe")

func WriteString(w Writer, s string) (n int, err error) {
	if sw, ok := w.(StringWriter); ok {
		return sw.WriteString(s)
	}
	return w.Write([]byte(s))
}

type textReader interface{ ReadAllText() (string, error) }

func ReadAll(r Reader) ([]byte, error) {
	if t, ok := r.(textReader); ok {
		text, err := t.ReadAllText()
		return []byte(text), err
	}
	found := []byte{}
	buf := make([]byte, 512)
	for {
		n, err := r.Read(buf)
		found = append(found, buf[:n]...)
		if err == EOF {
			return found, nil
		}
		if err != nil {
			return found, err
		}
		if n == 0 {
			return found, nil
		}
	}
}

func Copy(dst Writer, src Reader) (written int64, err error) {
	data, err := ReadAll(src)
	if err != nil {
		return 0, err
	}
	n, err := dst.Write(data)
	return int64(n), err
}

type discard struct{}

func (discard) Write(p []byte) (int, error)       { return len(p), nil }
func (discard) WriteString(s string) (int, error) { return len(s), nil }

var Discard Writer = discard{}

type nopCloser struct{ Reader }

func (nopCloser) Close() error { return nil }
func (n nopCloser) ReadAllText() (string, error) {
	b, err := ReadAll(n.Reader)
	return string(b), err
}

func NopCloser(r Reader) ReadCloser { return nopCloser{r} }

type multiWriter struct{ writers []Writer }

func (m *multiWriter) Write(p []byte) (int, error) {
	for _, w := range m.writers {
		if _, err := w.Write(p); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

func MultiWriter(writers ...Writer) Writer { return &multiWriter{writers} }

type limited struct {
	r Reader
	n int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.n <= 0 {
		return 0, EOF
	}
	if int64(len(p)) > l.n {
		p = p[:l.n]
	}
	n, err := l.r.Read(p)
	l.n -= int64(n)
	return n, err
}

func LimitReader(r Reader, n int64) Reader { return &limited{r, n} }
