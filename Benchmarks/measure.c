/*
 * Measures a supervisor of sleepers from outside, the same way for each. Linux: it reads /proc.
 *
 *   measure start RECORDS COUNT SECONDS PID-FILE LOG COMMAND...   starts it, waits for COUNT records: milliseconds to the last
 *   measure usage PID RECORDS       cpu-ms pss-KiB rss-KiB processes switches: of its processes, the sleepers not counted
 *   measure restart RECORDS COUNT TIMES   kills so many sleepers, one after the other: median and 95th percentile, in µs
 *   measure run TIMES COMMAND...    runs the command so many times: the median of a whole run, in µs
 *   measure end PID SIGNAL RECORDS  ends it, then what sleepers are left: milliseconds, and how many were left
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "record.h"

enum { most_pids = 1 << 22 };

static int64_t now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void pause_for(long microseconds)
{
    struct timespec time = { microseconds / 1000000, microseconds % 1000000 * 1000 };

    (void)nanosleep(&time, NULL);
}

static void die(const char *what)
{
    fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
    exit(1);
}

static size_t count_records(int fd)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        die("records");
    return (size_t)status.st_size / sizeof(struct record);
}

/* All records; the caller frees them. */
static struct record *read_records(const char *path, size_t *count)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct record *records;
    size_t size, done = 0;

    if (fd < 0)
        die(path);
    *count = count_records(fd);
    size = *count * sizeof *records;
    records = malloc(size + 1);
    if (records == NULL)
        die("memory");
    while (done < size) {
        ssize_t got = pread(fd, (char *)records + done, size - done, (off_t)done);

        if (got <= 0)
            die(path);
        done += (size_t)got;
    }
    (void)close(fd);
    return records;
}

static pid_t spawn(char **command, const char *log)
{
    pid_t pid = fork();

    if (pid < 0)
        die("fork");
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR), out = log == NULL ? null : open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);

        (void)setsid();
        (void)dup2(null, 0);
        (void)dup2(out, 1);
        (void)dup2(out, 2);
        if (null > 2)
            (void)close(null);
        if (out > 2)
            (void)close(out);
        (void)execvp(command[0], command);
        _exit(127);
    }
    return pid;
}

static int start(char **arguments)
{
    const char *path = arguments[0];
    size_t wanted = (size_t)atol(arguments[1]), count, index;
    int64_t limit = atol(arguments[2]) * (int64_t)1000000000, began, last = 0;
    struct record *records;
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    FILE *pid_file = fopen(arguments[3], "we");
    pid_t pid;

    if (fd < 0 || pid_file == NULL)
        die(path);
    began = now();
    pid = spawn(arguments + 5, arguments[4]);
    fprintf(pid_file, "%ld\n", (long)pid);
    (void)fclose(pid_file);
    while (count_records(fd) < wanted) {
        if (now() - began > limit || waitpid(pid, NULL, WNOHANG) == pid) {
            printf("-\n");
            return 1;
        }
        pause_for(5000);
    }
    records = read_records(path, &count);
    for (index = 0; index < wanted; index++)
        if (records[index].nanoseconds > last)
            last = records[index].nanoseconds;
    printf("%.1f\n", (double)(last - began) / 1e6);
    return 0;
}

/* Which pids are sleepers: one byte a pid. */
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

static void add_files(pid_t pid, const char *name, const char *const *keys, long long *sums)
{
    char path[64], line[256];
    FILE *file;
    int key;

    (void)snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
    file = fopen(path, "re");
    if (file == NULL)
        return;
    while (fgets(line, sizeof line, file) != NULL)
        for (key = 0; keys[key] != NULL; key++)
            if (strncmp(line, keys[key], strlen(keys[key])) == 0)
                sums[key] += atoll(line + strlen(keys[key]));
    (void)fclose(file);
}

/* Time on a processor so far, in nanoseconds. */
static long long run_time(pid_t pid)
{
    char path[64];
    FILE *file;
    long long time = 0;

    (void)snprintf(path, sizeof path, "/proc/%ld/schedstat", (long)pid);
    file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%lld", &time) != 1)
        time = 0;
    (void)fclose(file);
    return time;
}

/* The parent, and the state's letter; 0 and 'X' when there is no such process. */
static pid_t look_up(pid_t pid, char *state)
{
    char path[64], text[512], *behind;
    FILE *file;
    long parent = 0;

    *state = 'X';
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    file = fopen(path, "re");
    if (file == NULL)
        return 0;
    if (fgets(text, sizeof text, file) != NULL && (behind = strrchr(text, ')')) != NULL)
        (void)sscanf(behind + 1, " %c %ld", state, &parent);
    (void)fclose(file);
    return (pid_t)parent;
}

static int descends(pid_t pid, pid_t root)
{
    char state;

    while (pid > 1 && pid != root)
        pid = look_up(pid, &state);
    return pid == root;
}

static int usage(pid_t root, const char *path)
{
    static const char *const memory_keys[] = { "Pss:", "Rss:", NULL };
    static const char *const switch_keys[] = { "voluntary_ctxt_switches:", "nonvoluntary_ctxt_switches:", NULL };
    unsigned char *sleepers = sleepers_of(path);
    long long memory[2] = { 0, 0 }, switches[2] = { 0, 0 }, time = 0;
    int processes = 0;
    DIR *directory = opendir("/proc");
    struct dirent *entry;

    if (directory == NULL)
        die("/proc");
    while ((entry = readdir(directory)) != NULL) {
        pid_t pid = (pid_t)atol(entry->d_name);

        if (pid <= 0 || pid >= most_pids || sleepers[pid] || !descends(pid, root))
            continue;
        processes++;
        time += run_time(pid);
        add_files(pid, "smaps_rollup", memory_keys, memory);
        add_files(pid, "status", switch_keys, switches);
    }
    (void)closedir(directory);
    printf("%.1f %lld %lld %d %lld\n", (double)time / 1e6, memory[0], memory[1], processes, switches[0] + switches[1]);
    return 0;
}

static int ascending(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

static int restart(const char *path, size_t services, int times)
{
    int64_t *latencies = calloc((size_t)times, sizeof *latencies);
    int fd = open(path, O_RDONLY | O_CLOEXEC), done;

    if (fd < 0 || latencies == NULL)
        die(path);
    for (done = 0; done < times; done++) {
        size_t before, after, index;
        struct record *records = read_records(path, &before);
        /* Another service each time, spread over all: none comes near its respawn limit. */
        int32_t number = (int32_t)((size_t)done * 7919 % services);
        pid_t victim = 0;
        int64_t killed, found = 0;

        for (index = 0; index < before; index++)
            if (records[index].number == number)
                victim = records[index].pid;
        free(records);
        if (victim <= 1)
            die("no such sleeper");
        killed = now();
        if (kill(victim, SIGKILL) < 0)
            die("kill");
        while (found == 0 && now() - killed < (int64_t)20 * 1000000000) {
            pause_for(2000);
            if (count_records(fd) == before)
                continue;
            records = read_records(path, &after);
            for (index = before; index < after; index++)
                if (records[index].number == number)
                    found = records[index].nanoseconds;
            free(records);
        }
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

static int run(int times, char **command)
{
    int64_t *durations = calloc((size_t)times, sizeof *durations);
    int done, status;

    if (durations == NULL)
        die("memory");
    for (done = 0; done < times; done++) {
        int64_t began = now();

        if (waitpid(spawn(command, NULL), &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            printf("-\n");
            return 1;
        }
        durations[done] = now() - began;
    }
    qsort(durations, (size_t)times, sizeof *durations, ascending);
    printf("%.0f\n", (double)durations[times / 2] / 1e3);
    return 0;
}

/* A sleeper that is still there: a pid from the records whose program is still one. */
static int is_sleeper(pid_t pid)
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

static int end(pid_t root, int signal_number, const char *path)
{
    int64_t began = now();
    size_t count, index;
    struct record *records;
    int left = 0, waiting = 1;
    char state;

    (void)kill(root, signal_number);
    while (waiting && now() - began < (int64_t)60 * 1000000000) {
        /* Whose child it is by now reaps it in its own time: a zombie has ended. */
        (void)look_up(root, &state);
        waiting = state != 'X' && state != 'Z';
        if (waiting)
            pause_for(5000);
    }
    if (waiting)
        (void)kill(root, SIGKILL);
    printf("%.0f", (double)(now() - began) / 1e6);
    /* Those that leave their services to end by themselves have a moment for it. */
    pause_for(500000);
    records = read_records(path, &count);
    for (index = 0; index < count; index++)
        if (is_sleeper(records[index].pid)) {
            left++;
            (void)kill(records[index].pid, SIGKILL);
        }
    printf(" %d\n", left);
    free(records);
    return 0;
}

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
    if (strcmp(what, "end") == 0 && argc == 5)
        return end((pid_t)atol(argv[2]), atoi(argv[3]), argv[4]);
    fprintf(stderr, "measure: see the head of measure.c\n");
    return 64;
}
