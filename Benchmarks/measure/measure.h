#ifndef MEASURE_H
#define MEASURE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../record.h"

enum { most_pids = 1 << 22 };

/* Monotonic, in nanoseconds: the clock that the sleepers read. */
int64_t now(void);
void pause_for(long microseconds);
_Noreturn void die(const char *what);
/* A process in a session of its own, without input; its output goes into a file, or nowhere. `executed`: memory shared with it, for
   the moment of its exec; or NULL. */
pid_t spawn(char **command, const char *log, int64_t *executed);
int ascending(const void *left, const void *right);

int open_records(const char *path);
size_t count_records(int fd);
/* All records; the caller frees them. */
struct record *read_records(const char *path, size_t *count);
/* The pid of each sleeper's last start, 0 where there was none; the caller frees them. */
pid_t *last_pids(const char *path, size_t services, size_t *count);

/* The measures: main.c says what each prints. They return an exit status. */
int start(char **arguments);
int end(pid_t root, int signal_number, const char *path);
int usage(pid_t root, const char *path);
int restart(const char *path, size_t services, int times);
int run(int times, char **command);
int succession(const char *path, size_t services, const char *socket, int most_kills, char **command);

#endif
