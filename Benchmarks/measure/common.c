/* What the measures share: time, processes, records. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"

int64_t now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void pause_for(long microseconds)
{
    struct timespec time = { microseconds / 1000000, microseconds % 1000000 * 1000 };

    (void)nanosleep(&time, NULL);
}

void die(const char *what)
{
    fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void become(char **command, const char *log, int64_t *executed)
{
    int null = open("/dev/null", O_RDWR), out = log == NULL ? null : open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);

    (void)setsid();
    (void)dup2(null, 0);
    (void)dup2(out, 1);
    (void)dup2(out, 2);
    if (null > 2)
        (void)close(null);
    if (out > 2)
        (void)close(out);
    if (executed != NULL)
        *executed = now();
    (void)execvp(command[0], command);
    _exit(127);
}

pid_t spawn(char **command, const char *log, int64_t *executed)
{
    pid_t pid = fork();

    if (pid < 0)
        die("fork");
    if (pid == 0)
        become(command, log, executed);
    return pid;
}

int ascending(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

int open_records(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        die(path);
    return fd;
}

size_t count_records(int fd)
{
    struct stat status;

    if (fstat(fd, &status) < 0)
        die("records");
    return (size_t)status.st_size / sizeof(struct record);
}

struct record *read_records(const char *path, size_t *count)
{
    int fd = open_records(path);
    struct record *records;
    size_t size, done = 0;

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

pid_t *last_pids(const char *path, size_t services, size_t *count)
{
    struct record *records = read_records(path, count);
    pid_t *pids = calloc(services, sizeof *pids);
    size_t index;

    if (pids == NULL)
        die("memory");
    for (index = 0; index < *count; index++)
        if ((size_t)records[index].number < services)
            pids[records[index].number] = records[index].pid;
    free(records);
    return pids;
}
