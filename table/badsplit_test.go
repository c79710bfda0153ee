package table_test

import (
	"testing"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/internal/tabletest"
	"github.com/relift/relift/table/recipe"
)

func TestSplitErrors(t *testing.T) {
	for text, want := range map[string]string{
		"sklearn:42":             `split "sklearn:42": 2 parts; expected KIND:SEED:FRACTION such as sklearn:42:0.5 or holdout:1:0.2`,
		"sklearn:-1:0.5":         `split "sklearn:-1:0.5": the seed is not a whole number; expected KIND:SEED:FRACTION such as sklearn:42:0.5 or holdout:1:0.2`,
		"sklearn:1:nan":          `split "sklearn:1:nan": test fraction NaN is out of range; expected a number between 0 and 1 such as 0.2; expected KIND:SEED:FRACTION such as sklearn:42:0.5 or holdout:1:0.2`,
		"kfold:1:0.5":            `split "kfold:1:0.5": kind "kfold" is not known; expected holdout or sklearn; expected KIND:SEED:FRACTION such as sklearn:42:0.5 or holdout:1:0.2`,
		"sklearn:4294967296:0.5": `split "sklearn:4294967296:0.5": seed 4294967296 is out of range; scikit-learn takes seeds from 0 to 4294967295; expected KIND:SEED:FRACTION such as sklearn:42:0.5 or holdout:1:0.2`,
	} {
		_, err := table.ParseSplit(text)
		tabletest.CheckInputError(t, err, "", want)
	}
	one, err := table.New("one", []string{"a", "b"}, [][]float64{{1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = recipe.Options{}.Split(one, table.Split{Kind: table.SplitHoldout, Fraction: 0.5})
	tabletest.CheckInputError(t, err, "", "one: 1 row cannot be split with a test fraction of 0.5; expected at least one training and one test row")
}
