/* A hash table from bytes to a pointer or number, insertion order kept by the
 * caller. Keys are borrowed: they must outlive the table (an arena's life). */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/base.h"
#include "base/str.h"

struct map;

struct map *map_new(void);
void map_free(struct map *m);
OWNER(map)

/* The value of `key`, or NULL / -1 where there is none. */
void *map_get(const struct map *m, struct str key);
int64_t map_get_int(const struct map *m, struct str key);

/* Sets or replaces. A NULL value is not allowed; numbers are 0 or more. */
void map_put(struct map *m, struct str key, void *value);
void map_put_int(struct map *m, struct str key, int64_t value);

bool map_has(const struct map *m, struct str key);
size_t map_count(const struct map *m);

#endif
