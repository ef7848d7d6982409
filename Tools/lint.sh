#!/bin/sh
# The style and the warnings: Swift's formatter, the C compiler, and shellcheck where it is installed.
set -eu

cd "$(dirname "$0")/.."
failed=0

swift format lint --strict -r Sources Tests Package.swift || failed=1

# Sources/CProc and Sources/fruix-keeper are compiled with -Werror by the package itself; this is the rest of the C.
for file in Tests/system/helpers/*.c Benchmarks/*.c Benchmarks/measure/*.c; do
    cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only "$file" || failed=1
done

sh Tools/check-seam.sh || failed=1

for script in Tools/*.sh Tools/freebsd-sdk/*.sh Tests/system/*.sh Tests/conformance/*.sh Benchmarks/*.sh etc/rc.d/* etc/openrc/*; do
    # make-freebsd-sdk.sh and its like are bash; all others have to be read by any POSIX shell.
    case $(head -n 1 "$script") in
    *bash*) bash -n "$script" || failed=1 ;;
    *) sh -n "$script" || failed=1 ;;
    esac
done
if command -v shellcheck >/dev/null 2>&1; then
    shellcheck -S warning Tools/*.sh Tests/system/*.sh Benchmarks/*.sh || failed=1
fi
if command -v mandoc >/dev/null 2>&1; then
    mandoc -T lint -W warning man/*.[1-8] || failed=1
fi
exit "$failed"
