#!/bin/sh
# Feeds the parser with mutations of the corpus until something breaks or the time is over.
#
# usage: DURATION=600 SEED=1 Tools/fuzz.sh
#
# DURATION is in seconds (default 600). What breaks the parser is left in .build/fuzz/ as crash-*, timeout-* or oom-*,
# and the script fails; such a file belongs into Tests/UCLTests/Corpus once the parser has been mended.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
duration=${DURATION:-600}
build=$top/.build/fuzz

mkdir -p "$build/found"
# shellcheck disable=SC2046 # The names of the sources have no blanks.
swiftc -O -swift-version 6 -parse-as-library -module-name ParserFuzzer -sanitize=fuzzer,address \
  -o "$build/parser-fuzzer" \
  $(find "$top/Sources/UCL" -name '*.swift') "$top/Tests/fuzz/ParserFuzzer.swift" >"$build/compiler-log" 2>&1 || {
  cat "$build/compiler-log" >&2
  exit 1
}

cd "$build"
# One text must not take longer than 5 s nor the process more than 1 GiB; 64 KiB is the harness's bound on a text.
ASAN_OPTIONS=detect_leaks=0 nice -n 19 ./parser-fuzzer \
  -max_total_time="$duration" -seed="${SEED:-0}" -max_len=65536 -len_control=50 -timeout=5 -rss_limit_mb=1024 \
  -print_final_stats=1 -dict="$top/Tests/fuzz/ucl.dict" found "$top/Tests/UCLTests/Corpus" >"$build/log" 2>&1 || {
  tail -n 40 "$build/log" >&2
  echo "fuzz: the parser broke; see $build" >&2
  exit 1
}
grep '^stat::' "$build/log"
echo "fuzz: nothing found in $duration s"
