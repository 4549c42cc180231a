package fs

import (
	"errors"
	"time"
)

type FileMode uint32

func (m FileMode) IsDir() bool      { return m&(1<<31) != 0 }
func (m FileMode) IsRegular() bool  { return m&(1<<31) == 0 }
func (m FileMode) Perm() FileMode   { return m & 0777 }
func (m FileMode) String() string {
	text := "-"
	if m.IsDir() {
		text = "d"
	}
	const letters = "rwxrwxrwx"
	for i := 0; i < 9; i++ {
		if m&(1<<uint(8-i)) != 0 {
			text += letters[i : i+1]
		} else {
			text += "-"
		}
	}
	return text
}

type FileInfo interface {
	Name() string
	Size() int64
	Mode() FileMode
	ModTime() time.Time
	IsDir() bool
}
type DirEntry interface {
	Name() string
	IsDir() bool
	Info() (FileInfo, error)
}
type info struct {
	name string
	size int64
	mode FileMode
	dir  bool
	us   int64
}

func NewInfo(path string, size int64, mode uint32, dir bool, us int64) *info {
	name := path
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' && i < len(path)-1 {
			name = path[i+1:]
			break
		}
	}
	m := FileMode(mode)
	if dir {
		m |= 1 << 31
	}
	return &info{name, size, m, dir, us}
}
func (i *info) Name() string            { return i.name }
func (i *info) Size() int64             { return i.size }
func (i *info) Mode() FileMode          { return i.mode }
func (i *info) ModTime() time.Time      { return time.UnixMicro(i.us) }
func (i *info) IsDir() bool             { return i.dir }
func (i *info) Info() (FileInfo, error) { return i, nil }

type PathError struct {
	Op   string
	Path string
	Err  error
}

func (e *PathError) Error() string { return e.Op + " " + e.Path + ": " + e.Err.Error() }
func (e *PathError) Unwrap() error { return e.Err }

type errno struct {
	text string
	is   error
}

func (e *errno) Error() string        { return e.text }
func (e *errno) Is(target error) bool { return target == e.is }

var (
	ErrNotExist   = errors.New("file does not exist")
	ErrExist      = errors.New("file already exists")
	ErrPermission = errors.New("permission denied")
	NotExist      = &errno{"no such file or directory", ErrNotExist}
	Exist         = &errno{"file exists", ErrExist}
	Permission    = &errno{"permission denied", ErrPermission}
)
type FS interface{ Open(name string) (any, error) }
