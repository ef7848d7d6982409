#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a chain of three services in one jail, which lives as long as one of them"
. "$here/jails.sh"
needs_jails "three services in one jail"
needs_rescue "three services in one jail"
needs_ruleset "three services in one jail"
remember_host

stay='while sleep 1; do :; done'
# A requirement that runs has not written yet.
read_both='until { read -r one && read -r two; } </scratch/file 2>/dev/null; do sleep 0.1; done'
services <<UCL
service first { exec = [$rescue/sh, -c, "echo first >>/scratch/file; $stay"]
$(ephemeral chain)
}
service second { requirement = first; exec = [$rescue/sh, -c, "echo second >>/scratch/file; $stay"]; environment { PATH = $rescue }
  jail { shared-with = first } }
service third { requirement = second; exec = [$rescue/sh, -c, "$read_both; cat /scratch/file; $stay"]; environment { PATH = $rescue }
  log = $work/third; jail { shared-with = first } }
service guest { auto-start = false; exec = [$rescue/sh, -c, "$stay"]; environment { PATH = $rescue }; jail { shared-with = first } }
UCL
third_has_seen() { is "$(tr '\n' ' ' <"$work/third")" "$1"; }
start_supervisor
it "all three come up" up first second third
jid=$(jls -j "${prefix}_chain" jid)
for name in first second third; do
    it "$name is in the jail" is "$(jail_of "$(pid_of "$name")")" "$jid"
done
it "one jail has been made" is "$(jails_named "$prefix")" "${prefix}_chain"
it "the third has seen what the others wrote" eventually 10 third_has_seen "first second "

first=$(pid_of first)
it "the third stops" herd stop third
it "the jail is still there" is "$(jls -j "${prefix}_chain" jid)" "$jid"
it "the second stops" herd stop second
it "the first does not notice" is "$(pid_of first)" "$first"
it "a guest comes" herd start guest
it "into the same jail" is "$(jail_of "$(pid_of guest)")" "$jid"
it "the first stops, whose jail it is" herd stop first
it "the guest is not disturbed" is "$(jail_of "$(pid_of guest)")" "$jid"
it "the first comes back" herd start first
it "into the jail that is there" is "$(jail_of "$(pid_of first)")" "$jid"
it "both stop" herd stop first guest
it "and the jail is gone" eventually 10 has_no_jail "${prefix}_chain"
it "nothing is left" eventually 15 host_is_as_before

it "one that only shares makes the jail, if it is the first" herd start guest
it "with the name that the other gives it" is "$(jail_of "$(pid_of guest)")" "$(jls -j "${prefix}_chain" jid)"
it_exits 3 "which need not run for that" herd status first
it "it stops" herd stop guest
it "nothing is left again" eventually 15 host_is_as_before
finish
