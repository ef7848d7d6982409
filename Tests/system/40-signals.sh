#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "signals, whatever the supervisor was started with"

services <<UCL
service short { one-shot = true; exec = [/bin/sh, -c, "exit 0"] }
service stays { exec = [$helpers/stay]; respawn = true; respawn-delay = 10ms }
service bystander { one-shot = true; auto-start = false; exec = [$helpers/list-descriptors]; log = $work/dispositions }
UCL

# Started by something that ignores and blocks whatever it can.
"$helpers/deafened" "$bin/fruix-shepherd" $keeper_option --foreground --config "$etc" --socket "$socket" >"$work/supervisor.out" 2>&1 </dev/null &
supervisor=$!
started="$started $supervisor"
it "a supervisor that inherits ignored signals starts" eventually 20 supervisor_answers
it "the end of a process is noticed" herd wait short --for completed --timeout 20s
it "what stays comes up" up stays
pid=$(pid_of stays)
kill -KILL "$pid"
it "and comes up again after its death" running_again stays "$pid"
it "a service starts" herd start bystander
it "with no signal ignored or blocked" sh -c "! grep signal '$work/dispositions'"

# All signals but those that are heard, those that nothing can be done about, and those that tell of a fault.
meaningless() {
    number=1
    while [ "$number" -le 64 ]; do
        case $(kill -l "$number" 2>/dev/null) in
        HUP | INT | TERM | USR2 | CHLD | CLD | KILL | STOP | SEGV | BUS | ILL | FPE | TRAP | ABRT | IOT | SYS | EMT) ;;
        *) echo "$number" ;;
        esac
        number=$((number + 1))
    done
}
own=$(own_pid)
for round in 1 2; do
    # The keeper passes few of them on.
    for number in $(meaningless); do kill -"$number" "$supervisor" "$(own_pid)" 2>/dev/null; done
    it "no signal without a meaning ends it, nor stops it ($round)" herd status stays
    it "nor another process with it ($round)" is "$(own_pid)" "$own"
done
for name in USR1 ALRM QUIT TSTP XCPU; do
    it "$name is told" eventually 10 grep -q " $name means nothing" "$work/supervisor.out"
    it "once" is "$(grep -c " $name means nothing" "$work/supervisor.out")" 1
done
it "its service has not been touched" herd status stays
it "SIGHUP still reads the configuration" kill -HUP "$supervisor"
it "and says so" eventually 10 grep -q 'loaded' "$work/supervisor.out"
finish
