package pgdsn

import (
	"fmt"
	"net/url"
	"os"
	"strings"
)

// Parse reads a PostgreSQL connection string: a URL, or words like host=db.
func Parse(dsn string) (map[string]string, error) {
	found := map[string]string{}
	for name, env := range map[string]string{"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE", "sslmode": "PGSSLMODE"} {
		if v := os.Getenv(env); v != "" {
			found[name] = v
		}
	}
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		u, err := url.Parse(dsn)
		if err != nil {
			return nil, err
		}
		if u.User != nil {
			found["user"] = u.User.Username()
			if p, ok := u.User.Password(); ok {
				found["password"] = p
			}
		}
		if h := u.Hostname(); h != "" {
			found["host"] = h
		}
		if p := u.Port(); p != "" {
			found["port"] = p
		}
		if path := strings.TrimPrefix(u.Path, "/"); path != "" {
			found["dbname"] = path
		}
		for k, v := range u.Query() {
			found[k] = v[0]
		}
		return found, nil
	}
	return found, words(dsn, found)
}

func words(text string, found map[string]string) error {
	i := 0
	for {
		for i < len(text) && strings.ContainsRune(" \t\n\r", rune(text[i])) {
			i++
		}
		if i >= len(text) {
			return nil
		}
		begin := i
		for i < len(text) && text[i] != '=' && text[i] != ' ' {
			i++
		}
		name := text[begin:i]
		for i < len(text) && text[i] == ' ' {
			i++
		}
		if i >= len(text) || text[i] != '=' {
			return fmt.Errorf("missing \"=\" after %q in connection info string\"", name)
		}
		i++
		for i < len(text) && text[i] == ' ' {
			i++
		}
		value := ""
		if i < len(text) && text[i] == '\'' {
			i++
			for i < len(text) && text[i] != '\'' {
				if text[i] == '\\' && i+1 < len(text) {
					i++
				}
				value += text[i : i+1]
				i++
			}
			if i >= len(text) {
				return fmt.Errorf("unterminated quoted string literal in connection string")
			}
			i++
		} else {
			for i < len(text) && !strings.ContainsRune(" \t\n\r", rune(text[i])) {
				if text[i] == '\\' && i+1 < len(text) {
					i++
				}
				value += text[i : i+1]
				i++
			}
		}
		found[name] = value
	}
}
