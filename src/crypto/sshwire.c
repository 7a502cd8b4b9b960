#include "crypto/sshwire.h"

bool sshwire_u8(struct str *rest, uint8_t *out)
{
	if (rest->n < 1)
		return false;
	*out = (uint8_t)rest->p[0];
	*rest = str_from(*rest, 1);
	return true;
}

bool sshwire_u32(struct str *rest, uint32_t *out)
{
	const unsigned char *p = (const unsigned char *)rest->p;

	if (rest->n < 4)
		return false;
	*out = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	*rest = str_from(*rest, 4);
	return true;
}

bool sshwire_string(struct str *rest, struct str *out)
{
	struct str s = *rest;
	uint32_t n;

	if (!sshwire_u32(&s, &n) || s.n < n)
		return false;
	*out = (struct str){ s.p, n };
	*rest = str_from(s, n);
	return true;
}

bool sshwire_mpint(struct str *rest, struct str *out)
{
	struct str s = *rest, v;

	if (!sshwire_string(&s, &v) || (v.n && (v.p[0] & 0x80)))
		return false;
	while (v.n && v.p[0] == '\0')
		v = str_from(v, 1);
	*out = v;
	*rest = s;
	return true;
}

void sshwire_put_u32(struct buf *b, uint32_t v)
{
	char be[4] = { (char)(v >> 24), (char)(v >> 16), (char)(v >> 8), (char)v };

	buf_add(b, (struct str){ be, 4 });
}

void sshwire_put_string(struct buf *b, struct str s)
{
	ASSERT(s.n <= UINT32_MAX);
	sshwire_put_u32(b, (uint32_t)s.n);
	buf_add(b, s);
}
