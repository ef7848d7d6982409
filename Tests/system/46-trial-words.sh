#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what a first user reads is what is so"

services <<UCL
service flap { exec = [/bin/sh, -c, "exit 3"]; respawn = true; respawn-delay = 20ms; auto-start = no }
service port { exec = [$helpers/stay, $journal, port]; actions { bar { exec = [/bin/echo, bar] } } }
UCL
start_supervisor
it "it runs" up port

# The log: the order of what is printed is the order of what happened.
herd start flap >/dev/null 2>&1
it "a service that flaps fails" eventually 20 is_in_state flap failed
it "and the log says so" eventually 20 grep -q 'flap has failed' "$work/supervisor.out"
flap_lines() { grep 'flap ' "$work/supervisor.out"; }
it "as often as it was running" is "$(flap_lines | grep -c 'flap is running')" "$(flap_lines | grep -c 'flap has')"
it_says 'flap has failed' "the last line is the last that happened" sh -c "grep 'flap ' '$work/supervisor.out' | tail -1"

# A dry run without anything to do.
it_says 'port +already running, pid [0-9]+' "a dry run of what runs already says that" herd start --dry-run port
it_says 'flap +already stopped' "and one of what rests" herd stop --dry-run flap

# A definition that counts from the next start on.
services <<UCL
service flap { exec = [/bin/sh, -c, "exit 3"]; respawn = true; respawn-delay = 20ms; auto-start = no }
service port { exec = [$helpers/stay, $journal, port, again]; reload = HUP; actions { bar { exec = [/bin/echo, bar] }; baz { exec = [/bin/echo, baz] } } }
UCL
it "a changed definition is loaded" herd load root
it_exits 2 "a reload that it brings has to wait" herd reload port
said 'counts from the next start on' "and says why"
said 'herd restart port' "and what to do"
it_exits 2 "an action as well" herd baz port
said 'has no action .baz. yet' "it is not there yet"
said 'herd restart port' "with what to do"
it "no other is suggested" is "$(herd baz port 2>&1 | grep -c 'did you mean')" 0
it "the documentation has what can be asked for now" is "$(herd doc port list-actions | tr '\n' ' ')" "bar "
it "after a restart" herd restart port
it_says baz "it is there" herd baz port
it "in the documentation too" is "$(herd doc port list-actions | tr '\n' ' ')" "bar baz "

# A part that defines nothing.
: >"$work/empty.ucl"
it_says 'defines no service: nothing changes' "an empty part is told as one" herd load root "$work/empty.ucl"

# Files that were emptied.
: >"$etc/services.d/test.ucl"
it_exits 1 "emptied files are refused" herd load root
kill -HUP "$supervisor"
it "also by a signal" eventually 20 grep -q 'the configuration has errors; nothing was changed' "$work/supervisor.out"
it "an error is called one once" is "$(grep -c 'error: the configuration' "$work/supervisor.out")" 0
it_says 'is in force: the configuration' "in the status, too" herd status root
stop_supervisor

# A single file that says where its state is.
single() { "$bin/fruix-shepherd" $keeper_option --daemonize --pid-file "$work/pid" --config "$work/one.ucl" --socket "$socket" >"$work/daemon.out" 2>&1 </dev/null; }
begun() { started="$started $(cat "$work/pid")"; }
ended() { herd stop root >/dev/null 2>&1; eventually 20 test ! -e "$socket"; }
settings="supervisor { state-directory = \"$work/one\"; log-directory = \"$work/one-log\" }
defaults { environment { FRUIX_TEST = \"$tag\" } }"
printf '%s\nservice web { exec = [%s/stay, %s, web] }\n' "$settings" "$helpers" "$journal" >"$work/one.ucl"
single
it "a single file with a state directory of its own starts" is "$?" 0
begun
it "its service runs" up web
it "it ends" ended
printf '%s\nservice web { exec = [a, b\n' "$settings" >"$work/one.ucl"
single
it "with a syntax error behind the settings it starts" is "$?" 0
begun
it_says 'the last one that loaded is used instead' "with the copy" cat "$work/daemon.out"
it "and its service" up web
it "it ends again" ended
printf '%s\n' "$settings" >"$work/one.ucl"
single
it "with all services gone it starts" is "$?" 0
begun
it_says 'defines nothing, and 1 of its services were in it' "and does not believe it" cat "$work/daemon.out"
it "the service of the copy runs" up web
it "unless told to" herd load root --allow-empty
it "it ends once more" ended
single
it "then an empty one starts" is "$?" 0
begun
it_says 'defines no service: there is nothing to start' "with a warning" cat "$work/daemon.out"
it "and ends" ended
printf 'service x { exec = [a, b\n%s\n' "$settings" >"$work/one.ucl"
single
it "with a mistake before the settings it does not start" is "$?" 78
it_says 'there is no earlier configuration to start with: .*last-configuration.json' "and says why" cat "$work/daemon.out"
said 'behind the mistake is not seen' "and what helps"
rm -f "$work/pid"

# What is no regular file.
ln -s /dev/zero "$etc/services.d/zero.ucl"
it_exits 1 "a device is no configuration" "$bin/fruix-shepherd" --check --config "$etc"
said 'it is no regular file' "it is called what it is"
it "and nobody is advised to change its rights" is "$("$bin/fruix-shepherd" --check --config "$etc" 2>&1 | grep -c chmod)" 0
rm "$etc/services.d/zero.ucl"
printf 'service x { exec = /bin/true }\n' >"$work/open.ucl"
chmod 666 "$work/open.ucl"
ln -s "$work/open.ucl" "$etc/services.d/open.ucl"
it_exits 1 "a link to a file that others can write" "$bin/fruix-shepherd" --check --config "$etc"
said "chmod go-w .*/open.ucl" "has advice"
it "about the file that it leads to" is "$("$bin/fruix-shepherd" --check --config "$etc" 2>&1 | grep -c 'chmod go-w .*services.d')" 0
supervisor=
finish
