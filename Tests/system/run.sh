#!/bin/sh
# Runs the system tests against built executables, and counts.
#
# usage: run.sh DIRECTORY-OF-THE-EXECUTABLES [SCRIPT...]        (all of them without names)
#
# SHEPHERD_HELPERS: a directory with the helpers, compiled already; else cc(1) makes them.
set -u

SHEPHERD_BIN=$(cd "${1:?usage: run.sh DIRECTORY-OF-THE-EXECUTABLES [SCRIPT...]}" && pwd) || exit 64
shift
here=$(cd "$(dirname "$0")" && pwd)
limit=${SCRIPT_TIMEOUT:-180}
results=$(mktemp -d "${TMPDIR:-/tmp}/shepherd-tests.XXXXXX") || exit 1
trap 'rm -rf "$results"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP PIPE

compile_helpers() {
    SHEPHERD_HELPERS=$results/helpers
    mkdir "$SHEPHERD_HELPERS"
    # Services of other users run the helpers too.
    chmod 755 "$results" "$SHEPHERD_HELPERS"
    for source in "$here"/helpers/*.c; do
        helper=$SHEPHERD_HELPERS/$(basename "$source" .c)
        cc -std=c11 -D_XOPEN_SOURCE=700 -Wall -Wextra -Werror -O1 -o "$helper" "$source" || exit 1
    done
}
# A host without a compiler brings them along.
if [ -z "${SHEPHERD_HELPERS:-}" ]; then compile_helpers; fi
export SHEPHERD_BIN SHEPHERD_HELPERS

if [ $# -eq 0 ]; then set -- "$here"/[0-9]*.sh; fi
for script in "$@"; do
    if [ ! -e "$script" ]; then script=$here/$script; fi
    name=$(basename "$script" .sh)
    began=$(date +%s)
    timeout -k 90 "$limit" sh "$script" >"$results/$name" 2>&1
    status=$?
    passed=$(grep -c '^ok ' "$results/$name")
    failed=$(grep -c '^not ok ' "$results/$name")
    skipped=$(grep -c '# skipped: ' "$results/$name")
    passed=$((passed - skipped))
    # A script that broke off has failed, whatever its lines say.
    if [ "$failed" -eq 0 ] && { [ "$status" -ne 0 ] || ! grep -q '^1\.\.' "$results/$name"; }; then failed=1; fi
    verdict=ok
    if [ "$failed" -gt 0 ]; then verdict=FAILED; fi
    if [ "$status" -eq 124 ]; then verdict="FAILED (not over after $limit s)"; fi
    printf '%-24s %3d passed, %d failed, %d skipped  %3d s  %s\n' \
        "$name" "$passed" "$failed" "$skipped" "$(($(date +%s) - began))" "$verdict"
    grep '# skipped: ' "$results/$name" | sed 's/^ok [0-9]* - /    /'
    if [ "$failed" -gt 0 ]; then sed 's/^/    /' "$results/$name"; fi
    echo "$passed $failed $skipped" >>"$results/counts"
done
awk '{ passed += $1; failed += $2; skipped += $3 }
    END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed > 0 }' "$results/counts"
