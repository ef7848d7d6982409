#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "the commands around a jail, in their order, and what they are told"
. "$here/jails.sh"
needs_jails "commands around a jail"
needs_rescue "commands around a jail"
needs_ruleset "commands around a jail"
remember_host

cat >"$work/note.sh" <<SCRIPT
echo "\$1 jid=\${JID:-none} name=\$JNAME path=\$JPATH mounted=\$(mount -p | grep -c "\$JPATH") jails=\$(jls -j "\$JNAME" jid 2>/dev/null || echo none)" >>"$journal"
SCRIPT
note() { echo "[/bin/sh, $work/note.sh, $1]"; }
hooks="exec.prestart = [$(note prestart)]; exec.created = [$(note created)]; exec.poststop = [$(note poststop)]; exec.release = [$(note release)]"
services <<UCL
service web { exec = [$rescue/sh, -c, "while sleep 60; do :; done"]
  pre-start = [[$rescue/sh, -c, "exit 0"]]
$(ephemeral web "$hooks")
}
service fails { auto-start = false; exec = [$rescue/sh, -c, "while sleep 60; do :; done"]
$(ephemeral fails "exec.created = [[/bin/sh, -c, \"exit 3\"]]; exec.poststop = [$(note poststop)]")
}
UCL
# noted COMMAND KEY: what the command was told.
noted() { sed -n "s/^$1 .*$2=\([^ ]*\).*/\1/p" "$journal"; }

start_supervisor
it "the service comes up" up web
jid=$(jls -j "${prefix}_web" jid)
it "before the jail and after its making a command has run" journal_is "prestart created"
it "before it there is no jail" is "$(noted prestart jails)" none
it "and no number of one" is "$(noted prestart jid)" none
it "but all is mounted" differs "$(noted prestart mounted)" 0
it "the name is known" is "$(noted prestart name)" "${prefix}_web"
it "and the root" is "$(noted prestart path)" "$(root_of web)"
it "after it the number is known" is "$(noted created jid)" "$jid"
it "it stops" herd stop web
it "two commands have run then" journal_is "prestart created poststop release"
it "the jail is gone before the first of them" is "$(noted poststop jails)" none
it "its number is known still" is "$(noted poststop jid)" "$jid"
it "all is mounted still" differs "$(noted poststop mounted)" 0
it "the last runs when nothing is mounted any more" is "$(noted release mounted)" 0
it "nothing is left" eventually 15 host_is_as_before

: >"$journal"
it_exits 1 "a command that fails fails the start" herd start fails
said 'exited with status 3' "with its status"
it "what it had a counterpart for is undone" journal_is "poststop"
it "nothing is left again" eventually 15 host_is_as_before
finish
