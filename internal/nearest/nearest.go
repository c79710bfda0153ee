// Package nearest finds the name that was meant by one that does not exist.
package nearest

import (
	"strings"
	"unicode"
)

// To returns the name among names that word was probably meant to be, the first of
// equals; "" where none is near.  Near are names that differ in case and punctuation, begin
// like the word or as it does, or are a third of its letters away.
func To(word string, names []string) string {
	plain := letters(word)
	best, least := "", max(1, len(plain)/3)+1
	for _, name := range names {
		if d := distance(plain, letters(name)); d < least {
			best, least = name, d
		}
	}
	return best
}

// letters are the letters and digits of a name, in one case.
func letters(name string) []rune {
	return []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name))
}

// distance counts the letters to insert, delete, change or exchange with the next between
// two words; 1 where one begins with the other.
func distance(a, b []rune) int {
	const telling = 3 // letters that a beginning has at least
	short, long := a, b
	if len(short) > len(long) {
		short, long = long, short
	}
	begins := len(short) >= telling && string(long[:len(short)]) == string(short)
	// Rows of the table of distances between beginnings.
	before, last, row := []int(nil), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, make([]int, len(b)+1)
	}
	if d := last[len(b)]; !begins || d < 1 {
		return d
	}
	return 1
}
