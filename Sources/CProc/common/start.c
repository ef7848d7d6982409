#include "CProc.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "seam.h"

#define MOST_OPTIONS 32
#define FIRST_VALUE 1000

int
cproc_options_next(int count, char *const *words, const struct cproc_option *options, size_t option_count,
    const char **value)
{
	struct option table[MOST_OPTIONS + 1];
	*value = NULL;
	if (option_count > MOST_OPTIONS)
		option_count = MOST_OPTIONS;
	memset(table, 0, sizeof(table));
	for (size_t i = 0; i < option_count; i++) {
		table[i].name = options[i].name;
		table[i].has_arg = options[i].takes_value ? required_argument : no_argument;
		table[i].val = FIRST_VALUE + (int)i;
	}
	opterr = 0;
	int word = optind > 0 ? optind : 1;
	int found = getopt_long(count, words, ":", table, NULL);
	switch (found) {
	case -1:
		if (optind < count)
			*value = words[optind];
		return CPROC_OPTION_END;
	case ':':
		*value = word < count ? words[word] : NULL;
		return CPROC_OPTION_NO_VALUE;
	case '?':
		*value = word < count ? words[word] : NULL;
		return CPROC_OPTION_UNKNOWN;
	default:
		*value = optarg;
		return found - FIRST_VALUE;
	}
}

bool
cproc_signal_is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int
cproc_terminal_columns(int descriptor)
{
	struct winsize size;

	return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int
cproc_background_begin(void)
{
	int ends[2];
	if (pipe(ends) < 0)
		return -1;
	pid_t child = fork();
	if (child < 0) {
		int error = errno;
		close(ends[0]);
		close(ends[1]);
		errno = error;
		return -1;
	}
	if (child > 0) {
		close(ends[1]);
		char ready = 0;
		ssize_t length;
		do
			length = read(ends[0], &ready, 1);
		while (length < 0 && errno == EINTR);
		if (length == 1)
			_exit(0);
		/* End of file: the child has failed, and has said why on the standard error. */
		int status = 0;
		pid_t ended;
		do
			ended = waitpid(child, &status, 0);
		while (ended < 0 && errno == EINTR);
		int code = ended == child && WIFEXITED(status) ? WEXITSTATUS(status) : 0;
		_exit(code != 0 ? code : 1);
	}
	close(ends[0]);
	if (fcntl(ends[1], F_SETFD, FD_CLOEXEC) < 0 || setsid() < 0 || chdir("/") < 0) {
		int error = errno;
		close(ends[1]);
		errno = error;
		return -1;
	}
	return ends[1];
}

int
cproc_standard_open(void)
{
	/* The lowest free number is taken, so the first that is not a standard one is the sign that all of them are open. */
	int null = open("/dev/null", O_RDWR);

	while (null >= 0 && null <= STDERR_FILENO)
		null = open("/dev/null", O_RDWR);
	return null < 0 ? -1 : close(null);
}

int
cproc_output_replace(int output)
{
	return dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0 ? -1 : 0;
}

int
cproc_background_hand_on(int report)
{
	if (report == STDIN_FILENO)
		return fcntl(report, F_SETFD, 0);
	return dup2(report, STDIN_FILENO) < 0 ? -1 : close(report);
}

int
cproc_background_take(void)
{
	struct stat status;
	int report, null;

	if (fstat(STDIN_FILENO, &status) < 0)
		return -1;
	if (!S_ISFIFO(status.st_mode)) {
		errno = ENOTTY;
		return -1;
	}
	report = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (report >= 0 && null >= 0 && dup2(null, STDIN_FILENO) >= 0) {
		close(null);
		return report;
	}
	int error = errno;
	if (report >= 0)
		close(report);
	if (null >= 0)
		close(null);
	errno = error;
	return -1;
}

int
cproc_become(const char *path, const char *const *arguments)
{
	return execv(path, (char *const *)(uintptr_t)arguments);
}

int
cproc_environment_remove(const char *name)
{
	return unsetenv(name);
}

int
cproc_input_replace(int input)
{
	return dup2(input, STDIN_FILENO) < 0 ? -1 : 0;
}

int
cproc_background_ready(int report, int output)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return -1;
	int failed = dup2(null, STDIN_FILENO) < 0 || cproc_output_replace(output) < 0;
	int error = errno;
	if (null > STDERR_FILENO)
		close(null);
	if (failed) {
		errno = error;
		return -1;
	}
	char ready = 1;
	ssize_t length;
	do
		length = write(report, &ready, 1);
	while (length < 0 && errno == EINTR);
	/* Whoever waited may have been killed; that is no reason not to run. */
	close(report);
	return 0;
}

void
cproc_exit(int status)
{
	exit(status);
}

int
cproc_directory(char *buffer, size_t size)
{
	return getcwd(buffer, size) == NULL ? -1 : 0;
}

void
cproc_print(bool error, const char *text)
{
	FILE *stream = error ? stderr : stdout;
	fputs(text, stream);
	fflush(stream);
}
