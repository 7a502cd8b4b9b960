/* Functions that lose length, truncate in silence or start a shell. Naming one
 * does not compile. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets
#pragma GCC poison popen tmpnam tempnam mktemp strtok atoi atol atof

/* The word is a field of records, so only the call is refused. */
#define system(command) the_shell_is_never_called(command)

#endif
