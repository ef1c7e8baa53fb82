# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# The text format of Prometheus, as strict as its own tools are about it: for scenarios, and for
# tests on the command line.

# Reads standard input: 0, or 1 and what is wrong with it.
metrics_format()
{
	awk '
	function bad(what) {
		print "line " NR ": " what ": " $0
		wrong = 1
	}
	/^# HELP / {
		if ($3 !~ /^[a-zA-Z_:][a-zA-Z0-9_:]*$/ || $3 in help || NF < 4)
			bad("HELP")
		help[$3] = 1
		expected = $3
		next
	}
	/^# TYPE / {
		if ($3 != expected || $3 in type || $4 !~ /^(counter|gauge)$/ || NF != 4)
			bad("TYPE, which must follow its HELP")
		if (($4 == "counter") != ($3 ~ /_total$/))
			bad("a counter ends in _total, and nothing else does")
		type[$3] = $4
		family = $3
		next
	}
	{
		name = $0
		sub(/[{ ].*/, "", name)
		if (name != family)
			bad("a sample outside of its family")
		series = $0
		sub(/ [^ ]*$/, "", series)
		if (series in seen)
			bad("a second sample of the same series")
		seen[series] = 1
		rest = substr(series, length(name) + 1)
		if (rest != "" && rest !~ /^\{[a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*\}$/)
			bad("labels")
		if ($NF !~ /^[0-9]+(\.[0-9]+)?$/)
			bad("value")
		samples[name]++
	}
	END {
		for (name in type)
			if (!samples[name]) {
				print name ": no sample"
				wrong = 1
			}
		if (!NR) {
			print "nothing at all"
			wrong = 1
		}
		exit wrong
	}'
}

# metric SERIES: its value
metric()
{
	rootgate metrics | awk -v series="$1" '{
		value = $NF
		sub(/ [^ ]*$/, "")
		if ($0 == series)
			print value
	}'
}
