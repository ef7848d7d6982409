/* What a keeper waits before each start of a process that has lived so many seconds each time: pauses SECONDS... */
#include "../../../Sources/fruix-keeper/pauses.c"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct pauses pauses = { 0 };
    int index;

    for (index = 1; index < argc; index++)
        printf("%s%lld", index > 1 ? " " : "", (long long)pauses_next(&pauses, atoll(argv[index])));
    puts("");
    return 0;
}
