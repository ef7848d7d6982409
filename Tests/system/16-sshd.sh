#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "sshd: a restart does not end the sessions"
. "$here/daemons.sh"

if ! sshd=$(program sshd) || ! command -v ssh >/dev/null || ! command -v ssh-keygen >/dev/null; then
    skip "a real sshd" "openssh is not installed"
    finish
fi
port=$(free_port 5)
user=$(id -un)
ssh-keygen -q -t ed25519 -N "" -f "$work/host"
ssh-keygen -q -t ed25519 -N "" -f "$work/key"
cp "$work/key.pub" "$work/authorized"
# Debian's sshd wants the directory of its unprivileged half; on FreeBSD it is /var/empty and always there.
if as_root && on_linux; then mkdir -p /run/sshd; fi
configure() {
    cat >"$work/sshd_config" <<CONF
Port $port
ListenAddress 127.0.0.1
HostKey $work/host
AuthorizedKeysFile $work/authorized
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
${1:-}
CONF
}
configure
services <<UCL
service sshd {
  pre-start = [[$sshd, -t, -f, $work/sshd_config]]
  exec = [$sshd, -D, -e, -f, $work/sshd_config]
  stop { kill = main }
  reload { signal = HUP }
  respawn = true
  respawn-delay = 20ms
}
UCL
remote() {
    ssh -F none -p "$port" -i "$work/key" -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=no \
        -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$user@127.0.0.1" "$@"
}
session_says() { grep -q "^$1\$" "$work/session"; }
listens() { remote true </dev/null 2>/dev/null; }

start_supervisor
it "it comes up" up sshd
if ! eventually 10 listens; then
    # An account that may not log in, a machine without one.
    skip "sessions" "nobody can log in here"
    finish
fi

mkfifo "$work/keyboard"
remote cat <"$work/keyboard" >"$work/session" 2>"$work/session.error" &
client=$!
started="$started $client"
exec 7>"$work/keyboard"
echo before >&7
it "somebody has logged in" eventually 10 session_says before

pid=$(pid_of sshd)
it "a restart" herd restart sshd
it "brings another sshd" differs "$(pid_of sshd)" "$pid"
echo restarted >&7
it "and the session goes on" eventually 10 session_says restarted
it_says 'cat' "it is listed with the service" herd processes sshd
it "others can log in" eventually 10 listens

pid=$(pid_of sshd)
kill -KILL "$pid"
it "it is killed: it runs again" running_again sshd "$pid"
echo killed >&7
it "and the session goes on" eventually 10 session_says killed

pid=$(pid_of sshd)
it "a reload" herd reload sshd
it "is by the same process" is "$(pid_of sshd)" "$pid"
it "which others can log in to" eventually 10 listens
echo reloaded >&7
it "and the session goes on" eventually 10 session_says reloaded

configure "NoSuchKeyword yes"
it_exits 1 "a restart with a mistake in its file fails" herd restart sshd
said 'pre-start command 1' "at the check"
echo mistaken >&7
it "and the session goes on" eventually 10 session_says mistaken
configure
it "mended, it starts" herd start sshd
it "and others can log in" eventually 10 listens

it "a stop" herd stop sshd
echo stopped >&7
it "leaves the session alone too" eventually 10 session_says stopped
exec 7>&-
it "it ends when its user leaves" eventually 10 gone "$client"
finish
