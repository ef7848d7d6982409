#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "an interface that a dying jail keeps is seen to come home"
. "$here/jails.sh"
needs_jails "an interface that is awaited"
needs_rescue "an interface that is awaited"
needs_ruleset "an interface that is awaited"
needs_epair "an interface that is awaited"
remember_host

make_given_pair
services <<UCL
service tenant { auto-start = false; exec = [$rescue/sh, -c, "while sleep 60; do :; done"]
$(ephemeral tenant "network { vnet = true; interfaces = [$given] }")
}
UCL
name=${prefix}_tenant
is_unfinished() { test -s "$work/state/jails/tenant/journal"; }
is_finished() { ! is_unfinished; }
# The kernel lets a jail go when the memory of its sockets is used for others.
comes_home() { "$helpers/churn-sockets" && is_home; }

start_supervisor
it "it starts" herd start tenant
it "the interface is inside" is_away
# The dead child of a process that does not ask for it keeps the jail for as long as the script wants.
sh -c "jexec $name $rescue/sleep 1000 & exec sleep 1000" &
holder=$!
started="$started $holder"
is_held() { [ -n "$(ps -axo ppid= -o jid= | awk -v parent="$holder" '$1 == parent && $2 > 0')" ]; }
it "somebody else is in the jail" eventually 10 is_held
it "somebody else removes it" jail -r "$name"
it "the service is at rest" eventually 10 is_at_rest tenant
it "the interface is away" is_away
it_says "interface $given comes back when jail $name" "the status says what is awaited" herd status tenant
it_says "tenant: interface $given comes back when" "and the log" cat "$work/supervisor.out"
it "the journal has it" is_unfinished

kill "$holder"
wait "$holder" 2>/dev/null
it "the interface comes home when the jail is gone" eventually 30 comes_home
it "which is noticed" eventually 60 is_finished
it_exits 1 "nothing of it is in the status" sh -c "'$bin/herd' status tenant | grep 'comes back when'"
it "it can be given again" herd start tenant
it "it stops" herd stop tenant
it "and the interface is home" is_home
it "the log has named it once" is "$(grep -c "interface $given comes back when" "$work/supervisor.out")" 1
it "our end goes, and the other with it" ifconfig "$ours" destroy
it "nothing is left" eventually 15 host_is_as_before
finish
