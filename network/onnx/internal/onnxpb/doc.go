// Package onnxpb has the messages of an ONNX file as Go types.  They are
// generated from onnx.proto as the ONNX project publishes it (version 1.23.2,
// Apache-2.0, see NOTICE); nothing in the two files is written by hand.
//
// go generate needs protoc (Debian: protobuf-compiler); its plugin for Go is
// built at the version that tools/go.mod names.
package onnxpb

//go:generate sh generate.sh
