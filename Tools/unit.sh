#!/bin/sh
# The unit tests, with the conformance of the parser and the simulation of the core among them.
set -eu

cd "$(dirname "$0")/.."
# SwiftPM would take a C compiler from the environment, and needs its own.
unset CC CXX
exec swift test "$@"
