package table

import "hash/maphash"

// dictionary numbers the distinct texts of a column in the order in which they
// come.
type dictionary struct {
	text  []byte
	ends  []uint32 // text of code k ends there
	slots []uint32 // open addressing: code + 1, 0 where free
}

var dictionarySeed = maphash.MakeSeed()

// len is the number of distinct texts.
func (d *dictionary) len() int { return len(d.ends) }

// word returns the text of a code.
func (d *dictionary) word(code uint32) []byte {
	start := uint32(0)
	if code > 0 {
		start = d.ends[code-1]
	}
	return d.text[start:d.ends[code]]
}

// code returns the code of a text.  A new text gets the next one as long as
// there are fewer than most.
func (d *dictionary) code(text []byte, most int) (code uint32, ok bool) {
	if 2*len(d.ends) >= len(d.slots) {
		d.grow()
	}
	mask := uint64(len(d.slots) - 1)
	for at := maphash.Bytes(dictionarySeed, text) & mask; ; at = (at + 1) & mask {
		switch held := d.slots[at]; {
		case held == 0:
			if len(d.ends) >= most {
				return 0, false
			}
			d.text = append(d.text, text...)
			d.ends = append(d.ends, uint32(len(d.text)))
			d.slots[at] = uint32(len(d.ends))
			return uint32(len(d.ends) - 1), true
		case string(d.word(held-1)) == string(text):
			return held - 1, true
		}
	}
}

func (d *dictionary) grow() {
	d.slots = make([]uint32, max(8, 2*len(d.slots)))
	mask := uint64(len(d.slots) - 1)
	for code := range d.ends {
		at := maphash.Bytes(dictionarySeed, d.word(uint32(code))) & mask
		for d.slots[at] != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = uint32(code + 1)
	}
}

// words returns all texts as strings that share one array.
func (d *dictionary) words() []string {
	all := string(d.text)
	words := make([]string, len(d.ends))
	start := uint32(0)
	for i, end := range d.ends {
		words[i] = all[start:end]
		start = end
	}
	return words
}
