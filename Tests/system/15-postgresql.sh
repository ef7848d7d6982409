#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "PostgreSQL"
. "$here/daemons.sh"

if ! postgres=$(program postgres) || ! initdb=$(program initdb) || ! psql=$(program psql) || ! pg_isready=$(program pg_isready); then
    skip "a real PostgreSQL" "it is not installed"
    finish
fi
if as_root && [ -z "$daemon_user" ]; then
    skip "a real PostgreSQL" "it refuses to run as root, and there is no account for it"
    finish
fi
port=$(free_port 3)
define_postgresql postgresql "$port" "respawn = true; respawn-delay = 100ms" >"$work/definition" || {
    not_ok "the data directory is made"
    finish
}
services <"$work/definition"
start_supervisor
it "it comes up" up postgresql
it "and accepts connections" eventually 30 postgres_answers "$port"
it "an action says so too" herd ready postgresql
it "a table is made" query "$port" "create table t as select generate_series(1, 1000) as n"
postmaster=$(pid_of postgresql)
children=$(descendants "$postmaster")
it "it has processes of its own" differs "$children" ""

kill -KILL "$postmaster"
it "its postmaster is killed: it runs again" running_again postgresql "$postmaster"
# PostgreSQL refuses to start while processes of the old postmaster use the shared memory: that it starts shows that
# they were ended before.
it "and accepts connections" eventually 60 postgres_answers "$port"
it "the table is there" is "$(query "$port" "select count(*) from t")" 1000
for pid in $children; do
    it "process $pid of the old one is gone" eventually 10 gone "$pid"
done

postmaster=$(pid_of postgresql)
echo "work_mem = '7MB'" >>"$work/postgresql/data/postgresql.conf"
it "reload" herd reload postgresql
setting_is() { [ "$(query "$port" 'show work_mem' 2>/dev/null)" = "$1" ]; }
it "takes the new setting" eventually 10 setting_is 7MB
it "with the same postmaster" is "$(pid_of postgresql)" "$postmaster"

it "a client is connected" test -n "$(query "$port" "select 1")"
"$psql" -h 127.0.0.1 -p "$port" -U tester -d postgres -c 'select pg_sleep(600)' >"$work/sleeper" 2>&1 &
started="$started $!"
it "one is in the middle of something" eventually 10 sh -c "'$psql' -h 127.0.0.1 -p $port -U tester -d postgres -At -c \"select count(*) from pg_stat_activity where query like 'select pg_sleep%'\" | grep -q 1"
children=$(descendants "$postmaster")
it "stop does not wait for it" herd stop postgresql
it_says 'fast shutdown request' "it was a fast shutdown" cat "$log/postgresql.log"
it_says 'database system is shut down' "and a clean one" cat "$log/postgresql.log"
for pid in $postmaster $children; do
    it "process $pid is gone" gone "$pid"
done
finish
