#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "nginx requires redis requires PostgreSQL"
. "$here/daemons.sh"

if ! nginx=$(program nginx) || ! redis=$(program redis-server) || ! redis_cli=$(program redis-cli) ||
    ! postgres=$(program postgres) || ! initdb=$(program initdb) || ! psql=$(program psql) || ! pg_isready=$(program pg_isready); then
    skip "three real daemons in their order" "not all of nginx, redis and PostgreSQL are installed"
    finish
fi
if as_root && [ -z "$daemon_user" ]; then
    skip "three real daemons in their order" "PostgreSQL refuses to run as root, and there is no account for it"
    finish
fi
postgresql_port=$(free_port 4)
redis_port=$(free_port 5)
nginx_port=$(free_port 6)
# A post-start that waits for the daemon's first answer makes "up" mean that it answers.
waits_for() { echo "post-start = [[/bin/sh, -c, \"until $1; do sleep 0.1; done; echo $2 >> $journal\"]]; post-stop = [[/bin/sh, -c, \"echo no-$2 >> $journal\"]]; respawn = true; respawn-delay = 20ms"; }
# The hooks of PostgreSQL run as its account.
chmod 666 "$journal"
{
    define_nginx nginx "$nginx_port" "requirement = [redis]; $(waits_for "test -e $work/nginx/nginx.pid" nginx)"
    define_redis redis "$redis_port" "requirement = [postgresql]; $(waits_for "$redis_cli -p $redis_port ping" redis)"
    define_postgresql postgresql "$postgresql_port" "$(waits_for "$pg_isready -q -h 127.0.0.1 -p $postgresql_port" postgresql)"
} | services
start_supervisor
it "all three come up" up postgresql redis nginx
it "PostgreSQL before redis" comes_before postgresql redis
it "redis before nginx" comes_before redis nginx
it "PostgreSQL answers" eventually 10 postgres_answers "$postgresql_port"
it "redis answers" eventually 10 redis_answers "$redis_port"
it "nginx answers" eventually 10 page_is "$nginx_port" first

nginx_pid=$(pid_of nginx)
redis_pid=$(pid_of redis)
for name in postgresql redis nginx; do
    pid=$(pid_of "$name")
    kill -KILL "$pid"
    it "$name is killed: it runs again" running_again "$name" "$pid"
    if [ "$name" = postgresql ]; then
        it "redis and nginx were left alone" is "$(pid_of redis) $(pid_of nginx)" "$redis_pid $nginx_pid"
    fi
done
it "all three answer again" eventually 30 sh -c "'$pg_isready' -q -h 127.0.0.1 -p $postgresql_port && '$redis_cli' -p $redis_port ping"
it "nginx too" eventually 10 page_is "$nginx_port" first

: >"$journal"
it "PostgreSQL is restarted" herd restart postgresql
it "with those that require it" up redis nginx
it "nginx went first" comes_before no-nginx no-redis
it "then redis" comes_before no-redis no-postgresql
it "PostgreSQL came back first" comes_before postgresql redis
it "then redis, then nginx" comes_before redis nginx
: >"$journal"
stop_supervisor
it "the supervisor ends well" is "$?" 0
it "nginx went down first" comes_before no-nginx no-redis
it "then redis, then PostgreSQL" comes_before no-redis no-postgresql
it_says 'database system is shut down' "PostgreSQL was shut down cleanly" tail -n 3 "$log/postgresql.log"
it "no process is left" eventually 5 none_left
finish
