package godotenv

import (
	"os"
	"strings"
)

func Load(files ...string) error {
	if len(files) == 0 {
		files = []string{".env"}
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		for _, line := range strings.Split(string(data), "\n") {
			line = strings.TrimSpace(line)
			k, v, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
			if !ok || strings.HasPrefix(line, "#") {
				continue
			}
			if _, has := os.LookupEnv(strings.TrimSpace(k)); !has {
				os.Setenv(strings.TrimSpace(k), strings.Trim(strings.TrimSpace(v), "\"'"))
			}
		}
	}
	return nil
}
