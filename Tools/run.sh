#!/bin/sh
# Starts a supervisor of the running user's own, in the foreground, with services/demo.
#
# usage: run.sh DIRECTORY-OF-THE-EXECUTABLES
# The services are copied into a private directory first: the supervisor refuses files that others may write.
set -u

binaries=${1:?usage: run.sh DIRECTORY-OF-THE-EXECUTABLES}
here=$(cd "$(dirname "$0")/.." && pwd)

umask 077
demo=$(mktemp -d "${TMPDIR:-/tmp}/fruix-shepherd-demo.XXXXXX") || exit 1
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
rm -rf "$demo"
exit "$status"
