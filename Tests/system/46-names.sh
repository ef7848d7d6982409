#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "names and patterns mean the same to every command"

services <<UCL
service "queue@" { exec = [$helpers/stay]; instances = [mail, sms]
  documentation = "a queue"
  reload { exec = [/bin/sh, -c, "echo one reloaded"] }
  actions { say { exec = [/bin/sh, -c, 'echo "said \$*"', say] } fail { exec = [/bin/sh, -c, "exit 7"] } } }
service web { exec = [$helpers/stay, $journal, web]; reload { exec = [/bin/sh, -c, "exit 3"] } }
service idle { exec = [$helpers/stay]; auto-start = false }
UCL
start_supervisor
it "the services come up" up queue@mail queue@sms web

# saying COUNT PATTERN COMMAND...: it prints so many lines with that.
saying() {
    count=$1
    what=$2
    shift 2
    "$@" >"$work/saying" 2>&1
    grep -E -c -- "$what" "$work/saying" >"$work/count"
    [ "$(cat "$work/count")" -eq "$count" ] || { echo "$(cat "$work/count") times $what in:"; cat "$work/saying"; return 1; }
}

# A name that is not known, and a pattern that nothing matches, are mistakes; nothing is done then.
for command in "status" "start" "stop" "restart" "reload" "enable" "disable" "reset" "preset" "doc" "show" "processes" \
    "wait --timeout 5s" "say" "unload root"; do
    # The words of the command are separate words.
    # shellcheck disable=SC2086
    it_exits 2 "herd $command of a name that is not known: 2" herd $command nope
    # shellcheck disable=SC2086
    it_exits 2 "herd $command of a pattern that nothing matches: 2" herd $command 'zzz*'
    said 'nothing matches' "and it is called that"
done
it_exits 2 "herd signal of a pattern that nothing matches: 2" herd signal 'zzz*' HUP
for command in stop disable reload "unload root"; do
    # shellcheck disable=SC2086
    it_exits 2 "herd $command of one name that is known and one that is not: 2" herd $command web nope
done
it "nothing was done to the one that is known" herd status web

it "status of a name twice shows it once" saying 1 '^web:' herd status web web
it "also by a pattern" saying 1 '^queue@mail:' herd status queue@mail 'queue@*'
it "processes of several, each once" saying 2 '[(]main[)]' herd processes 'queue@*' queue@sms
it "doc of a pattern shows all" saying 2 'a queue' herd doc 'queue@*'
it "show of several shows all" saying 3 '^service ' herd show web 'queue@*'
it "reload of a pattern reloads all" saying 2 '^one reloaded' herd reload 'queue@*'
it "an action of a pattern is run by all" saying 2 '^said x y' herd say 'queue@*' x y
it_exits 7 "the status of the first that fails is told" herd fail 'queue@*'
it "wait for several" herd wait 'queue@*' web --timeout 30s
it_exits 1 "until the last of them" herd wait web idle --timeout 200ms
said '.idle. is stopped, and not running, after' "and the one that is waited for is named"
it "a signal to several" saying 3 'signalled' herd signal 'queue@*' web CONT
it_exits 2 "a signal before the service: 2" herd signal CONT web
said 'herd signal web CONT' "the right order is told"

it_exits 2 "what is for one service only, if root is meant: 2" herd doc root
said 'supervisor' "and what root is"

it_exits 3 "the command of a reload that fails is its status" herd reload web
said "/bin/sh -c 'exit 3'.* ended: exit 3" "and is named"

it "check --plan of a pattern shows all" saying 2 '^queue@.*: has no jail' herd check --plan 'queue@*' "$etc"
it_exits 2 "of one that nothing matches: 2" herd check --plan 'zzz*' "$etc"
it_exits 1 "check of a service's name is told" herd check web
said 'herd show web' "with the command that takes one"

it "unload of a pattern" saying 2 'stopped' herd unload root 'queue@*'
it_exits 2 "they are forgotten" herd status 'queue@*'
finish
