package relift_test

import (
	"cmp"
	"fmt"
	"html"
	"os"
	"slices"
	"strings"
	"testing"
)

const picturePath = "docs/rooms.svg"

// The picture has a row of boxes for each level: a room is one level below the lowest of those that it imports.  Sizes are pixels.
const (
	pictureWidth  = 960
	boxGap        = 24  // between boxes of a row
	levelGap      = 44  // between rows, for the arrows
	boxPadding    = 12  // of the text
	titleSize     = 15  // of the letters
	textSize      = 12  //
	lineHeight    = 17  //
	letterWidth   = 6.4 // of the text, on average and a little more
	arrowHead     = 7
	cornerRadius  = 6
	pictureMargin = 16
	laneWidth     = 26 // of an arrow that passes a row, to the right of all boxes
)

// box is a room in the picture.
type box struct {
	room       int
	x, y, w, h float64
	lines      []string // of packages
}

// roomImports returns, for each room, the rooms before it whose packages its own import.
func roomImports(graph map[string][]string) [][]int {
	imports := make([][]int, len(rooms))
	for folder, list := range graph {
		from := roomOf(folder)
		for _, imported := range list {
			if foreign(imported) {
				continue
			}
			if to := roomOf(imported); from >= 0 && to >= 0 && to != from && !slices.Contains(imports[from], to) {
				imports[from] = append(imports[from], to)
			}
		}
	}
	for _, list := range imports {
		slices.Sort(list)
	}
	return imports
}

// direct are the imports of a room that none of its other imports has, itself or through others: the arrows that are drawn.
func direct(imports [][]int) [][]int {
	var reaches func(from, to int) bool
	reaches = func(from, to int) bool {
		return slices.ContainsFunc(imports[from], func(next int) bool { return next == to || reaches(next, to) })
	}
	out := make([][]int, len(imports))
	for from, list := range imports {
		for _, to := range list {
			if !slices.ContainsFunc(list, func(via int) bool { return via != to && reaches(via, to) }) {
				out[from] = append(out[from], to)
			}
		}
	}
	return out
}

// wrap breaks words into lines of at most a number of letters.
func wrap(words []string, letters int) []string {
	var lines []string
	line := ""
	for _, w := range words {
		if line != "" && len(line)+1+len(w) > letters {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += w
	}
	return append(lines, line)
}

// levels returns the rows of rooms, the foundations first.  A row is in the order of the rooms above that its rooms have arrows from, so that
// few arrows cross.
func levels(imports, arrows [][]int) (rows [][]int) {
	level := make([]int, len(rooms))
	for r := range rooms {
		for _, to := range imports[r] {
			level[r] = max(level[r], level[to]+1)
		}
		if level[r] == len(rows) {
			rows = append(rows, nil)
		}
		rows[level[r]] = append(rows[level[r]], r)
	}
	centre := make([]float64, len(rooms)) // part of the width
	for _, row := range slices.Backward(rows) {
		from := func(room int) float64 {
			sum, count := 0.0, 0
			for r, list := range arrows {
				if slices.Contains(list, room) {
					sum, count = sum+centre[r], count+1
				}
			}
			return sum / float64(max(count, 1))
		}
		slices.SortStableFunc(row, func(a, b int) int { return cmp.Compare(from(a), from(b)) })
		for k, r := range row {
			centre[r] = (float64(k) + 0.5) / float64(len(row))
		}
	}
	return rows
}

// layOut places the rooms, the foundations at the bottom, and leaves room for lanes on the right.
func layOut(rows [][]int, lanes int) (boxes []box, height float64) {
	boxes = make([]box, len(rooms))
	y := float64(pictureMargin)
	for _, row := range slices.Backward(rows) {
		width := (pictureWidth - 2*pictureMargin - laneWidth*float64(lanes) - boxGap*float64(len(row)-1)) / float64(len(row))
		tallest := 0.0
		for k, r := range row {
			letters := int((width - 2*boxPadding) / letterWidth)
			var packages []string
			for _, p := range rooms[r].packages {
				if p == "." {
					p = "relift"
				}
				packages = append(packages, p)
			}
			lines := append(wrap(strings.Fields(rooms[r].what), letters), wrap(packages, letters)...)
			b := box{room: r, x: pictureMargin + float64(k)*(width+boxGap), y: y, w: width, lines: lines}
			b.h = 2*boxPadding + titleSize + lineHeight*float64(len(lines))
			tallest = max(tallest, b.h)
			boxes[r] = b
		}
		for _, r := range row {
			boxes[r].h = tallest
		}
		y += tallest + levelGap
	}
	return boxes, y - levelGap + pictureMargin
}

// roomsPicture is the picture of the rooms and their imports, as SVG.
func roomsPicture(graph map[string][]string) string {
	imports := roomImports(graph)
	arrows := direct(imports)
	rows := levels(imports, arrows)
	level := make([]int, len(rooms))
	for l, row := range rows {
		for _, r := range row {
			level[r] = l
		}
	}
	var down, past [][2]int // arrows to the next row, and those that pass one, which have a lane each
	for from, list := range arrows {
		for _, to := range list {
			if level[from]-level[to] > 1 {
				past = append(past, [2]int{from, to})
			} else {
				down = append(down, [2]int{from, to})
			}
		}
	}
	boxes, height := layOut(rows, len(past))
	var b strings.Builder
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" font-family=\"Helvetica, Arial, sans-serif\" role=\"img\">\n", pictureWidth, height)
	b.WriteString("<title>The rooms of relift and what they import</title>\n")
	b.WriteString("<!-- Written by `go test . -run Architecture -update`. Do not edit. -->\n")
	fmt.Fprintf(&b, "<defs><marker id=\"head\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"%d\" markerHeight=\"%d\" orient=\"auto\"><path d=\"M0 0L10 5L0 10z\" fill=\"#52606d\"/></marker></defs>\n", arrowHead, arrowHead)
	fmt.Fprintf(&b, "<rect width=\"%d\" height=\"%.0f\" fill=\"#ffffff\"/>\n", pictureWidth, height)
	arrow := func(format string, at ...any) {
		fmt.Fprintf(&b, "<path d=\""+format+"\" fill=\"none\" stroke=\"#52606d\" stroke-width=\"1.5\" marker-end=\"url(#head)\"/>\n", at...)
	}
	for lane, ends := range past {
		a, z := boxes[ends[0]], boxes[ends[1]]
		arrow("M%.1f %.1fH%.1fV%.1fH%.1f", a.x+a.w, a.y+a.h/2, pictureWidth-pictureMargin-laneWidth*(float64(lane)+0.25), z.y+z.h/2, z.x+z.w)
	}
	// place is where on its side of a box an arrow begins (side 0) or ends (side 1): in the order of the boxes at their other ends.
	place := func(ends [2]int, side int) float64 {
		of := boxes[ends[side]]
		before, count := 0, 0
		for _, other := range down {
			if other[side] == ends[side] {
				count++
				if boxes[other[1-side]].x < boxes[ends[1-side]].x {
					before++
				}
			}
		}
		return of.x + of.w*float64(before+1)/float64(count+1)
	}
	for _, ends := range down {
		a, z := boxes[ends[0]], boxes[ends[1]]
		x1, y1, x2, y2 := place(ends, 0), a.y+a.h, place(ends, 1), z.y
		arrow("M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f", x1, y1, x1, y1+levelGap*0.7, x2, y2-levelGap*0.7, x2, y2)
	}
	for _, r := range boxes {
		fmt.Fprintf(&b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%d\" fill=\"#f0f4f8\" stroke=\"#9fb3c8\"/>\n", r.x, r.y, r.w, r.h, cornerRadius)
		y := r.y + boxPadding + titleSize - 2
		fmt.Fprintf(&b, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" font-weight=\"bold\" fill=\"#102a43\">%s</text>\n", r.x+boxPadding, y, titleSize, html.EscapeString(rooms[r.room].name))
		what := len(wrap(strings.Fields(rooms[r.room].what), int((r.w-2*boxPadding)/letterWidth)))
		for k, line := range r.lines {
			y += lineHeight
			colour := "#334e68"
			if k >= what {
				colour = "#0b6e8a"
			}
			fmt.Fprintf(&b, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" fill=\"%s\">%s</text>\n", r.x+boxPadding, y, textSize, colour, html.EscapeString(line))
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func TestArchitecturePicture(t *testing.T) {
	want := roomsPicture(importGraph(t))
	if *update {
		if err := os.WriteFile(picturePath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	shown, err := os.ReadFile(picturePath)
	if err != nil {
		t.Fatal(err)
	}
	if string(shown) != want {
		t.Errorf("%s is not the picture of the import graph; run go test . -run Architecture -update", picturePath)
	}
	text, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "]("+picturePath+")") {
		t.Errorf("ARCHITECTURE.md does not show %s", picturePath)
	}
}
