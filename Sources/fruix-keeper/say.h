#ifndef KEEPER_SAY_H
#define KEEPER_SAY_H

#include <stddef.h>

/* A line on the standard error, "fruix-keeper: ..."; lost rather than waited for when nobody takes it. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* "was killed by signal 9", "ended with status 1", from a status of wait(2). */
void describe_status(int status, char *text, size_t size);

#endif
