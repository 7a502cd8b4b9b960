#include "pack/stamp.h"

#include <openssl/evp.h>
#include <openssl/ts.h>

#include "base/instant.h"

static err not_one(void)
{
	return fail(ERR_INPUT, "it is not a time-stamp reply in the form of RFC 3161");
}

static err compare(TS_MSG_IMPRINT *imprint, struct str bytes, bool *fits)
{
	const ASN1_OBJECT *name = NULL;
	const ASN1_OCTET_STRING *said = TS_MSG_IMPRINT_get_msg(imprint);
	const EVP_MD *kind;
	unsigned char is[EVP_MAX_MD_SIZE];
	unsigned n;

	X509_ALGOR_get0(&name, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	kind = EVP_get_digestbyobj(name);
	if (!kind || !EVP_Digest(bytes.p, bytes.n, is, &n, kind, NULL))
		return fail(ERR_INPUT, "its imprint uses a digest that cannot be computed here");
	*fits = said && (unsigned)ASN1_STRING_length(said) == n && memcmp(ASN1_STRING_get0_data(said), is, n) == 0;
	return NULL;
}

static int64_t time_of(const TS_TST_INFO *info)
{
	const ASN1_GENERALIZEDTIME *t = TS_TST_INFO_get_time(info);
	struct tm tm;
	char text[128];
	int64_t at;

	if (!t || !ASN1_TIME_to_tm(t, &tm))
		return INSTANT_NONE;
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		 tm.tm_hour, tm.tm_min, tm.tm_sec);
	return instant_get(str_c(text), &at) ? at : INSTANT_NONE;
}

static err read_reply(TS_RESP *reply, struct str bytes, struct pack_stamp_says *out)
{
	const ASN1_INTEGER *status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(reply));
	TS_TST_INFO *info = TS_RESP_get_tst_info(reply);
	long code = status ? ASN1_INTEGER_get(status) : -1;

	if (code != 0 && code != 1)
		return fail(ERR_INPUT, "the authority did not grant it");
	if (!info)
		return not_one();
	out->at = time_of(info);
	return compare(TS_TST_INFO_get_msg_imprint(info), bytes, &out->fits);
}

err pack_stamp_read(struct str der, struct str bytes, struct pack_stamp_says *out)
{
	const unsigned char *p = (const unsigned char *)der.p;
	TS_RESP *reply = der.n > INT32_MAX ? NULL : d2i_TS_RESP(NULL, &p, (long)der.n);
	struct pack_stamp_says says = { .at = INSTANT_NONE };
	err e;

	if (!reply)
		return not_one();
	e = p == (const unsigned char *)der.p + der.n ? read_reply(reply, bytes, &says) : not_one();
	TS_RESP_free(reply);
	if (!e)
		*out = says;
	return e;
}
