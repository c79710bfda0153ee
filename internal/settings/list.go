package settings

import (
	"encoding/csv"
	"strings"
)

// splitList splits comma-separated names; double quotes protect commas.
func splitList(text string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.TrimLeadingSpace = true
	items, err := r.Read()
	if err != nil {
		return nil, err
	}
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	return items, nil
}
