package sort

type Interface interface {
	Len() int
	Less(i, j int) bool
	Swap(i, j int)
}

func Slice(x any, less func(i, j int) bool)
func SliceStable(x any, less func(i, j int) bool) { Slice(x, less) }
func ordered(x any)
func ints(x []int)
func strs(x []string)
func floats(x []float64)
func Ints(x []int)         { ints(x) }
func Strings(x []string)   { strs(x) }
func Float64s(x []float64) { floats(x) }
func Sort(data Interface) {
	n := data.Len()
	for i := 1; i < n; i++ {
		for j := i; j > 0 && data.Less(j, j-1); j-- {
			data.Swap(j, j-1)
		}
	}
}
func Stable(data Interface) { Sort(data) }

type reverse struct{ Interface }

func (r reverse) Less(i, j int) bool { return r.Interface.Less(j, i) }
func Reverse(data Interface) Interface { return &reverse{data} }

type IntSlice []int

func (x IntSlice) Len() int           { return len(x) }
func (x IntSlice) Less(i, j int) bool { return x[i] < x[j] }
func (x IntSlice) Swap(i, j int)      { x[i], x[j] = x[j], x[i] }

type StringSlice []string

func (x StringSlice) Len() int           { return len(x) }
func (x StringSlice) Less(i, j int) bool { return x[i] < x[j] }
func (x StringSlice) Swap(i, j int)      { x[i], x[j] = x[j], x[i] }
func Search(n int, f func(int) bool) int {
	i, j := 0, n
	for i < j {
		h := (i + j) / 2
		if !f(h) {
			i = h + 1
		} else {
			j = h
		}
	}
	return i
}
func SearchInts(a []int, x int) int { return Search(len(a), func(i int) bool { return a[i] >= x }) }
