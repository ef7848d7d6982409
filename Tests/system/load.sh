# Load for the scripts that let supervisors die or be replaced: services of all kinds, clients that start, stop, restart, wait,
# load and look, and what must hold whatever happens to the supervisor. Sourced after lib.sh.
#
# Everything random comes from $seed (SEED in the environment, or a new one), which is printed.
# shellcheck shell=sh disable=SC2034,SC2154

seed=${SEED:-$(($(date +%s) % 100000))}
random_state=$seed
# random N: $random_number is one of 0 to N-1.
random() {
    random_state=$(((random_state * 1103515245 + 12345) % 2147483648))
    random_number=$((random_state / 65536 % $1))
}
# linger MILLISECONDS: up to so many. No synchronisation: the moment is to be any.
linger() {
    random "$1"
    sleep "$(printf '%d.%03d' $((random_number / 1000)) $((random_number % 1000)))"
}

steady="steady0 steady1 steady2 steady3 base above"
trouble=$work/trouble
: >"$trouble"
: >"$work/jobs.ran"
: >"$work/hooks.ran"

# load_services: those that nobody touches, those that end by themselves, those that clients start and stop, and one-shots.
load_services() {
    for name in steady0 steady1 steady2 steady3 base; do
        echo "service $name { exec = [$helpers/stay, $journal, $name]; log = none }"
    done >"$work/definitions"
    cat - "$work/definitions" <<UCL | services
service above { requirement = [base]; exec = [$helpers/stay, $journal, above]; log = none; reload { signal = HUP } }
service victim { exec = [$helpers/stay, $journal, victim]; log = none; respawn = true; respawn-delay = 10ms; respawn-limit = none }
service prey0 { exec = [$helpers/stay, $journal, prey0]; log = none; respawn = true; respawn-delay = 10ms; respawn-limit = none }
service prey1 { requirement = [base]; exec = [$helpers/stay, $journal, prey1]; log = none; respawn = true; respawn-delay = 10ms; respawn-limit = none }
service prey2 { exec = [$helpers/stay, $journal, prey2]; log = none; respawn = true; respawn-delay = 10ms; respawn-limit = none }
service flap { exec = [/bin/sh, -c, "sleep 0.2; exit 1"]; log = none; respawn = true; respawn-limit = none; respawn-delay = 20ms }
service toggle0 { exec = [$helpers/stay, $journal, toggle0]; log = none; auto-start = no }
service toggle1 { requirement = [base]; exec = [$helpers/stay, $journal, toggle1]; log = none; auto-start = no }
service hooked {
  pre-start = [[/bin/sh, -c, "echo pre >>$work/hooks.ran; sleep 0.05"]]
  exec = [$helpers/stay, $journal, hooked]
  post-stop = [[/bin/sh, -c, "echo post >>$work/hooks.ran"]]
  log = none; auto-start = no
}
service job { one-shot = true; exec = [/bin/sh, -c, "echo ran >>$work/jobs.ran; sleep 0.1"]; log = none; auto-start = no }
service long { one-shot = true; exec = [/bin/sh, -c, "echo +long \$\$ >>$journal; while ! test -e $work/long.go; do sleep 0.1; done"]; log = none }
UCL
}

# steady_pids: by their status.
steady_pids() { for name in $steady; do echo "$name $(pid_of "$name")"; done; }

# wrong WORDS: what must not happen.
wrong() { echo "$*" >>"$trouble"; }
nothing_is_wrong() { [ ! -s "$trouble" ] || { cat "$trouble"; return 1; }; }
under_load() { [ ! -e "$work/enough" ]; }

# tries CLIENT COMMAND...: a command that changes something. That its supervisor dies meanwhile is told by 69, and then it is
# not known whether it was heard; what a replacement forgets (reload) by 1 and the code `again`.
tries() {
    client=$1
    shift
    "$bin/herd" "$@" >"$work/$client.out" 2>&1
    tried=$?
    case $tried in
    0 | 69) ;;
    *) grep -q 'how it ended is not known' "$work/$client.out" || wrong "$client: $*: $tried: $(tr '\n' ' ' <"$work/$client.out")" ;;
    esac
    return "$tried"
}

toggler() {
    while under_load; do
        for word in start restart stop; do tries "$1" "$word" "$1"; done
    done
}
# One that kills a main process and waits for the next: a wait is asked again by herd itself.
killer() {
    while under_load; do
        victim=$(pid_of victim)
        [ -n "$victim" ] || continue
        kill -KILL "$victim" 2>/dev/null
        "$bin/herd" wait victim --for running --after "$victim" --timeout 60s >"$work/killer.out" 2>&1 ||
            wrong "a wait for what follows $victim: $(tr '\n' ' ' <"$work/killer.out")"
    done
}
reader() {
    while under_load; do
        "$bin/herd" status >"$work/reader.out" 2>&1 || wrong "status: $(tail -n 2 "$work/reader.out" | tr '\n' ' ')"
        "$bin/herd" status above >"$work/reader.out" 2>&1 || wrong "status above: $(tr '\n' ' ' <"$work/reader.out")"
    done
}
# What was accepted is run once, what was perhaps not heard at most once.
worker() {
    asked=0
    accepted=0
    while under_load; do
        asked=$((asked + 1))
        if tries worker start job; then accepted=$((accepted + 1)); fi
        tries worker stop job
    done
    echo "$accepted $asked" >"$work/jobs.asked"
}
loader() {
    while under_load; do
        for other in 1 2; do
            echo "service extra$other { exec = [$helpers/stay, $journal, extra$other]; log = none }" | services more
            tries loader load root
            tries loader reload above
        done
    done
}

# latest LABEL: the process that has called itself so last.
latest() { sed -n "s/^+$1 //p" "$journal" | tail -n 1; }
# kill_prey: what dies in the very moment in which nobody may be there to hear of it.
killed_prey=
kill_prey() {
    killed_prey=
    for name in prey0 prey1 prey2; do killed_prey="$killed_prey $(latest "$name")"; done
    # shellcheck disable=SC2086
    kill -KILL $killed_prey 2>/dev/null
}
# prey_is_back: each of them was heard of.
prey_is_back() {
    for name in prey0 prey1 prey2; do
        case "$killed_prey " in *" $(latest "$name") "*) return 1 ;; esac
    done
}

# begin_load: the clients, in the background.
begin_load() {
    steady_pids >"$work/steady"
    rm -f "$work/enough"
    clients=
    for client in "toggler toggle0" "toggler toggle1" "toggler hooked" killer reader worker loader; do
        # In a process of its own, which is none of the shell's jobs to clean up.
        (trap - EXIT; $client) &
        clients="$clients $!"
        started="$started $!"
    done
}

clients_gone() { for client in $clients; do gone "$client" || return 1; done; }
# end_load: returns when all clients have had their last answer.
end_load() {
    : >"$work/enough"
    eventually 120 clients_gone || wrong "clients still wait"
}

# runs_once LABEL: of all that have called themselves so in the journal exactly one lives, and it is the one of the status.
runs_once() {
    living=$(for pid in $(sed -n "s/^+$1 //p" "$journal" | sort -u); do if alive "$pid"; then echo "$pid"; fi; done)
    is "$living" "$(pid_of "$1")"
}
same_pids() {
    steady_pids >"$work/steady.now"
    diff "$work/steady" "$work/steady.now"
}
# untouched: what nobody has asked for anything runs as it did, started once.
untouched() {
    same_pids || return 1
    for name in $steady long; do
        is "$(grep -c "^+$name " "$journal")" 1 || { echo "$name was started more than once"; return 1; }
        ! grep -q "^-$name " "$journal" || { echo "$name was stopped"; return 1; }
    done
}
# jobs_ran_once: between what was accepted and what was asked for.
jobs_ran_once() {
    read -r accepted asked <"$work/jobs.asked"
    ran=$(wc -l <"$work/jobs.ran")
    [ "$ran" -ge "$accepted" ] && [ "$ran" -le "$asked" ] || { echo "$ran of $accepted to $asked"; return 1; }
}

respawns_more_than() { [ "$(fact flap respawns)" -gt "$1" ]; }

# check_load: after end_load.
check_load() {
    it "no client met what it should not" nothing_is_wrong
    it "what nobody touched runs as before, and was started once" untouched
    it "no one-shot was lost or run twice" jobs_ran_once
    it "one that ran all the time has not ended" is_in_state long starting
    : >"$work/long.go"
    it "its end is heard" herd wait long --for completed --timeout 30s
    it "what was started and stopped can be started" herd start toggle0 toggle1 hooked
    for name in $steady victim prey0 prey1 prey2 toggle0 toggle1 hooked extra2; do
        it "$name runs once" eventually 20 runs_once "$name"
    done
    it "what ends by itself is still started again" eventually 20 respawns_more_than "$(fact flap respawns)"
}
