#include "scan/valid.h"

#include <libdeflate.h>

struct scan_validator {
	const char *name;
	bool (*holds)(struct str secret, struct str whole);
};

static int digit64(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* Base64 of either alphabet up to the first other byte or a full `out`; white
 * space and the two characters \n of a JSON string are stepped over. */
static size_t decode64(struct str s, unsigned char *out, size_t max)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	for (size_t i = 0; i < s.n && n < max; i++) {
		int d = digit64(s.p[i]);

		if (s.p[i] == '\\' && i + 1 < s.n && strchr("nr", s.p[i + 1]))
			i++;
		else if (d >= 0) {
			bits = bits << 6 | (uint32_t)d;
			have += 6;
		} else if (!strchr(" \t\r\n", s.p[i]) || !s.p[i])
			break;
		if (have >= 8) {
			have -= 8;
			out[n++] = (unsigned char)(bits >> have);
		}
	}
	return n;
}

/* GitHub and npm: six base-62 digits, the CRC-32 of what stands between them
 * and the last underscore. */
static bool crc32_base62(struct str secret, struct str whole)
{
	static const char digits[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	size_t from = secret.n;
	uint32_t crc;
	char want[6];

	(void)whole;
	while (from && secret.p[from - 1] != '_')
		from--;
	if (secret.n - from < 7)
		return false;
	crc = libdeflate_crc32(0, secret.p + from, secret.n - from - 6);
	for (int i = 5; i >= 0; i--) {
		want[i] = digits[crc % 62];
		crc /= 62;
	}
	return memcmp(want, secret.p + secret.n - 6, 6) == 0;
}

/* RFC 7515: header and payload are JSON objects, the header names "alg". */
static bool jwt(struct str secret, struct str whole)
{
	unsigned char bytes[1024] = { 0 };
	struct str rest = secret, part, json;

	(void)whole;
	for (int i = 0; i < 2; i++) {
		if (!str_split(&rest, '.', &part))
			return false;
		json = (struct str){ (const char *)bytes, decode64(part, bytes, sizeof(bytes)) };
		if (json.n < 2 || json.p[0] != '{' || !strchr("\" }\r\n\t", json.p[1]))
			return false;
		if (i == 0 && !str_has(json, STR("\"alg\"")))
			return false;
	}
	return true;
}

/* The body of a PEM private key begins a DER sequence (RFC 5958) or is the
 * format of OpenSSH. Header lines of an encrypted key are stepped over. */
static bool pem(struct str secret, struct str whole)
{
	unsigned char head[16];
	size_t at = str_find(secret, STR("KEY-----"), 0), end;

	(void)whole;
	at = at < secret.n ? at + 8 : 0;
	end = str_find(secret, STR("-----END"), at);
	if (str_find(secret, STR("DEK-Info:"), at) < end) {
		at = str_find(secret, STR("DEK-Info:"), at);
		at = str_find(secret, STR("\n"), at);
	}
	if (decode64((struct str){ secret.p + at, end - at }, head, sizeof(head)) < sizeof(head))
		return false;
	return head[0] == 0x30 || memcmp(head, "openssh-key-v1", 14) == 0;
}

/* The first part of a Discord token is the account's number in base64. */
static bool snowflake(struct str secret, struct str whole)
{
	unsigned char id[24];
	struct str rest = secret, part;
	size_t n;

	(void)whole;
	if (!str_split(&rest, '.', &part))
		return false;
	n = decode64(part, id, sizeof(id));
	for (size_t i = 0; i < n; i++)
		if (id[i] < '0' || id[i] > '9')
			return false;
	return n >= 17 && n <= 20;
}

static uint32_t bech32_step(uint32_t c, uint32_t value)
{
	static const uint32_t generator[5] = {
		0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3,
	};
	uint32_t top = c >> 25;

	c = (c & 0x1ffffff) << 5 ^ value;
	for (unsigned i = 0; i < 5; i++)
		if (top >> i & 1)
			c ^= generator[i];
	return c;
}

/* BIP 173; the whole token in one case, up to 128 bytes. */
static bool bech32(struct str secret, struct str whole)
{
	static const char digits[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
	size_t one = secret.n;
	uint32_t c = 1;

	(void)whole;
	while (one && secret.p[one - 1] != '1')
		one--;
	if (one < 2 || secret.n > 128)
		return false;
	for (size_t i = 0; i + 1 < one; i++)
		c = bech32_step(c, (uint32_t)(secret.p[i] | 32) >> 5);
	c = bech32_step(c, 0);
	for (size_t i = 0; i + 1 < one; i++)
		c = bech32_step(c, (uint32_t)(secret.p[i] | 32) & 31);
	for (size_t i = one; i < secret.n; i++) {
		char low = (char)(secret.p[i] >= 'A' && secret.p[i] <= 'Z' ? secret.p[i] + 32
								       : secret.p[i]);
		const char *at = low ? strchr(digits, low) : NULL;

		if (!at)
			return false;
		c = bech32_step(c, (uint32_t)(at - digits));
	}
	return c == 1;
}

/* RFC 7617: base64 of "user:password", both printable. */
static bool basic_pair(struct str secret, struct str whole)
{
	unsigned char pair[256];
	size_t n = decode64(secret, pair, sizeof(pair)), colon = n;

	(void)whole;
	for (size_t i = 0; i < n; i++) {
		if (pair[i] < 0x20 || pair[i] > 0x7e)
			return false;
		if (pair[i] == ':' && colon == n)
			colon = i;
	}
	return colon > 0 && n - colon > 4;
}

static bool host_is_example(struct str host)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "::1", "host", "hostname" };
	static const char *const ends[] = {
		"example.com", "example.org", "example.net", ".example", ".test", ".invalid",
		".localhost", "domain.com",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_is_caseless(host, str_c(names[i])))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (str_ends(host, str_c(ends[i])))
			return true;
	return false;
}

/* A URL with a password whose host is somebody's, and whose password is not
 * the user's name again. */
static bool real_host(struct str secret, struct str whole)
{
	size_t at = str_find(whole, STR("://"), 0), user, host, end;

	if (at == whole.n)
		return false;
	user = at + 3;
	at = (size_t)(secret.p - whole.p) + secret.n;
	host = at + 1;
	for (end = host; end < whole.n && !strchr(":/?#\"' \t\r\n", whole.p[end]); end++)
		;
	if (host >= end || host_is_example((struct str){ whole.p + host, end - host }))
		return false;
	return !str_starts(str_from(whole, user), secret);
}

static const struct scan_validator validators[] = {
	{ "crc32-base62", crc32_base62 },
	{ "jwt", jwt },
	{ "pem", pem },
	{ "snowflake", snowflake },
	{ "bech32", bech32 },
	{ "basic-pair", basic_pair },
	{ "real-host", real_host },
};

const struct scan_validator *scan_validator_find(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(validators); i++)
		if (str_is(name, validators[i].name))
			return &validators[i];
	return NULL;
}

enum scan_verdict scan_validate(const struct scan_validator *v, struct str secret,
				struct str whole)
{
	if (!v)
		return SCAN_UNCHECKED;
	return v->holds(secret, whole) ? SCAN_CHECKED : SCAN_REFUSED;
}
