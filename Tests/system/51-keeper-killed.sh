#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "the keeper is killed, and the supervisor makes itself another"

if ! with_keeper; then
    skip "the keeper's death" "needs a keeper"
    finish
fi
services <<UCL
service web { exec = [$helpers/stay, $journal, web]; respawn = true; respawn-delay = 10ms }
service user { requirement = [web]; exec = [$helpers/stay, $journal, user] }
service later { exec = [$helpers/stay, $journal, later]; auto-start = no }
service job { one-shot = true; exec = [/bin/sh, -c, "while ! test -e $work/go; do sleep 0.05; done"] }
UCL
start_supervisor
it "the services come up" up web user
it "a one-shot runs" eventually 20 is_in_state job starting
own=$(own_pid)
web=$(pid_of web)
user=$(pid_of user)
remember_processes
first=$supervisor
kill -KILL "$first"
wait "$first" 2>/dev/null

another_keeper() {
    supervisor=$(root_fact keeper)
    [ -n "$supervisor" ] && [ "$supervisor" != "$1" ]
}
it "there is another keeper" eventually 30 another_keeper "$first"
if ! another_keeper "$first"; then
    supervisor=$own
    finish
fi
started="$started $supervisor $own"
it "the supervisor is the same" is "$(own_pid)" "$own"
it "what runs has not been touched" is "$(pid_of web) $(pid_of user)" "$web $user"
it_says "keeper" "herd says that it was lost" herd status root
it "so does the log" grep -q -i 'keeper.*\(lost\|gone\|died\|ended\)' "$work/supervisor.out"
: >"$work/go"
# On Linux nobody but its parent has ever learnt how a process has ended.
if on_linux; then end=failed; else end=completed; fi
it "the end of what ran before is heard" eventually 20 is_in_state job "$end"
if on_linux; then it_says 'how is not known' "and that nobody knows how it was" herd status job; fi
kill -KILL "$web"
it "a death is noticed" running_again web "$web"
it "its dependent has not been touched" is "$(pid_of user)" "$user"
it "something new starts" herd start later
it "it stops" herd stop later

# The new keeper does what the first one would have.
web=$(pid_of web)
kill -KILL "$own"
it "when the supervisor dies there is another" eventually 30 succeeded "$own"
it "what runs has not been touched" is "$(pid_of web) $(pid_of user)" "$web $user"
kill -KILL "$web"
it "a death is noticed" running_again web "$web"
own=$(own_pid)
started="$started $own"
it "what was adopted is stopped" herd stop user
it "and started" herd start user
remember_processes
it "all ends" herd stop root
it "with the keeper" eventually 20 gone "$supervisor"
it "and the supervisor" eventually 20 gone "$own"
it "no process is left" eventually 10 none_left
it "no socket is left" test ! -e "$socket"
supervisor=
finish
