#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "redis"
. "$here/daemons.sh"

if ! redis=$(program redis-server) || ! redis_cli=$(program redis-cli); then
    skip "a real redis" "redis-server is not installed"
    finish
fi
port=$(free_port 2)
{
    define_redis redis "$port" "respawn = true; respawn-delay = 20ms
  actions { ping { exec = [$redis_cli, -p, \"$port\", ping] } set { exec = [$redis_cli, -p, \"$port\", set] } }"
    define_redis rival "$port" "auto-start = false"
} | services
start_supervisor
it "it comes up" up redis
it "and answers" eventually 10 redis_answers "$port"
it "an action asks it" herd ping redis
said PONG "and shows what it says"
it "an action with arguments" herd set redis key value
said OK "has an effect"

pid=$(pid_of redis)
kill -KILL "$pid"
it "it is killed: it runs again" running_again redis "$pid"
it "answers" eventually 10 redis_answers "$port"
it "and has what was written" is "$("$redis_cli" -p "$port" get key)" value

herd start rival >"$work/out" 2>&1
it "a second one on the same port fails" herd wait rival --for failed --timeout 30s
it_says 'in use|bind' "and the cause can be seen" cat "$log/rival.log"
it "the first is not disturbed" redis_answers "$port"

it "stop" herd stop redis
it "does not answer any more" sh -c "! '$redis_cli' -p $port ping"
it_says 'bye bye|shutting down|User requested shutdown|Received SIGTERM' "it had time to close its files" cat "$log/redis.log"
finish
