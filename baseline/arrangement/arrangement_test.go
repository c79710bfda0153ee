package arrangement

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

func TestPlaneFindsAllCells(t *testing.T) {
	for seed := uint64(1); seed <= 5; seed++ {
		const n = 12
		rng := rand.New(rand.NewPCG(seed, 0))
		x := mat.NewDense(n, 2, nil)
		for i := range x.RawMatrix().Data {
			x.RawMatrix().Data[i] = rng.NormFloat64()
		}
		x.SetRow(3, []float64{0, 0})                           // no hyperplane
		x.SetRow(4, []float64{2 * x.At(5, 0), 2 * x.At(5, 1)}) // the same hyperplane
		cells, complete, err := Cells(x, 0, 0)
		if err != nil || !complete {
			t.Fatal(complete, err)
		}
		if len(cells) != 2*(n-2) {
			t.Errorf("seed %d: %d cells, want %d", seed, len(cells), 2*(n-2))
		}
		for _, c := range cells {
			for r := range 2 {
				for i := range n {
					s := floats.Dot(x.RawRowView(i), c.Rays.RawRowView(r))
					if c.Active[i] && s < -1e-12 || !c.Active[i] && s > 1e-12 {
						t.Errorf("seed %d: a ray lies outside its cell (row %d: %v)", seed, i, s)
					}
				}
			}
		}
		for range 500 {
			u := []float64{rng.NormFloat64(), rng.NormFloat64()}
			p := pattern(x, u)
			if !slices.ContainsFunc(cells, func(c Cell) bool { return slices.Equal(c.Active, p.Active) }) {
				t.Fatalf("seed %d: the pattern of %v is not listed", seed, u)
			}
		}
	}
}

func TestSample(t *testing.T) {
	x := mat.NewDense(4, 3, []float64{1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1})
	cells, complete, err := Cells(x, 500, 1)
	if err != nil || complete {
		t.Fatal(complete, err)
	}
	if len(cells) != 14 { // 2·(C(3,0) + C(3,1) + C(3,2)), in general position
		t.Errorf("%d cells, want 14", len(cells))
	}
	for _, c := range cells {
		if !slices.Equal(c.Active, pattern(x, c.Center).Active) || !(math.Abs(floats.Norm(c.Center, 2)-1) < 1e-14) {
			t.Error("the centre does not have the cell's pattern")
		}
	}
	again, _, _ := Cells(x, 500, 1)
	for i := range again {
		if !slices.Equal(again[i].Center, cells[i].Center) {
			t.Fatal("the same seed gives other cells")
		}
	}
}

func TestOneDimensionAndBadInput(t *testing.T) {
	cells, complete, err := Cells(mat.NewDense(2, 1, []float64{1, -2}), 0, 0)
	if err != nil || !complete || len(cells) != 2 || !cells[0].Active[0] || cells[0].Active[1] {
		t.Errorf("%v %v %v", cells, complete, err)
	}
	if _, _, err := Cells(mat.NewDense(1, 2, []float64{1, math.NaN()}), 1, 1); err == nil {
		t.Error("NaN: no error")
	}
	if _, _, err := Cells(mat.NewDense(1, 3, nil), 0, 1); err == nil {
		t.Error("no cells wanted: no error")
	}
}
