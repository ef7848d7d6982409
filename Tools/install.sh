#!/bin/sh
# Installs what was built.
#
# usage: install.sh DIRECTORY-OF-THE-EXECUTABLES DESTDIR PREFIX
set -eu

binaries=${1:?usage: install.sh DIRECTORY-OF-THE-EXECUTABLES DESTDIR PREFIX}
place=${3:?usage: install.sh DIRECTORY-OF-THE-EXECUTABLES DESTDIR PREFIX}
prefix=${2:-}$place
cd "$(dirname "$0")/.."

# put MODE DIRECTORY FILE...
put() {
    mode=$1
    directory=$prefix/$2
    shift 2
    install -d "$directory"
    for file in "$@"; do
        install -m "$mode" "$file" "$directory/${file##*/}"
        echo "$directory/${file##*/}"
    done
}

# put_placed MODE DIRECTORY FILE...: as put, with PREFIX for the usual place in the text.
put_placed() {
    placed_mode=$1
    placed_directory=$2
    shift 2
    for original in "$@"; do
        sed -e "s#/usr/local/etc/#$place/etc/#g" -e "s#/usr/local/sbin/#$place/sbin/#g" \
            -e "s#/usr/local/bin/#$place/bin/#g" -e "s#/usr/local/libexec/#$place/libexec/#g" \
            -e "s#/usr/local/share/#$place/share/#g" "$original" >"$drafts/${original##*/}"
        put "$placed_mode" "$placed_directory" "$drafts/${original##*/}"
    done
}

drafts=$(mktemp -d)
trap 'rm -rf "$drafts"' EXIT
# put_program DIRECTORY FILE: without the symbols that only a debugger asks for, which are half of it.
put_program() {
    cp "$2" "$drafts/${2##*/}"
    strip "$drafts/${2##*/}" 2>/dev/null || echo "install.sh: ${2##*/} is installed with its symbols: strip(1) has failed" >&2
    put 755 "$1" "$drafts/${2##*/}"
}

put_program sbin "$binaries/fruix-shepherd"
put_program libexec "$binaries/fruix-keeper"
put_program bin "$binaries/herd"
put 644 share/doc/fruix-shepherd README.md CHANGELOG.md LICENSE docs/*.md
put 644 share/doc/fruix-shepherd/decisions docs/decisions/*.md
put 644 share/fruix-shepherd/services.d services/*.ucl
put 644 share/examples/fruix-shepherd services/demo/*.ucl
put 644 share/examples/fruix-shepherd/jails services/examples/*.ucl
put_placed 644 share/man/man5 man/*.5
put_placed 644 share/man/man8 man/*.8
put_placed 755 etc/rc.d etc/rc.d/fruix_shepherd
put 644 etc/newsyslog.conf.d etc/newsyslog.conf.d/fruix-shepherd.conf
put 644 etc/fruix-shepherd etc/supervisor.ucl.sample
put_placed 644 share/examples/fruix-shepherd/boot etc/systemd/fruix-shepherd.service
put_placed 755 share/examples/fruix-shepherd/boot/openrc etc/openrc/fruix-shepherd
install -d -m 755 "$prefix/etc/fruix-shepherd/services.d"
