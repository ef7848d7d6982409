/* Becomes a program with every signal ignored that can be ignored, and with every signal blocked: deafened PROGRAM ARGUMENT... */
#include <signal.h>
#include <string.h>
#include <unistd.h>

int
main(int count, char **words)
{
	struct sigaction action;
	sigset_t all;

	if (count < 2)
		return 64;
	memset(&action, 0, sizeof action);
	action.sa_handler = SIG_IGN;
	for (int number = 1; number < 128; number++)
		(void)sigaction(number, &action, NULL);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	execvp(words[1], words + 1);
	return 127;
}
