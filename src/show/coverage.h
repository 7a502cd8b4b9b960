/* `custody coverage`: system by kind of scan: configured in CI, enforced or not,
 * last run, age, result. Secret, vulnerability and licence scanning are three
 * facts. What nobody looked at is unknown, not absent. */
#ifndef SHOW_COVERAGE_H
#define SHOW_COVERAGE_H

#include "judge/facts.h"
#include "show/list.h"

MUST_USE err show_coverage(const struct facts *f, enum show_format format, int fd);

#endif
