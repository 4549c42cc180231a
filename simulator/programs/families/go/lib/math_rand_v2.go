package rand

func below(n int) int
func Float64() float64
func Shuffle(n int, swap func(i, j int))
func Intn(n int) int             { return below(n) }
func IntN(n int) int             { return below(n) }
func N(n int) int                { return below(n) }
func Int() int                   { return below(1 << 62) }
func Int63() int64               { return int64(below(1 << 62)) }
func Int31n(n int32) int32       { return int32(below(int(n))) }
func Int63n(n int64) int64       { return int64(below(int(n))) }
func Int64N(n int64) int64       { return int64(below(int(n))) }
func Uint32() uint32             { return uint32(below(1 << 32)) }
func Seed(seed int64)            {}
func Perm(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	Shuffle(n, func(i, j int) { p[i], p[j] = p[j], p[i] })
	return p
}

type Source interface{ Int63() int64 }
type source struct{}

func (source) Int63() int64       { return Int63() }
func NewSource(seed int64) Source { return source{} }

type Rand struct{ src Source }

func New(src Source) *Rand           { return &Rand{src} }
func (r *Rand) Intn(n int) int       { return below(n) }
func (r *Rand) IntN(n int) int       { return below(n) }
func (r *Rand) Int() int             { return Int() }
func (r *Rand) Int63() int64         { return Int63() }
func (r *Rand) Float64() float64     { return Float64() }
func (r *Rand) Perm(n int) []int     { return Perm(n) }
func (r *Rand) Shuffle(n int, swap func(i, j int)) { Shuffle(n, swap) }
