/*
 * Which binary of the supervisor is started.  A new one is on trial until it says that it is ready; until then the
 * descriptor of the one before is kept, and is what comes after a failure.
 */
#include "keeper.h"

#include "say.h"

#include <stdlib.h>
#include <string.h>

void
program_free(struct program *program)
{
	if (program->descriptor >= 0)
		(void)cproc_close(program->descriptor);
	free(program->arguments);
	*program = (struct program){ .descriptor = -1 };
}

int
program_set_words(struct program *program, const char *words, size_t size)
{
	size_t count = 0, at = 0;
	char **arguments, *text;

	if (size == 0 || words[size - 1] != '\0') {
		errno = EINVAL;
		return -1;
	}
	for (size_t i = 0; i < size; i++)
		count += words[i] == '\0';
	/* One allocation: the list, and behind it what it points to. */
	arguments = malloc((count + 1) * sizeof *arguments + size);
	if (arguments == NULL)
		return -1;
	text = (char *)(arguments + count + 1);
	memcpy(text, words, size);
	for (size_t i = 0; i < count; i++) {
		arguments[i] = text + at;
		at += strlen(text + at) + 1;
	}
	arguments[count] = NULL;
	free(program->arguments);
	program->arguments = arguments;
	return 0;
}

void
upgrade_request(struct keeper *keeper, struct cproc_message *message)
{
	struct program next = { .descriptor = -1 };

	if (message->header.descriptors != 1) {
		tell_failed(keeper, CPROC_KEEPER_REFUSED, 0, CPROC_KEEPER_UPGRADE, EINVAL, "descriptor");
		return;
	}
	if (program_set_words(&next, message->payload, message->header.size) < 0) {
		tell_failed(keeper, CPROC_KEEPER_REFUSED, 0, CPROC_KEEPER_UPGRADE, errno, "arguments");
		return;
	}
	next.descriptor = message->descriptors[0];
	message->descriptors[0] = -1;
	program_free(&keeper->next);
	keeper->next = next;
}

void
upgrade_ready(struct keeper *keeper)
{
	keeper->supervisor.ready_by = NEVER;
	if (keeper->earlier.descriptor < 0)
		return;
	say("the new supervisor (pid %d) is ready", (int)keeper->supervisor.pid);
	program_free(&keeper->earlier);
}

/*
 * What cannot be executed may be what lies there now: somebody mends it, or the file system (FreeBSD's tmpfs) executes
 * nothing that has lost its name.
 */
static void
open_again(struct program *program)
{
	int descriptor = cproc_program_open(program->arguments[0]);

	if (descriptor < 0)
		return;
	(void)cproc_close(program->descriptor);
	program->descriptor = descriptor;
}

bool
upgrade_choose(struct keeper *keeper, int status, bool is_known, int error)
{
	struct cproc_keeper_welcome *welcome = &keeper->supervisor.welcome;
	enum cproc_keeper_reason doom = keeper->supervisor.doom;

	*welcome = (struct cproc_keeper_welcome){ .status = is_known ? status : 0, .error = error };
	if (doom != CPROC_KEEPER_FIRST)
		welcome->reason = doom;
	else if (error != 0)
		welcome->reason = CPROC_KEEPER_NOT_EXECUTED;
	else
		welcome->reason = is_known ? CPROC_KEEPER_EXITED : CPROC_KEEPER_GONE;
	if (keeper->earlier.descriptor >= 0) {
		say("the new supervisor did not come up: the one before is started again");
		program_free(&keeper->running);
		program_free(&keeper->next);
		keeper->running = keeper->earlier;
		keeper->earlier = (struct program){ .descriptor = -1 };
		welcome->fallback = 1;
		return true;
	}
	if (keeper->next.descriptor >= 0) {
		keeper->earlier = keeper->running;
		keeper->running = keeper->next;
		keeper->next = (struct program){ .descriptor = -1 };
		welcome->reason = CPROC_KEEPER_UPGRADED;
		return true;
	}
	if (error != 0)
		open_again(&keeper->running);
	return false;
}
