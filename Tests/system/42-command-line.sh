#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what is typed is understood, or refused by name"

services <<UCL
service web { exec = [$helpers/stay]
  actions { say { exec = [/bin/sh, -c, 'echo "\$*"', say] } } }
service "queue@" { exec = [$helpers/stay]; instances = [mail, sms] }
service store { exec = [$helpers/stay] }
service reader { exec = [$helpers/stay]; requirement = store }
UCL

it_exits 2 "a mistyped command is told as such, without a supervisor" alone relaod web
said 'no command .relaod.' "with the word"
said 'did you mean .reload.' "and the one that was probably meant"
it_exits 2 "the service before the command is told" alone web start
said 'did you mean .herd start web.' "with the right order"
it_exits 69 "what may be an action of a service's own needs a supervisor" alone say web
it "no question is answered by the suggestion of a change" sh -c "! '$bin/herd' top 2>&1 | grep -q 'stop'"
it_exits 64 "an empty socket is refused" alone status --socket ""
it_exits 64 "an empty name is refused" alone start ""
it_exits 64 "an empty configuration is refused by the supervisor" "$bin/fruix-shepherd" --config "" --socket "$socket" --check
said "\`--config\` needs a value" "by name"
it_exits 64 "an empty socket is refused by the supervisor" "$bin/fruix-shepherd" --config "$etc" --socket ""

# Where /proc is not mounted: in a jail of that system, early at boot.
without_proc() { unshare -m sh -c 'mount -t tmpfs none /proc && exec "$@"' sh "$@"; }
if on_linux && as_root && without_proc true 2>/dev/null; then
    it_says "$work/nobody" "herd hears its arguments without /proc" without_proc "$bin/herd" status --socket "$work/nobody"
    it_says "$etc: no errors" "and the supervisor its own" without_proc "$bin/fruix-shepherd" --check --config "$etc"
else
    skip "herd hears its arguments without /proc" "needs root, and a mount namespace"
fi

it_exits 64 "a mistake is JSON where JSON is asked for" alone status --json --no-such-option
said '"ok": *false' "an object that says so"
it_exits 64 "also one that no command understands" alone --json help statsu
said '"code": *"unknown-command"' "with its code"

start_supervisor
it "the services come up" up web store reader queue@mail
it_says 'one two' "the socket is heard behind an action's name" \
    env FRUIX_SHEPHERD_SOCKET="$work/nobody" "$bin/herd" say web one --socket "$socket" two
it_says 'one --socket two' "behind -- it is the action's" herd say web one -- --socket two
it_exits 2 "with a supervisor too the service before the command is told" herd web start
said 'did you mean .herd start web.' "with the right order"

it_says 'queue@sms' "a pattern shows the processes of all that match" herd processes 'queue@*'
said 'queue@mail' "each below its name"
it_exits 2 "a pattern that matches nothing is told" herd processes 'nothing*'
it_exits 2 "the status of a template is none" herd status queue@
said "queue@mail" "and its instances are named"
it_exits 2 "unload without root is told what to say" herd unload queue@mail
said 'herd unload root queue@mail' "with the words"

it_says 'still is running' "disable says that the service runs on" herd disable web
it "enabled again" herd enable web
it "a stop takes its dependents along" herd stop store
it_says 'herd start reader' "and a start says who is left down" herd start store
it "a start of that" herd start reader
it "says nothing any more" sh -c "! '$bin/herd' start store | grep -q 'still down'"
finish
