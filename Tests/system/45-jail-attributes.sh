#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "addresses, sizes and processors of jails as they are written"
. "$here/jails.sh"
needs_jails "addresses, sizes and processors"
needs_rescue "addresses, sizes and processors"
needs_ruleset "addresses, sizes and processors"
remember_host

# A size that is no whole number of pages; the root becomes read-only all the same.
services <<UCL
service odd { auto-start = false; exec = [$rescue/sh, -c, "while sleep 60; do :; done"]
$(ephemeral odd "size = 3000001")
}
UCL
start_supervisor
it "an ephemeral root of an odd size is made" herd start odd
it_says "^tmpfs on $(root_of odd) .*read-only" "and is read-only" mount
it "it stops" herd stop odd

# An IPv6 address can be bound by the first thing that runs.
if has_epair; then
    services six <<UCL
service six { auto-start = false; respawn = false; log = $work/six; exec = [$rescue/nc, -6, -l, -k, -d, "2001:db8:77::2", 7708]
$(ephemeral six 'network { vnet = true; epair { host-address = ["2001:db8:77::1/64", 198.18.81.1/30]; jail-address = ["2001:db8:77::2/64", "2001:db8:77::3/64", 198.18.81.2/30] } }')
}
UCL
    host_end() { ifconfig -l | tr ' ' '\n' | grep '^epair[0-9]*a$' | tail -n 1; }
    six_listens() { jexec "${prefix}_six" "$rescue/nc" -6 -z -w 2 2001:db8:77::2 7708; }
    it "services with IPv6 are loaded" herd load root
    it "one that binds its address at once starts" herd start six
    it "it listens" eventually 10 six_listens
    it_exits 1 "no address of it is tentative" sh -c "jexec '${prefix}_six' $rescue/ifconfig | grep '2001:.*tentative'"
    it_exits 1 "nor one of the host's end" sh -c "ifconfig '$(host_end)' | grep '2001:.*tentative'"
    it_says "inet6 2001:db8:77::1 prefixlen 64" "which has the address of IPv6" ifconfig "$(host_end)"
    it_says "inet 198.18.81.1 " "and that of IPv4" ifconfig "$(host_end)"
    it "it stops" herd stop six
else
    skip "an IPv6 address can be bound at once" "needs VIMAGE and epair(4)"
fi

# Processors that the jail has not.
if [ "$(sysctl -n hw.ncpu)" -gt 1 ]; then
    services cpus <<UCL
service elsewhere { auto-start = false; exec = [$helpers/stay]; cpus = 1; jail { enter = ${prefix}_narrow } }
service there { auto-start = false; exec = [$helpers/stay]; cpus = 0; jail { enter = ${prefix}_narrow } }
UCL
    it "somebody makes a jail" jail -c name="${prefix}_narrow" path=/ persist ip4=inherit
    it "that has the first processor only" cpuset -l 0 -j "$(jls -j "${prefix}_narrow" jid)"
    it "services for it are loaded" herd load root
    it_exits 1 "one that wants another processor does not start" herd start elsewhere
    said "the CPUs of the service \\(1\\) are none of the jail's \\(0\\)" "and both are named"
    it "one that wants the same starts" herd start there
    it "it stops" herd stop there
    it "who made the jail removes it" jail -r "${prefix}_narrow"
else
    skip "processors that the jail has not are named" "needs two processors"
fi
it "nothing is left" eventually 15 host_is_as_before
finish
