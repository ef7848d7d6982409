#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "an interface that was given to a jail comes home, whoever removes the jail"
. "$here/jails.sh"
needs_jails "an interface that was given"
needs_rescue "an interface that was given"
needs_ruleset "an interface that was given"
needs_epair "an interface that was given"
needs_addresses 198.18.80 "an interface that was given"
remember_host

make_given_pair
inside=$(inside network <<SCRIPT
ifconfig $given inet 198.18.80.2/30 up
while :; do echo bye | nc -4 -l -N 198.18.80.2 7707; done
SCRIPT
)
services <<UCL
service tenant { auto-start = false; log = $work/tenant; exec = [$rescue/sh, $inside]
$(ephemeral tenant "network { vnet = true; interfaces = [$given] }")
}
UCL
ifconfig "$ours" inet 198.18.80.1/30 up
speaks() { [ "$(nc -w 5 198.18.80.2 7707 </dev/null)" = bye ]; }
nothing_to_come() { [ ! -e "$work/state/jails/tenant/journal" ]; }

start_supervisor
it "it starts" herd start tenant
it "the interface is inside" is_away
it "it speaks with the host" eventually 20 speaks
it "it stops" timeout 10 "$bin/herd" stop tenant
it "and the interface is home" is_home
it "there is nothing more to come" nothing_to_come

it "it starts again" herd start tenant
it "and speaks" eventually 20 speaks
it "somebody else removes the jail" jail -r "${prefix}_tenant"
it "the service is at rest at once, though the interface may be away" eventually 10 is_at_rest tenant
if is_away; then
    it_says "interface $given comes back when jail ${prefix}_tenant" "the status says what is still to come" \
        herd status tenant
    it_says "tenant: interface $given comes back when" "and the log, once" cat "$work/supervisor.out"
else
    skip "the status says what is still to come" "this kernel has let the jail go at once"
fi
# How long the kernel keeps a socket of the jail is its own affair: minutes were seen (docs/FREEBSD.md).
if eventually 30 is_home; then
    it "then there is nothing more to come" eventually 60 nothing_to_come
    it_exits 1 "nothing of it is in the status" sh -c "'$bin/herd' status tenant | grep 'comes back when'"
    it "it can be given again" herd start tenant
    it "it stops" herd stop tenant
    it "our end goes, and the other with it" ifconfig "$ours" destroy
    it "nothing is left" eventually 15 host_is_as_before
else
    skip "the interface comes home" "this kernel keeps the dying jail for longer"
    it "the supervisor does not wait for it" timeout 30 "$bin/herd" stop root
    wait "$supervisor"
    it "and ends well" is "$?" 0
    it "the journal keeps the interface for the next one" test -s "$work/state/jails/tenant/journal"
    it "our end goes, and the other with it" ifconfig "$ours" destroy
fi
finish
