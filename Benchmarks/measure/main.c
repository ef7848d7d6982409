/*
 * Measures a supervisor of sleepers from outside, the same way for each.
 *
 *   measure start RECORDS COUNT SECONDS PID-FILE LOG COMMAND...   starts it, waits for COUNT records: milliseconds to the last, and
 *                                   from the exec to the first
 *   measure usage PID RECORDS       cpu-ms system-ms shared-KiB resident-KiB processes switches: of it and all below it, the
 *                                   sleepers not counted
 *   measure restart RECORDS COUNT TIMES   kills so many sleepers, one after the other: median and 95th percentile, in µs
 *   measure run TIMES COMMAND...    runs the command so many times: the median of a whole run, in µs
 *   measure succession RECORDS COUNT SOCKET KILLS [COMMAND...]   has fruix-shepherd's supervisor succeeded, by the command or by
 *                                   SIGKILL, and kills up to so many sleepers meanwhile: milliseconds to its successor's
 *                                   answer, and of the slowest restart; how many were killed; how many others were touched
 *   measure end PID SIGNAL RECORDS  ends it, then what sleepers are left: milliseconds, and how many were left
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (strcmp(what, "start") == 0 && argc > 7)
        return start(argv + 2);
    if (strcmp(what, "usage") == 0 && argc == 4)
        return usage((pid_t)atol(argv[2]), argv[3]);
    if (strcmp(what, "restart") == 0 && argc == 5)
        return restart(argv[2], (size_t)atol(argv[3]), atoi(argv[4]));
    if (strcmp(what, "run") == 0 && argc > 3)
        return run(atoi(argv[2]), argv + 3);
    if (strcmp(what, "succession") == 0 && argc > 5)
        return succession(argv[2], (size_t)atol(argv[3]), argv[4], atoi(argv[5]), argv + 6);
    if (strcmp(what, "end") == 0 && argc == 5)
        return end((pid_t)atol(argv[2]), atoi(argv[3]), argv[4]);
    fprintf(stderr, "measure: see the head of main.c\n");
    return 64;
}
