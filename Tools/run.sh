#!/bin/sh
# Starts a supervisor of the running user's own, in the foreground, with services/demo.
#
# usage: run.sh DIRECTORY-OF-THE-EXECUTABLES
# The services are copied into a private directory first: the supervisor refuses files that others may write.
set -eu

binaries=${1:?usage: run.sh DIRECTORY-OF-THE-EXECUTABLES}
here=$(cd "$(dirname "$0")/.." && pwd)

umask 077
demo=$(mktemp -d "${TMPDIR:-/tmp}/fruix-shepherd-demo.XXXXXX")
mkdir "$demo/config" "$demo/config/services.d"
cp "$here"/services/demo/*.ucl "$demo/config/services.d/"
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

Logs, state and the socket are below $demo
TEXT

exec "$binaries/fruix-shepherd" --foreground --config "$demo/config" --socket "$demo/socket"
