/* How long it takes, many times over. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "measure.h"

/* The clock of the next start of that sleeper, of those behind the first `before` records; 0: not within twenty seconds. */
static int64_t next_start(const char *path, int fd, size_t before, int32_t number)
{
    int64_t limit = now() + (int64_t)20 * 1000000000, found = 0;

    while (found == 0 && now() < limit) {
        struct record *records;
        size_t after, index;

        pause_for(2000);
        if (count_records(fd) == before)
            continue;
        records = read_records(path, &after);
        for (index = before; index < after; index++)
            if (records[index].number == number)
                found = records[index].nanoseconds;
        free(records);
    }
    return found;
}

int restart(const char *path, size_t services, int times)
{
    int64_t *latencies = calloc((size_t)times, sizeof *latencies);
    int fd = open_records(path), done;

    if (latencies == NULL)
        die("memory");
    for (done = 0; done < times; done++) {
        size_t before;
        pid_t *pids = last_pids(path, services, &before);
        /* Another service each time, spread over all: none comes near its respawn limit. */
        size_t number = (size_t)done * 7919 % services;
        pid_t victim = pids[number];
        int64_t killed, found;

        free(pids);
        if (victim <= 1)
            die("no such sleeper");
        killed = now();
        if (kill(victim, SIGKILL) < 0)
            die("kill");
        found = next_start(path, fd, before, (int32_t)number);
        if (found == 0) {
            printf("- -\n");
            return 1;
        }
        latencies[done] = found - killed;
        pause_for(20000);
    }
    qsort(latencies, (size_t)times, sizeof *latencies, ascending);
    printf("%.0f %.0f\n", (double)latencies[times / 2] / 1e3, (double)latencies[times * 95 / 100] / 1e3);
    return 0;
}

int run(int times, char **command)
{
    int64_t *durations = calloc((size_t)times, sizeof *durations);
    int done, status;

    if (durations == NULL)
        die("memory");
    for (done = 0; done < times; done++) {
        int64_t began = now();

        if (waitpid(spawn(command, NULL, NULL), &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            printf("-\n");
            return 1;
        }
        durations[done] = now() - began;
    }
    qsort(durations, (size_t)times, sizeof *durations, ascending);
    printf("%.0f\n", (double)durations[times / 2] / 1e3);
    return 0;
}
