#ifndef KEEPER_OPTIONS_H
#define KEEPER_OPTIONS_H

#include <stdint.h>

enum mode { MODE_KEEPER, MODE_ADOPT, MODE_HOLDER, MODE_RESUME, MODE_EXAMINE, MODE_VERSION, MODE_HELP };

struct options {
	enum mode mode;
	int descriptor;             /* of --adopt, --resume, --examine */
	int supervisor;             /* of --of: the pid of the one that --adopt takes over; 0: it was not said */
	int64_t ready_within;       /* nanoseconds */
	int64_t pause_unit;         /* nanoseconds */
	const char *const *command; /* the supervisor's program and its arguments; ends with NULL */
};

/* Returns 0, or the status to exit with after a complaint. */
int options_read(int count, const char *const *words, struct options *options);
void options_print_help(void);

#endif
