package settings

// reproduction are the settings of relift reproduce alone.
func reproduction() []Setting {
	commands := []string{"reproduce"}
	return []Setting{
		{
			Name: "quick", Kind: Bool, Default: "false", Commands: commands,
			Help: "a small plan of less than two minutes",
		},
		{
			Name: "out", Kind: File, Default: "reproduction", Example: "results", Commands: commands,
			Help: "folder for the results and the report",
		},
		{
			Name: "resume", Kind: Bool, Default: "false", Commands: commands,
			Help:   "keep the results that an earlier run left in the folder",
			Detail: "Only those with the same settings, version and linear algebra are kept; the others are made again.",
		},
		{
			Name: "jobs", Kind: Integer, Range: Range{Min: 0, Max: 4096}, Default: "0", Example: "2", Commands: commands,
			Help: "jobs that run at a time, each on one thread (0: one for each processor)",
		},
		{
			Name: "problems", Kind: Integer, Range: Range{Min: 0, Max: 1000}, Default: "0", Example: "20", Commands: commands,
			Help: "random problems of the tightness experiment (0: 100, with --quick 2)",
		},
		{
			Name: "only", Kind: List, Example: "tightness/spiral,iris/0.1", Commands: commands,
			Help: "run only the jobs whose name contains one of these texts",
		},
		{
			Name: "bank-notes", Kind: File, Example: "data_banknote_authentication.txt", Commands: commands,
			Help:   "file of the bank note data for the classification (default: leave these data out)",
			Detail: "The data are in no package registry; the file is in the UCI repository, https://archive.ics.uci.edu/dataset/267/banknote+authentication.",
		},
	}
}
