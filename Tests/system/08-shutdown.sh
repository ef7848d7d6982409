#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "the end of the supervisor, and two of them"

definitions() {
    services <<UCL
service plain { exec = [$helpers/stay, $journal, plain]; respawn = true }
service deaf { requirement = [plain]; exec = [$helpers/ignore-term]; stop { grace-period = 300ms }; respawn = true }
service hiding { exec = [$helpers/double-fork, $work/hidden, stay, deaf]; stop { grace-period = 300ms } }
service slow { pre-start = [[$helpers/stay]]; exec = [$helpers/stay] }
service broken { exec = [/bin/sh, -c, "exit 1"]; respawn = true; respawn-delay = 30s }
service bystander { auto-start = false; exec = [$helpers/stay] }
service watcher { exec = [$helpers/stay]; on-failure = [bystander] }
UCL
}
definitions
for signal in TERM INT; do
    rm -f "$work/hidden"
    start_supervisor
    it "the services come up" up plain deaf hiding
    eventually 10 test -s "$work/hidden"
    stop_supervisor "$signal"
    it "SIG$signal ends the supervisor with 0" is "$?" 0
    it "no process is left" eventually 5 none_left
    it "no socket is left" test ! -e "$socket"
done

start_supervisor
it "the services come up" up plain deaf hiding
remember_processes
it "herd stop root ends it too" herd stop root
wait "$supervisor"
it "with 0" is "$?" 0
it "no process is left" eventually 5 none_left
it "no socket is left" test ! -e "$socket"
it_exits 69 "herd says that nobody is there" herd status
said "$socket" "and where it looked"

start_supervisor
it "the services come up" up plain
"$bin/fruix-shepherd" $keeper_option --foreground --config "$etc" --socket "$socket" >"$work/out" 2>&1 </dev/null
second_status=$?
it "a second supervisor on the same socket is refused" differs "$second_status" 0
"$bin/fruix-shepherd" $keeper_option --foreground --config "$etc" --socket "$socket" >"$work/out" 2>&1 </dev/null
said "$socket|already" "and says why"
it "the first is not disturbed" herd status plain
it "nor its socket" test -S "$socket"

kill_both
it "a supervisor that was killed leaves its socket" test -S "$socket"
for pid in $remembered; do kill -KILL "$pid" 2>/dev/null; done
start_supervisor
it "the next one replaces it" up plain
finish
