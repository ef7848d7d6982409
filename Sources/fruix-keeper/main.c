#include "keeper.h"

#include "say.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* The release; a test compares it with fruix-shepherd's. */
#define RELEASE "0.2.0"

#define PATH_SIZE 4096

struct run {
	struct keeper keeper;
	int status;
};

static int
complain(const char *what)
{
	say("%s: %s", what, strerror(errno));
	return EX_OSERR;
}

/* Where this program lies, for the day when another one lies there. */
static void
remember_own_program(struct keeper *keeper)
{
	char path[PATH_SIZE];

	if (cproc_executable(path, sizeof path) == 0)
		keeper->own_path = strdup(path);
	else if (cproc_argument(0) != NULL && cproc_argument(0)[0] == '/')
		keeper->own_path = strdup(cproc_argument(0));
}

static int
open_own_program(struct keeper *keeper)
{
	remember_own_program(keeper);
	if (keeper->own_path == NULL) {
		say("cannot find its own program; start it by its absolute path");
		return EX_OSERR;
	}
	keeper->own = cproc_program_open(keeper->own_path);
	return keeper->own < 0 ? complain(keeper->own_path) : 0;
}

/* The command line's words, each with its NUL, one behind the other. */
static int
set_command(struct program *program, const char *const *words)
{
	size_t size = 0, at = 0;
	char *joined;
	int result;

	for (size_t i = 0; words[i] != NULL; i++)
		size += strlen(words[i]) + 1;
	joined = malloc(size);
	if (joined == NULL)
		return -1;
	for (size_t i = 0; words[i] != NULL; i++) {
		memcpy(joined + at, words[i], strlen(words[i]) + 1);
		at += strlen(words[i]) + 1;
	}
	result = program_set_words(program, joined, size);
	free(joined);
	return result;
}

static int
begin(struct keeper *keeper)
{
	const struct options *options = &keeper->options;
	int status;

	if (options->mode == MODE_RESUME)
		return replace_resume(keeper, options->descriptor) < 0 ? complain("cannot go on from the state before") : 0;
	status = open_own_program(keeper);
	if (status != 0)
		return status;
	if (set_command(&keeper->running, options->command) < 0)
		return complain("arguments");
	keeper->running.descriptor = cproc_program_open(options->command[0]);
	if (keeper->running.descriptor < 0) {
		say("cannot start %s: %s", options->command[0], strerror(errno));
		return EX_OSERR;
	}
	if (options->mode != MODE_ADOPT)
		return 0;
	if (cproc_descriptor_inherit(options->descriptor, false) < 0 ||
	    supervisor_adopt(keeper, options->descriptor, options->supervisor) < 0)
		return complain("cannot take over the supervisor");
	return 0;
}

static void
keep(void *context)
{
	struct run *run = context;
	struct keeper *keeper = &run->keeper;
	int64_t now = keeper_now();

	table_init(&keeper->table);
	keeper->own = keeper->running.descriptor = keeper->earlier.descriptor = keeper->next.descriptor = -1;
	keeper->replacement = (struct replacement){ .program = -1, .process = -1, .limit = NEVER };
	keeper->supervisor.process = keeper->supervisor.report = keeper->holder.process = -1;
	keeper->supervisor.start_at = keeper->holder.start_at = now;
	keeper->retry_at = NEVER;
	run->status = EX_OSERR;
	if (cproc_standard_open() < 0 || cproc_keeper_signals_begin() < 0) {
		(void)complain("cannot begin");
		return;
	}
	(void)cproc_open_files_raise(&keeper->open_files_soft, &keeper->open_files_hard);
	keeper->null = cproc_open("/dev/null", CPROC_OPEN_READ, 0);
	keeper->queue = cproc_queue_make();
	if (keeper->null < 0 || keeper->queue == NULL || cproc_reaper_acquire() < 0) {
		(void)complain("cannot begin");
		return;
	}
	run->status = begin(keeper);
	if (run->status == 0)
		run->status = keeper_run(keeper);
}

/* A trial by the keeper that is to be replaced: is its state one that can be gone on from? */
static int
examine(const struct options *options)
{
	static struct keeper keeper;

	table_init(&keeper.table);
	if (state_read(&keeper, options->descriptor, true) == 0)
		return 0;
	return complain("the state of the keeper before cannot be read");
}

int
main(int argc, char **argv)
{
	static struct run run;
	int status = options_read(argc, (const char *const *)argv, &run.keeper.options);

	if (status != 0)
		return status;
	switch (run.keeper.options.mode) {
	case MODE_HELP:
		options_print_help();
		return 0;
	case MODE_VERSION:
		cproc_print(false, "fruix-keeper " RELEASE "\n");
		return 0;
	case MODE_HOLDER:
		return holder_run();
	case MODE_EXAMINE:
		return examine(&run.keeper.options);
	default:
		break;
	}
	if (cproc_run(keep, &run) < 0)
		return complain("cannot begin");
	return run.status;
}
