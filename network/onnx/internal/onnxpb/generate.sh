#!/bin/sh
# Makes onnx.pb.go of onnx.proto, here or in the folder that is given.
set -eu
to=${1:-.}
plugin=$(mktemp -d)
trap 'rm -r "$plugin"' EXIT
go build -modfile=../../../../tools/go.mod -o "$plugin/protoc-gen-go" google.golang.org/protobuf/cmd/protoc-gen-go
protoc --plugin="$plugin/protoc-gen-go" --go_out="$to" --go_opt=paths=source_relative \
  --go_opt=Monnx.proto=github.com/relift/relift/network/onnx/internal/onnxpb onnx.proto
