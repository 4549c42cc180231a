package binding

import (
	"fmt"
	"internal/shapes"
	"strconv"
	"strings"
)

// Put fills the fields of a struct that have a tag from a form, a query or a path.
func Put(target any, tag string, values map[string][]string) string {
	names, tags, _, kinds, pointers := shapes.Fields(target)
	for i, field := range names {
		name, options, _ := strings.Cut(shapes.Tag(tags[i], tag), ",")
		if name == "" && tag == "form" && kinds[i] != "embedded" {
			name = field
		}
		if name == "" || name == "-" {
			continue
		}
		given := values[name]
		if len(given) == 0 {
			if _, after, ok := strings.Cut(options, "default="); ok {
				given = []string{after}
			} else {
				continue
			}
		}
		if kinds[i] == "slice" {
			shapes.Empty(pointers[i])
			for _, one := range given {
				made := shapes.ElemNew(pointers[i])
				if why := put(made, one); why != "" {
					return why
				}
				shapes.Append(pointers[i], made)
			}
			continue
		}
		if why := put(pointers[i], given[0]); why != "" {
			return why
		}
	}
	return ""
}

type unmarshaler interface{ UnmarshalText(text []byte) error }

func put(pointer any, text string) string {
	if u, ok := pointer.(unmarshaler); ok {
		if err := u.UnmarshalText([]byte(text)); err != nil {
			return err.Error()
		}
		return ""
	}
	kind, _ := shapes.TypeName(pointer)
	if text == "" && kind != "*string" {
		text = "0"
	}
	if shapes.Assign(pointer, text, false) == "" {
		return ""
	}
	switch {
	case strings.HasPrefix(kind, "*int"):
		return "strconv.ParseInt: parsing " + strconv.Quote(text) + ": invalid syntax"
	case strings.HasPrefix(kind, "*uint"):
		return "strconv.ParseUint: parsing " + strconv.Quote(text) + ": invalid syntax"
	case strings.HasPrefix(kind, "*float"):
		return "strconv.ParseFloat: parsing " + strconv.Quote(text) + ": invalid syntax"
	case kind == "*bool":
		return "strconv.ParseBool: parsing " + strconv.Quote(text) + ": invalid syntax"
	}
	return "unknown type"
}

// FieldError is one field that does not hold what its tag says, in the words of validator.
type FieldError struct{ Space, Name, Rule, Param, Kind string }

func (e *FieldError) Error() string {
	return fmt.Sprintf("Key: '%s' Error:Field validation for '%s' failed on the '%s' tag", e.Space, e.Name, e.Rule)
}

// Check looks at the rules of all fields of a struct, of structs in it, and of lists of them.
func Check(target any, tag, space string) []*FieldError {
	found := []*FieldError{}
	text, kind := shapes.TypeName(target)
	if kind == "slice" {
		for i, one := range shapes.Items(target) {
			found = append(found, Check(one, tag, space+"["+strconv.Itoa(i)+"]")...)
		}
		return found
	}
	if space == "" {
		space = strings.TrimLeft(text[strings.LastIndex(text, ".")+1:], "*")
	}
	names, tags, types, kinds, pointers := shapes.Fields(target)
	for i, name := range names {
		rules := shapes.Tag(tags[i], tag)
		full := space + "." + name
		value := shapes.Value(pointers[i])
		if rules != "" && rules != "-" {
			if e := one(value, kinds[i], rules, target); e != nil {
				e.Space, e.Name, e.Kind = full, name, types[i]
				found = append(found, e)
				continue
			}
		}
		if kinds[i] == "struct" && types[i] != "time.Time" && kinds[i] != "embedded" {
			found = append(found, Check(pointers[i], tag, full)...)
		}
		if kinds[i] == "slice" && strings.Contains(rules, "dive") {
			found = append(found, Check(value, tag, full)...)
		}
	}
	return found
}
func size(value any, kind string) float64 {
	switch v := value.(type) {
	case string:
		return float64(len([]rune(v)))
	case float64:
		return v
	}
	if kind == "slice" || kind == "map" {
		return float64(len(shapes.Items(value)))
	}
	f, _ := strconv.ParseFloat(fmt.Sprint(value), 64)
	return f
}
func one(value any, kind, rules string, whole any) *FieldError {
	for _, rule := range strings.Split(rules, ",") {
		name, param, _ := strings.Cut(rule, "=")
		n, _ := strconv.ParseFloat(param, 64)
		text := fmt.Sprint(value)
		ok := true
		switch name {
		case "omitempty":
			if shapes.IsZero(value) {
				return nil
			}
		case "dive":
			return nil
		case "required":
			ok = !shapes.IsZero(value)
		case "min", "gte":
			ok = size(value, kind) >= n
		case "max", "lte":
			ok = size(value, kind) <= n
		case "gt":
			ok = size(value, kind) > n
		case "lt":
			ok = size(value, kind) < n
		case "len":
			ok = size(value, kind) == n
		case "eq":
			ok = text == param
		case "ne":
			ok = text != param
		case "oneof":
			ok = false
			for _, word := range strings.Fields(param) {
				ok = ok || word == text
			}
		case "email":
			user, host, at := strings.Cut(text, "@")
			ok = at && user != "" && strings.Contains(strings.Trim(host, "."), ".") && !strings.ContainsAny(text, " ,")
		case "url", "uri", "http_url":
			scheme, rest, is := strings.Cut(text, "://")
			ok = is && scheme != "" && rest != ""
		case "uuid", "uuid4":
			ok = len(text) == 36 && strings.Count(text, "-") == 4
		case "numeric", "number":
			_, err := strconv.ParseFloat(text, 64)
			ok = err == nil
		case "alphanum", "alpha":
			ok = text != "" && strings.IndexFunc(text, func(r rune) bool {
				letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
				return !letter && (name == "alpha" || r < '0' || r > '9')
			}) < 0
		case "startswith":
			ok = strings.HasPrefix(text, param)
		case "contains":
			ok = strings.Contains(text, param)
		case "eqfield":
			ok = false
			names, _, _, _, pointers := shapes.Fields(whole)
			for i, other := range names {
				ok = ok || other == param && fmt.Sprint(shapes.Value(pointers[i])) == text
			}
		}
		if !ok {
			return &FieldError{Rule: name, Param: param}
		}
	}
	return nil
}
