#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what is stopped by SIGSTOP, grace periods at the end, failures that are forgotten"

supervisor_settings "shutdown-timeout = 1s"
services <<UCL
service frozen { exec = [$helpers/stay]; stop { grace-period = 60s } }
service kept { exec = [$helpers/stay]; stop { grace-period = 300ms; continue = false } }
service slow { exec = [/bin/sh, -c, 'trap "echo asked >> $journal" TERM; echo > $work/slow; while ! test -e $work/go; do sleep 0.05; done']
  stop { grace-period = 1h } }
service talker { exec = [$helpers/stay]; stop { grace-period = 1h }
  actions { hang { exec = [/bin/sh, -c, 'trap "" TERM; echo \$\$ > $work/hang; while :; do sleep 0.05; done']; timeout = 1h } } }
service broken { exec = [/bin/sh, -c, "exit 1"]; respawn = true; respawn-delay = 0; respawn-limit { count = 2; period = 1h } }
UCL
it_says "grace-period.* of .*slow .1h..* (is|are) longer than .shutdown-timeout., 1s" \
    "a grace period that is longer than the time for leaving is worth a note" herd check "$etc"
start_supervisor
it "the services come up" up frozen kept slow talker

# Of 25: CONT after the stop signal.
kill -STOP "$(pid_of frozen)" "$(pid_of kept)"
it "a stopped process sees its stop signal" herd stop frozen
it_says "last exit +exit 0" "and ends of it" herd status frozen
it "one that is not to be continued is killed after its grace period" herd stop kept
it_says "signal 9" "as its status says" herd status kept

# Of 28: a failure is forgotten.
it "a service fails for good" herd wait broken --for failed --timeout 30s
it "its failure is forgotten by command" herd reset broken
it "and it is stopped" is "$(state_of broken)" stopped
it "without a count of respawns" is "$(fact broken respawns)" ""
herd start broken >/dev/null 2>&1
it "it fails again" herd wait broken --for failed --timeout 30s
it "a stop forgets it too" herd stop broken
it "and then it is stopped" is "$(state_of broken)" stopped

it "enable and disable are forgotten by command" herd disable broken
it "after that" herd preset broken
it_exits 1 "it may be started, and fails by itself" herd start broken

# Of 37: the time for leaving does not cut a grace period.
herd hang talker >/dev/null 2>&1 &
client=$!
started="$started $client"
it "a command runs for a caller" eventually 20 test -s "$work/hang"
it "a service with a long grace period runs" eventually 20 test -e "$work/slow"
slow=$(pid_of slow)
remember_processes
kill -TERM "$supervisor"
it "the service is asked to end" eventually 20 grep -q asked "$journal"
it "when the time for leaving is over, what runs for callers is killed" eventually 20 gone "$(cat "$work/hang")"
it "the service is not" alive "$slow"
: >"$work/go"
wait "$supervisor"
it "and the supervisor ends well when it has ended" is "$?" 0
wait "$client"
it "no process is left" eventually 5 none_left
supervisor=
finish
