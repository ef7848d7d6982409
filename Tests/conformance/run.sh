#!/bin/sh
# Compares what libucl makes of the corpus with what is written beside each case.
#
# usage: Tests/conformance/run.sh [--update]
#
# NAME.ucl is a case, NAME.json what libucl makes of it, or the word `refused`. The tests of the module UCL compare our
# parser with the same files, so that they need no libucl. Here libucl itself is asked, through rspamadm (Debian's
# package rspamd): the files are still true, or with --update are written anew. Without rspamadm nothing is compared.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
corpus=$(cd "$here/../UCLTests/Corpus" && pwd)
update=no
[ "${1:-}" = "--update" ] && update=yes

if ! command -v rspamadm >/dev/null 2>&1; then
  echo "conformance: skipped: rspamadm (Debian's package rspamd) is not here"
  exit 0
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

ls "$corpus"/*.ucl >"$scratch/list"
LIST="$scratch/list" rspamadm lua -b "$here/libucl.lua" >"$scratch/results" 2>"$scratch/messages" || {
  cat "$scratch/messages" >&2
  echo "conformance: rspamadm failed" >&2
  exit 1
}

cases=$(wc -l <"$scratch/list")
results=$(wc -l <"$scratch/results")
if [ "$cases" -ne "$results" ]; then
  echo "conformance: $cases cases, but $results results" >&2
  exit 1
fi

# Paths of this checkout are written as @CORPUS@, messages of libucl as one word.
sed -e "s|$corpus|@CORPUS@|g" -e 's/^!.*/refused/' "$scratch/results" >"$scratch/plain"

failures=0
while read -r case && read -r result <&3; do
  expected="${case%.ucl}.json"
  if [ "$update" = yes ]; then
    printf '%s\n' "$result" >"$expected"
  elif [ "$result" != "$(cat "$expected")" ]; then
    printf 'conformance: libucl disagrees with %s: %s\n' "$(basename "$expected")" "$result" >&2
    failures=$((failures + 1))
  fi
done <"$scratch/list" 3<"$scratch/plain"

echo "conformance: $cases cases asked of libucl, $failures differ from what is written"
[ "$failures" -eq 0 ]
