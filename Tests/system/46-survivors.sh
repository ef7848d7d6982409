#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "herd is answered while survivors of a dead supervisor are ended (orphan = kill), as long as they take"

services <<UCL
service slow { orphan = kill; exec = [$helpers/ignore-term, $work/slow]; stop { grace-period = 5min } }
service web { orphan = kill; exec = [$helpers/stay, $journal, web] }
UCL

# in_background FILE COMMAND...: what it says goes to the file, and its exit status to FILE.status.
in_background() {
    output=$1
    shift
    { "$@" >"$output" 2>&1; echo "$?" >"$output.status"; } &
    started="$started $!"
}
says() { grep -q "$1" "$2"; }

start_supervisor
it "both come up" up slow web
it "the slow one heeds no TERM" eventually 10 test -e "$work/slow"
slow=$(pid_of slow)
kill_both

start_supervisor
it_says "ends [0-9]+ process.* that supervisor $dead, which died, has left: slow.*5 min" "herd is told at once what is done" \
    herd status root
it_says '"notes":\[.*has left: slow' "programs are told too" herd status root --json
# ends_with STATUS PATTERN COMMAND...: both.
ends_with() {
    wanted=$1
    words=$2
    shift 2
    "$@" >"$work/said" 2>&1
    [ "$?" -eq "$wanted" ] && grep -Eq "$words" "$work/said" || { cat "$work/said"; return 1; }
}
it "a question for a service is answered too" \
    ends_with 69 "does nothing else yet: it ends .*has left: slow" herd status web
it "and so is a start that does not wait" ends_with 69 '"code":"not-ready"' herd start web --no-wait --json
it "a wait has its own time" ends_with 1 '"code":"timeout"' herd wait web --timeout 1500ms --json
in_background "$work/start" herd start web
it "a start that waits is told" eventually 10 says "the supervisor ends .*has left: slow" "$work/start"
in_background "$work/wait" herd wait web --timeout 10min
kill -HUP "$supervisor"
kill -USR1 "$supervisor"
it "signals are heard" eventually 10 says "USR1 means nothing" "$work/supervisor.out"
it "nothing is started beside it" test ! -s "$work/start.status"

rm "$work/slow"
kill -KILL "$slow"
it "once it has ended the start goes on" eventually 20 test -s "$work/start.status"
it "and succeeds" is "$(cat "$work/start.status")" 0
it "so does the wait" eventually 20 test -s "$work/wait.status"
it "with success" is "$(cat "$work/wait.status")" 0
it "the hangup that came before reads the configuration" eventually 10 says "loaded: 0 added" "$work/supervisor.out"
it_says "ended [0-9]+ process.* that supervisor $dead, which died, had left" "what was ended is a note" herd status root
it_exits 2 "a reset of root goes alone" herd reset root web
it_says "root" "herd reset root takes it away" herd reset root
it_exits 1 "the note has gone" sh -c "'$bin/herd' status root | grep 'had left'"

it "all is up" up slow web
slow=$(pid_of slow)
it "it heeds no TERM again" eventually 10 test -e "$work/slow"
kill_both
start_supervisor
it_says "has left: slow" "a third one finds it again" herd status root
in_background "$work/again" herd start web
it "a start waits" eventually 10 says "has left: slow" "$work/again"
it "stop root does not wait for it" herd stop root
it "the start is told" eventually 10 says "the supervisor is ending" "$work/again"
wait "$supervisor"
it "and the supervisor says by its exit status that something lives" is "$?" 1
it "what is left is left to the next" alive "$slow"
it_says "could not end what supervisor $dead, which died, had left: slow [(]pid ${slow}[)]" "which it names" \
    cat "$work/supervisor.out"
it_says "did not stop: slow [(]pid ${slow}[)]" "at its end, too" cat "$work/supervisor.out"
it "with the record" test -s "$work/state/processes"
it "which it says" says "what supervisor $dead, which died, has left is left to the next" "$work/supervisor.out"
it "it does not say that everything has stopped" sh -c "! grep -q 'everything has stopped' '$work/supervisor.out'"

launch
it "that one finds it" eventually 20 sh -c "'$bin/herd' status root | grep -q 'has left: slow'"
stop_supervisor
it "TERM does not wait for it either" is "$?" 1
kill -KILL "$slow"

# Of three services one ends, one loses a child only, and one lives.
services <<UCL
service slow { orphan = kill; exec = [$helpers/ignore-term, $work/slow]; stop { grace-period = 5min } }
service web { orphan = kill; exec = [$helpers/stay, $journal, web] }
service shell {
  orphan = kill
  exec = [/bin/sh, -c, "$helpers/stay $journal child & trap '' TERM; : >$work/deaf; wait; exec $helpers/ignore-term $work/shell"]
  stop { grace-period = 5min }
}
UCL
rm -f "$work/slow" "$work/shell" "$work/supervisor.out"
: >"$journal"
start_supervisor
it "all three come up" up slow web shell
it "with a child" eventually 10 grep -q '^+child' "$journal"
it "whose parent heeds no TERM" eventually 10 test -e "$work/deaf"
it "the slow one heeds no TERM" eventually 10 test -e "$work/slow"
slow=$(pid_of slow)
shell=$(pid_of shell)
web=$(pid_of web)
kill_both
launch
it "the next one ends what ends" eventually 20 gone "$web"
it "and what is left of the shell lives" eventually 20 test -e "$work/shell"
kill -INT "$supervisor"
wait "$supervisor"
it "with a Ctrl-C it ends without success" is "$?" 1
it_says "ended 2 of the 4 processes that supervisor $dead, which died, had left: web\$" "only web is told to have ended" \
    cat "$work/supervisor.out"
it_says "had left: shell [(]pid ${shell}[)], slow [(]pid ${slow}[)]: this supervisor is to end" "what lives is named" \
    cat "$work/supervisor.out"
it "and does live" alive "$slow"
it "both do" alive "$shell"
kill -KILL "$slow" "$shell"
supervisor=
it "no process is left" eventually 5 none_left
finish
