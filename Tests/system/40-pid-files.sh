#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what says which supervisor something belongs to"

services <<UCL
service one { exec = [$helpers/stay]; log = none }
UCL
background() { "$bin/fruix-shepherd" $keeper_option --daemonize --config "$etc" --socket "$socket" --pid-file "$work/pid" "$@" </dev/null; }
daemon_is() { supervisor=$(cat "$work/pid") && started="$started $supervisor"; }
ended() { eventually 20 gone "$supervisor"; }

it "a supervisor goes into the background" background
daemon_is
it "and is the one of its pid file" herd status root
it "its service comes up" up one
mkdir "$work/second"
cat >"$work/second/supervisor.ucl" <<UCL
supervisor { state-directory = "$work/second/state"; log-directory = "$work/second/log" }
UCL
chmod 600 "$work/second/supervisor.ucl"
second() { "$bin/fruix-shepherd" $keeper_option --config "$work/second" --socket "$work/second/socket" "$@" </dev/null; }
it_exits 1 "another one with the same pid file is refused" second --daemonize --pid-file "$work/pid"
said "pid $supervisor\\)" "with the pid of the first"
it "which is still in the file" is "$(cat "$work/pid")" "$supervisor"
# Should it have been started after all.
started="$started $(cat "$work/pid")"
it "and nothing was made for it" sh -c "! ls -d '$work/second/state' '$work/second/socket'"

cat >"$work/second/supervisor.ucl" <<UCL
supervisor { state-directory = "$work/state"; log-directory = "$work/second/log" }
UCL
it_exits 1 "another one on the same state directory is refused" second --foreground
said "pid $supervisor\\).*$work/state" "with the pid of the first and the directory"
it "and leaves no socket" test ! -e "$work/second/socket"
it "the first is not disturbed" herd status one

remember_processes
kill -TERM "$supervisor"
it "SIGTERM ends it" ended
it "its pid file is gone" test ! -e "$work/pid"

# After a death nobody has the file, whatever is in it.
it "the next one starts" background
daemon_is
kill_both
it "a pid file of a dead one is taken over" background
it "by another one" differs "$(cat "$work/pid")" "$supervisor"
daemon_is
remember_processes
it "herd ends it" herd stop root
it "it has ended" ended
it "no process is left" eventually 5 none_left
supervisor=
finish
