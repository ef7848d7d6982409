#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what services say of themselves cannot act on a terminal"

escape=$(printf '\033')
cat >"$work/evil" <<'SH'
exec "$1" "$(printf 'a\033[2Jb\nroot pid 1')"
SH
services <<UCL
service evil { documentation = "forged row \\u001b]0;owned\\u0007 \\u202e\\u009b2J"
  exec = [/bin/sh, $work/evil, $helpers/stay] }
UCL
start_supervisor
it "the service comes up" up evil

# clean COMMAND...: it prints nothing but lines of text. (tr(1) takes away what may be there, byte by byte.)
clean() {
    "$@" >"$work/printed" 2>&1
    LC_ALL=C tr -d '\n\040-\176' <"$work/printed" >"$work/rest"
    [ ! -s "$work/rest" ]
}

it "the title of a process" clean herd processes evil
it_says '\\\^\[\[2Jb' "is shown in the form of vis(3)" herd processes evil
it "which forges no row" sh -c "! '$bin/herd' processes evil | grep -q '^root'"
it "documentation" clean herd doc evil
it "a status" clean herd status evil
it "a definition" clean herd show evil
it "a refusal that quotes what was typed" clean herd start "no${escape}[31mbody"
it "a mistake in a command" clean herd "stat${escape}us"
it "an unknown option" clean herd status "--${escape}[31m"
it "JSON is escaped, and complete" sh -c "'$bin/herd' doc evil --json | grep -q '\\\\u001b'"
it "the supervisor's own messages" clean cat "$work/supervisor.out"
it "a check of the files" clean herd check "$etc"
finish
