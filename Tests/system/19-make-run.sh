#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what make run starts"

# make_run: starts it in the background, and returns when its supervisor answers.
make_run() {
    # What an earlier run has printed is not this one's.
    rm -f "$work/run.out"
    TMPDIR=$work sh "$here/../../Tools/run.sh" "$bin" >"$work/run.out" 2>&1 &
    run=$!
    started="$started $run"
    it "it prints how to talk to the supervisor" eventually 10 grep -q 'FRUIX_SHEPHERD_SOCKET=' "$work/run.out"
    FRUIX_SHEPHERD_SOCKET=$(sed -n 's/.*export FRUIX_SHEPHERD_SOCKET=//p' "$work/run.out")
    it "there is one" eventually 20 "$bin/herd" status root
    it "its services come up" up web greeter
    supervisor=$(ps -axo pid= -o ppid= -o command= | awk -v up="$run" '$2 == up && /fruix-shepherd / { print $1; exit }')
    remember_processes
}

make_run
TMPDIR=$work sh "$here/../../Tools/run.sh" "$bin" >"$work/second.out" 2>&1
it "a second one is refused" is "$?" 1
it "and says how the first is ended" grep -q 'runs already: .*herd stop root' "$work/second.out"

web=$(pid_of web)
kill_both
wait "$run"
it "it fails when its supervisor is killed" is "$?" 137
it "it says that the next run goes on" grep -q 'is kept: the next make run goes on with what was left' "$work/run.out"

make_run
it "the next run has taken over what was left" is "$(pid_of web)" "$web"
kill -TERM "$run"
wait "$run"
it "it ends when it is told to" is "$?" 0
it "no process is left" eventually 5 none_left
it "and no file" sh -c "! ls -d '$work'/fruix-shepherd-demo-*"
supervisor=
finish
