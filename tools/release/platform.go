package main

import (
	"fmt"
	"strings"
)

// platform is what one build of the program runs on.
type platform struct {
	os, arch string
	// tags are build tags.  On Linux the program loads an OpenBLAS by the loader of the C library; with
	// noblas it is a static file that needs no library, and so also for musl and for empty containers.
	tags string
	// wheel is the platform tag of its wheel (https://packaging.python.org/specifications/platform-compatibility-tags/);
	// empty: none.
	wheel string
}

// platforms are all that there are builds for.  The tags of the wheels: the program refers to no
// versioned symbol of the C library, and Go 1.26 needs Linux 3.2 and macOS 12.
var platforms = []platform{
	{os: "linux", arch: "amd64", wheel: "manylinux_2_17_x86_64.manylinux2014_x86_64"},
	{os: "linux", arch: "amd64", tags: "noblas", wheel: "musllinux_1_1_x86_64"},
	{os: "linux", arch: "arm64", wheel: "manylinux_2_17_aarch64.manylinux2014_aarch64"},
	{os: "linux", arch: "arm64", tags: "noblas", wheel: "musllinux_1_1_aarch64"},
	{os: "darwin", arch: "amd64", wheel: "macosx_12_0_x86_64"},
	{os: "darwin", arch: "arm64", wheel: "macosx_12_0_arm64"},
	{os: "windows", arch: "amd64", wheel: "win_amd64"},
}

// String names the platform as the flag takes it.
func (p platform) String() string {
	if p.tags == "noblas" {
		return p.os + "/" + p.arch + "/static"
	}
	return p.os + "/" + p.arch
}

// program is the name of the program's file.
func (p platform) program() string {
	if p.os == "windows" {
		return "relift.exe"
	}
	return "relift"
}

// choose returns the platforms that a list names, all for an empty one.
func choose(list string) ([]platform, error) {
	if list == "" {
		return platforms, nil
	}
	var chosen []platform
	for name := range strings.SplitSeq(list, ",") {
		known := false
		for _, p := range platforms {
			if p.String() == name {
				chosen, known = append(chosen, p), true
			}
		}
		if !known {
			var names []string
			for _, p := range platforms {
				names = append(names, p.String())
			}
			return nil, fmt.Errorf("-platforms %q: expected some of %s", name, strings.Join(names, ", "))
		}
	}
	return chosen, nil
}
