/* Linux: /proc. */
#if defined(__linux__)

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"
#include "measure.h"

static FILE *open_file(pid_t pid, const char *name)
{
    char path[128];

    (void)snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
    return fopen(path, "re");
}

/* Parent and state; `system`, in ticks, may be NULL. */
static int read_stat(pid_t pid, struct process *process, long long *system)
{
    char text[512], state = 'X', *behind;
    long parent = 0;
    long long ticks = 0;
    FILE *file = open_file(pid, "stat");
    int fields = 0;

    if (file == NULL)
        return 0;
    /* The name, in parentheses, may have anything in it. */
    if (fgets(text, sizeof text, file) != NULL && (behind = strrchr(text, ')')) != NULL)
        fields = sscanf(behind + 1, " %c %ld %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lld", &state, &parent, &ticks);
    (void)fclose(file);
    *process = (struct process){ .pid = pid, .parent = (pid_t)parent, .has_ended = state == 'Z' };
    if (system != NULL)
        *system = ticks;
    return fields == 3 && state != 'X';
}

int look_up(pid_t pid, struct process *process)
{
    return read_stat(pid, process, NULL);
}

struct process *list_processes(size_t *count)
{
    DIR *directory = opendir("/proc");
    struct process *processes = NULL;
    struct dirent *entry;
    size_t room = 0;

    if (directory == NULL)
        die("/proc");
    *count = 0;
    while ((entry = readdir(directory)) != NULL) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        if (*count == room) {
            room = room * 2 + 256;
            processes = realloc(processes, room * sizeof *processes);
            if (processes == NULL)
                die("memory");
        }
        *count += (size_t)look_up((pid_t)atol(entry->d_name), &processes[*count]);
    }
    (void)closedir(directory);
    return processes;
}

/* What stands behind the keys at the beginnings of lines, added to as many sums. */
static void add_lines(pid_t pid, const char *name, const char *const *keys, int64_t *const *sums)
{
    char line[256];
    FILE *file = open_file(pid, name);
    int key;

    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL)
        for (key = 0; keys[key] != NULL; key++)
            if (strncmp(line, keys[key], strlen(keys[key])) == 0)
                *sums[key] += atoll(line + strlen(keys[key]));
    (void)fclose(file);
}

/* What is told of each thread alone, of those that there are now. */
static void add_thread(pid_t pid, const char *thread, struct costs *sum)
{
    static const char *const keys[] = { "voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:", NULL };
    char name[64];
    long long time;
    FILE *file;

    (void)snprintf(name, sizeof name, "task/%.20s/schedstat", thread);
    file = open_file(pid, name);
    if (file != NULL) {
        if (fscanf(file, "%lld", &time) == 1)
            sum->cpu += time;
        (void)fclose(file);
    }
    (void)snprintf(name, sizeof name, "task/%.20s/status", thread);
    add_lines(pid, name, keys, (int64_t *const[]){ &sum->switches, &sum->switches });
}

void add_costs(pid_t pid, struct costs *sum)
{
    static const char *const keys[] = { "Pss:", "Rss:", NULL };
    char path[64];
    struct process process;
    struct dirent *entry;
    long long ticks;
    DIR *threads;

    (void)snprintf(path, sizeof path, "/proc/%ld/task", (long)pid);
    threads = opendir(path);
    if (threads == NULL)
        return;
    while ((entry = readdir(threads)) != NULL)
        if (isdigit((unsigned char)entry->d_name[0]))
            add_thread(pid, entry->d_name, sum);
    (void)closedir(threads);
    if (read_stat(pid, &process, &ticks))
        sum->system += ticks * 1000000 / sysconf(_SC_CLK_TCK);
    add_lines(pid, "smaps_rollup", keys, (int64_t *const[]){ &sum->shared, &sum->resident });
}

int is_sleeper(pid_t pid)
{
    char path[64], program[4096];
    ssize_t length;

    (void)snprintf(path, sizeof path, "/proc/%ld/exe", (long)pid);
    length = readlink(path, program, sizeof program - 1);
    if (length < 0)
        return 0;
    program[length] = '\0';
    return strstr(program, "/sleeper") != NULL;
}

#endif
