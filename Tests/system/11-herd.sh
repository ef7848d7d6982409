#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "herd: exit codes, actions, JSON, nearest names"

services <<UCL
service nginx { documentation = "a web server, so to say"; exec = [$helpers/stay, $journal, nginx]; reload { signal = HUP }
  actions {
    echo { documentation = "says it back"; exec = [/bin/sh, -c, 'printf "%s|" "\$@"; echo complaint >&2', echo] }
    fail { documentation = "fails"; exec = [/bin/sh, -c, "exit 42"] }
    poke { signal = HUP }
    deaf { exec = [$helpers/ignore-term]; timeout = 300ms }
    where { exec = [/bin/sh, -c, "pwd; echo \$FRUIX_TEST; umask"] }
  }
  working-directory = $work
  umask = 0027
}
group together { requirement = [once] }
service stopped { exec = [$helpers/stay]; auto-start = false }
service failing { exec = [/bin/sh, -c, "exit 1"] }
service once { exec = [/bin/sh, -c, "exit 0"]; one-shot = true }
service by-command { exec = [$helpers/stay]; reload { exec = [/bin/sh, -c, "echo reloaded; exit 0"] } }
UCL

it_exits 69 "without a supervisor: 69" herd status
said "$socket" "and the socket that was tried is named"
start_supervisor
it "services come up" up nginx by-command
herd wait failing --for failed --timeout 30s >/dev/null 2>&1
herd wait once --for completed --timeout 30s >/dev/null 2>&1

it "status of what is up: 0" herd status nginx
it "status of what is completed: 0" herd status once
it_exits 3 "status of what is stopped: 3" herd status stopped
it_exits 1 "status of what has failed: 1" herd status failing
it "status of all: 0" herd status
said 'nginx' "lists them"
it "herd alone is herd status" herd
said 'nginx' "lists them too"
it_exits 64 "a flag that does not exist: 64" herd status --no-such-flag

usage_mistake() {
    "$@" >"$work/mistake" 2>&1
    mistake=$?
    cat "$work/mistake"
    [ "$mistake" -eq 2 ] || [ "$mistake" -eq 64 ] || { echo "ended with $mistake"; return 1; }
}
it "a service that does not exist is a mistake in the command" usage_mistake "$bin/herd" start ngnix
said 'nginx' "and the nearest name is given"
it "so is an action that does not exist" usage_mistake "$bin/herd" ecoh nginx
said 'echo' "and the nearest name is given"

it "start of what runs: 0" herd start nginx
said 'already' "it says that it runs already"
it "an action's output passes through" herd echo nginx one 'two words' ''
said '^one[|]two words[|][|]' "with its arguments as they were given"
said 'complaint' "and its standard error"
"$bin/herd" echo nginx x 2>/dev/null >"$work/stdout"
it "the two are kept apart" sh -c "! grep -q complaint '$work/stdout'"
it_exits 42 "an action's exit status passes through" herd fail nginx
it "an action can be a signal" herd poke nginx
it "which arrives" eventually 10 grep -q '^~nginx' "$journal"
it "the long form does the same" herd action nginx echo x
herd deaf nginx >"$work/out" 2>&1
it "an action has a timeout" differs "$?" 0
it "an action has the service's surroundings" herd where nginx
said "^$work\$" "its directory"
said "^$tag\$" "its environment"
said '^0?027$' "its umask"

: >"$journal"
it "reload by signal" herd reload nginx
it "arrives" eventually 10 grep -q '^~nginx' "$journal"
it "reload by command" herd reload by-command
said 'reloaded' "shows its output"
it_says 'reload' "a service without reload has none" herd reload stopped
: >"$journal"
it "herd signal sends a signal" herd signal nginx HUP
it "which arrives" eventually 10 grep -q '^~nginx' "$journal"

it "doc shows the documentation" herd doc nginx
said 'a web server, so to say' "of the service"
it "doc list-actions" herd doc nginx list-actions
said 'echo' "lists the actions"
it "doc of an action" herd doc nginx echo
said 'says it back' "shows its line"
it "doc of an action as JSON" herd doc nginx poke --json
said '"actions":[[][{]"name":"poke"[}][]]' "is of that action alone"
it_exits 2 "a command that comes later: 2" herd log nginx
said 'herd status nginx.*log' "and where to look instead"
it_exits 64 "help for no command: 64" herd help statsu
said 'did you mean .status' "and the nearest command"
if [ -c /dev/full ]; then
    it_exits 1 "output that cannot be written: 1" sh -c "'$bin/herd' status >/dev/full"
    said 'cannot write to the standard output' "and it is said"
else
    skip "output that cannot be written: 1" "needs /dev/full"
fi
it "a reader that has gone is none of herd's business" sh -c "'$bin/herd' status 2>'$work/gone' | :; test ! -s '$work/gone'"
it "show prints the definition in force" herd show nginx
said 'umask' "with its keys"
said 'test[.]ucl' "and their places"
herd show nginx >"$work/shown.ucl"
it "which is UCL" herd ucl "$work/shown.ucl"

for command in "status" "status nginx" "doc nginx" "start nginx" "wait nginx --for running"; do
    # The words of the command are separate words.
    # shellcheck disable=SC2086
    herd $command --json >"$work/json.ucl" 2>"$work/json.err"
    it "herd $command --json is JSON" herd ucl --json "$work/json.ucl"
done
it "status --json knows the state" is "$(state_of nginx)" running
it "and the pid" alive "$(pid_of nginx)"

it "wait for what is already so returns at once" herd wait nginx --for running
it_exits 1 "wait gives up after its timeout" herd wait stopped --for running --timeout 200ms
it "stop of what is stopped: 0" herd stop stopped
it "start --no-wait returns" herd start stopped --no-wait
it "and the start goes on" up stopped
it "stop --dry-run shows" herd stop nginx --dry-run
it "and does nothing" herd status nginx
it "several names" herd stop nginx stopped
it_exits 3 "the first is stopped" herd status nginx
it_exits 3 "the second too" herd status stopped
it_exits 1 "a signal to what does not run: 1" herd signal nginx HUP
it_exits 1 "a signal to a group: 1" herd signal together HUP
said 'group.*no process' "and why"
it_exits 2 "a pattern that nothing matches: 2" herd start 'zzz*'
said 'nothing matches' "and it is called that"

if as_root; then
    # A service is a convenient way to be another user. The directory and the socket are opened for it on purpose.
    cp "$bin/herd" "$work/herd"
    chmod 755 "$work/herd"
    chmod 711 "$work"
    chmod 777 "$socket"
    services nobody <<UCL
service nobody { one-shot = true; auto-start = false; user = nobody
  exec = [/bin/sh, -c, "$work/herd --socket $socket stop by-command; echo status \$?"]; log = $work/nobody.log }
UCL
    : >"$work/nobody.log"
    it "somebody else's herd runs" sh -c "'$bin/herd' load root && '$bin/herd' start nobody"
    it_says '^status 77$' "not allowed: 77" cat "$work/nobody.log"
    it "and nothing happened" herd status by-command
else
    skip "not allowed: 77" "needs root, to be somebody else"
fi
finish
