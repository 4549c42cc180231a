package os

import (
	"errors"
	"io"
	"io/fs"
)

type FileMode = fs.FileMode
type FileInfo = fs.FileInfo
type DirEntry = fs.DirEntry
type PathError = fs.PathError

const (
	O_RDONLY = 0
	O_WRONLY = 1
	O_RDWR   = 2
	O_APPEND = 1024
	O_CREATE = 64
	O_EXCL   = 128
	O_TRUNC  = 512
	ModePerm = FileMode(0777)
	PathSeparator = '/'
	DevNull = "/dev/null"
)

var (
	ErrNotExist   = fs.ErrNotExist
	ErrExist      = fs.ErrExist
	ErrPermission = fs.ErrPermission
	Args          = args()
	Stdin         = &File{name: "/dev/stdin", fd: 0}
	Stdout        = &File{name: "/dev/stdout", fd: 1}
	Stderr        = &File{name: "/dev/stderr", fd: 2}
	Interrupt     Signal = sig("interrupt")
	Kill          Signal = sig("killed")
)

type Signal interface {
	String() string
	Signal()
}
type sig string

func (s sig) String() string { return string(s) }
func (s sig) Signal()        {}

func args() []string
func Exit(code int)
func Getenv(key string) string
func LookupEnv(key string) (string, bool)
func Setenv(key, value string) error
func Unsetenv(key string) error
func Environ() []string
func Hostname() (name string, err error)
func Getpid() int
func Getppid() int
func Getuid() int
func Getgid() int
func Geteuid() int
func Getwd() (string, error)
func Executable() (string, error)

func ExpandEnv(s string) string { return Expand(s, Getenv) }
func Expand(s string, mapping func(string) string) string {
	out := ""
	for i := 0; i < len(s); i++ {
		if s[i] != '$' || i+1 >= len(s) {
			out += s[i : i+1]
			continue
		}
		j := i + 1
		brace := s[j] == '{'
		if brace {
			j++
		}
		k := j
		for k < len(s) && (s[k] == '_' || '0' <= s[k] && s[k] <= '9' || 'a' <= s[k] && s[k] <= 'z' || 'A' <= s[k] && s[k] <= 'Z') {
			k++
		}
		if k == j {
			out += "$"
			continue
		}
		out += mapping(s[j:k])
		i = k - 1
		if brace {
			i++
		}
	}
	return out
}
func TempDir() string { return "/tmp" }
func UserHomeDir() (string, error) { return Getenv("HOME"), nil }

func fail(op, path, why string) error {
	if why == "" {
		return nil
	}
	var err error = errors.New(why)
	switch why {
	case "no such file or directory":
		err = fs.NotExist
	case "file exists":
		err = fs.Exist
	case "permission denied":
		err = fs.Permission
	}
	return &PathError{Op: op, Path: path, Err: err}
}

type File struct {
	name  string
	fd    int
	text  string
	at    int
	write bool
	closed bool
}

func readFile(name string) (string, string)
func writeFile(name, text string, flag int, mode uint32) string
func appendFile(name, text string) string
func output(fd int, text string)
func stat(name string) (size int64, mode uint32, dir bool, us int64, why string)
func mkdir(name string, all bool) string
func remove(name string, all bool) string
func list(name string) ([]string, string)
func rename(a, b string) string
func readLine() (string, bool)

func ReadLine() (string, error) {
	line, ok := readLine()
	if !ok {
		return "", io.EOF
	}
	return line, nil
}

func ReadFile(name string) ([]byte, error) {
	text, why := readFile(name)
	if why != "" {
		op := "open"
		if why == "is a directory" {
			op = "read"
		}
		return nil, fail(op, name, why)
	}
	return []byte(text), nil
}

func WriteFile(name string, data []byte, perm FileMode) error {
	return fail("open", name, writeFile(name, string(data), O_WRONLY|O_CREATE|O_TRUNC, uint32(perm)))
}

func OpenFile(name string, flag int, perm FileMode) (*File, error) {
	if flag&(O_WRONLY|O_RDWR) == 0 {
		return Open(name)
	}
	if why := writeFile(name, "", flag, uint32(perm)); why != "" {
		return nil, fail("open", name, why)
	}
	return &File{name: name, fd: 3, write: true}, nil
}

func Open(name string) (*File, error) {
	text, why := readFile(name)
	if why != "" && why != "is a directory" {
		return nil, fail("open", name, why)
	}
	return &File{name: name, fd: 3, text: text}, nil
}

func Create(name string) (*File, error) {
	return OpenFile(name, O_RDWR|O_CREATE|O_TRUNC, 0666)
}

func (f *File) Name() string { return f.name }
func (f *File) Fd() uintptr  { return uintptr(f.fd) }
func (f *File) Sync() error  { return nil }
func (f *File) Close() error {
	if f == nil {
		return ErrInvalid
	}
	f.closed = true
	return nil
}

var ErrInvalid = errors.New("invalid argument")

func (f *File) WriteString(s string) (n int, err error) {
	if f.fd == 1 || f.fd == 2 {
		output(f.fd, s)
		return len(s), nil
	}
	if f.closed {
		return 0, &PathError{Op: "write", Path: f.name, Err: errors.New("file already closed")}
	}
	if !f.write {
		return 0, &PathError{Op: "write", Path: f.name, Err: errors.New("bad file descriptor")}
	}
	if why := appendFile(f.name, s); why != "" {
		return 0, fail("write", f.name, why)
	}
	return len(s), nil
}

func (f *File) Write(b []byte) (n int, err error) { return f.WriteString(string(b)) }

func (f *File) Read(p []byte) (n int, err error) {
	if f.fd == 0 && f.at >= len(f.text) {
		line, err := ReadLine()
		if err != nil {
			return 0, err
		}
		f.text = line
		f.at = 0
	}
	if f.at >= len(f.text) {
		return 0, io.EOF
	}
	n = copy(p, f.text[f.at:])
	f.at += n
	return n, nil
}

func (f *File) ReadAllText() (string, error) {
	if f.fd == 0 {
		all := ""
		for {
			line, err := ReadLine()
			if err != nil {
				return all, nil
			}
			all += line
		}
	}
	rest := f.text[f.at:]
	f.at = len(f.text)
	return rest, nil
}

func (f *File) Stat() (FileInfo, error) { return Stat(f.name) }

func Stat(name string) (FileInfo, error) {
	size, mode, dir, us, why := stat(name)
	if why != "" {
		return nil, fail("stat", name, why)
	}
	return fs.NewInfo(name, size, mode, dir, us), nil
}

func Lstat(name string) (FileInfo, error) { return Stat(name) }

func Mkdir(name string, perm FileMode) error    { return fail("mkdir", name, mkdir(name, false)) }
func MkdirAll(name string, perm FileMode) error { return fail("mkdir", name, mkdir(name, true)) }
func Remove(name string) error                  { return fail("remove", name, remove(name, false)) }
func RemoveAll(name string) error               { remove(name, true); return nil }
func Rename(a, b string) error {
	if why := rename(a, b); why != "" {
		return errors.New("rename " + a + " " + b + ": " + why)
	}
	return nil
}
func Chdir(dir string) error                     { return nil }
func Chmod(name string, mode FileMode) error     { return nil }
func MkdirTemp(dir, pattern string) (string, error) {
	if dir == "" {
		dir = "/tmp"
	}
	name := dir + "/" + pattern + "1"
	return name, MkdirAll(name, 0700)
}

func ReadDir(name string) ([]DirEntry, error) {
	names, why := list(name)
	if why != "" {
		return nil, fail("open", name, why)
	}
	found := []DirEntry{}
	for _, one := range names {
		size, mode, dir, us, _ := stat(name + "/" + one)
		found = append(found, fs.NewInfo(one, size, mode, dir, us))
	}
	return found, nil
}

type dirFS string

func DirFS(dir string) fs.FS { return dirFS(dir) }
func (d dirFS) full(name string) string {
	if name == "." {
		return string(d)
	}
	return string(d) + "/" + name
}
func (d dirFS) Open(name string) (fs.File, error) {
	f, err := Open(d.full(name))
	if err != nil {
		return nil, err
	}
	return f, nil
}
func (d dirFS) ReadFile(name string) ([]byte, error)       { return ReadFile(d.full(name)) }
func (d dirFS) ReadDir(name string) ([]fs.DirEntry, error) { return ReadDir(d.full(name)) }

func IsNotExist(err error) bool   { return errors.Is(err, fs.ErrNotExist) }
func IsExist(err error) bool      { return errors.Is(err, fs.ErrExist) }
func IsPermission(err error) bool { return errors.Is(err, fs.ErrPermission) }
