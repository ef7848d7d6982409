#!/bin/sh
# Starts a supervisor of the running user's own, in the foreground, with services/demo.
#
# usage: run.sh DIRECTORY-OF-THE-EXECUTABLES
# The services are copied into a private directory first: the supervisor refuses files that others may write. A user has one such
# directory, so that after a death of supervisor and keeper the next ones find the record there, and go on with what they have left.
set -u

binaries=${1:?usage: run.sh DIRECTORY-OF-THE-EXECUTABLES}
here=$(cd "$(dirname "$0")/.." && pwd)

umask 077
demo=${TMPDIR:-/tmp}/fruix-shepherd-demo-$(id -u)
# Anybody may make that name in a directory that all share.
if ! mkdir "$demo" 2>/dev/null && { [ -L "$demo" ] || ! [ -d "$demo" ] || ! [ -O "$demo" ]; }; then
    echo "run.sh: $demo is not a directory of yours; remove it, or set TMPDIR" >&2
    exit 1
fi
chmod 700 "$demo" || exit 1
if FRUIX_SHEPHERD_SOCKET=$demo/socket "$binaries/herd" status root >/dev/null 2>&1; then
    echo "run.sh: a supervisor of yours runs already: FRUIX_SHEPHERD_SOCKET=$demo/socket herd stop root ends it" >&2
    exit 1
fi
rm -rf "$demo/config"
mkdir "$demo/config" "$demo/config/services.d"
cp "$here"/services/demo/*.ucl "$demo/config/services.d/" || exit 1
cat >"$demo/config/supervisor.ucl" <<UCL
supervisor {
  socket = "$demo/socket"
  state-directory = "$demo/state"
  log-directory = "$demo/log"
}
defaults {
  environment { DEMO_DIRECTORY = "$demo" }
}
UCL

cat <<TEXT
The supervisor starts in the foreground, with the services of services/demo; Control-C stops all of them and it.
Talk to it from another terminal:

  export FRUIX_SHEPHERD_SOCKET=$demo/socket
  export PATH="$binaries:\$PATH"
  herd                        what runs, and what does not
  herd status clock           one service in full
  herd say greeter hello      an action of a service's own
  herd start pupil@carol      an instance of a template
  herd stop database          stops what requires it first, and says what
  herd stop root              the end (as Control-C here)

Logs, state and the socket are below $demo, which is removed at the end.
TEXT

"$binaries/fruix-shepherd" --foreground --config "$demo/config" --socket "$demo/socket" &
supervisor=$!
# The supervisor stops its services when it is told to, and only then is it over: so pass it on, and wait.
trap 'kill -TERM "$supervisor" 2>/dev/null' INT TERM HUP
status=0
while kill -0 "$supervisor" 2>/dev/null; do
    wait "$supervisor"
    status=$?
done
if [ "$status" -eq 0 ]; then
    rm -rf "$demo"
else
    echo "The supervisor ended with status $status. $demo is kept: the next make run goes on with what was left running." >&2
fi
exit "$status"
