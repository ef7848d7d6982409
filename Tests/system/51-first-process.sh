#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "as the first process of a container"

if ! on_linux || ! as_root || ! unshare --pid --fork --mount-proc true 2>/dev/null; then
    skip "as process 1" "that needs root on Linux, and unshare(1)"
    finish
fi
services <<UCL
service web { exec = [$helpers/stay, $journal, web]; respawn = true; respawn-delay = 10ms }
service hiding { exec = [$helpers/double-fork, $work/hidden, stay] }
UCL
# shellcheck disable=SC2086
FRUIX_TEST=$tag unshare --pid --fork --kill-child --mount-proc "$bin/fruix-shepherd" $keeper_option --foreground \
    --config "$etc" --socket "$socket" >>"$work/supervisor.out" 2>&1 </dev/null &
outer=$!
started="$started $outer"
it "it answers" eventually 20 "$bin/herd" status root
it "a service comes up" up web
# inside COMMAND...: where process 1 is the one that is tested.
first=$(ps -axo pid= -o ppid= | awk -v up="$outer" '$2 == up { print $1 }')
started="$started $first"
inside() { nsenter -t "$first" -p -m "$@"; }
if with_keeper; then
    it "the first process is the keeper" is "$(root_fact keeper)" 1
else
    it "the first process is the supervisor" is "$(own_pid)" 1
fi
it "a process of a service has hidden itself" eventually 20 test -s "$work/hidden"
hidden=$(cat "$work/hidden")
is_gone_inside() { ! inside kill -0 "$1" 2>/dev/null; }
it "somebody kills it" inside kill -KILL "$hidden"
it "it is reaped" eventually 20 is_gone_inside "$hidden"
# Whose parent is gone at once: it is the first process's.
it "somebody who came in leaves one as well" inside sh -c "(sleep 0.1 &)"
no_zombies() { ! inside ps -axo stat= | grep -q '^Z'; }
only_ours() { ! inside ps -axo command= | grep -q '^sleep' && no_zombies; }
it "which is reaped, too" eventually 20 only_ours

if with_keeper; then
    web=$(pid_of web)
    own=$(own_pid)
    it "the supervisor is killed" inside kill -KILL "$own"
    it "there is another" eventually 30 succeeded "$own"
    it "the service has not been touched" is "$(pid_of web)" "$web"
    it "herd upgrade root" herd upgrade root
    it "does not touch it either" is "$(pid_of web)" "$web"
fi
web=$(pid_of web)
inside kill -KILL "$web"
it "a death is noticed" running_again web "$web"
it "it hears a hangup" kill -HUP "$first"
it "and reads the configuration" eventually 20 grep -q 'loaded: ' "$work/supervisor.out"
it "TERM ends it" kill -TERM "$first"
it "the service was stopped" eventually 20 grep -q '^-web ' "$journal"
it "all is gone" eventually 20 gone "$first"
wait "$outer"
it "with 0" is "$?" 0
it "no process is left" eventually 10 none_left
it "no socket is left" test ! -e "$socket"
finish
