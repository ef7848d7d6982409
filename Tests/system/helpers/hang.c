/* A program that does nothing, whatever it is told. */
#include <unistd.h>

int main(void)
{
    for (;;)
        (void)pause();
}
