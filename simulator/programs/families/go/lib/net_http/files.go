package http

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

type Dir string
type FileSystem interface{}
type ioFS struct{ fsys fs.FS }

func FS(fsys fs.FS) FileSystem { return ioFS{fsys} }
func FileServer(root FileSystem) Handler {
	switch d := root.(type) {
	case Dir:
		if d == "" {
			d = "."
		}
		return FileServerFS(os.DirFS(string(d)))
	case ioFS:
		return FileServerFS(d.fsys)
	case fs.FS:
		return FileServerFS(d)
	}
	return NotFoundHandler()
}
func FileServerFS(root fs.FS) Handler {
	return HandlerFunc(func(w ResponseWriter, r *Request) {
		if strings.HasSuffix(r.URL.Path, "/index.html") {
			w.Header().Set("Location", "./")
			w.WriteHeader(301)
			return
		}
		serveFile(w, r, root, strings.Trim(path.Clean("/"+r.URL.Path), "/"), true)
	})
}
func ServeFile(w ResponseWriter, r *Request, name string) {
	serveFile(w, r, os.DirFS(path.Dir(name)), path.Base(name), false)
}
func ServeFileFS(w ResponseWriter, r *Request, fsys fs.FS, name string) {
	serveFile(w, r, fsys, name, false)
}
func ServeContent(w ResponseWriter, r *Request, name string, modtime time.Time, content io.Reader) {
	data, _ := io.ReadAll(content)
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", typeOf(name, string(data)))
	}
	w.Write(data)
}
func serveFile(w ResponseWriter, r *Request, fsys fs.FS, name string, redirect bool) {
	if name == "" {
		name = "."
	}
	info, err := fs.Stat(fsys, name)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			Error(w, "403 Forbidden", 403)
			return
		}
		NotFound(w, r)
		return
	}
	if info.IsDir() {
		if redirect && !strings.HasSuffix(r.URL.Path, "/") {
			w.Header().Set("Location", path.Base(r.URL.Path)+"/")
			w.WriteHeader(301)
			return
		}
		index := path.Join(name, "index.html")
		if _, err := fs.Stat(fsys, index); err != nil {
			listDir(w, fsys, name)
			return
		}
		name = index
	}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		NotFound(w, r)
		return
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", typeOf(name, string(data)))
	}
	w.Write(data)
}
func listDir(w ResponseWriter, fsys fs.FS, name string) {
	entries, err := fs.ReadDir(fsys, name)
	if err != nil {
		Error(w, "Error reading directory", 500)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	io.WriteString(w, "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n")
	for _, e := range entries {
		n := e.Name()
		if e.IsDir() {
			n += "/"
		}
		io.WriteString(w, "<a href=\""+n+"\">"+n+"</a>\n")
	}
	io.WriteString(w, "</pre>\n")
}
