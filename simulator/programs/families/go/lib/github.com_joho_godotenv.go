package godotenv

import (
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"
)

var reference = regexp.MustCompile(`\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?`)

func Unmarshal(text string) (map[string]string, error) {
	found := map[string]string{}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		bare := strings.TrimSpace(line)
		if bare == "" || bare[0] == '#' {
			text = rest
			continue
		}
		bare = strings.TrimSpace(strings.TrimPrefix(bare, "export "))
		at := strings.IndexAny(bare, "=:")
		if at < 0 {
			return nil, fmt.Errorf("unexpected character %q in variable name near %q", "\n", text)
		}
		key, value := strings.TrimSpace(bare[:at]), strings.TrimSpace(bare[at+1:])
		if strings.ContainsAny(key, " \t") {
			return nil, fmt.Errorf("unexpected character %q in variable name near %q", " ", text)
		}
		text = rest
		if value != "" && (value[0] == '"' || value[0] == '\'') {
			quote := value[:1]
			body := value[1:]
			for !strings.Contains(body, quote) && text != "" {
				more, after, _ := strings.Cut(text, "\n")
				body += "\n" + more
				text = after
			}
			end := strings.Index(body, quote)
			if end < 0 {
				return nil, fmt.Errorf("unterminated quoted value %s", value)
			}
			value = body[:end]
			if quote == "\"" {
				value = strings.NewReplacer("\\n", "\n", "\\r", "\r").Replace(value)
				value = expand(value, found)
			}
		} else {
			if i := strings.Index(value, " #"); i >= 0 {
				value = strings.TrimSpace(value[:i])
			}
			value = expand(value, found)
		}
		found[key] = value
	}
	return found, nil
}
func expand(value string, found map[string]string) string {
	return reference.ReplaceAllStringFunc(value, func(word string) string {
		return found[strings.Trim(word, "${}")]
	})
}
func Read(files ...string) (map[string]string, error) {
	if len(files) == 0 {
		files = []string{".env"}
	}
	all := map[string]string{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		found, err := Unmarshal(string(data))
		if err != nil {
			return nil, err
		}
		for k, v := range found {
			all[k] = v
		}
	}
	return all, nil
}
func load(files []string, over bool) error {
	if len(files) == 0 {
		files = []string{".env"}
	}
	for _, f := range files {
		found, err := Read(f)
		if err != nil {
			return err
		}
		for k, v := range found {
			if _, has := os.LookupEnv(k); !has || over {
				os.Setenv(k, v)
			}
		}
	}
	return nil
}
func Load(files ...string) error     { return load(files, false) }
func Overload(files ...string) error { return load(files, true) }
func Marshal(m map[string]string) (string, error) {
	lines := []string{}
	for k, v := range m {
		lines = append(lines, fmt.Sprintf("%s=%q", k, v))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n"), nil
}
