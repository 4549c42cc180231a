package filepath

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
)

const (
	Separator     = '/'
	ListSeparator = ':'
)

var ErrBadPattern = path.ErrBadPattern
var SkipDir = fs.SkipDir
var SkipAll = fs.SkipAll

type WalkFunc func(path string, info fs.FileInfo, err error) error

func Clean(p string) string                          { return path.Clean(p) }
func Join(elem ...string) string                     { return path.Join(elem...) }
func Base(p string) string                           { return path.Base(p) }
func Dir(p string) string                            { return path.Dir(p) }
func Ext(p string) string                            { return path.Ext(p) }
func IsAbs(p string) bool                            { return path.IsAbs(p) }
func Match(pattern, name string) (bool, error)       { return path.Match(pattern, name) }
func Split(p string) (dir, file string)              { return path.Split(p) }
func ToSlash(p string) string                        { return p }
func FromSlash(p string) string                      { return p }
func VolumeName(p string) string                     { return "" }
func SplitList(p string) []string                    { return strings.Split(p, ":") }
func EvalSymlinks(p string) (string, error)          { _, err := os.Stat(p); return Clean(p), err }
func Abs(p string) (string, error) {
	if IsAbs(p) {
		return Clean(p), nil
	}
	wd, err := os.Getwd()
	return Join(wd, p), err
}
func Rel(base, target string) (string, error) {
	a, b := Clean(base), Clean(target)
	if a == b {
		return ".", nil
	}
	if IsAbs(a) != IsAbs(b) {
		return "", errors.New("Rel: can't make " + target + " relative to " + base)
	}
	x, y := strings.Split(strings.Trim(a, "/"), "/"), strings.Split(strings.Trim(b, "/"), "/")
	if a == "." || a == "/" {
		x = nil
	}
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	out := []string{}
	for range x {
		out = append(out, "..")
	}
	return strings.Join(append(out, y...), "/"), nil
}
func magic(p string) bool { return strings.ContainsAny(p, "*?[\\") }
func Glob(pattern string) ([]string, error) {
	if _, err := Match(pattern, ""); err != nil {
		return nil, err
	}
	if !magic(pattern) {
		if _, err := os.Stat(pattern); err != nil {
			return nil, nil
		}
		return []string{pattern}, nil
	}
	dir, file := Split(pattern)
	dirs := []string{strings.TrimSuffix(dir, "/")}
	if dir == "/" {
		dirs = []string{"/"}
	}
	if magic(dir) {
		var err error
		if dirs, err = Glob(strings.TrimSuffix(dir, "/")); err != nil {
			return nil, err
		}
	}
	var found []string
	for _, one := range dirs {
		where := one
		if where == "" {
			where = "."
		}
		entries, err := os.ReadDir(where)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if ok, _ := Match(file, e.Name()); ok {
				found = append(found, Join(one, e.Name()))
			}
		}
	}
	return found, nil
}
func WalkDir(root string, fn fs.WalkDirFunc) error {
	info, err := os.Lstat(root)
	if err != nil {
		err = fn(root, nil, err)
	} else {
		err = walk(root, fs.NewInfo(root, info.Size(), uint32(info.Mode().Perm()), info.IsDir(), 0), fn)
	}
	if err == SkipDir || err == SkipAll {
		return nil
	}
	return err
}
func walk(p string, d fs.DirEntry, fn fs.WalkDirFunc) error {
	if err := fn(p, d, nil); err != nil || !d.IsDir() {
		if err == SkipDir && d.IsDir() {
			return nil
		}
		return err
	}
	entries, err := os.ReadDir(p)
	if err != nil {
		if err = fn(p, d, err); err != nil {
			return err
		}
	}
	for _, one := range entries {
		if err := walk(Join(p, one.Name()), one, fn); err != nil {
			if err == SkipDir {
				return nil
			}
			return err
		}
	}
	return nil
}
func Walk(root string, fn WalkFunc) error {
	return WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if d == nil {
			return fn(p, nil, err)
		}
		info, failed := d.Info()
		if failed != nil {
			return fn(p, nil, failed)
		}
		return fn(p, info, err)
	})
}
