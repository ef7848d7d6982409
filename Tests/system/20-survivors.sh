#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "of what supervisor and keeper leave that are killed, the next one ends what is to begin anew, before it starts anything"

services <<UCL
service web { orphan = kill; exec = [$helpers/stay, $journal, web] }
service user { orphan = kill; requirement = [web]; exec = [$helpers/stay, $journal, user] }
service parent {
  orphan = kill
  exec = [/bin/sh, -c, "$helpers/stay $journal child & exec $helpers/stay $journal parent"]
}
service deaf { orphan = kill; exec = [$helpers/ignore-term, $work/deaf]; stop { grace-period = 300ms } }
service sessions {
  orphan = kill
  stop { kill = main }
  exec = [/bin/sh, -c, "$helpers/stay $journal session & exec $helpers/stay $journal sessions"]
}
service hidden { orphan = kill; exec = [$helpers/double-fork, $work/hidden.pid] }
UCL

# pids LABEL: of all processes that have written so to the journal, the first one first.
pids() { sed -n "s/^+$1 //p" "$journal"; }
# one_alive LABEL: exactly one of them lives.
one_alive() {
    living=0
    for pid in $(pids "$1"); do if alive "$pid"; then living=$((living + 1)); fi; done
    [ "$living" -eq 1 ] || { echo "$living processes of $1"; return 1; }
}

# end_sessions: with stop.kill = main they are nobody's to end.
end_sessions() {
    for pid in $(pids session); do kill -TERM "$pid" 2>/dev/null; done
}

sleep 1000 &
stranger=$!
started="$started $stranger"

start_supervisor
it "all come up" up web user parent deaf sessions
it "with their children" eventually 10 grep -q '^+session ' "$journal"
it "also one that hides" eventually 10 test -s "$work/hidden.pid"
it "the record of what runs is there" test -s "$work/state/processes"
web=$(pid_of web)
session=$(pids session)
deaf=$(pid_of deaf)
hidden=$(cat "$work/hidden.pid")
kill_both
left="${left:-} $remembered"
it "the services outlive their supervisor" alive "$web"

start_supervisor
it "all come up again" up web user parent deaf sessions
it "the old process of web is gone" gone "$web"
it "it got the stop signal" grep -q "^-web $web\$" "$journal"
for name in web user parent child sessions; do
    it "$name runs once" eventually 10 one_alive "$name"
done
it "what does not heed the signal was killed" gone "$deaf"
if on_linux; then it "what had hidden is gone" gone "$hidden"; fi
it "with stop.kill = main only the main process was ended" alive "$session"
it "a process that has nothing to do with it lives" alive "$stranger"
it_says "ended [0-9]+ processes that supervisor $dead, which died, had left: .*web" "herd says so" herd status root
it_says "ended [0-9]+ processes that supervisor $dead, which died" "the log says so" cat "$work/supervisor.out"

# A pid by itself is no reason: this record names a stranger's, with a time that is not its own.
kill_both
left="${left:-} $remembered"
sed "s/^+ $(pids web | tail -n 1) /+ $stranger /" "$work/state/processes" >"$work/record"
sed "s/^\(+ $stranger\) [0-9]* [0-9]* /\1 1 2 /" "$work/record" >"$work/state/processes"
start_supervisor
it "all come up a third time" up user parent deaf sessions
it "a pid that is a stranger's by now is not touched" alive "$stranger"

# What was running before a reboot cannot be running now.
kill_both
left="${left:-} $remembered"
web=$(pids web | tail -n 1)
sed 's/^boot .*/boot another/' "$work/state/processes" >"$work/record"
cp "$work/record" "$work/state/processes"
start_supervisor
it "all come up a fourth time" up user parent deaf sessions
it "a record from before a reboot is only removed" alive "$web"
it_exits 1 "nothing was ended" sh -c "'$bin/herd' status root | grep 'had left'"
# Without the mark that Linux has, what hides is nobody's when its supervisor has died.
for pid in $left; do kill -KILL "$pid" 2>/dev/null; done
kill -TERM "$stranger"

stop_supervisor
it "the supervisor ends well" is "$?" 0
it "a clean exit leaves no record" test ! -e "$work/state/processes"
end_sessions
it "no process is left" eventually 5 none_left
supervisor=
start_supervisor
it_exits 1 "after it nothing is said" sh -c "'$bin/herd' status root | grep 'had left'"
it "the last session is there" eventually 10 sh -c "[ \$(grep -c '^+session ' '$journal') -eq 5 ]"
end_sessions
finish
