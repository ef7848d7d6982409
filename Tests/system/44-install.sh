#!/bin/sh
. "$(dirname "$0")/lib.sh"
begin "what an installation puts where"

stage=$work/stage
it "it installs" sh "$here/../../Tools/install.sh" "$bin" "$stage" /opt/fruix
prefix=$stage/opt/fruix
for file in sbin/fruix-shepherd libexec/fruix-keeper bin/herd share/doc/fruix-shepherd/LICENSE share/doc/fruix-shepherd/LANGUAGE.md \
    share/doc/fruix-shepherd/CHANGELOG.md share/man/man8/herd.8 share/man/man8/fruix-keeper.8 etc/rc.d/fruix_shepherd \
    etc/fruix-shepherd/supervisor.ucl.sample etc/newsyslog.conf.d/fruix-shepherd.conf \
    share/examples/fruix-shepherd/boot/fruix-shepherd.service share/examples/fruix-shepherd/boot/openrc/fruix-shepherd; do
    it "$file is there" test -s "$prefix/$file"
done
for program in sbin/fruix-shepherd libexec/fruix-keeper bin/herd; do
    it_says '[0-9]' "$program runs" "$prefix/$program" --version
    # Programs that are stripped already have nothing to lose.
    it "$program is no larger than what was built" \
        test "$(wc -c <"$prefix/$program")" -le "$(wc -c <"$bin/${program##*/}")"
done
it "the sample of the supervisor's settings is a configuration" sh -c \
    "cp '$prefix/etc/fruix-shepherd/supervisor.ucl.sample' '$work/sample.ucl' && chmod 600 '$work/sample.ucl' && '$bin/herd' check '$work/sample.ucl'"
it "so it is with everything that it shows" sh -c \
    "sed 's/^\\( *\\)# \\([a-z-]* [={].*\\)/\\1\\2/; s/^# \\(  [a-z]\\)/\\1/; s/^# }/}/' '$work/sample.ucl' >'$work/all.ucl' && chmod 600 '$work/all.ucl' && '$bin/herd' check '$work/all.ucl' && grep -q '^  shutdown-timeout' '$work/all.ucl'"
for place in sbin/fruix-shepherd libexec/fruix-keeper bin/herd; do
    it "the script for rc(8) names $place there" grep -q "/opt/fruix/$place" "$prefix/etc/rc.d/fruix_shepherd"
done

# What was installed runs.
services <<UCL
service web { exec = [$helpers/stay, $journal, web] }
UCL
built=$bin
bin=$prefix/sbin
launch
bin=$built
it "the installed supervisor answers" eventually 20 supervisor_answers
it "its service runs" up web
it_says 'keeper *pid' "and it has found its keeper" herd status root
it "what was installed elsewhere names that place" grep -q '/opt/fruix/sbin/fruix-shepherd' "$prefix/etc/rc.d/fruix_shepherd"
finish
