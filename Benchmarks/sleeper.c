/*
 * The trivial service: sleeper [RECORDS NUMBER]
 *
 * Appends one record (who, which number, when) to the file, and sleeps for good. Linked statically, so that its exec costs
 * little and the same under every supervisor. Supervisors of service directories give no arguments: then the file
 * is in BENCH_RECORDS, and the number is the name of the working directory.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "record.h"

int main(int argc, char **argv)
{
    struct timespec now;
    struct record record;
    char directory[4096];
    const char *path = argc > 2 ? argv[1] : getenv("BENCH_RECORDS");
    const char *number = argc > 2 ? argv[2] : NULL;
    int fd;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (number == NULL && getcwd(directory, sizeof directory) != NULL && (number = strrchr(directory, '/')) != NULL)
        number++;
    if (path == NULL || number == NULL || (fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)) < 0)
        return 1;
    record.nanoseconds = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    record.pid = (int32_t)getpid();
    record.number = (int32_t)atoi(number);
    if (write(fd, &record, sizeof record) != (ssize_t)sizeof record)
        return 1;
    (void)close(fd);
    for (;;)
        (void)pause();
}
