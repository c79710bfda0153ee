package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/relift/relift/docs/internal/tables"
)

// job is one row of the table.
type job struct {
	name string
	file string // in the folder of the data
	args []string
	rows int                              // the first ones of the file only; 0: all
	make func(dir string) (string, error) // makes the file instead

	chosen bool     // γ, intercept and loss are those that train chooses
	table  []string // flags that say how to read the file, for the verifier as well
}

// path returns the table of a job, of the first of the folders that has it, which may be made in dir.
func (j job) path(folders []string, dir string) (string, error) {
	switch {
	case j.make != nil:
		return j.make(dir)
	case strings.HasPrefix(j.file, "builtin:"):
		return j.file, nil
	}
	file := filepath.FromSlash(j.file)
	if !strings.HasPrefix(j.file, "examples/") && !strings.HasPrefix(j.file, "table/") {
		in := func(folder string) bool {
			_, err := os.Stat(filepath.Join(folder, file))
			return err == nil
		}
		k := slices.IndexFunc(folders, in)
		if k < 0 {
			return "", fmt.Errorf("%s: %w in %s", j.file, fs.ErrNotExist, strings.Join(folders, ", "))
		}
		file = filepath.Join(folders[k], file)
	}
	if j.rows > 0 {
		return first(dir, file, j.rows)
	}
	return file, nil
}

var raw = []string{"--scale", "none", "--bias=false"}

func jobs() []job {
	bound := func(name, file string, args ...string) job {
		return job{name: "bound: " + name, file: file, args: append([]string{"bound"}, args...)}
	}
	exact := func(name, file string, args ...string) job {
		return job{name: "exact: " + name, file: file, args: append([]string{"train", "--method", "exact"}, args...)}
	}
	with := func(gamma, limit string, more ...string) []string {
		return append(append([]string{"--reg", gamma, "--time-limit", limit}, more...), raw...)
	}
	standard := func(gamma, limit string) []string { return []string{"--reg", gamma, "--time-limit", limit} }
	var list []job
	targets := []string{"--target", "y1,y2,y3,y4,y5"}
	for _, gamma := range []string{"0.1", "0.01"} {
		for i := range 20 {
			file := fmt.Sprintf("random/random%03d.csv", i)
			list = append(list, bound("random γ="+gamma, file, with(gamma, "60s", targets...)...),
				exact("random γ="+gamma, file, with(gamma, "60s", append([]string{"--gap", "1e-4"}, targets...)...)...))
		}
		list = append(list,
			bound("spiral γ="+gamma, "spiral.csv", with(gamma, "60s")...),
			bound("iris.train raw γ="+gamma, "iris.train.csv", with(gamma, "60s")...),
			exact("spiral γ="+gamma, "spiral.csv", with(gamma, "60s", "--gap", "1e-4")...),
			exact("iris.train raw γ="+gamma, "iris.train.csv", with(gamma, "120s", "--gap", "0.01")...),
			exact("iris.train standardised, bias γ="+gamma, "iris.train.csv", append(standard(gamma, "120s"), "--gap", "0.01")...))
	}
	auto := func(name, file string, args ...string) job {
		return job{name: "train: " + name, file: file, args: append([]string{"train"}, args...)}
	}
	for _, j := range []struct {
		table        string
		rows         int
		gamma, limit string
	}{
		{"pima_indians", 40, "2", "20s"}, {"pima_indians", 100, "4", "600s"},
		{"ionosphere", 60, "1", "60s"}, {"ionosphere", 100, "3", "600s"}, {"ionosphere", 175, "5", "600s"},
	} {
		list = append(list, job{
			name: fmt.Sprintf("signs: %s, first %d rows, γ=%s, %s", j.table, j.rows, j.gamma, j.limit), file: j.table + ".train.csv",
			args: append([]string{"train", "--gap", "1e-4"}, standard(j.gamma, j.limit)...), rows: j.rows,
		})
	}
	signs := func(name, file, gamma, limit, gap string) job {
		return job{
			name: fmt.Sprintf("signs: %s, γ=%s, %s", name, gamma, limit), file: file, args: append([]string{"train", "--gap", gap}, standard(gamma, limit)...),
		}
	}
	made := func(j job, table func(dir string) (string, error)) job {
		j.make = table
		return j
	}
	regression := func(n int) func(string) (string, error) {
		return func(dir string) (string, error) { return tables.Regression(dir, n, 30, 0.3) }
	}
	first := func(j job, rows int) job {
		j.rows = rows
		return j
	}
	const pima = "table/builtin/data/pima_indians.csv"
	list = append(list,
		made(job{name: "signs: Gaussian 40×5, γ=1, 30s", args: append([]string{"train", "--gap", "1e-4"}, with("1", "30s")...)}, func(dir string) (string, error) { return tables.Gaussian(dir, 40, 5) }),
		first(signs("Pima, 576 rows", pima, "40", "600s", "1e-3"), 576), first(signs("Pima, 576 rows", pima, "10", "600s", "1e-3"), 576),
		signs("wine", "wine.csv", "10", "600s", "1e-4"), signs("breast cancer", "breast_cancer.csv", "10", "600s", "1e-4"),
		made(signs("4000×31", "", "10", "600s", "1e-3"), regression(4000)),
		made(signs("40 000×31", "", "1000", "1800s", "1e-3"), regression(40_000)), made(signs("40 000×31", "", "100", "1800s", "1e-3"), regression(40_000)))
	for _, limit := range []string{"60s", "600s"} {
		for _, t := range []struct {
			name, file string
			args       []string
		}{
			{"iris", "builtin:iris", nil}, {"spiral", "builtin:spiral", nil}, {"ionosphere", "builtin:ionosphere", nil}, {"Pima", "builtin:pima_indians", nil},
			{"penguins", "examples/penguins.csv", []string{"--target", "species", "--missing", "drop"}},
			{"penguins by bills", "examples/penguins.csv", []string{"--target", "species", "--features", "bill_length_mm,bill_depth_mm", "--missing", "drop"}},
			{"cars", "examples/cars.csv", []string{"--target", "mpg", "--missing", "drop"}},
			{"cars by weight and year", "examples/cars.csv", []string{"--target", "mpg", "--features", "weight,year", "--missing", "drop"}},
			{"possum", "possum.csv", []string{"--target", "totlngth", "--drop", "rownames,case", "--missing", "drop"}}, {"bank notes", "bank_notes.train.csv", nil},
		} {
			list = append(list, job{name: "default: " + t.name + ", " + limit, file: t.file, args: append([]string{"train", "--time-limit", limit}, t.args...), chosen: true, table: t.args})
		}
	}
	return append(list,
		auto("ionosphere.train raw γ=0.1", "ionosphere.train.csv", with("0.1", "120s")...),
		auto("pima_indians.train standardised, bias γ=0.1", "pima_indians.train.csv", standard("0.1", "180s")...),
		auto("mnist20.train standardised γ=0.1", "mnist20.train.csv", "--reg", "0.1", "--time-limit", "600s", "--bias=false"),
		bound("ionosphere.train raw γ=0.1", "ionosphere.train.csv", with("0.1", "60s")...),
		bound("pima_indians.train raw γ=0.1", "pima_indians.train.csv", with("0.1", "180s")...),
		bound("pima_indians.train standardised, bias γ=0.1", "pima_indians.train.csv", standard("0.1", "180s")...),
		bound("bank_notes.train raw γ=0.1", "bank_notes.train.csv", with("0.1", "300s")...),
		bound("mnist20.train standardised γ=0.1", "mnist20.train.csv", "--reg", "0.1", "--time-limit", "600s", "--bias=false"),
		exact("bank_notes.train raw γ=0.1", "bank_notes.train.csv", with("0.1", "300s", "--gap", "0.01")...))
}
