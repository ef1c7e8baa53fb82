#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# rootgate policy: needs no root, no kernel and no agent.
#   ROOTGATE=build/rootgate bats tests/cli/policy.bats

bats_require_minimum_version 1.5.0

setup() {
	dir=$(mktemp -d)
	data=$BATS_TEST_DIRNAME/../data/policy
	umask 022
	cp "$data"/*.yaml "$dir" # the files of a checkout may be anybody's
	cd "$dir" || return 1
}

teardown() {
	rm -rf "$dir"
}

policy() {
	run --separate-stderr "$ROOTGATE" policy "$@" </dev/null
}

@test "check: a line for each file that is right, exit code 0" {
	policy check minimal.yaml complete.yaml
	[ "$status" -eq 0 ]
	[ "$output" = "minimal.yaml: ok, mode enforce, 0 rules
complete.yaml: ok, mode enforce, 5 rules" ]
	[ -z "$stderr" ]
}

@test "check: all errors with place, line and caret, exit code 3" {
	policy check broken.yaml
	[ "$status" -eq 3 ]
	[ -z "$output" ]
	diff - <(printf '%s\n' "$stderr") <<'END'
broken.yaml:4:7: error: 'mode' must be audit, enforce or kill, not 'enforced'; did you mean 'enforce'?
mode: enforced
      ^
broken.yaml:8:7: error: unknown key 'iamge' in 'match'; did you mean 'image'?
      iamge: nginx
      ^
broken.yaml:11:5: error: the name 'web' is already that of the rule at broken.yaml:6:5; each rule needs its own
  - name: web
    ^
broken.yaml:13:7: error: rule 'web' allows by 'exe' alone, and a container has any file it likes at any path; add another selector, like cgroup or runtime
      exe: /usr/sbin/nginx
      ^
broken.yaml:16:14: warning: rule 'web' expired on 2020-01-31 and no longer matches; renew the date, or remove the rule
    expires: 2020-01-31
             ^
broken.yaml:17:5: error: rule 'db' has no 'action'; add allow, audit, deny or kill
  - name: db
    ^
broken.yaml:18:22: error: 'cgroup' must be an absolute path, or a prefix of one with '*' at its end, not 'db.slice/*'; it starts with '/'
    match: { cgroup: db.slice/* }
                     ^
broken.yaml:19:5: error: unknown key 'acton' in a rule; did you mean 'action'?
    acton: allow
    ^
rootgate: broken.yaml: invalid: 7 errors, 1 warning
END
}

@test "check: each of the catalogue of bad policies says what is wrong, and nothing else" {
	n=0
	cp "$data"/bad/* .
	for file in "$data"/bad/*.yaml; do
		name=$(basename "$file" .yaml)
		policy check "$name.yaml"
		[ "$status" -eq 3 ]
		[ -z "$output" ]
		diff "$name.txt" <(printf '%s\n' "$stderr")
		n=$((n + 1))
	done
	[ "$n" -ge 60 ]
	[ "$(ls "$data"/bad/*.txt | wc -l)" -eq "$n" ]
}

@test "check: the others are checked as well" {
	policy check broken.yaml missing.yaml minimal.yaml
	[ "$status" -eq 3 ]
	[ "$output" = "minimal.yaml: ok, mode enforce, 0 rules" ]
	[[ $stderr == *"missing.yaml: there is no policy"* ]]
}

@test "check: a file that cannot be read, exit code 1" {
	policy check missing.yaml minimal.yaml
	[ "$status" -eq 1 ]
	[ "$output" = "minimal.yaml: ok, mode enforce, 0 rules" ]
}

@test "check: a warning is no error" {
	printf 'version: 1\nrules:\n- { name: a, match: { cgroup: /a }, action: allow }\n' >warn.yaml
	policy check warn.yaml
	[ "$status" -eq 0 ]
	[ "$output" = "warn.yaml: ok, mode audit, 1 rule, 1 warning" ]
	[[ $stderr == "warn.yaml:3:3: warning: rule 'a' allows without a 'reason'"* ]]
}

@test "check: a folder with drop-ins" {
	mkdir -p etc/policy.d
	cp minimal.yaml etc/policy.yaml
	printf 'version: 1\nrules:\n- { name: a, match: { cgroup: /a }, action: deny }\n' >etc/policy.d/10-a.yaml
	policy check etc
	[ "$status" -eq 0 ]
	[ "$output" = "etc: ok, mode enforce, 1 rule" ]
}

@test "check: a file that others may write is refused" {
	chmod 666 minimal.yaml
	policy check minimal.yaml
	[ "$status" -eq 3 ]
	[[ $stderr == *"everybody may write it (mode 0666)"*"chmod go-w 'minimal.yaml'"* ]]
}

@test "check: a name of a file cannot steer the terminal" {
	name=$'\e[31m.yaml'
	cp broken.yaml "$name"
	policy check "$name"
	[ "$status" -eq 3 ]
	[[ $stderr != *$'\e'* ]]
}

@test "check: the policy that is installed" {
	cp "$BATS_TEST_DIRNAME/../../user/deploy/policy.yaml" .
	policy check policy.yaml
	[ "$status" -eq 0 ]
	[ "$output" = "policy.yaml: ok, mode audit, 0 rules" ]
}

@test "usage errors, exit code 2" {
	policy
	[ "$status" -eq 2 ]
	policy check
	[ "$status" -eq 2 ]
	[[ $stderr == *"no FILE is given"* ]]
	policy check --nonsense minimal.yaml
	[ "$status" -eq 2 ]
	policy chekc
	[ "$status" -eq 2 ]
	[[ $stderr == *"did you mean 'policy check'?"* ]]
	policy dance
	[ "$status" -eq 2 ]
	[[ $stderr != *"did you mean"* ]]
	[ -z "$output" ]
}

@test "help, exit code 0" {
	policy --help
	[ "$status" -eq 0 ]
	[[ $output == *"check FILE..."* ]]
	policy check --help
	[ "$status" -eq 0 ]
	[[ $output == *"check FILE..."* ]]
}
