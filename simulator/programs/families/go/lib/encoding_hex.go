package hex

import "fmt"

func EncodeToString(src []byte) string { return fmt.Sprintf("%x", src) }
