#include "say.h"

#include "CProc.h"

#include <stdarg.h>
#include <stdio.h>

void
say(const char *format, ...)
{
	char line[512] = "fruix-keeper: ";
	size_t used = sizeof "fruix-keeper: " - 1;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line + used, sizeof line - used - 1, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	used += (size_t)length < sizeof line - used - 1 ? (size_t)length : sizeof line - used - 2;
	line[used++] = '\n';
	(void)cproc_output_write(2, line, used);
}

void
describe_status(int status, char *text, size_t size)
{
	if (cproc_status_exited(status))
		(void)snprintf(text, size, "ended with status %d", cproc_status_code(status));
	else
		(void)snprintf(text, size, "was killed by signal %d%s", cproc_status_signal(status),
		    cproc_status_core(status) ? " and left a core" : "");
}
