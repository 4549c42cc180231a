package fs

import (
	"errors"
	"io"
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

func NewError(text string) error { return &errno{text, nil} }

var (
	ErrInvalid = errors.New("invalid argument")
	ErrClosed  = errors.New("file already closed")
	SkipDir    = errors.New("skip this directory")
	SkipAll    = errors.New("skip everything and stop the walk")
)

type File interface {
	Stat() (FileInfo, error)
	Read([]byte) (int, error)
	Close() error
}
type FS interface{ Open(name string) (File, error) }
type ReadFileFS interface {
	FS
	ReadFile(name string) ([]byte, error)
}
type ReadDirFS interface {
	FS
	ReadDir(name string) ([]DirEntry, error)
}
type WalkDirFunc func(path string, d DirEntry, err error) error

type textFile struct {
	info *info
	text string
	at   int
}

func NewFile(name, text string, mode uint32, dir bool) File {
	return &textFile{NewInfo(name, int64(len(text)), mode, dir, 0), text, 0}
}
func (f *textFile) Stat() (FileInfo, error) { return f.info, nil }
func (f *textFile) Close() error            { return nil }
func (f *textFile) Read(p []byte) (int, error) {
	if f.at >= len(f.text) {
		return 0, io.EOF
	}
	n := copy(p, f.text[f.at:])
	f.at += n
	return n, nil
}
func (f *textFile) ReadAllText() (string, error) {
	rest := f.text[f.at:]
	f.at = len(f.text)
	return rest, nil
}

func ValidPath(name string) bool {
	return name == "." || name != "" && name[0] != '/' && name[len(name)-1] != '/'
}
func ReadFile(fsys FS, name string) ([]byte, error) {
	if r, ok := fsys.(ReadFileFS); ok {
		return r.ReadFile(name)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}
func ReadDir(fsys FS, name string) ([]DirEntry, error) {
	if r, ok := fsys.(ReadDirFS); ok {
		return r.ReadDir(name)
	}
	return nil, &PathError{Op: "readdir", Path: name, Err: errors.New("not implemented")}
}
func Stat(fsys FS, name string) (FileInfo, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Stat()
}

type sub struct {
	fsys FS
	dir  string
}

func (s *sub) full(name string) string {
	if name == "." {
		return s.dir
	}
	return s.dir + "/" + name
}
func (s *sub) Open(name string) (File, error)          { return s.fsys.Open(s.full(name)) }
func (s *sub) ReadFile(name string) ([]byte, error)    { return ReadFile(s.fsys, s.full(name)) }
func (s *sub) ReadDir(name string) ([]DirEntry, error) { return ReadDir(s.fsys, s.full(name)) }
func Sub(fsys FS, dir string) (FS, error) {
	if !ValidPath(dir) {
		return nil, &PathError{Op: "sub", Path: dir, Err: ErrInvalid}
	}
	if dir == "." {
		return fsys, nil
	}
	return &sub{fsys, dir}, nil
}
func walk(fsys FS, name string, d DirEntry, fn WalkDirFunc) error {
	if err := fn(name, d, nil); err != nil || !d.IsDir() {
		if err == SkipDir && d.IsDir() {
			return nil
		}
		return err
	}
	entries, err := ReadDir(fsys, name)
	if err != nil {
		if err = fn(name, d, err); err != nil {
			return err
		}
	}
	for _, one := range entries {
		inner := one.Name()
		if name != "." {
			inner = name + "/" + inner
		}
		if err := walk(fsys, inner, one, fn); err != nil {
			if err == SkipDir {
				return nil
			}
			return err
		}
	}
	return nil
}
func WalkDir(fsys FS, root string, fn WalkDirFunc) error {
	f, err := Stat(fsys, root)
	if err != nil {
		err = fn(root, nil, err)
	} else {
		err = walk(fsys, root, NewInfo(root, f.Size(), 0555, f.IsDir(), 0), fn)
	}
	if err == SkipDir || err == SkipAll {
		return nil
	}
	return err
}
