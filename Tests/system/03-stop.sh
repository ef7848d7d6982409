#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a stop comes to its end, and leaves nothing behind"

services <<UCL
service deaf { exec = [$helpers/ignore-term, $work/deaf]; stop { grace-period = 300ms } }
service hiding { exec = [$helpers/double-fork, $work/hidden, stay]; stop { grace-period = 1s } }
service hiding-deaf { exec = [$helpers/double-fork, $work/hidden-deaf, stay, deaf]; stop { grace-period = 300ms } }
service gone { exec = [$helpers/double-fork, $work/hidden-gone, leave, deaf]; respawn = true; respawn-delay = 50ms
  respawn-limit { count = 1000; period = 1s }; stop { grace-period = 200ms } }
service once { one-shot = true; exec = [$helpers/double-fork, $work/hidden-once, leave]; auto-start = false }
service sessions { exec = [$helpers/double-fork, $work/session, stay]; stop { kill = main; grace-period = 1s } }
service by-command {
  exec = [$helpers/ignore-term, $work/by-command]
  stop { exec = [/bin/sh, -c, "echo asked >> $journal; kill -KILL \`cat $work/by-command.pid\`"]; grace-period = 10s }
  post-start = [[/bin/sh, -c, "true"]]
}
service interrupted { exec = [$helpers/stay, $journal, interrupted]; stop { signal = INT } }
service unready { pre-start = [[$helpers/stay]]; exec = [$helpers/stay, $journal, unready]; auto-start = false
  post-stop = [[/bin/sh, -c, "echo cleaned >> $journal"]] }
UCL
i=0
while [ "$i" -lt 20 ]; do
    # The shell forks its next sleep when TERM ends the one before, in the moment before TERM ends it too.
    echo "service loop$i { exec = [/bin/sh, -c, \"while :; do sleep 1000; done\"]; stop { grace-period = 10min }; log = none }"
    i=$((i + 1))
done | services loops
start_supervisor
it "all of them come up" up deaf hiding hiding-deaf sessions by-command interrupted

eventually 10 test -e "$work/deaf"
deaf=$(pid_of deaf)
it "one that ignores TERM is stopped" herd stop deaf
it "by KILL" gone "$deaf"
it_exits 3 "and is stopped, not failed" herd status deaf

eventually 10 test -s "$work/hidden"
hidden=$(cat "$work/hidden")
it "a double-forked child lives" alive "$hidden"
main=$(pid_of hiding)
it "its service is stopped" herd stop hiding
it "the child is gone when the stop is over" gone "$hidden"
it "the main process too" gone "$main"

eventually 10 test -s "$work/hidden-deaf"
hidden=$(cat "$work/hidden-deaf")
it "so it is with a child that ignores TERM" herd stop hiding-deaf
it "the child is gone" gone "$hidden"

eventually 10 test -s "$work/hidden-gone"
hidden=$(cat "$work/hidden-gone")
it "before a respawn, what the last life left is ended" eventually 10 gone "$hidden"
it "a respawning service is stopped" herd stop gone
it "its last child is gone" gone "$(cat "$work/hidden-gone")"

it "a one-shot that leaves a child is completed" herd start once
it "and the child is ended" eventually 10 gone "$(cat "$work/hidden-once")"

eventually 10 test -s "$work/session"
session=$(cat "$work/session")
main=$(pid_of sessions)
it "with kill = main the service is stopped" herd stop sessions
it "its main process is gone" gone "$main"
it "what it started lives on" alive "$session"
started="$started $session"
it "until somebody ends it" kill -KILL "$session"

pid_of by-command >"$work/by-command.pid"
it "a stop command does the stopping" herd stop by-command
it "it was run" grep -q asked "$journal"
it "another signal stops as well" herd stop interrupted
it "that one arrived" grep -q '^-interrupted' "$journal"

it "loops of short-lived children come up" up loop0 loop19
for _ in 1 2 3 4 5; do
    it "and end of the signal, not of the grace period" timeout 60 "$bin/herd" restart 'loop*'
done

herd start unready --no-wait >/dev/null 2>&1
it "a service stays in its pre-start" eventually 10 is_in_state unready starting
it "and is stopped there" herd stop unready
it "its main process never ran" sh -c "! grep -q '^+unready' '$journal'"
it "its post-stop did" grep -q cleaned "$journal"
finish
