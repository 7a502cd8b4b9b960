#include "base/instant.h"

#include <time.h>

int64_t instant_now(void)
{
	return (int64_t)time(NULL);
}

int64_t instant_ticks_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct civil {
	int64_t year;
	int month, day;
};

/* Days since 1970-01-01 of a proleptic Gregorian date, and back: the era
 * arithmetic of Howard Hinnant's "chrono-compatible date algorithms". */
static int64_t day_from_civil(struct civil c)
{
	int64_t y = c.year - (c.month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

static struct civil civil_from_day(int64_t day)
{
	int64_t z = day + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	return (struct civil){ yoe + era * 400 + (month <= 2), month,
			       (int)(doy - (153 * mp + 2) / 5 + 1) };
}

int64_t day_of(int64_t t)
{
	return t >= 0 ? t / DAY_SECONDS : (t - DAY_SECONDS + 1) / DAY_SECONDS;
}

void day_put(char out[DAY_TEXT], int64_t day)
{
	struct civil c = civil_from_day(day);
	char text[32];

	if (c.year < 0 || c.year > 9999)
		c = (struct civil){ c.year < 0 ? 0 : 9999, c.year < 0 ? 1 : 12, c.year < 0 ? 1 : 31 };
	snprintf(text, sizeof(text), "%04d-%02d-%02d", (int)c.year, c.month, c.day);
	memcpy(out, text, DAY_TEXT);
}

void instant_put(char out[INSTANT_TEXT], int64_t t)
{
	char date[DAY_TEXT], text[48];
	int s = (int)(t - day_of(t) * DAY_SECONDS);

	day_put(date, day_of(t));
	snprintf(text, sizeof(text), "%sT%02d:%02d:%02dZ", date, s / 3600, s / 60 % 60, s % 60);
	memcpy(out, text, INSTANT_TEXT);
}

/* Exactly n digits off the front. */
static bool take(struct str *s, size_t n, int *out)
{
	uint64_t v;

	if (s->n < n || !str_to_u64((struct str){ s->p, n }, &v))
		return false;
	*out = (int)v;
	*s = str_from(*s, n);
	return true;
}

static bool take_char(struct str *s, const char *any)
{
	if (s->n == 0 || !s->p[0] || !strchr(any, s->p[0]))
		return false;
	*s = str_from(*s, 1);
	return true;
}

/* Numbers of fixed width with separators between: "4-2-2" takes "2026-11-21". A
 * digit is the width of a number; anything else is one of the characters that may
 * stand there: '-', ':', or 'T' for T, t and a space. */
static bool take_form(struct str *s, const char *form, int *numbers)
{
	for (; *form; form++) {
		char digit[2] = { *form, '\0' };
		bool ok = *form >= '0' && *form <= '9' ? take(s, (size_t)(*form - '0'), numbers++)
						       : take_char(s, *form == 'T' ? "Tt " : digit);

		if (!ok)
			return false;
	}
	return true;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool take_date(struct str *s, int64_t *day)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int n[3];

	if (!take_form(s, "4-2-2", n) || n[1] < 1 || n[1] > 12)
		return false;
	if (n[2] < 1 || n[2] > lengths[n[1] - 1] + (n[1] == 2 && is_leap(n[0])))
		return false;
	*day = day_from_civil((struct civil){ n[0], n[1], n[2] });
	return true;
}

bool day_get(struct str s, int64_t *out)
{
	int64_t day;

	if (!take_date(&s, &day) || s.n)
		return false;
	*out = day;
	return true;
}

/* "Z", "+01:00", "-0800" or " UTC" at the very end; seconds east of UTC. */
static bool take_offset(struct str s, int *east)
{
	int hour, minute, sign;

	*east = 0;
	if (str_is_caseless(s, STR("z")) || str_is(s, " UTC"))
		return true;
	take_char(&s, " ");
	sign = s.n && s.p[0] == '-' ? -1 : 1;
	if (!take_char(&s, "+-") || !take(&s, 2, &hour))
		return false;
	take_char(&s, ":");
	if (!take(&s, 2, &minute) || s.n || hour > 23 || minute > 59)
		return false;
	*east = sign * (hour * 3600 + minute * 60);
	return true;
}

/* ".123" or ",5" behind the seconds; nothing there is fine. */
static bool skip_fraction(struct str *s)
{
	int digit;

	if (!take_char(s, ".,"))
		return true;
	if (!take(s, 1, &digit))
		return false;
	while (take(s, 1, &digit))
		;
	return true;
}

bool instant_get(struct str s, int64_t *out)
{
	int64_t day;
	int n[3], east;

	if (!take_date(&s, &day) || !take_form(&s, "T2:2:2", n) || !skip_fraction(&s) || !take_offset(s, &east))
		return false;
	if (n[0] > 23 || n[1] > 59 || n[2] > 60)
		return false;
	*out = day * DAY_SECONDS + n[0] * 3600 + n[1] * 60 + n[2] - east;
	return true;
}

int64_t day_add_months(int64_t day, int months)
{
	struct civil c = civil_from_day(day);
	int64_t at = c.year * 12 + c.month - 1 + months;
	struct civil first = { at / 12, (int)(at % 12) + 1, 1 }, after = first;
	int64_t length;

	after.month++;
	if (after.month == 13)
		after = (struct civil){ first.year + 1, 1, 1 };
	length = day_from_civil(after) - day_from_civil(first);
	return day_from_civil(first) + (c.day > length ? length : c.day) - 1;
}
