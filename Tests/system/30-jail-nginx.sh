#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a server in a jail that inherits IPv4 and has no interfaces of its own"
. "$here/daemons.sh"
. "$here/jails.sh"
needs_jails "nginx in a jail"
remember_host

port=$(free_port 1)
keys="respawn = true; respawn-delay = 20ms; jail { name = ${prefix}_web; ip4 = inherit; ip6 = disable }"
if nginx=$(program nginx); then
    define_nginx web "$port" "$keys" | services
    answers() { page_is "$port" first; }
else
    skip "a real nginx" "nginx is not installed: nc(1) takes its place"
    services <<UCL
service web { exec = [/usr/bin/nc, -4, -l, -k, -d, 127.0.0.1, "$port"]; log = $work/web; $keys }
UCL
    answers() {
        : >"$work/web"
        echo "hello from outside" | nc -N -w 5 127.0.0.1 "$port"
        # The one that waits for this function tries again.
        grep -q "hello from outside" "$work/web"
    }
fi
start_supervisor
it "it comes up" up web
it "and answers" eventually 10 answers
main=$(pid_of web)
it "from inside a jail" is "$(jail_of "$main")" "$(jls -j "${prefix}_web" jid)"
it "that has IPv4 only" is "$(jls -j "${prefix}_web" ip4 ip6)" "inherit disable"
workers=$(descendants "$main")
for pid in $workers; do
    it "its process $pid is in there too" is "$(jail_of "$pid")" "$(jail_of "$main")"
done
kill -KILL "$main"
it "killed, it runs again" running_again web "$main"
it "and answers again: nobody has kept the port" eventually 10 answers
main=$(pid_of web)
workers=$(descendants "$main")
it "it stops" herd stop web
for pid in $main $workers; do
    it "process $pid is gone" gone "$pid"
done
it "nothing is left" eventually 15 host_is_as_before
finish
