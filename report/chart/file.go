package chart

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/relift/relift/internal/atomicfile"
)

// Format returns the format that a file's name asks for: png, svg or pdf.
func Format(path string) (string, error) {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".png", ".svg", ".pdf":
		return ext[1:], nil
	default:
		return "", fmt.Errorf("%s: extension %q; expected .png, .svg or .pdf", path, ext)
	}
}

// Save draws into a file in the format of its extension, whole or not at all.
func (d *Drawing) Save(path string) error {
	format, err := Format(path)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := d.Write(&b, format); err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := b.WriteTo(w)
		return err
	})
}
