/* What a supervision costs: all processes of it together, without the sleepers. */
#include <stdio.h>
#include <stdlib.h>

#include "kernel.h"
#include "measure.h"

/* Of each pid: a sleeper's, at any time? */
static unsigned char *sleepers_of(const char *path)
{
    unsigned char *marks = calloc(most_pids, 1);
    size_t count, index;
    struct record *records = read_records(path, &count);

    if (marks == NULL)
        die("memory");
    for (index = 0; index < count; index++)
        marks[records[index].pid] = 1;
    free(records);
    return marks;
}

static pid_t *parents_of(const struct process *processes, size_t count)
{
    pid_t *parents = calloc(most_pids, sizeof *parents);
    size_t index;

    if (parents == NULL)
        die("memory");
    for (index = 0; index < count; index++)
        if (processes[index].pid < most_pids)
            parents[processes[index].pid] = processes[index].parent;
    return parents;
}

static int descends(const pid_t *parents, pid_t pid, pid_t root)
{
    /* Not for ever: the list is not of one moment. */
    int steps = 1000;

    while (pid > 1 && pid < most_pids && pid != root && steps-- > 0)
        pid = parents[pid];
    return pid == root;
}

int usage(pid_t root, const char *path)
{
    unsigned char *sleepers = sleepers_of(path);
    struct costs sum = { 0 };
    size_t count, index;
    struct process *processes = list_processes(&count);
    pid_t *parents = parents_of(processes, count);
    int counted = 0;

    for (index = 0; index < count; index++) {
        pid_t pid = processes[index].pid;

        if (pid <= 0 || pid >= most_pids || sleepers[pid] || !descends(parents, pid, root))
            continue;
        counted++;
        add_costs(pid, &sum);
    }
    printf("%.3f %.3f %lld %lld %d %lld\n", (double)sum.cpu / 1e6, (double)sum.system / 1e3, (long long)sum.shared,
        (long long)sum.resident, counted, (long long)sum.switches);
    free(parents);
    free(processes);
    free(sleepers);
    return 0;
}
