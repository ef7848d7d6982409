#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "enabled and disabled are kept"

services <<UCL
service one { exec = [$helpers/stay] }
service needs-one { requirement = [one]; exec = [$helpers/stay]; auto-start = false }
service two { exec = [$helpers/stay]; auto-start = false }
UCL
start_supervisor
it "one is up" up one
pid=$(pid_of one)
it "it is disabled" herd disable one
it "which does not stop it" is "$(pid_of one)" "$pid"
it "disable --stop does" herd disable --stop one
it_exits 3 "it is stopped" herd status one
said '[Dd]isabled|enabled +no' "and disabled"
it_exits 1 "a start is refused" herd start one
said '[Dd]isabled|enabled +no' "with that reason"
it_exits 1 "so is a start of what requires it" herd start needs-one
said 'one' "naming it"
it "a reload keeps it" herd load root
it_exits 1 "a start is still refused" herd start one
stop_supervisor
start_supervisor
it_exits 3 "a restart of the supervisor keeps it" herd status one
said '[Dd]isabled|enabled +no' "and says so"
it "it is enabled" herd enable one
it_exits 3 "which does not start it" herd status one
it "enable --now does" herd enable --now one
it "it runs" up one
stop_supervisor
start_supervisor
it "the next supervisor starts it" up one
finish
