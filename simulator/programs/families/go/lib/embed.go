package embed

import (
	"io/fs"
	"sort"
	"strings"
)

func names(key string) []string
func text(key, name string) string

// FS knows the variable that it was embedded in; the texts are the program's own.
type FS struct{ key string }

func (f FS) is(name string) (file, dir bool) {
	if name == "." {
		return false, true
	}
	for _, one := range names(f.key) {
		if one == name {
			return true, false
		}
		if strings.HasPrefix(one, name+"/") {
			dir = true
		}
	}
	return false, dir
}
func (f FS) ReadFile(name string) ([]byte, error) {
	file, dir := f.is(name)
	if dir {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.NewError("is a directory")}
	}
	if !file {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return []byte(text(f.key, name)), nil
}
func (f FS) ReadDir(name string) ([]fs.DirEntry, error) {
	if _, dir := f.is(name); !dir {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	head := name + "/"
	if name == "." {
		head = ""
	}
	found, seen := []fs.DirEntry{}, map[string]bool{}
	for _, one := range names(f.key) {
		if !strings.HasPrefix(one, head) {
			continue
		}
		first, _, inner := strings.Cut(one[len(head):], "/")
		if !seen[first] {
			seen[first] = true
			found = append(found, fs.NewInfo(first, int64(len(text(f.key, one))), 0444, inner, 0))
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].Name() < found[j].Name() })
	return found, nil
}
func (f FS) Open(name string) (fs.File, error) {
	file, dir := f.is(name)
	if !file && !dir {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	t := ""
	if file {
		t = text(f.key, name)
	}
	return fs.NewFile(name, t, 0444, dir), nil
}
