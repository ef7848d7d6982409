#!/bin/sh
# Runs the simulation of the core for as long as is wanted; a violation prints its seed and a minimal history.
#
# usage: simulate.sh SECONDS [SEED]
set -eu

cd "$(dirname "$0")/.."
SIMULATION_SECONDS=${1:?usage: simulate.sh SECONDS [SEED]}
export SIMULATION_SECONDS
if [ -n "${2:-}" ]; then
    SIMULATION_SEED=$2
    export SIMULATION_SEED
fi
unset CC CXX
# A folder of its own: the release executables are built without -enable-testing.
exec swift test -c release --scratch-path .build-simulation -Xswiftc -enable-testing --filter Simulation
