#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a stop leaves other services alone, whoever is a reaper and gives it up meanwhile"

# The kernel answers for the reaper of a process that is none itself: for the supervisor, and so with all services.
[ "$(uname)" = FreeBSD ] || { skip "reapers that give it up" "PROC_REAP_GETPIDS is FreeBSD's"; finish; }
services <<UCL
service fickle { exec = [$helpers/fickle-reaper, 12]; respawn = true; respawn-limit = none; respawn-delay = 1ms }
service beside { exec = [/bin/sh, -c, "trap 'echo hit >>$journal' TERM HUP USR1; while :; do sleep 1; done"] }
service single { exec = [/bin/sleep, 1000] }
UCL
start_supervisor
it "they come up" up fickle beside single
beside=$(pid_of beside)
single=$(pid_of single)

# Each stop asks several times who belongs to the service: one that asks wrongly signals everybody.
stops_and_starts() {
    for turn in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        "$bin/herd" restart fickle >/dev/null || { echo "restart $turn failed"; return 1; }
        "$bin/herd" processes fickle >"$work/listed" || { echo "list $turn failed"; return 1; }
        if grep -w -e "$beside" -e "$single" "$work/listed"; then echo "in turn $turn"; return 1; fi
    done
}
it "twenty stops end, and nothing of another service is listed" stops_and_starts
it "the processes beside it are the same" is "$(pid_of beside) $(pid_of single)" "$beside $single"
it "and have got no signal" test ! -s "$journal"
it "it stops" herd stop fickle
finish
