#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "a network stack of its own, and a pair of interfaces that joins it with the host"
. "$here/jails.sh"
needs_jails "a jail with vnet"
needs_rescue "a jail with vnet"
needs_ruleset "a jail with vnet"
needs_epair "a jail with vnet"
here_address=198.18.77.1
there_address=198.18.77.2
needs_addresses 198.18.77 "a jail with vnet"
remember_host

services <<UCL
service server { respawn = true; respawn-delay = 20ms; exec = [$rescue/nc, -4, -l, -k, -d, $there_address, 7706]; log = $work/server
$(ephemeral server "allow.raw_sockets = true; network { vnet = true; epair { host-address = $here_address/30; jail-address = $there_address/30; gateway = $here_address } }")
}
service sealed { auto-start = false; exec = [$rescue/sh, -c, "while sleep 60; do :; done"]
$(ephemeral sealed "allow.raw_sockets = true; network = vnet")
}
UCL
inside_server() { jexec "${prefix}_server" "$rescue/$1" "$2"; }
interfaces() { ifconfig -l | tr ' ' '\n' | sort; }
interfaces >"$work/interfaces"
# new_interfaces: those that were not there before.
new_interfaces() { interfaces | comm -13 "$work/interfaces" - | tr '\n' ' '; }
# cannot_reach SERVICE ADDRESS
cannot_reach() { ! jexec "${prefix}_$1" "$rescue/ping" -c 1 -t 2 "$2"; }
said_hello() {
    echo hello | nc -N -w 5 "$there_address" 7706
    # The one that waits for this function tries again: two of them would count the same tries.
    grep -q hello "$work/server"
}

start_supervisor
it "it comes up" up server
epair=$(new_interfaces)
it "the host has one interface more, the end of a pair" is_new_epair "$epair"
epair=${epair%a }
it_says "inet $here_address netmask 0xfffffffc" "with the host's address" ifconfig "${epair}a"
said "description: fruix-shepherd: jail ${prefix}_server" "and a note whose it is"
it "inside is the other end, and lo0" is "$(inside_server ifconfig -l | tr ' ' '\n' | sort | tr '\n' ' ')" "${epair}b lo0 "
it_says "inet $there_address " "with the jail's address" inside_server ifconfig "${epair}b"
it_says "gateway: $here_address\$" "and the default route" jexec "${prefix}_server" "$rescue/route" -n get default
it "the host reaches the jail" ping -c 1 -t 5 "$there_address"
it "the jail reaches the host" jexec "${prefix}_server" "$rescue/ping" -c 1 -t 5 "$here_address"
it "and the service answers" eventually 10 said_hello
it_exits 3 "a jail without a pair" herd status sealed
it "is made too" herd start sealed
it "it has lo0 and nothing else" is "$(jexec "${prefix}_sealed" "$rescue/ifconfig" -l)" lo0
it "and reaches nobody" cannot_reach sealed "$there_address"

server=$(pid_of server)
kill -KILL "$server"
it "killed, it runs again" running_again server "$server"
it "there is one pair still" is_new_epair "$(new_interfaces)"
it "and it answers" eventually 10 said_hello
it "both stop" herd stop server sealed
it "the pair is gone" is "$(new_interfaces)" ""
it "nothing is left" eventually 15 host_is_as_before
finish
