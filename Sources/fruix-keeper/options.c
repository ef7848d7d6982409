#include "options.h"

#include "CProc.h"
#include "say.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define MILLISECOND INT64_C(1000000)

static int
usage(const char *what, const char *word)
{
	say("%s \"%s\"; fruix-keeper --help tells what there is", what, word);
	return EX_USAGE;
}

/* A decimal number up to `most`, or -1. */
static int64_t
number(const char *word, int64_t most)
{
	char *end;
	long long value;

	if (word == NULL || *word < '0' || *word > '9')
		return -1;
	errno = 0;
	value = strtoll(word, &end, 10);
	return errno != 0 || *end != '\0' || value > most ? -1 : value;
}

/* The most that the number after an option may be. */
static int64_t
most_of(const char *option)
{
	if (strcmp(option, "--ready-within") == 0 || strcmp(option, "--pause-unit") == 0)
		return 3600000;
	return strcmp(option, "--of") == 0 ? INT32_MAX : 65535;
}

/* The word after an option. */
static int
read_value(struct options *options, const char *option, const char *word)
{
	int64_t value;

	if (word == NULL)
		return usage("a number is missing after", option);
	value = number(word, most_of(option));
	if (value < 0 || (value == 0 && strcmp(option, "--of") == 0))
		return usage("not a number that can be meant:", word);
	if (strcmp(option, "--ready-within") == 0) {
		options->ready_within = value * MILLISECOND;
	} else if (strcmp(option, "--pause-unit") == 0) {
		options->pause_unit = value * MILLISECOND;
	} else if (strcmp(option, "--of") == 0) {
		options->supervisor = (int)value;
	} else {
		options->descriptor = (int)value;
		options->mode = strcmp(option, "--adopt") == 0 ? MODE_ADOPT
		    : strcmp(option, "--resume") == 0          ? MODE_RESUME
		                                               : MODE_EXAMINE;
	}
	return 0;
}

static bool
takes_value(const char *word)
{
	static const char *const all[] = { "--adopt", "--of", "--resume", "--examine", "--ready-within", "--pause-unit" };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		if (strcmp(word, all[i]) == 0)
			return true;
	}
	return false;
}

/* Not getopt_long(3), which would take what is meant for the supervisor. */
int
options_read(int count, const char *const *words, struct options *options)
{
	int at = 1, status;

	*options = (struct options){ .descriptor = -1, .ready_within = 10000 * MILLISECOND, .pause_unit = 1000 * MILLISECOND };
	for (; at < count && words[at][0] == '-'; at++) {
		if (strcmp(words[at], "--") == 0) {
			at++;
			break;
		}
		if (strcmp(words[at], "--help") == 0) {
			options->mode = MODE_HELP;
			return 0;
		}
		if (strcmp(words[at], "--version") == 0) {
			options->mode = MODE_VERSION;
			return 0;
		}
		if (strcmp(words[at], "--holder") == 0) {
			options->mode = MODE_HOLDER;
			continue;
		}
		if (!takes_value(words[at]))
			return usage("there is no option", words[at]);
		status = read_value(options, words[at], at + 1 < count ? words[at + 1] : NULL);
		if (status != 0)
			return status;
		at++;
	}
	options->command = words + at;
	/* Whoever is the parent by now may be anybody: only the one that is named is taken over. */
	if ((options->mode == MODE_ADOPT) != (options->supervisor != 0)) {
		say("--adopt DESCRIPTOR and --of PID go together; fruix-keeper --help tells more");
		return EX_USAGE;
	}
	if (at == count && (options->mode == MODE_KEEPER || options->mode == MODE_ADOPT)) {
		say("the program to keep is missing; fruix-keeper --help tells more");
		return EX_USAGE;
	}
	return 0;
}

void
options_print_help(void)
{
	cproc_print(false,
	    "usage: fruix-keeper [--adopt DESCRIPTOR --of PID] [--] PROGRAM [ARGUMENT...]\n"
	    "\n"
	    "Starts the supervisor PROGRAM and starts it again when it dies; forks on its behalf and reaps what is left\n"
	    "behind, so that nothing that runs depends on the supervisor's life. Not for the shell: fruix-shepherd uses it.\n"
	    "\n"
	    "  --adopt DESCRIPTOR  take over the supervisor that has started this keeper, over that socket\n"
	    "  --of PID            its pid, with --adopt: should it have died by then, PROGRAM is started\n"
	    "  --version           print the version\n"
	    "  --help              print this\n"
	    "\n"
	    "docs/KEEPER.md has the protocol. SIGTERM, SIGINT, SIGHUP, SIGUSR1 and SIGUSR2 are passed on to the supervisor.\n");
}
