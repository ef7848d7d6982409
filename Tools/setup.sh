#!/bin/sh
# Sees to it that what a target needs is there: installs it as root on Debian, names it otherwise.
#
# usage: setup.sh build | test | bench
set -eu

purpose=${1:?usage: setup.sh build | test | bench}
missing=

# has PROGRAM...: whether one of them is in the PATH or where daemons live.
has() {
    for program in "$@"; do
        for directory in $(echo "$PATH" | tr ':' ' ') /usr/sbin /usr/local/sbin /usr/lib/postgresql/*/bin; do
            if [ -x "$directory/$program" ]; then return 0; fi
        done
    done
    return 1
}

# need PACKAGE PROGRAM...: remembers the Debian package unless one of the programs is there.
need() {
    package=$1
    shift
    if ! has "$@"; then missing="$missing $package"; fi
}

if ! has swift; then
    cat >&2 <<'TEXT'
Swift 6.2 or later is missing, and no Debian package brings it.
Get the toolchain from https://www.swift.org/install (a tar archive or swiftly), and put its usr/bin into PATH.
TEXT
    exit 1
fi

need git git
need libc6-dev cc gcc clang
case $purpose in
build) ;;
test)
    need gcc cc gcc clang
    need nginx-light nginx
    need redis-server redis-server
    need postgresql postgres
    need openssh-server sshd
    need openssh-client ssh
    need shellcheck shellcheck
    need spin spin
    need mandoc mandoc
    # Its copy of libucl is what the parser is compared with.
    need rspamd rspamadm
    # The headers of FreeBSD come from a Python package.
    need python3-venv python3
    ;;
bench)
    need gcc cc gcc clang
    need runit runsvdir
    need s6 s6-svscan
    need supervisor supervisord
    ;;
*)
    echo "setup.sh: no purpose \"$purpose\"; there are build, test and bench" >&2
    exit 64
    ;;
esac

if [ -z "$missing" ]; then exit 0; fi

if [ "$(id -u)" -ne 0 ] || ! has apt-get; then
    echo "missing for this target:$missing (Debian's names)" >&2
    # The system tests skip a daemon that is not there; a build without a compiler cannot go on.
    case $purpose:$missing in
    test:*git* | test:*gcc* | test:*libc6-dev* | build:* | bench:*gcc*) exit 1 ;;
    esac
    echo "going on without; what needs them is skipped and says so" >&2
    exit 0
fi

echo "installing:$missing" >&2
# The packages' own daemons stay down: the tests run theirs, on their own ports and files.
policy=/usr/sbin/policy-rc.d
made_policy=
remove_policy() {
    if [ -n "$made_policy" ]; then rm -f "$policy"; fi
}
trap remove_policy EXIT
trap 'exit 1' INT TERM HUP
if [ ! -e "$policy" ]; then
    made_policy=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
# The names are words of ours, without blanks: splitting is meant.
# shellcheck disable=SC2086
apt-get install -y --no-install-recommends $missing >&2 || {
    apt-get update >&2
    # shellcheck disable=SC2086
    apt-get install -y --no-install-recommends $missing >&2
}
