package onnx

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"testing"
)

// TestReleasedFiles: a file that an earlier version wrote gives its model back,
// byte for byte.
func TestReleasedFiles(t *testing.T) {
	n, err := Load("testdata/released/relift-0.1.0.onnx")
	if err != nil {
		t.Fatal(err)
	}
	if n.Model == nil {
		t.Fatalf("no model: %v", n.Warnings)
	}
	want, err := os.ReadFile("testdata/released/relift-0.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := n.Model.Write(&got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("the model came back as\n%s", &got)
	}
}

// TestBytesOfFiles: the same model is the same file in every build.  The sums
// change only with what is written on purpose.
func TestBytesOfFiles(t *testing.T) {
	n, err := Load("testdata/released/relift-0.1.0.onnx")
	if err != nil {
		t.Fatal(err)
	}
	for precision, want := range map[Precision]string{
		Double: "06a5387505a9773c",
		Single: "a48e9db4605af23f",
	} {
		var b bytes.Buffer
		if err := Write(&b, n.Model, precision); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(b.Bytes())
		if got := hex.EncodeToString(sum[:8]); got != want {
			t.Errorf("precision %d: the file has the sum %s, want %s", precision, got, want)
		}
	}
}
