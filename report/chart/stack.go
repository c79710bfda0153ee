package chart

// Stack draws pictures below each other into one.
func Stack(id, title, description string, drawings ...*Drawing) *Drawing {
	d := New(id, 0, 0, title, description)
	for _, part := range drawings {
		for _, it := range part.items {
			d.items = append(d.items, it.lowered(d.Height))
		}
		d.Width, d.Height = max(d.Width, part.Width), d.Height+part.Height
	}
	return d
}

// lowered is the item further down.
func (i item) lowered(by float64) item {
	i.at.Y += by
	shapes := make([]shape, len(i.shapes))
	for k, s := range i.shapes {
		points := make([]Point, len(s.points))
		for j, p := range s.points {
			points[j] = Point{p.X, p.Y + by}
		}
		s.points = points
		shapes[k] = s
	}
	i.shapes = shapes
	return i
}
