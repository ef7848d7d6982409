#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a jail that somebody else has made is entered, and left as it is"
. "$here/jails.sh"
needs_jails "a jail of somebody else"
remember_host

for name in there taken; do
    it "somebody makes the jail $name" jail -c name="${prefix}_$name" path=/ persist ip4=inherit ip6=inherit
done
if [ "$failures" -gt 0 ]; then finish; fi
jid=$(jls -j "${prefix}_there" jid)
services <<UCL
service lodger { exec = [$helpers/double-fork, $work/hidden.pid]; jail { enter = ${prefix}_there } }
service lost { exec = [$helpers/stay]; jail { enter = ${prefix}_nowhere } }
service rival { exec = [$helpers/stay]; auto-start = false; jail { name = ${prefix}_taken } }
UCL
start_supervisor
it "a service enters it" up lodger
lodger=$(pid_of lodger)
it "its process is in there" is "$(jail_of "$lodger")" "$jid"
it "a process that hides is there" eventually 10 test -s "$work/hidden.pid"
hidden=$(cat "$work/hidden.pid")
it "a jail that is not there cannot be entered" herd wait lost --for failed --timeout 30s
it_exits 1 "which the status says" herd status lost
said "there is no jail called ${prefix}_nowhere" "and is named"
it_exits 1 "nor is a jail made under a name that is taken" herd start rival
said "a jail called ${prefix}_taken exists already" "which is said"
it "the service stops" herd stop lodger
it "its processes are gone" gone "$lodger"
it "the hidden one too" gone "$hidden"
it "the jail is as it was" is "$(jls -j "${prefix}_there" jid)" "$jid"
it "so is the other" has_jail "${prefix}_taken"
it "who made them removes them" jail -r "${prefix}_there" "${prefix}_taken"
it "nothing is left" eventually 15 host_is_as_before
finish
