#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "each failure names the service, the stage, and the cause"

printf 'no program\n' >"$work/plain-file"
chmod 644 "$work/plain-file"
services <<UCL
service good { exec = [$helpers/stay] }
service missing { exec = [$work/nowhere/program] }
service unnamed { exec = [no-such-program-anywhere] }
service plain { exec = [$work/plain-file] }
service no-directory { exec = [$helpers/stay]; working-directory = $work/nowhere }
service bad-pre-start { exec = [$helpers/stay, $journal, bad-pre-start]; pre-start = [[/bin/sh, -c, "echo no disk >&2; exit 4"]] }
service bad-post-start { exec = [$helpers/stay]; post-start = [[/bin/sh, -c, "exit 5"]] }
service too-slow { exec = [$helpers/stay]; pre-start = [[$helpers/stay]]; start-timeout = 300ms }
service precondition { exec = [$helpers/stay]; preconditions { files = [$work/nowhere/file] } }
service stranger { exec = [$helpers/stay]; user = no-such-account }
service no-environment { exec = [$helpers/stay]; environment-file = $work/nowhere/environment }
service needs-missing { requirement = [missing]; exec = [$helpers/stay] }
service full-of-itself { exec = [/bin/sh, -c, "exit 127"] }
UCL
start_supervisor

it "a service beside the failing ones comes up" up good
# fails NAME PATTERN SENTENCE
fails() {
    it "$1 has failed" herd wait "$1" --for failed --timeout 30s
    it_says "$2" "$3" herd status "$1"
    it_exits 1 "herd start $1 fails too" herd start "$1"
}
fails missing 'nowhere/program.*(no such file|does not exist)' "a missing program is named"
fails unnamed 'no-such-program-anywhere' "a program that is nowhere in the PATH is named"
fails plain '[Pp]ermission denied|not executable' "a program that is not executable is told from a missing one"
fails no-directory 'nowhere.*does not exist' "a bad working directory is named"
fails bad-pre-start 'pre-start' "a failing pre-start is named"
it "and the main process was not started" sh -c "! grep -q '^+bad-pre-start' '$journal'"
fails bad-post-start 'post-start' "a failing post-start is named"
fails too-slow 'start-timeout|in time|timed out|300 ?ms|0[.]3 ?s' "the start timeout is named"
fails precondition 'nowhere/file' "the file that has to be there is named"
fails stranger 'no-such-account' "the account that does not exist is named"
fails no-environment 'nowhere/environment' "the environment file that cannot be read is named"
fails needs-missing 'missing' "the requirement that failed is named"
it "full-of-itself has failed" herd wait full-of-itself --for failed --timeout 30s
it_says 'exit 127' "an exit code that looks like a shell's is only an exit code" herd status full-of-itself

mkdir -p "$work/nowhere"
cp "$helpers/stay" "$work/nowhere/program"
: >"$work/nowhere/file"
it "the program is looked for anew at each start" herd start missing
it "so are the preconditions" herd start precondition
it "and the directory" herd start no-directory
it "what was held up by the missing program comes up" up needs-missing
finish
