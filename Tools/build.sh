#!/bin/sh
# Builds the release executables; with --where only prints the directory in which they are.
#
# The runtime is linked into them: they start faster and need less memory than with the shared one (docs/BENCHMARKS.md),
# and run where no Swift is installed.
set -eu

cd "$(dirname "$0")/.."
# SwiftPM would take a C compiler from the environment, and needs its own.
unset CC CXX
if [ "${1:-}" = --where ]; then
    exec swift build -c release --static-swift-stdlib --show-bin-path
fi
swift build -c release --static-swift-stdlib --product fruix-shepherd
swift build -c release --static-swift-stdlib --product herd
swift build -c release --static-swift-stdlib --product fruix-keeper
