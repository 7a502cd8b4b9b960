/* What a change touches, concluded from the words in its paths: whether it needs
 * a security review is a question of paths, not of taste. */
#ifndef SOURCE_TOUCHES_H
#define SOURCE_TOUCHES_H

#include "base/str.h"

/* Bits by the order of touch_words (record/types.h). */
unsigned touches_of_path(struct str path);

#endif
