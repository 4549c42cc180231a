package flag

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

type flagRow struct {
	name, usage, def string
	kind             string
	set              func(string) error
}

var rows []*flagRow
var rest []string
var Usage = func() {
	fmt.Fprintf(os.Stderr, "Usage of %s:\n", os.Args[0])
	PrintDefaults()
}

func add(name, usage, def, kind string, set func(string) error) {
	at := 0
	for at < len(rows) && rows[at].name < name {
		at++
	}
	rows = append(rows, nil)
	copy(rows[at+1:], rows[at:])
	rows[at] = &flagRow{name, usage, def, kind, set}
}
func PrintDefaults() {
	for _, r := range rows {
		head := "  -" + r.name
		if r.kind != "" {
			head += " " + r.kind
		}
		def := ""
		if r.def != "" && r.def != "0" && r.def != "false" && r.def != "0s" {
			def = " (default " + r.def + ")"
		}
		fmt.Fprintf(os.Stderr, "%s\n    \t%s%s\n", head, r.usage, def)
	}
}
func StringVar(p *string, name string, value string, usage string) {
	*p = value
	def := ""
	if value != "" {
		def = strconv.Quote(value)
	}
	add(name, usage, def, "string", func(s string) error { *p = s; return nil })
}
func String(name string, value string, usage string) *string {
	p := new(string)
	StringVar(p, name, value, usage)
	return p
}
func IntVar(p *int, name string, value int, usage string) {
	*p = value
	add(name, usage, strconv.Itoa(value), "int", func(s string) error {
		v, err := strconv.Atoi(s)
		if err != nil {
			return fmt.Errorf("parse error")
		}
		*p = v
		return nil
	})
}
func Int(name string, value int, usage string) *int {
	p := new(int)
	IntVar(p, name, value, usage)
	return p
}
func BoolVar(p *bool, name string, value bool, usage string) {
	*p = value
	add(name, usage, strconv.FormatBool(value), "", func(s string) error {
		v, err := strconv.ParseBool(s)
		if err != nil {
			return fmt.Errorf("parse error")
		}
		*p = v
		return nil
	})
}
func Bool(name string, value bool, usage string) *bool {
	p := new(bool)
	BoolVar(p, name, value, usage)
	return p
}
func DurationVar(p *time.Duration, name string, value time.Duration, usage string) {
	*p = value
	add(name, usage, value.String(), "duration", func(s string) error {
		v, err := time.ParseDuration(s)
		if err != nil {
			return fmt.Errorf("parse error")
		}
		*p = v
		return nil
	})
}
func Duration(name string, value time.Duration, usage string) *time.Duration {
	p := new(time.Duration)
	DurationVar(p, name, value, usage)
	return p
}
func find(name string) *flagRow {
	for _, r := range rows {
		if r.name == name {
			return r
		}
	}
	return nil
}
func fail(text string) {
	fmt.Fprintln(os.Stderr, text)
	Usage()
	os.Exit(2)
}
func Parse() {
	args := os.Args[1:]
	for len(args) > 0 {
		one := args[0]
		if len(one) < 2 || one[0] != '-' {
			break
		}
		args = args[1:]
		if one == "--" {
			break
		}
		name := strings.TrimLeft(one, "-")
		name, value, has := strings.Cut(name, "=")
		r := find(name)
		if r == nil {
			if name == "h" || name == "help" {
				Usage()
				os.Exit(0)
			}
			fail("flag provided but not defined: -" + name)
		}
		if !has && r.kind == "" {
			value = "true"
		} else if !has {
			if len(args) == 0 {
				fail("flag needs an argument: -" + name)
			}
			value = args[0]
			args = args[1:]
		}
		if err := r.set(value); err != nil {
			fail("invalid value " + strconv.Quote(value) + " for flag -" + name + ": " + err.Error())
		}
	}
	rest = args
}
func Args() []string { return rest }
func NArg() int      { return len(rest) }
func Arg(i int) string {
	if i < len(rest) {
		return rest[i]
	}
	return ""
}
