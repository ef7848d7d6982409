#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what supervisor and keeper leave of their jails when both are killed, the next one undoes where it is to begin anew"
. "$here/jails.sh"
needs_jails "the jails of a dead supervisor"
needs_rescue "the jails of a dead supervisor"
needs_ruleset "the jails of a dead supervisor"
remember_host

services <<UCL
service web { orphan = kill; exec = [$rescue/sh, -c, "while sleep 60; do :; done"]
$(ephemeral web)
}
service worker { orphan = kill; exec = [$rescue/sh, -c, "while sleep 60; do :; done"]; environment { PATH = $rescue }
  jail { shared-with = web } }
service hidden { orphan = kill; exec = [$helpers/double-fork, $work/hidden.pid]; jail { name = ${prefix}_hidden } }
UCL
start_supervisor
it "all come up" up web worker hidden
it "with one that hides" eventually 10 test -s "$work/hidden.pid"
jid=$(jls -j "${prefix}_web" jid)
web=$(pid_of web)
hidden=$(cat "$work/hidden.pid")
kill_both
it "the jail outlives its supervisor" is "$(jls -j "${prefix}_web" jid)" "$jid"
it "its journal is there" test -s "$work/state/jails/web/journal"

start_supervisor
it "all come up again" up web worker hidden
it "in a jail of this supervisor" differs "$(jls -j "${prefix}_web" jid)" "$jid"
it "there is one of the name" is "$(jails_named "${prefix}_web" | wc -l | tr -d ' ')" 1
it "the old process is gone" gone "$web"
it "and what was hidden in a jail" gone "$hidden"
it_says 'undoing what an earlier supervisor has left of the jail of web' "the log says so" cat "$work/supervisor.out"
it "the root is mounted once" is "$(mount_points_below "$(root_of web)" | grep -cx "$(root_of web)")" 1

# By hand, without another supervisor.
web=$(pid_of web)
kill_both
supervisor=
for name in web hidden; do
    it "the jail of $name is undone by hand" "$bin/fruix-shepherd" jail down "$work/state/jails/$name"
done
it "which ends what runs in it" gone "$web"
it "the journal is gone" test ! -e "$work/state/jails/web/journal"
it "a second time there is nothing to do" "$bin/fruix-shepherd" jail down "$work/state/jails/web"

start_supervisor
it "a third supervisor brings all up" up web worker hidden
stop_supervisor
it "and ends well" is "$?" 0
it "no process is left" eventually 5 none_left
supervisor=
it "nothing is left" eventually 15 host_is_as_before
finish
