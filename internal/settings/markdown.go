package settings

import (
	"fmt"
	"strings"
)

// Markdown returns the page docs/settings.md.
func Markdown() string {
	var b strings.Builder
	b.WriteString("# Settings\n\n")
	b.WriteString("<!-- Written by `go test ./internal/settings -update` from the table in internal/settings. Do not edit. -->\n\n")
	b.WriteString("Every setting is a flag of the commands named with it. What a setting does not allow is refused with exit status 2.\n")
	for _, s := range Table() {
		flag := "--" + s.Name
		if s.Short != "" {
			flag = "-" + s.Short + ", " + flag
		}
		fmt.Fprintf(&b, "\n## `%s`\n\n%s.", flag, upperFirst(s.Help))
		if s.Detail != "" {
			fmt.Fprintf(&b, " %s", s.Detail)
		}
		fmt.Fprintf(&b, "\n\n- value: %s", s.Expected())
		if len(s.Auto) > 0 {
			fmt.Fprintf(&b, ", or `auto` (%s)", strings.Join(s.Auto, ", "))
		}
		b.WriteString("\n")
		if s.Unit != "" {
			fmt.Fprintf(&b, "- unit: %s\n", s.Unit)
		}
		switch {
		case s.Kind == Real && s.Default == autoValue:
			fmt.Fprintf(&b, "- default: `%s` (%s), none elsewhere\n", s.Default, strings.Join(s.Auto, ", "))
		case s.Default != "":
			fmt.Fprintf(&b, "- default: `%s`\n", s.Default)
		}
		fmt.Fprintf(&b, "- commands: %s\n", strings.Join(s.Commands, ", "))
	}
	return b.String()
}

func upperFirst(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
