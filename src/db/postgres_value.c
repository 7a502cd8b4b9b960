#include "db/postgres.h"

/* The numbers of PostgreSQL's own types (pg_type.dat); they never change. */
enum {
	TYPE_BOOL = 16, TYPE_BYTEA = 17, TYPE_NAME = 19, TYPE_INT8 = 20, TYPE_INT2 = 21,
	TYPE_INT4 = 23, TYPE_TEXT = 25, TYPE_OID = 26, TYPE_UNKNOWN = 705, TYPE_VARCHAR = 1043,
	TYPE_NUMERIC = 1700,
};

/* Big-endian, signed; n is 1, 2, 4 or 8. */
static int64_t integer_of(const char *p, size_t n)
{
	uint64_t v = n && ((unsigned char)p[0] & 0x80) ? UINT64_MAX : 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | (unsigned char)p[i];
	return (int64_t)v;
}

static void put_int8(char *out, int64_t value)
{
	for (int i = 0; i < 8; i++)
		out[i] = (char)((uint64_t)value >> (56 - 8 * i));
}

static bool is_text(Oid type)
{
	return type == TYPE_TEXT || type == TYPE_VARCHAR || type == TYPE_NAME ||
	       type == TYPE_UNKNOWN;
}

static bool is_integer(Oid type)
{
	return type == TYPE_INT8 || type == TYPE_INT4 || type == TYPE_INT2 || type == TYPE_OID;
}

bool postgres_type_known(Oid type)
{
	return is_text(type) || is_integer(type) || type == TYPE_BOOL || type == TYPE_BYTEA ||
	       type == TYPE_NUMERIC;
}

/* Bytes before the digits of a numeric: how many, weight, sign, scale. */
enum { HEAD = 8 };

static bool is_whole(int64_t digits, int64_t weight, int64_t sign)
{
	enum { NEGATIVE = 0x4000 };

	return !(sign & ~NEGATIVE) && digits <= weight + 1;
}

/* Sums below 0, where one more number fits than above. */
static bool add_digit(int64_t *v, int64_t digit)
{
	enum { BASE = 10000 };

	return !__builtin_mul_overflow(*v, (int64_t)BASE, v) && !__builtin_sub_overflow(*v, digit, v);
}

/* sum() of int64 is numeric: digits in base 10,000, the first of them worth
 * 10,000^weight; a whole number has none behind the point. */
static err numeric_of(const char *p, size_t n, struct db_value *out)
{
	int64_t digits, weight, sign, v = 0;
	bool fits = true;

	if (n < HEAD)
		return fail(ERR_IO, "the database sent half a number");
	digits = integer_of(p, 2);
	weight = digits ? integer_of(p + 2, 2) : -1;
	sign = integer_of(p + 4, 2);
	if (n != HEAD + 2 * (size_t)digits || !is_whole(digits, weight, sign))
		return fail(ERR_FAILED, "the result of a query is not a whole number");
	for (int64_t i = 0; i <= weight && fits; i++)
		fits = add_digit(&v, i < digits ? integer_of(p + HEAD + 2 * i, 2) : 0);
	if (!fits || (sign == 0 && v == INT64_MIN))
		return fail(ERR_LIMIT, "the result of a query is too large a number");
	*out = DB_I(sign == 0 ? -v : v);
	return NULL;
}

err postgres_decode(Oid type, const char *p, size_t n, struct db_value *out)
{
	struct str s = { p, n };

	if (!p)
		*out = DB_N;
	else if (is_text(type))
		*out = DB_T(s);
	else if (type == TYPE_BYTEA)
		*out = DB_B(s);
	else if (type == TYPE_NUMERIC)
		return numeric_of(p, n, out);
	else if (type == TYPE_OID)
		*out = DB_I((uint32_t)integer_of(p, n));
	else if (type == TYPE_BOOL)
		*out = DB_I(*p != 0);
	else
		*out = DB_I(integer_of(p, n));
	return NULL;
}

/* Numbers go in binary where the server expects eight bytes, else as digits. */
static void encode_int(Oid type, int64_t value, int i, struct postgres_args *out)
{
	char *at = out->numbers[i];

	out->values[i] = at;
	out->formats[i] = type == TYPE_INT8;
	out->lengths[i] = 8;
	if (type == TYPE_INT8)
		put_int8(at, value);
	else
		snprintf(at, sizeof(out->numbers[i]), "%lld", (long long)value);
}

static void encode_bytes(struct str s, int i, struct postgres_args *out)
{
	out->values[i] = s.p ? s.p : "";
	out->lengths[i] = (int)s.n;
	out->formats[i] = 1;
}

static Oid base_type(const struct postgres *p, Oid type)
{
	if (type == p->int64_type)
		return TYPE_INT8;
	return type == p->blob_type ? (Oid)TYPE_BYTEA : type;
}

static bool fits(Oid type, enum db_kind kind)
{
	switch (kind) {
	case DB_NULL:
		return true;
	case DB_INT:
		return !is_text(type) && type != TYPE_BYTEA;
	case DB_TEXT:
		return is_text(type);
	case DB_BLOB:
		return type == TYPE_BYTEA;
	}
	return false;
}

err postgres_encode(const struct postgres *p, const struct postgres_statement *st,
		    const struct db_value *args, struct postgres_args *out)
{
	for (int i = 0; i < st->st.params; i++) {
		Oid type = base_type(p, st->params[i]);

		if (!fits(type, args[i].kind))
			return fail(ERR_FAILED, "%s:%d: parameter $%d is not of the type that the "
				    "database expects there", st->st.file, st->st.line, i + 1);
		if (args[i].s.n > INT32_MAX / 2)
			return fail(ERR_LIMIT, "a value is too large for %s", p->db.place);
		out->values[i] = NULL;
		out->lengths[i] = out->formats[i] = 0;
		if (args[i].kind == DB_INT)
			encode_int(type, args[i].i, i, out);
		else if (args[i].kind != DB_NULL)
			encode_bytes(args[i].s, i, out);
	}
	return NULL;
}
