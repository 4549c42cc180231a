package runtime

type rtError string

func (e rtError) Error() string { return "runtime error: " + string(e) }
func (e rtError) RuntimeError() {}

type plainError string

func (e plainError) Error() string { return string(e) }
func (e plainError) RuntimeError() {}

type fatal string

func (e fatal) Error() string { return string(e) }

type Error interface {
	error
	RuntimeError()
}

const GOOS = "linux"

var GOARCH = goarch()

func goarch() string
func NumGoroutine() int
func NumCPU() int
func GOMAXPROCS(n int) int
func Version() string
func Gosched()
func GC() {}
func userStack() string
func place() (function, file string, line int)
func Caller(skip int) (pc uintptr, file string, line int, ok bool)

type MemStats struct {
	Alloc, TotalAlloc, Sys, Mallocs, Frees, HeapAlloc, HeapSys, HeapIdle, HeapInuse, HeapObjects uint64
	NumGC uint32
}

func ReadMemStats(m *MemStats) { m.Alloc = memory(); m.HeapAlloc = m.Alloc; m.TotalAlloc = m.Alloc; m.Sys = m.Alloc + 6000000; m.HeapSys = m.Sys }
func memory() uint64

var keep = []any{rtError(""), plainError(""), fatal("")}
