package debug

func stack() string
func Stack() []byte                   { return []byte(stack()) }
func PrintStack()                     { println(stack()) }
func SetGCPercent(n int) int          { return 100 }
func SetMemoryLimit(n int64) int64    { return 9223372036854775807 }
func FreeOSMemory()                   {}

type Module struct{ Path, Version, Sum string }
type BuildSetting struct{ Key, Value string }
type BuildInfo struct {
	GoVersion, Path string
	Main            Module
	Deps            []*Module
	Settings        []BuildSetting
}

func module() (path, version string)
func ReadBuildInfo() (*BuildInfo, bool) {
	path, version := module()
	return &BuildInfo{GoVersion: version, Path: path, Main: Module{Path: path, Version: "(devel)"}}, true
}
