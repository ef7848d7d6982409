#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "supervisor and keeper are both killed, and the next ones take over what runs"

services <<UCL
service web { exec = [$helpers/stay, $journal, web]; respawn = true; respawn-delay = 10ms }
service user { requirement = [web]; exec = [$helpers/stay, $journal, user] }
service fresh { orphan = kill; exec = [$helpers/stay, $journal, fresh] }
service parent { exec = [/bin/sh, -c, "$helpers/stay $journal child & exec $helpers/stay $journal parent"] }
service hidden { exec = [$helpers/double-fork, $work/hidden, stay] }
service wanted { exec = [$helpers/stay, $journal, wanted]; auto-start = no }
service removed { exec = [$helpers/stay, $journal, removed] }
service setup { one-shot = true; exec = [/bin/sh, -c, "echo setup >>$journal"] }
service working { one-shot = true; exec = [/bin/sh, -c, "echo +working \$\$ >>$journal; while ! test -e $work/go; do sleep 0.05; done"] }
UCL
start_supervisor
it "the services come up" up web user fresh parent hidden removed
it "one is started by hand" herd start wanted
it "with their children" eventually 20 grep -q '^+child ' "$journal"
it "also one that hides" eventually 20 test -s "$work/hidden"
it "a one-shot is at work" eventually 20 grep -q '^+working ' "$journal"
not_starting() { [ "$(state_of "$1")" != starting ]; }
pid_in_journal() { sed -n "s/^+$1 //p" "$journal" | tail -n 1; }
pids() { for name in web user parent wanted; do pid_of "$name"; done | tr '\n' ' '; }
before=$(pids)
web=$(pid_of web)
fresh=$(pid_of fresh)
removed=$(pid_of removed)
hidden=$(pid_of hidden)
child=$(sed -n 's/^+child //p' "$journal")
kill_both
left=$remembered
it "the services outlive both" alive "$web"
sed '/^service removed/d' "$etc/services.d/test.ucl" >"$work/edited"
services <"$work/edited"

start_supervisor
it "all come up again" up web user fresh parent hidden wanted
it "what ran is what runs" is "$(pids)" "$before"
it "with a child of it" alive "$child"
it "what hid is the same" is "$(pid_of hidden)" "$hidden"
it "nothing was started beside it" is "$(grep -c '^+web ' "$journal")" 1
it "with orphan = kill it was ended" gone "$fresh"
it "by its stop signal" grep -q "^-fresh $fresh\$" "$journal"
it "and started anew" differs "$fresh" "$(pid_of fresh)"
it "what no definition names was ended" eventually 10 gone "$removed"
it_says "$dead" "herd says what was taken over, and from whom" herd status root
it "the log, too" grep -q "$dead" "$work/supervisor.out"

# What was taken over is a service like any other.
it "a one-shot that was at work goes on" is_in_state working starting
: >"$work/go"
it "its end is heard" eventually 20 not_starting working
kill -KILL "$web"
it "the death of one that was taken over is noticed" running_again web "$web"
user=$(pid_of user)
it "its dependent runs on" is "$user" "$(pid_of user)"
it "one is stopped" herd stop user
it "and it was" gone "$user"
it "another with all that it has" herd stop parent
it "the child, too" eventually 10 gone "$child"
it "what had hidden a process before is stopped" herd stop hidden
# Nobody knows any more whose that was.
kill -KILL "$(cat "$work/hidden")" 2>/dev/null

# Again, with a stranger's pid in the record.
it "it runs" up web
kill_both
left="$left $remembered"
sleep 1000 &
stranger=$!
started="$started $stranger"
web=$(pid_in_journal web)
sed "s/^+ $web /+ $stranger /" "$work/state/processes" >"$work/record"
cp "$work/record" "$work/state/processes"
start_supervisor
it "the next one comes up" up web
it "a pid that is a stranger's by now is not taken for it" differs "$stranger" "$(pid_of web)"
it "nor touched" alive "$stranger"
kill -TERM "$stranger"
kill -TERM "$web" 2>/dev/null

it "all ends" stop_supervisor
for pid in $left; do case $pid in "$supervisor") ;; *) kill -KILL "$pid" 2>/dev/null ;; esac; done
it "a clean exit leaves no record" test ! -e "$work/state/processes"
it "no process is left" eventually 10 none_left
supervisor=
finish
