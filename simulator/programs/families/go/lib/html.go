package html

import "strings"

var escapes = strings.NewReplacer("&", "&amp;", "'", "&#39;", "<", "&lt;", ">", "&gt;", "\"", "&#34;")
var plain = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&#34;", "\"", "&quot;", "\"", "&#39;", "'", "&amp;", "&")

func EscapeString(s string) string   { return escapes.Replace(s) }
func UnescapeString(s string) string { return plain.Replace(s) }
