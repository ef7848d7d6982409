#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "the places of a supervisor that runs: settings that move them, and who removes them"

services <<UCL
service one { exec = [$helpers/stay, $journal, one]; log = none }
service two { exec = [$helpers/stay, $journal, two]; log = none }
UCL
"$bin/fruix-shepherd" $keeper_option --daemonize --config "$etc" --socket "$socket" --pid-file "$work/pid" </dev/null
supervisor=$(cat "$work/pid")
started="$started $supervisor"
it "a supervisor runs in the background" up one two
it "its log is in the log directory" eventually 10 grep -q 'one is running' "$log/fruix-shepherd.log"

# Another log directory.
sed "s|log-directory = .*|log-directory = \"$work/newlog\"\n  socket = \"$work/other\"|" "$etc/supervisor.ucl" >"$work/settings"
cp "$work/settings" "$etc/supervisor.ucl"
it "a load takes another log directory" herd load root
cp "$work/out" "$work/load"
it "and says that it counts at once" grep -q 'from now on: log-directory$' "$work/load"
it "of a socket that --socket overrules it says that" grep -q "socket = $work/other means nothing .*--socket $socket" "$work/load"
own=$work/newlog/fruix-shepherd.log
it "the supervisor's own log goes on there" eventually 10 grep -q 'loaded: ' "$own"
it "the old one says where" grep -q "the log goes on in $own" "$log/fruix-shepherd.log"
herd restart one >/dev/null
it "what comes goes there" eventually 10 grep -q 'one is running' "$own"
mv "$own" "$own.0"
kill -HUP "$supervisor"
it "and is opened again there" eventually 10 grep -q 'loaded: ' "$own"

# The state directory.
it "one is disabled" herd disable one
# In one step: rm(1) would find what is made again beside it.
mv "$work/state" "$work/removed"
rm -r "$work/removed"
it "a state directory that was removed is there again" eventually 10 test -s "$work/state/processes"
it "the log says so" eventually 10 grep -q 'state directory .* was removed or replaced, and is there again' "$own"
it "for its owner alone" test "$(ls -ld "$work/state" | cut -c 1-10)" = drwx------
it "with what is disabled" is "$(cat "$work/state/disabled")" one
it "and whose it is" is "$(cat "$work/state/lock")" "$supervisor"
"$bin/fruix-shepherd" $keeper_option --foreground --config "$etc" --socket "$work/socket2" >"$work/second" 2>&1
it "a second supervisor is refused" grep -q "another supervisor (pid $supervisor) uses the state directory" "$work/second"
mv "$work/state" "$work/moved"
it "also when it was only moved" herd enable two
it "it is there again" is "$(cat "$work/state/disabled")" one


# What is in the way of one of the files keeps the others from nothing. Nobody may make the directory in the midst of this.
self=$(own_pid)
put_in_the_way() {
    mkdir -m 700 "$work/fresh"
    mkdir "$work/fresh/$1.new"
    kill -STOP "$self"
    mv "$work/state" "$work/gone"
    mv "$work/fresh" "$work/state"
    rm -r "$work/gone"
    kill -CONT "$self"
}
put_in_the_way enabled
it "lists that cannot be written again are told" eventually 10 grep -q 'disabled services cannot be written there again' "$own"
it "the record is there again all the same" eventually 10 test -s "$work/state/processes"
rmdir "$work/state/enabled.new"
it "the lists are, once they can be" eventually 20 test -s "$work/state/disabled"
put_in_the_way processes
it "a record that cannot be written again is told" eventually 10 grep -q 'record of what runs cannot be written there again' "$own"
it "the lists are there again all the same" eventually 10 test -s "$work/state/disabled"
rmdir "$work/state/processes.new"
it "the record is, once it can be" eventually 20 test -s "$work/state/processes"

two=$(pid_of two)
kill_both
it "it dies" eventually 10 gone "$supervisor"
launch
supervisor_ready() { "$bin/herd" status root >/dev/null 2>&1; }
it "the next one comes up" eventually 20 supervisor_ready
it "with its services" up two
it "what the first one left was taken over, by the record that was written again" is "$(pid_of two)" "$two"
stop_supervisor
it "it ends" is "$?" 0
it "no process is left" eventually 5 none_left
supervisor=
finish
