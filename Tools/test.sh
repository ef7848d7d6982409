#!/bin/sh
# All that can fail, in one run: each stage is run whatever became of the others, and named at the end with its time.
set -u

cd "$(dirname "$0")/.." || exit 1
results=
failed=0

# stage NAME COMMAND...
stage() {
    name=$1
    shift
    echo "== $name"
    began=$(date +%s)
    if "$@"; then result=passed; else
        result=FAILED
        failed=$((failed + 1))
    fi
    results="$results$(printf '%-14s %s  %4d s' "$name" "$result" $(($(date +%s) - began)))
"
}

system() {
    sh Tools/build.sh && sh Tests/system/run.sh "$(sh Tools/build.sh --where)"
}

# The same without a keeper, where that makes a difference.
alone() {
    SHEPHERD_KEEPER=no sh Tests/system/run.sh "$(sh Tools/build.sh --where)" 02-respawn.sh 03-stop.sh 08-shutdown.sh 20-survivors.sh \
        40-pid-files.sh 40-signals.sh 41-descriptors.sh 41-subtree.sh 46-survivors.sh 51-upgrade.sh
}

stage lint sh Tools/lint.sh
# The unit tests, the conformance of the parser with libucl, and the simulation of the core.
stage unit sh Tools/unit.sh
stage conformance sh Tests/conformance/run.sh
stage system system
stage no-keeper alone
stage model sh Tools/model.sh
stage check-freebsd sh Tools/check-freebsd.sh

printf '\n%s' "$results"
if [ "$failed" -eq 0 ]; then echo "all stages passed"; else echo "$failed of the stages failed"; fi
[ "$failed" -eq 0 ]
