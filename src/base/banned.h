/* Functions that lose length, truncate in silence or start a shell. Naming one
 * does not compile. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets
#pragma GCC poison system popen tmpnam tempnam mktemp strtok atoi atol atof

#endif
