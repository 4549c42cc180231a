package time

import "errors"

type Duration int64

const (
	Nanosecond  Duration = 1
	Microsecond          = 1000 * Nanosecond
	Millisecond          = 1000 * Microsecond
	Second               = 1000 * Millisecond
	Minute               = 60 * Second
	Hour                 = 60 * Minute
)

const (
	Layout      = "01/02 03:04:05PM '06 -0700"
	ANSIC       = "Mon Jan _2 15:04:05 2006"
	UnixDate    = "Mon Jan _2 15:04:05 MST 2006"
	RFC822      = "02 Jan 06 15:04 MST"
	RFC850      = "Monday, 02-Jan-06 15:04:05 MST"
	RFC1123     = "Mon, 02 Jan 2006 15:04:05 MST"
	RFC1123Z    = "Mon, 02 Jan 2006 15:04:05 -0700"
	RFC3339     = "2006-01-02T15:04:05Z07:00"
	RFC3339Nano = "2006-01-02T15:04:05.999999999Z07:00"
	Kitchen     = "3:04PM"
	Stamp       = "Jan _2 15:04:05"
	StampMilli  = "Jan _2 15:04:05.000"
	DateTime    = "2006-01-02 15:04:05"
	DateOnly    = "2006-01-02"
	TimeOnly    = "15:04:05"
)

func (d Duration) Nanoseconds() int64  { return int64(d) }
func (d Duration) Microseconds() int64 { return int64(d) / 1000 }
func (d Duration) Milliseconds() int64 { return int64(d) / 1000000 }
func (d Duration) Seconds() float64    { return float64(d) / 1e9 }
func (d Duration) Minutes() float64    { return float64(d) / 6e10 }
func (d Duration) Hours() float64      { return float64(d) / 3.6e12 }
func (d Duration) Abs() Duration {
	if d < 0 {
		return -d
	}
	return d
}
func (d Duration) Truncate(m Duration) Duration {
	if m <= 0 {
		return d
	}
	return d - d%m
}
func (d Duration) Round(m Duration) Duration {
	if m <= 0 {
		return d
	}
	r := d % m
	if d < 0 {
		return -((-d).Round(m))
	}
	if r+r < m {
		return d - r
	}
	return d + m - r
}

func digits(n int64) string {
	if n == 0 {
		return "0"
	}
	s := ""
	for n > 0 {
		s = string([]byte{byte('0' + n%10)}) + s
		n /= 10
	}
	return s
}

func pad(n, width int) string {
	s := digits(int64(n))
	for len(s) < width {
		s = "0" + s
	}
	return s
}

func fraction(v, unit int64) string {
	s := digits(v / unit)
	rest := v % unit
	if rest == 0 {
		return s
	}
	tail := ""
	for unit > 1 {
		unit /= 10
		tail += string([]byte{byte('0' + rest/unit)})
		rest %= unit
	}
	for tail[len(tail)-1] == '0' {
		tail = tail[:len(tail)-1]
	}
	return s + "." + tail
}

func (d Duration) String() string {
	if d == 0 {
		return "0s"
	}
	sign := ""
	v := int64(d)
	if v < 0 {
		sign = "-"
		v = -v
	}
	if v < 1000 {
		return sign + digits(v) + "ns"
	}
	if v < 1000000 {
		return sign + fraction(v, 1000) + "µs"
	}
	if v < 1000000000 {
		return sign + fraction(v, 1000000) + "ms"
	}
	text := fraction(v%60000000000, 1000000000) + "s"
	m := v / 60000000000
	if m > 0 {
		text = digits(m%60) + "m" + text
		if m >= 60 {
			text = digits(m/60) + "h" + text
		}
	}
	return sign + text
}

func ParseDuration(s string) (Duration, error) {
	orig := s
	total := Duration(0)
	neg := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		s = s[1:]
	}
	if s == "0" {
		return 0, nil
	}
	if s == "" {
		return 0, errors.New("time: invalid duration \"" + orig + "\"")
	}
	for s != "" {
		i := 0
		value := 0.0
		scale := 0.0
		for i < len(s) && (s[i] == '.' || ('0' <= s[i] && s[i] <= '9')) {
			if s[i] == '.' {
				scale = 1
			} else {
				value = value*10 + float64(s[i]-'0')
				scale *= 10
			}
			i++
		}
		if i == 0 {
			return 0, errors.New("time: invalid duration \"" + orig + "\"")
		}
		if scale > 1 {
			value /= scale
		}
		s = s[i:]
		i = 0
		for i < len(s) && s[i] != '.' && (s[i] < '0' || s[i] > '9') {
			i++
		}
		if i == 0 {
			return 0, errors.New("time: missing unit in duration \"" + orig + "\"")
		}
		unit, ok := units[s[:i]]
		if !ok {
			return 0, errors.New("time: unknown unit \"" + s[:i] + "\" in duration \"" + orig + "\"")
		}
		total += Duration(value * float64(unit))
		s = s[i:]
	}
	if neg {
		total = -total
	}
	return total, nil
}

var units = map[string]Duration{"ns": Nanosecond, "us": Microsecond, "µs": Microsecond, "ms": Millisecond, "s": Second, "m": Minute, "h": Hour}

type Month int

const (
	January Month = 1 + iota
	February
	March
	April
	May
	June
	July
	August
	September
	October
	November
	December
)

var months = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

func (m Month) String() string { return months[m-1] }

type Weekday int

const (
	Sunday Weekday = iota
	Monday
	Tuesday
	Wednesday
	Thursday
	Friday
	Saturday
)

var days = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}

func (d Weekday) String() string { return days[d] }

type Location struct{ name string }

func (l *Location) String() string { return l.name }

var UTC = &Location{"UTC"}
var Local = &Location{"Local"}

func FixedZone(name string, offset int) *Location     { return &Location{name} }
func LoadLocation(name string) (*Location, error)      { return &Location{name}, nil }

func unixNano() int64
func date(sec int64) (y, mo, d, h, mi, s, wd, yd int)
func fromDate(y, mo, d, h, mi, s int) int64
func Sleep(d Duration)
func background()
func endTimer(t *Timer, n int)

type Time struct {
	ns  int64
	set bool
	mono bool
}

func Now() Time                        { return Time{ns: unixNano(), set: true, mono: true} }
func Since(t Time) Duration            { return Now().Sub(t) }
func Until(t Time) Duration            { return t.Sub(Now()) }
func Unix(sec int64, nsec int64) Time  { return Time{ns: sec*1000000000 + nsec, set: true} }
func UnixMilli(ms int64) Time          { return Time{ns: ms * 1000000, set: true} }
func UnixMicro(us int64) Time          { return Time{ns: us * 1000, set: true} }
func Date(year int, month Month, day, hour, min, sec, nsec int, loc *Location) Time {
	return Unix(fromDate(year, int(month), day, hour, min, sec), int64(nsec))
}

func (t Time) floor() (int64, int64) {
	if !t.set {
		return -62135596800, 0
	}
	sec := t.ns / 1000000000
	rest := t.ns % 1000000000
	if rest < 0 {
		sec--
		rest += 1000000000
	}
	return sec, rest
}
func (t Time) Unix() int64             { sec, _ := t.floor(); return sec }
func (t Time) UnixNano() int64         { return t.ns }
func (t Time) UnixMilli() int64        { return t.ns / 1000000 }
func (t Time) UnixMicro() int64        { return t.ns / 1000 }
func (t Time) Sub(u Time) Duration     { return Duration(t.ns - u.ns) }
func (t Time) Add(d Duration) Time     { return Time{ns: t.ns + int64(d), set: true, mono: t.mono} }
func (t Time) AddDate(y, m, d int) Time {
	sec, rest := t.floor()
	yy, mo, dd, h, mi, s, _, _ := date(sec)
	return Unix(fromDate(yy+y, mo+m, dd+d, h, mi, s), rest)
}
func (t Time) After(u Time) bool       { return t.ns > u.ns }
func (t Time) Before(u Time) bool      { return t.ns < u.ns }
func (t Time) Equal(u Time) bool       { return t.ns == u.ns && t.set == u.set }
func (t Time) Compare(u Time) int {
	if t.ns < u.ns {
		return -1
	}
	if t.ns > u.ns {
		return 1
	}
	return 0
}
func (t Time) IsZero() bool            { return !t.set }
func (t Time) UTC() Time               { t.mono = false; return t }
func (t Time) Local() Time             { t.mono = false; return t }
func (t Time) In(l *Location) Time     { t.mono = false; return t }
func (t Time) Location() *Location     { return UTC }
func (t Time) Round(d Duration) Time   { return t.Truncate(d) }
func (t Time) Truncate(d Duration) Time {
	if d <= 0 {
		t.mono = false
		return t
	}
	return Time{ns: t.ns - t.ns%int64(d), set: true}
}
func (t Time) Year() int               { sec, _ := t.floor(); y, _, _, _, _, _, _, _ := date(sec); return y }
func (t Time) Month() Month            { sec, _ := t.floor(); _, m, _, _, _, _, _, _ := date(sec); return Month(m) }
func (t Time) Day() int                { sec, _ := t.floor(); _, _, d, _, _, _, _, _ := date(sec); return d }
func (t Time) Hour() int               { sec, _ := t.floor(); _, _, _, h, _, _, _, _ := date(sec); return h }
func (t Time) Minute() int             { sec, _ := t.floor(); _, _, _, _, m, _, _, _ := date(sec); return m }
func (t Time) Second() int             { sec, _ := t.floor(); _, _, _, _, _, s, _, _ := date(sec); return s }
func (t Time) Nanosecond() int         { _, rest := t.floor(); return int(rest) }
func (t Time) Weekday() Weekday        { sec, _ := t.floor(); _, _, _, _, _, _, w, _ := date(sec); return Weekday(w) }
func (t Time) YearDay() int            { sec, _ := t.floor(); _, _, _, _, _, _, _, n := date(sec); return n }
func (t Time) Date() (int, Month, int) { return t.Year(), t.Month(), t.Day() }
func (t Time) Clock() (int, int, int)  { return t.Hour(), t.Minute(), t.Second() }

func (t Time) String() string {
	s := t.Format("2006-01-02 15:04:05.999999999 -0700 MST")
	if t.mono {
		s += " m=+0.000000001"
	}
	return s
}
func (t Time) GoString() string                { return t.String() }
func (t Time) MarshalJSON() ([]byte, error)    { return []byte("\"" + t.Format(RFC3339Nano) + "\""), nil }
func (t Time) MarshalText() ([]byte, error)    { return []byte(t.Format(RFC3339Nano)), nil }

var layouts = []string{"January", "Monday", "2006", "-07:00", "-0700", "Z07:00", "Z0700", "Jan", "Mon", "MST", "PM", "pm", "_2", "002", "01", "02", "03", "04", "05", "06", "15", "1", "2", "3", "4", "5"}

func has(s, p string) bool { return len(s) >= len(p) && s[:len(p)] == p }

func (t Time) Format(layout string) string {
	sec, ns := t.floor()
	y, mo, d, h, mi, s, wd, yd := date(sec)
	out := ""
	for len(layout) > 0 {
		if (layout[0] == '.' || layout[0] == ',') && len(layout) > 1 && (layout[1] == '0' || layout[1] == '9') {
			n := 1
			for n < len(layout) && layout[n] == layout[1] {
				n++
			}
			if n >= len(layout) || layout[n] < '0' || layout[n] > '9' {
				text := pad(int(ns), 9)[:n-1]
				if layout[1] == '9' {
					for len(text) > 0 && text[len(text)-1] == '0' {
						text = text[:len(text)-1]
					}
				}
				if len(text) > 0 {
					out += layout[:1] + text
				}
				layout = layout[n:]
				continue
			}
		}
		hit := ""
		for _, one := range layouts {
			if has(layout, one) {
				hit = one
				break
			}
		}
		h12 := h % 12
		if h12 == 0 {
			h12 = 12
		}
		switch hit {
		case "":
			out += layout[:1]
			layout = layout[1:]
			continue
		case "January":
			out += months[mo-1]
		case "Jan":
			out += months[mo-1][:3]
		case "Monday":
			out += days[wd]
		case "Mon":
			out += days[wd][:3]
		case "2006":
			out += pad(y, 4)
		case "06":
			out += pad(y%100, 2)
		case "01":
			out += pad(mo, 2)
		case "1":
			out += digits(int64(mo))
		case "02":
			out += pad(d, 2)
		case "_2":
			if d < 10 {
				out += " "
			}
			out += digits(int64(d))
		case "2":
			out += digits(int64(d))
		case "002":
			out += pad(yd, 3)
		case "15":
			out += pad(h, 2)
		case "03":
			out += pad(h12, 2)
		case "3":
			out += digits(int64(h12))
		case "04":
			out += pad(mi, 2)
		case "4":
			out += digits(int64(mi))
		case "05":
			out += pad(s, 2)
		case "5":
			out += digits(int64(s))
		case "PM":
			if h >= 12 {
				out += "PM"
			} else {
				out += "AM"
			}
		case "pm":
			if h >= 12 {
				out += "pm"
			} else {
				out += "am"
			}
		case "MST":
			out += "UTC"
		case "-0700":
			out += "+0000"
		case "-07:00":
			out += "+00:00"
		case "Z07:00", "Z0700":
			out += "Z"
		}
		layout = layout[len(hit):]
	}
	return out
}

func number(s string, at, n int) (int, bool) {
	if at+n > len(s) {
		return 0, false
	}
	v := 0
	for i := at; i < at+n; i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		v = v*10 + int(s[i]-'0')
	}
	return v, true
}

func Parse(layout, value string) (Time, error) {
	bad := errors.New("parsing time \"" + value + "\" as \"" + layout + "\": cannot parse \"" + value + "\" as \"" + layout[:min(4, len(layout))] + "\"")
	y, mo, d, h, mi, s := 1, 1, 1, 0, 0, 0
	i := 0
	ok := true
	for len(layout) > 0 && ok {
		switch {
		case has(layout, "2006"):
			y, ok = number(value, i, 4)
			i += 4
			layout = layout[4:]
		case has(layout, "01"):
			mo, ok = number(value, i, 2)
			i += 2
			layout = layout[2:]
		case has(layout, "02"):
			d, ok = number(value, i, 2)
			i += 2
			layout = layout[2:]
		case has(layout, "15"):
			h, ok = number(value, i, 2)
			i += 2
			layout = layout[2:]
		case has(layout, "04"):
			mi, ok = number(value, i, 2)
			i += 2
			layout = layout[2:]
		case has(layout, "05"):
			s, ok = number(value, i, 2)
			i += 2
			layout = layout[2:]
		case has(layout, "Z07:00"):
			layout = ""
		default:
			ok = i < len(value) && value[i] == layout[0]
			i++
			layout = layout[1:]
		}
	}
	if !ok || mo < 1 || mo > 12 || d < 1 || d > 31 {
		return Time{}, bad
	}
	return Date(y, Month(mo), d, h, mi, s, 0, UTC), nil
}

type Timer struct {
	C      <-chan Time
	c      chan Time
	f      func()
	gen    int
	active bool
}

func (t *Timer) start(d Duration) {
	t.gen++
	t.active = true
	go timerRun(t, d, t.gen)
}

func timerRun(t *Timer, d Duration, gen int) {
	background()
	Sleep(d)
	if t.gen != gen || !t.active {
		return
	}
	t.active = false
	if t.f != nil {
		go t.f()
		return
	}
	select {
	case t.c <- Now():
	default:
	}
}

func (t *Timer) Stop() bool {
	was := t.active
	t.active = false
	t.gen++
	endTimer(t, t.gen)
	return was
}

func (t *Timer) Reset(d Duration) bool {
	was := t.Stop()
	for len(t.c) > 0 {
		<-t.c
	}
	t.start(d)
	return was
}

func NewTimer(d Duration) *Timer {
	c := make(chan Time, 1)
	t := &Timer{C: c, c: c}
	t.start(d)
	return t
}

func After(d Duration) <-chan Time { return NewTimer(d).C }

func AfterFunc(d Duration, f func()) *Timer {
	t := &Timer{f: f}
	t.start(d)
	return t
}

type Ticker struct {
	C     <-chan Time
	c     chan Time
	timer *Timer
	d     Duration
	off   bool
}

func NewTicker(d Duration) *Ticker {
	if d <= 0 {
		panic("non-positive interval for NewTicker")
	}
	c := make(chan Time, 1)
	t := &Ticker{C: c, c: c, d: d}
	t.timer = AfterFunc(d, t.tick)
	return t
}

func (t *Ticker) tick() {
	background()
	if t.off {
		return
	}
	t.timer.start(t.d)
	select {
	case t.c <- Now():
	default:
	}
}

func (t *Ticker) Stop() { t.off = true; t.timer.Stop() }
func (t *Ticker) Reset(d Duration) {
	t.d = d
	t.off = false
	t.timer.Stop()
	t.timer.start(d)
}

func Tick(d Duration) <-chan Time { return NewTicker(d).C }
