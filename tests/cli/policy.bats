#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# rootgate policy: needs no root, no kernel and no agent.
#   ROOTGATE=$PWD/build/rootgate bats tests/cli/policy.bats

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

@test "show: files, as a policy that can be checked again" {
	policy show complete.yaml
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	printf '%s\n' "$output" >shown.yaml
	[[ $output == *"  # complete.yaml:11:5"* ]]
	policy check shown.yaml
	[ "$output" = "shown.yaml: ok, mode enforce, 5 rules" ]
	policy show shown.yaml
	[ "$(grep -v '^  #' shown.yaml)" = "$(printf '%s\n' "$output" | grep -v '^  #')" ]
	policy show -o json complete.yaml
	[[ $output == '{"in_force":false,"policy":{"version":1,"mode":"enforce",'* ]]
	policy show broken.yaml
	[ "$status" -eq 3 ]
	policy show missing.yaml
	[ "$status" -eq 1 ]
}

# judged EXPECTED ARGUMENT...: by complete.yaml
judged() {
	local expected=$1

	shift
	policy test complete.yaml "$@"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "$expected" ] || {
		echo "$* is: ${lines[0]}"
		return 1
	}
}

@test "test: who would be judged how, and by which rule" {
	builder=(--cgroup /ci.slice/1 --exe /usr/bin/buildah --runtime docker --user-namespace identity)
	web=(--id 4f --name web-1 --image nginx:1.27 --label com.example.port=80 --pod-namespace web
		--pod-name web-1 --pod-label app=nginx)
	judged "allow: rule ci-builder is the first that matches (complete.yaml:11:5)" "${builder[@]}"
	[ "${lines[2]}" = "owner: build-team" ]
	unknown="rule nginx-low-port needs the container's identity, and none is given (complete.yaml:37:5)"
	judged "hold: $unknown" "${builder[@]}" --exe /bin/sh
	judged "deny: $unknown" "${builder[@]}" --event setuid
	judged "kill: rule no-host-pid is the first that matches (complete.yaml:26:5)" --pid-namespace host
	judged "allow: rule nginx-low-port is the first that matches (complete.yaml:37:5)" "${web[@]}"
	judged "deny: rule spell-it-out is the first that matches (complete.yaml:48:5)" "${web[@]}" --image httpd
	judged "deny: no rule matches, and the mode is enforce" --name x --user-namespace identity
	judged "none: uid 1000 is not host root" "${web[@]}" --uid 1000
	judged "none: uid 1000 is not host root" --uid 1000 --gid 5 --capability CAP_CHOWN
	judged "deny: capabilities lead to root" --uid 1000 --gid 0 --capability CAP_CHOWN --capability CAP_SYS_ADMIN
	judged "audit: group 0 is gained" --uid 1000 --gid 0
	judged "none: uid 1000 is not host root" --uid 1000 --capability CAP_SYS_ADMIN --user-namespace remapped
	judged "allow: rule ci-builder is the first that matches (complete.yaml:11:5)" "${builder[@]}" --uid 5 --gid 0
	judged "audit: group 0 is gained" --uid 5 --gid 0 --pid-namespace host
	judged "none: root of a remapped user namespace is not host root" --user-namespace remapped
	policy test complete.yaml "${web[@]}" -o json
	[ "$output" = '{"action":"allow","decided_by":"rule","rule":"nginx-low-port","source":"complete.yaml:37:5","why":"rule nginx-low-port is the first that matches"}' ]
	policy test complete.yaml --name x --user-namespace identity -o json
	[[ $output == '{"action":"deny","decided_by":"mode","rule":null,"source":null,'* ]]
}

# unknown EXPECTED UNIDENTIFIED MODE ACTION ARGUMENT...: nobody knows whether the rule is for it
unknown() {
	local expected=$1 unidentified=$2 mode=$3 action=$4

	shift 4
	cat >unknown.yaml <<-END
		version: 1
		mode: $mode
		unidentified: $unidentified
		root_group: deny
		rules: [ { name: r, match: { name: web }, action: $action, reason: x } ]
	END
	policy test unknown.yaml "$@"
	[ "$status" -eq 0 ]
	[ "${output%%:*}" = "$expected" ] || {
		echo "$unidentified $mode $action $* is: $output"
		return 1
	}
}

@test "test: a container that nobody knows, as the kernel side judges it" {
	unknown hold hold enforce allow
	unknown hold hold kill allow
	unknown hold hold audit deny
	unknown audit hold audit allow
	unknown deny hold enforce allow --event setuid
	unknown deny hold enforce allow --pid-namespace host
	unknown deny hold audit kill --event setuid
	unknown kill hold kill allow --pid-namespace host
	unknown deny deny enforce allow
	unknown kill deny kill allow
	unknown audit deny audit allow
	unknown deny deny audit deny
	unknown allow allow enforce deny
	unknown allow allow enforce deny --uid 5 --gid 0
	unknown deny hold enforce allow --uid 5 --gid 0
	unknown none allow enforce deny --uid 5
}

@test "test: what cannot be asked" {
	for bad in "--runtime doker" "--event fork" "--label web" "--uid root" "--gid root" "--capability ADMIN" "--pid-namespace none" "two.yaml"; do
		policy test complete.yaml $bad
		[ "$status" -eq 2 ]
		[ -z "$output" ]
	done
	policy test
	[ "$status" -eq 2 ]
	policy test broken.yaml --name x
	[ "$status" -eq 3 ]
}

@test "schema: takes good policies, and refuses bad ones but for what only the check can see" {
	policy schema
	[ "$status" -eq 0 ]
	printf '%s\n' "$output" >schema.json
	python3 -c 'import jsonschema, yaml' || skip "python3-jsonschema and python3-yaml are not here"
	"$ROOTGATE" policy show complete.yaml >shown.yaml
	python3 "$BATS_TEST_DIRNAME/schema.py" schema.json minimal.yaml complete.yaml shown.yaml >said
	diff said - <<-END
		good minimal.yaml
		good complete.yaml
		good shown.yaml
	END
	cp "$data"/bad/*.yaml .
	python3 "$BATS_TEST_DIRNAME/schema.py" schema.json $(cd "$data/bad" && ls ./*.yaml) |
		sed -n 's|^good ./||p' >said
	diff said - <<-END
		alias.yaml
		allow-by-exe-alone.yaml
		allow-by-exe-and-full-list.yaml
		bytes-direction.yaml
		bytes-utf16.yaml
		cgroup-dots.yaml
		cgroup-double-slash.yaml
		date-impossible.yaml
		duplicate-key-label.yaml
		duplicate-key-rule.yaml
		duplicate-key-selector.yaml
		duplicate-key-top.yaml
		duplicate-name.yaml
		duration-too-long.yaml
		report-yes.yaml
		tag.yaml
	END
}

@test "check, show, test and schema need no root" {
	command -v setpriv >/dev/null || skip "setpriv is not here"
	[ "$(id -u)" = 0 ] || skip "not root, who is nobody"
	cp "$ROOTGATE" rootgate
	chmod 755 .
	nobody() {
		run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups ./rootgate policy "$@" </dev/null
	}
	nobody check minimal.yaml complete.yaml
	[ "$status" -eq 0 ]
	[ "$output" = "minimal.yaml: ok, mode enforce, 0 rules
complete.yaml: ok, mode enforce, 5 rules" ]
	[ -z "$stderr" ]
	nobody check broken.yaml
	[ "$status" -eq 3 ]
	nobody show complete.yaml
	[ "$status" -eq 0 ]
	[ "$output" = "$("$ROOTGATE" policy show complete.yaml)" ]
	nobody test complete.yaml --pid-namespace host
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "kill: rule no-host-pid is the first that matches (complete.yaml:26:5)" ]
	nobody schema
	[ "$status" -eq 0 ]
	[ "$output" = "$("$ROOTGATE" policy schema)" ]
	chmod 600 minimal.yaml # but not what a file's owner keeps for himself
	nobody check minimal.yaml
	[ "$status" -eq 1 ]
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
