/* From its exec to its end. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"
#include "measure.h"

/* Whether so many records came before the limit, and before its end. */
static int wait_for_records(int fd, size_t wanted, pid_t pid, int64_t limit)
{
    while (count_records(fd) < wanted) {
        if (now() > limit || waitpid(pid, NULL, WNOHANG) == pid)
            return 0;
        pause_for(5000);
    }
    return 1;
}

int start(char **arguments)
{
    const char *path = arguments[0];
    size_t wanted = (size_t)atol(arguments[1]), count, index;
    int64_t *executed = mmap(NULL, sizeof *executed, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    int64_t began, first = INT64_MAX, last = 0;
    struct record *records;
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    FILE *pid_file = fopen(arguments[3], "we");
    pid_t pid;

    if (fd < 0 || pid_file == NULL || executed == MAP_FAILED)
        die(path);
    began = now();
    pid = spawn(arguments + 5, arguments[4], executed);
    fprintf(pid_file, "%ld\n", (long)pid);
    (void)fclose(pid_file);
    if (!wait_for_records(fd, wanted, pid, began + atol(arguments[2]) * (int64_t)1000000000)) {
        printf("- -\n");
        return 1;
    }
    records = read_records(path, &count);
    for (index = 0; index < wanted; index++) {
        if (records[index].nanoseconds > last)
            last = records[index].nanoseconds;
        if (records[index].nanoseconds < first)
            first = records[index].nanoseconds;
    }
    printf("%.1f %.2f\n", (double)(last - began) / 1e6, (double)(first - *executed) / 1e6);
    free(records);
    return 0;
}

/* Kills the sleepers that are still there, and counts them. */
static int end_sleepers(const char *path)
{
    size_t count, index;
    struct record *records = read_records(path, &count);
    int left = 0;

    for (index = 0; index < count; index++)
        if (is_sleeper(records[index].pid)) {
            left++;
            (void)kill(records[index].pid, SIGKILL);
        }
    free(records);
    return left;
}

int end(pid_t root, int signal_number, const char *path)
{
    int64_t began = now();
    int waiting = 1;

    (void)kill(root, signal_number);
    while (waiting && now() - began < (int64_t)60 * 1000000000) {
        struct process process;

        /* Whose child it is by now reaps it in its own time: a zombie has ended. */
        waiting = look_up(root, &process) && !process.has_ended;
        if (waiting)
            pause_for(5000);
    }
    if (waiting)
        (void)kill(root, SIGKILL);
    printf("%.0f", (double)(now() - began) / 1e6);
    /* Those that leave their services to end by themselves have a moment for it. */
    pause_for(500000);
    printf(" %d\n", end_sleepers(path));
    return 0;
}
