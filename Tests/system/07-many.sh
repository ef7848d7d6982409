#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "300 services"

i=0
while [ "$i" -lt 300 ]; do
    # Chains of ten.
    if [ $((i % 10)) -eq 0 ]; then requirement='[]'; else requirement="[s$((i - 1))]"; fi
    echo "service s$i { requirement = $requirement; exec = [$helpers/stay, $journal, s$i]; log = none }"
    i=$((i + 1))
done | services
echo 'group all { requirement = [' >"$work/group"
i=9
while [ "$i" -lt 300 ]; do
    printf 's%s, ' "$i" >>"$work/group"
    i=$((i + 10))
done
echo '] }' >>"$work/group"
services all <"$work/group"
start_supervisor
it "all come up" up all
# A service is up before it has written its line.
lines_are() { [ "$(grep -c "$1" "$journal")" -eq "$2" ]; }
it "each once" eventually 10 lines_are '^+' 300
# count_in_state STATE COUNT
count_in_state() { [ "$(herd status --json | tr ',{}' '\n\n\n' | sed 's/ //g' | grep -c "^\"state\":\"$1\"")" -eq "$2" ]; }
it "herd status shows them all" count_in_state running 301
: >"$journal"
it "a pattern stops them" herd stop 's*'
it "all of them" is "$(grep -c '^-' "$journal")" 300
it "dependents first" comes_before -s299 -s298
: >"$journal"
it "the group starts them again" herd start all
it "all of them" eventually 10 lines_are '^+' 300
it "restart of all heads of chains restarts all" herd restart s0 s10 s20 s30 s40 s50 s60 s70 s80 s90
it "they are up" up s9 s99
finish
