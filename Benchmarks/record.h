#ifndef RECORD_H
#define RECORD_H

#include <stdint.h>

/* What a sleeper writes when it starts. */
struct record {
    int64_t nanoseconds; /* CLOCK_MONOTONIC, first thing in main */
    int32_t pid;
    int32_t number;
};

_Static_assert(sizeof(struct record) == 16, "one write(2) of a fixed size a record");

#endif
