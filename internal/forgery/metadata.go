package forgery

import (
	"fmt"
	"strings"

	"github.com/relift/relift/certificate/verify"
	cones "github.com/relift/relift/exact/verify"
	"github.com/relift/relift/internal/npy"
)

// metadataFiles are honest proofs, by multipliers and by cones, whose meta data say what the numbers say, or nothing, or something else; some
// could be understood in two ways.
func metadataFiles() []File {
	const bad = "0.125"
	files := []File{
		{"metadata-none-multipliers.npz", Multipliers, "there are no meta data", false, archive(multiplierEntries(honestMultipliers(), nil, nil)[:11])},
		{"metadata-empty-multipliers.npz", Multipliers, "the meta data state nothing", false, stated(Multipliers, "{}")},
		{"metadata-empty-cones.npz", Cones, "the meta data do not name the format", true, stated(Cones, "{}")},
		{"metadata-version-cones.npz", Cones, "the meta data do not name the version", true, stated(Cones, fmt.Sprintf(`{"format":%q,"digest":%q}`, cones.Format, cones.Digest(honestCones(2))))},
	}
	for _, c := range []struct {
		name, settings, what string // settings in which γ is the proof's γ
		refused              bool
	}{
		{"right", `{"gamma":γ,"reg":γ,"recipe":{"bias":false}}`, "the meta data state γ as it is", false},
		{"case", `{"Gamma":` + bad + `,"Recipe":{"bias":true},"recipe":{"Bias":true}}`, "the meta data have keys that nobody asks for", false},
		{"last", `{"gamma":` + bad + `,"gamma":γ}`, "the meta data state γ twice, the second time as it is", false},
		{"list", `[γ]`, "the settings are no object", false},
		{"first", `{"gamma":γ,"gamma":` + bad + `}`, "the meta data state γ twice, the second time another", true},
		{"shadow", `{"gamma":` + bad + `,"Gamma":γ}`, "the meta data state another γ, and the right one under another key", true},
		{"weight", `{"reg":` + bad + `}`, "the meta data state another weight", true},
		{"text", `{"gamma":"γ"}`, "the meta data state γ as a text", true},
		{"null", `{"gamma":null}`, "the meta data state γ and no number", true},
		{"truth", `{"gamma":true}`, "the meta data state a truth value as γ", true},
		{"huge", `{"gamma":1e999}`, "the meta data state a γ that is no number of 64 bits", true},
		{"nan", `{"gamma":NaN}`, "the meta data are not JSON", true},
		{"bias", `{"recipe":{"bias":true}}`, "the meta data state a bias, and X has no column of ones", true},
		{"deep", strings.Repeat("[", 1000) + strings.Repeat("]", 1000), "the meta data are lists in lists", true},
	} {
		for _, of := range []struct {
			kind                  Kind
			format, digest, gamma string
		}{
			{Multipliers, verify.Format, verify.Digest(honestMultipliers()), "4"},
			{Cones, cones.Format, cones.Digest(honestCones(2)), "1"},
		} {
			settings := strings.ReplaceAll(c.settings, "γ", of.gamma)
			meta := fmt.Sprintf(`{"format":%q,"format_version":1,"digest":%q,"settings":%s}`, of.format, of.digest, settings)
			files = append(files, File{fmt.Sprintf("metadata-%s-%s.npz", c.name, of.kind), of.kind, c.what, c.refused, stated(of.kind, meta)})
		}
	}
	return files
}

// stated is an honest file of the kind with the meta data given.
func stated(kind Kind, meta string) []byte {
	var entries []npy.Entry
	if kind == Cones {
		entries = coneEntries(honestCones(2))
	} else {
		entries = multiplierEntries(honestMultipliers(), nil, nil)
	}
	entries[len(entries)-1].Array = npy.String(meta)
	return archive(entries)
}
