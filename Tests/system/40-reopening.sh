#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "files that are moved or removed under a supervisor that runs"

services <<UCL
service one { exec = [$helpers/stay]; log = none }
UCL
"$bin/fruix-shepherd" $keeper_option --daemonize --config "$etc" --socket "$socket" --pid-file "$work/pid" </dev/null
supervisor=$(cat "$work/pid")
started="$started $supervisor"
own=$log/fruix-shepherd.log
it "a supervisor runs in the background" up one
it "its own log is in the log directory" eventually 10 grep -q 'one is running' "$own"

rm "$socket"
it_exits 69 "without its socket it cannot be reached" herd status
it "it has noticed, and says what to do" eventually 10 grep -q 'SIGHUP makes it again' "$own"
kill -HUP "$supervisor"
it "after SIGHUP it is there again" eventually 10 herd status root
it "for its owner alone" test "$(ls -l "$socket" | cut -c 1-10)" = srw-------
it "its service has not been touched" herd status one
rm "$socket" "$socket.lock"
kill -HUP "$supervisor"
it "also when the lock beside it was lost" eventually 10 herd status root
it_exits 1 "and a second supervisor is still refused" "$bin/fruix-shepherd" $keeper_option --foreground --config "$etc" --socket "$socket"

rm "$work/pid"
kill -HUP "$supervisor"
it "a pid file that was removed is there again after SIGHUP" eventually 10 test -s "$work/pid"
it "with the same pid" eventually 10 grep -qx "$supervisor" "$work/pid"
it_exits 1 "and locked" "$bin/fruix-shepherd" $keeper_option --daemonize --config "$etc" --socket "$work/other" --pid-file "$work/pid"
said "pid ${supervisor}[)] has the pid file" "by this supervisor"

mv "$own" "$own.0"
kill -HUP "$supervisor"
it "a log that was renamed is opened again" eventually 10 grep -q loaded "$own"
lines=$(wc -l <"$own.0")
herd restart one >/dev/null 2>&1
it "what comes goes there" eventually 10 grep -q 'one is running' "$own"
it "and no longer to the old one" is "$(wc -l <"$own.0")" "$lines"
rm -r "$log"
kill -HUP "$supervisor"
it "also when its directory was removed" eventually 10 grep -q loaded "$own"

remember_processes
it "it ends" herd stop root
it "wholly" eventually 20 gone "$supervisor"
it "no process is left" eventually 5 none_left
it "no socket is left" test ! -e "$socket"
it "no pid file is left" test ! -e "$work/pid"
supervisor=
finish
