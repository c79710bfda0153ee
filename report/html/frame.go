package html

import (
	_ "embed"
	"html/template"
	"time"
)

//go:embed frame.html
var frameSource string

// frame is what every page begins and ends with.
type frame struct {
	Kind    string // of page, in one word
	Source  string // of the data, as the user named it
	Version string // of relift
	Created time.Time
	Style   template.CSS
}

func newFrame(kind, source, version string, created time.Time) frame {
	return frame{kind, source, version, created, template.CSS(style())}
}

// framed returns the template of a page that uses those of its frame.
func framed(name, source string) *template.Template {
	return template.Must(template.Must(template.New(name).Parse(frameSource)).Parse(source))
}
