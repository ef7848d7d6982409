#!/bin/sh
# Checks the model of keeper, holder and supervisor with spin, and that it notices when one of their rules is left out.
set -eu

cd "$(dirname "$0")/.."
if ! command -v spin >/dev/null 2>&1; then
    echo "model: spin is not installed: skipped (Debian's package spin)"
    exit 0
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/shepherd-model.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
cp Tests/model/keeper.pml "$work/"
cd "$work"

# search DEFINITION...: all that can happen; what spin says is in $work/said. Fails when there is an error.
search() {
    rm -f ./*.trail
    spin -a "$@" keeper.pml >/dev/null
    cc -w -O1 -DSAFETY -DMEMLIM=1500 -o pan pan.c
    ./pan -m100000 -w22 >said
    grep -q 'errors: 0' said && ! grep -q 'Search not completed' said
}

# holds DEFINITION...: prints what was searched.
holds() {
    if ! search "$@"; then
        echo "model: $* fails:"
        grep -E '^pan:|errors:' said
        spin -t -p "$@" keeper.pml 2>/dev/null | grep -v 'queue ' | tail -n 100
        exit 1
    fi
    echo "model: $*: $(awk '/states, stored/ { print $1 }' said) states, nothing is lost, started twice or left behind"
}

holds -DN=1 -DSUPERVISOR_DEATHS=3 -DHOLDER_DEATHS=2
holds -DN=2 -DSUPERVISOR_DEATHS=1 -DHOLDER_DEATHS=1
for rule in HOLDING DROPPING CLEANING LOOKING; do
    if search -DN=1 -DSUPERVISOR_DEATHS=2 -DHOLDER_DEATHS=2 "-DWITHOUT_$rule"; then
        echo "model: does not notice that $rule is missing"
        exit 1
    fi
done
echo "model: and each rule is needed"
