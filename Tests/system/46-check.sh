#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "herd check finds what a start would find missing"

check() { "$bin/herd" check "$etc" 2>&1; }
place() { check | grep -A1 -e "$1" | grep -q -e "--> $2"; }

printf '#!/nonexistent/interpreter\n' >"$work/script"
printf '#!/bin/sh\r\n' >"$work/dos"
chmod +x "$work/script" "$work/dos"
printf 'A=1\nB=two words # and a comment\n' >"$work/variables"
supervisor_settings 'access { read = ["@no-such-group"]; control = no-such-user }'
services <<UCL
service script { exec = [$work/script] }
service dos { exec = [/bin/sh, -c, true]; post-stop = [[$work/dos]] }
service log { exec = [/bin/sh]; log = $work/missing/x.log }
service pre {
  exec = [/bin/sh]
  preconditions {
    directories = [$work, $work/lost-directory]
    files = [$work/script, $work/lost-file]
  }
}
service env { exec = [/bin/sh]; environment-file = $work/variables }
service words { exec = [sleep 100]; auto-start = no }
UCL
it "they are notes" herd check "$etc"
it_says 'script: the interpreter /nonexistent/interpreter, which the first line of .*/script names' "an interpreter" check
it_says 'dos: the lines of .*/dos end in CR LF' "also of what runs later" check
it_says "log: the directory of the log .*/missing/x.log. does not exist" "the directory of a log" check
it_says 'pre: the directory .*/lost-directory. is missing' "directories" check
it_says 'pre: the file .*/lost-file. is missing' "and files of preconditions" check
it "each with the place of the value" place lost-file "$etc/services.d/test.ucl:8:[1-9][0-9]"
it_says 'env: .*/variables:2: ' "a mistake in a file of variables, with its line" check
it_says 'access.read. names .@no-such-group.' "groups that nobody has" check
it_says 'access.control. names .no-such-user.' "and users" check
it_says 'write \[sleep, 100\]' "a list of one word that is meant as several" check
it "each is told once" is "$(check | grep -c 'lost-file')" 2
start_supervisor
it_says 'the interpreter /nonexistent/interpreter' "a load says the same" herd load root
it_says 'access.read. names .@no-such-group.' "names of the access included" herd load root --dry-run
herd stop log >/dev/null 2>&1

# Everybody's directory.
mkdir "$work/sticky"
cp "$etc/services.d/test.ucl" "$work/sticky/"
chmod 1777 "$work/sticky"
it_exits 1 "a directory where all may write" herd check "$work/sticky"
said 'move the files to one of their own' "is not to be taken from them"
it_exits 1 "one that is not there" herd check "$work/nowhere"
said "mkdir -p $work/nowhere/services.d" "is told with what makes it"
finish
