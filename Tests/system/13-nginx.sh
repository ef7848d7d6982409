#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "nginx"
. "$here/daemons.sh"

if ! nginx=$(program nginx); then
    skip "a real nginx" "nginx is not installed"
    finish
fi
port=$(free_port 1)
define_nginx nginx "$port" "respawn = true; respawn-delay = 20ms" | services
start_supervisor
it "it comes up" up nginx
it "and answers" eventually 10 page_is "$port" first
master=$(pid_of nginx)

kill -KILL "$master"
it "its master is killed: it runs again" running_again nginx "$master"
it "the workers of the old one did not keep the port" eventually 10 page_is "$port" first
master=$(pid_of nginx)

sed 's/first/second/' "$work/nginx/nginx.conf" >"$work/new.conf" && cp "$work/new.conf" "$work/nginx/nginx.conf"
it "its configuration is changed and checked by an action" herd configtest nginx
said 'syntax is ok|test is successful' "with nginx's own words"
it "reload" herd reload nginx
it "serves the new one" eventually 10 page_is "$port" second
it "with the same master" is "$(pid_of nginx)" "$master"

echo 'nonsense;' >>"$work/nginx/nginx.conf"
it_exits 1 "a mistake fails the action" herd configtest nginx
said 'nonsense' "with nginx's own words"
it "a reload does not take it" herd reload nginx
it "it goes on serving" eventually 10 page_is "$port" second
it_exits 1 "a restart fails" herd restart nginx
said 'pre-start' "and names the pre-start"
it_says 'nonsense' "the cause is in the log" cat "$log/nginx.log"
grep -v nonsense "$work/nginx/nginx.conf" >"$work/new.conf" && cp "$work/new.conf" "$work/nginx/nginx.conf"
it "mended, it starts" herd start nginx
it "and serves" eventually 10 page_is "$port" second

# The port is taken.
{
    define_nginx nginx "$port" "respawn = true; respawn-delay = 20ms"
    define_nginx rival "$port" "auto-start = false"
} | services
it "a second one on the same port is defined" herd load root
herd start rival >"$work/out" 2>&1
it "it fails" herd wait rival --for failed --timeout 30s
it_says 'Address already in use|bind' "and the cause can be seen" cat "$log/rival.log"
it "the first is not disturbed" up nginx

master=$(pid_of nginx)
workers=$(descendants "$master")
it "stop" herd stop nginx
for pid in $master $workers; do
    it "process $pid is gone" gone "$pid"
done
finish
