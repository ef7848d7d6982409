#!/bin/sh
# Compiles every target of Package.swift, and the C of Benchmarks/, for FreeBSD, on a Linux host, with warnings as errors.
# Nothing is linked: there is no Swift runtime for FreeBSD here. Test targets are left out: Testing has no FreeBSD build.
#
# usage: Tools/check-freebsd.sh [TARGET...]       (default: all of them)
# The SDK is made in .build-sdk, about a minute, when it is missing or older than what it is made from; FRUIX_FREEBSD_SDK names
# another directory to use and to make it in.
set -eu

cd "$(dirname "$0")/.."
unset CC CXX
recipe=Tools/freebsd-sdk
sdk=${FRUIX_FREEBSD_SDK:-$PWD/.build-sdk}
stamp=$sdk/made-from

if [ "$(uname -s)" = FreeBSD ]; then
    echo "check-freebsd: this is FreeBSD: make test compiles for it"
    exit 0
fi

# What the SDK depends on: the recipe with its data, and the compiler whose modules it rebuilds.
fingerprint=$({ find "$recipe" -type f | LC_ALL=C sort | xargs cat; swiftc --version 2>/dev/null; } | cksum)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$fingerprint" ]; then
    echo "check-freebsd: making the SDK in $sdk"
    bash "$recipe/make-freebsd-sdk.sh" "$sdk"
    # Modules that were compiled against the SDK before are of no use any more.
    rm -rf .build-freebsd
    echo "$fingerprint" > "$stamp"
fi

if [ $# -eq 0 ]; then
    # The C that is no target's; clang comes with Swift.
    for file in Benchmarks/*.c Benchmarks/measure/*.c; do
        clang --target=x86_64-unknown-freebsd14.0 --sysroot="$sdk/freebsd.artifactbundle/freebsd/sysroot" \
            -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only "$file"
    done
    # One target a line, as `swift package describe` lists them; tests are not built for FreeBSD.
    targets=$(swift package describe --type json | python3 -c '
import json, sys
for target in json.load(sys.stdin)["targets"]:
    if target["type"] != "test":
        print(target["name"])')
    # shellcheck disable=SC2086  # names of targets have no blanks
    set -- $targets
fi
[ $# -gt 0 ] || { echo "check-freebsd: Package.swift has no targets" >&2; exit 1; }

for target in "$@"; do
    echo "check-freebsd: $target"
    swift build --swift-sdks-path "$sdk" --swift-sdk freebsd --scratch-path .build-freebsd --target "$target"
done
echo "check-freebsd: $# targets compile for FreeBSD"
