#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what the command line asks for"

services <<UCL
service one { exec = [$helpers/stay]; log = none }
UCL
shepherd() { "$bin/fruix-shepherd" $keeper_option --config "$etc" --socket "$socket" "$@"; }

it_exits 64 "two contradicting options are refused" shepherd --daemonize --foreground
said 'contradict' "with that reason"
it_exits 71 "a pid file that cannot be written is refused" shepherd --daemonize --pid-file "$work/nowhere/pid"
said "$work/nowhere/pid: " "with the path that was given"

start_supervisor
it "a supervisor runs" up one
mkdir "$work/second"
cat >"$work/second/supervisor.ucl" <<UCL
supervisor { state-directory = "$work/second/state"; log-directory = "$work/second/log" }
UCL
it_exits 1 "a second one on its socket is refused" "$bin/fruix-shepherd" $keeper_option --config "$work/second" --socket "$socket"
said 'another supervisor' "with that reason"
it "and has made no directory" sh -c "! ls -d '$work/second/state' '$work/second/log'"

# The place of the list's draft is taken: so it cannot be written, by root neither.
mkdir -p "$work/state/disabled.new/taken"
it_exits 1 "a list that cannot be written is an error of disable" herd disable one
said "holds until the supervisor ends, because $work/state cannot be written" "which says what it means"
rm -rf "$work/state/disabled.new"
it "once it can be written, enable succeeds" herd enable one

# A definition that changes under a service that runs.
services <<UCL
service one { exec = [$helpers/stay, anew]; log = none }
UCL
it "the file is read again" herd load root
it_says 'definition +changed since: .herd restart one. uses the new one' "the status says that it has changed" herd status one
it "and shows the command that runs" sh -c "! '$bin/herd' status one | grep -q anew"
it "after a restart" herd restart one
it_says 'command .*anew' "it is the new one" herd status one
it "and no word of it is left" sh -c "! '$bin/herd' status one | grep -q 'changed since'"
finish
