#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a service jail: the host's files and addresses, and no processes but its own"
. "$here/jails.sh"
needs_jails "a service jail"
remember_host
mount -p >"$work/mounts"
mounts_are_as_before() { mount -p | diff "$work/mounts" -; }

probe=$(inside probe <<'SCRIPT'
sysctl -n security.jail.jailed
ps -axo pid= -o command=
SCRIPT
)
services <<UCL
service look { one-shot = true; log = $work/look; exec = [/bin/sh, $probe]; jail { name = ${prefix}_look } }
service stays { exec = [$helpers/stay, $journal, stays]; respawn = true; respawn-delay = 20ms; jail { name = ${prefix}_stays } }
service hidden { exec = [$helpers/double-fork, $work/hidden.pid]; jail { name = ${prefix}_hidden; options = netv4 } }
UCL
start_supervisor
it "services in jails of their own come up" up stays hidden
it "and a one-shot in one is completed" herd wait look --for completed --timeout 30s
it "it was in a jail" is "$(head -n 1 "$work/look")" 1
it "it has seen itself" grep -q "sh $probe" "$work/look"
it_exits 1 "but not the supervisor" grep -q "^ *$supervisor " "$work/look"
it_exits 1 "nor another service" grep -q "^ *$(pid_of stays) " "$work/look"
it "its jail has gone with it" eventually 10 has_no_jail "${prefix}_look"

stays=$(pid_of stays)
jid=$(jls -j "${prefix}_stays" jid)
it "jls(8) has the jail of a service that runs" differs "$jid" 0
it "with the host's root" is "$(jls -j "${prefix}_stays" path)" /
it "and its addresses" is "$(jls -j "${prefix}_stays" ip4 ip6)" "inherit inherit"
it "its main process is in there" is "$(jail_of "$stays")" "$jid"
it "options take away what they do not name" is "$(jls -j "${prefix}_hidden" ip4 ip6)" "inherit disable"
it "nothing is mounted for it" mounts_are_as_before

it "a process that hides is there" eventually 10 test -s "$work/hidden.pid"
hidden=$(cat "$work/hidden.pid")
it "in the same jail" is "$(jail_of "$hidden")" "$(jls -j "${prefix}_hidden" jid)"
it_says "^ *$hidden " "herd lists it" herd processes hidden
it "the service stops" herd stop hidden
it "the hidden process is gone" gone "$hidden"
it "and so is the jail" eventually 10 has_no_jail "${prefix}_hidden"

it "a main process is killed" kill -KILL "$stays"
it "it runs again" running_again stays "$stays"
it "in a new jail" differs "$(jail_of "$(pid_of stays)")" "$jid"
it "which has the same name" is "$(jls -j "${prefix}_stays" jid)" "$(jail_of "$(pid_of stays)")"
it "it stops" herd stop stays
it "nothing is left" eventually 15 host_is_as_before
finish
