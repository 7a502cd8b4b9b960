/* Time stamps, against an authority made with the openssl command: what it grants
 * is taken, by openssl too; whatever was changed or wrongly signed is refused. */
/* timeout: 240 */
#include "unit.h"

#include "base/file.h"
#include "base/hex.h"
#include "base/instant.h"
#include "base/proc.h"
#include "net/timestamp.h"
#include "server.h"

static char folder[] = "/tmp/custody-stamps-XXXXXX";
static struct arena *all;
static bool have_openssl;

/* A certificate authority, signers of several kinds, and one configuration of
 * time-stamp authority per signer. */
static const char set_up[] =
	"set -e\n"
	"cat >conf <<'END'\n"
	"[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=Unset\n"
	"[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n"
	"[tsa]\nbasicConstraints=CA:FALSE\nextendedKeyUsage=critical,timeStamping\n"
	"[soft]\nbasicConstraints=CA:FALSE\nextendedKeyUsage=timeStamping\n"
	"[both]\nbasicConstraints=CA:FALSE\nextendedKeyUsage=critical,timeStamping,codeSigning\n"
	"[web]\nbasicConstraints=CA:FALSE\nextendedKeyUsage=critical,serverAuth\n"
	"END\n"
	"root() { openssl req -x509 -newkey rsa:2048 -nodes -keyout $1.key -out $1.pem -days 3650 -config conf \\\n"
	"	-extensions ca -subj \"/O=Example/CN=$2\"; }\n"
	"leaf() { openssl req -new -newkey rsa:2048 -nodes -keyout $1.key -out $1.csr -config conf -subj \"/O=Example/CN=$2\"\n"
	"	openssl x509 -req -in $1.csr -CA $4.pem -CAkey $4.key -set_serial $5 -out $1.pem $6 -extfile conf -extensions $3\n"
	"	for alg in sha256 sha1; do\n"
	"	printf '[tsa]\\ndefault_tsa=t\\n[t]\\nserial=%s/serial\\nsigner_cert=%s/%s.pem\\ncerts=%s/%s.pem\\nsigner_key=%s/%s.key\\n' \\\n"
	"		\"$PWD\" \"$PWD\" $1 \"$PWD\" $4 \"$PWD\" $1 >$1.$alg.conf\n"
	"	printf 'signer_digest=sha256\\ndefault_policy=1.2.3.4.1\\ndigests=sha256,sha384\\naccuracy=secs:1\\ness_cert_id_alg=%s\\n' \\\n"
	"		$alg >>$1.$alg.conf; done; }\n"
	"root ca 'Roots'; root other 'Other roots'\n"
	"leaf tsa 'Stamps' tsa ca 10 '-days 30'\n"
	"leaf same 'Stamps' tsa other 10 '-days 30'\n"
	"leaf soft 'Not critical' soft ca 11 '-days 30'\n"
	"leaf web 'A web server' web ca 13 '-days 30'\n"
	"leaf both 'For two things' both ca 12 '-days 30'\n"
	"echo 01 >serial\n";

static bool sh(const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	const char *const env[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "HOME=/nonexistent", NULL };
	const struct proc_spec spec = { .path = "sh", .argv = argv, .env = env, .dir = folder, .extra = -1, .wall_seconds = 100 };
	struct proc_result r = { .out = buf_new(1 << 20), .error = buf_new(1 << 20) };
	err e = proc_run(&spec, STR(""), &r);
	bool good = !e && r.status == 0;

	if (!good)
		print_message("%s\n%.*s\n", e ? e->text : script, (int)r.error.n, r.error.p);
	buf_done(&r.out);
	buf_done(&r.error);
	return good;
}

static const char *in(const char *name)
{
	return arena_printf(all, "%s/%s", folder, name).p;
}

static struct str read_all(const char *name)
{
	BUF_AUTO b = buf_new(1 << 20);

	assert_ok(file_read(in(name), &b));
	return arena_str(all, buf_str(&b));
}

static const uint8_t nonce[TIMESTAMP_NONCE] = { 0, 0x80, 2, 3, 4, 5, 6, 7 };

static struct digest of(const char *text)
{
	return digest_of(str_c(text));
}

/* What the authority `conf` replies to our request for this text. */
static struct str stamp(const char *conf, const char *text)
{
	struct digest d = of(text);
	struct str query;

	assert_ok(timestamp_request(all, &d, nonce, &query));
	assert_ok(file_write_atomic(in("query"), query, 0600));
	assert_true(sh(arena_printf(all, "openssl ts -reply -queryfile query -config %s -section t -out reply", conf).p));
	return read_all("reply");
}

static struct timestamp_spec about(struct str reply, const char *text)
{
	return (struct timestamp_spec){ .reply = reply, .digest = of(text), .roots = TIMESTAMP_FILE,
					.ca = read_all("ca.pem"), .nonce = nonce };
}

#define NEEDS_OPENSSL()                                                        \
	do {                                                                   \
		(void)s;                                                       \
		if (!have_openssl)                                             \
			skip();                                                \
	} while (0)

static void a_stamp_is_taken_with_its_facts(void **s)
{
	struct timestamp_spec spec;
	struct timestamp t;
	int64_t now = instant_now();

	NEEDS_OPENSSL();
	spec = about(stamp("tsa.sha256.conf", "a"), "a");
	assert_ok(timestamp_check(all, &spec, &t));
	assert_true(t.time >= now - 60 && t.time <= now + 60);
	assert_string_equal(arena_cstr(all, t.policy), "1.2.3.4.1");
	assert_string_equal(arena_cstr(all, t.name), "CN=Stamps,O=Example");
	assert_true(t.serial.n > 0);
	spec.nonce = NULL;
	assert_ok(timestamp_check(all, &spec, &t));
	spec.roots = TIMESTAMP_ANY;
	assert_ok(timestamp_check(all, &spec, &t));
	spec.roots = TIMESTAMP_SYSTEM;
	assert_fails(timestamp_check(all, &spec, &t), ERR_INTEGRITY);
}

static void openssl_takes_what_was_taken(void **s)
{
	NEEDS_OPENSSL();
	stamp("tsa.sha256.conf", "a text");
	assert_true(sh("printf 'a text' >data && openssl ts -verify -in reply -data data -CAfile ca.pem"));
	assert_true(sh("openssl ts -verify -in reply -queryfile query -CAfile ca.pem"));
	assert_true(sh("openssl ts -query -in query -text | grep -q 'Certificate required: yes'"));
}

static void a_stamp_of_something_else_is_refused(void **s)
{
	struct timestamp_spec spec;
	struct timestamp t;
	static const uint8_t other[TIMESTAMP_NONCE] = { 9 };

	NEEDS_OPENSSL();
	spec = about(stamp("tsa.sha256.conf", "a"), "b");
	assert_fails(timestamp_check(all, &spec, &t), ERR_INTEGRITY);
	spec.digest = of("a");
	spec.nonce = other;
	assert_fails(timestamp_check(all, &spec, &t), ERR_INTEGRITY);
	/* The same digest bytes under another algorithm's name are something else. */
	assert_true(sh("openssl ts -query -digest 01020304050607080910111213141516171819202122232425262728293031323334"
		       "3536373839404142434445464748 -sha384 -cert -out query &&"
		       "openssl ts -reply -queryfile query -config tsa.sha256.conf -section t -out reply"));
	spec.reply = read_all("reply");
	spec.nonce = NULL;
	assert_fails(timestamp_check(all, &spec, &t), ERR_INTEGRITY);
}

static void every_changed_byte_is_refused(void **s)
{
	struct timestamp_spec spec;
	struct timestamp t, good;
	struct str reply;
	char *bytes;
	size_t taken = 0;

	NEEDS_OPENSSL();
	reply = stamp("tsa.sha256.conf", "a");
	bytes = arena_cstr(all, reply);
	spec = about((struct str){ bytes, reply.n }, "a");
	assert_ok(timestamp_check(all, &spec, &good));
	for (size_t i = 0; i < reply.n; i++) {
		OWNED(arena) a = arena_new();
		err e;

		bytes[i] = (char)(bytes[i] ^ 1);
		e = timestamp_check(a, &spec, &t);
		/* What is in no signature may differ, such as the status "with
		 * modifications" or a root that came along; the facts may not. */
		if (!e) {
			taken++;
			assert_int_equal(t.time, good.time);
			assert_true(str_eq(t.name, good.name) && str_eq(t.serial, good.serial));
		}
		bytes[i] = (char)(bytes[i] ^ 1);
	}
	/* The certificate of the root lies in the reply unsigned. */
	assert_true(taken < 1200);
	for (size_t n = 0; n < reply.n; n++) {
		spec.reply.n = n;
		assert_non_null(timestamp_check(all, &spec, &t));
	}
	spec.reply = arena_printf(all, "x");
	assert_fails(timestamp_check(all, &spec, &t), ERR_INPUT);
	spec.reply = (struct str){ arena_alloc(all, reply.n + 1), reply.n + 1 };
	assert_fails(timestamp_check(all, &spec, &t), ERR_INPUT);
}

static void signers_of_another_kind_are_refused(void **s)
{
	static const char *const kinds[] = { "soft", "web", "both" };
	struct timestamp t;

	NEEDS_OPENSSL();
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		/* The command itself refuses some; those are signed by hand. */
		const char *kind = kinds[i];
		struct timestamp_spec spec;
		err e;

		stamp("tsa.sha256.conf", "a");

		assert_true(sh(arena_printf(all,
			"openssl ts -reply -in reply -token_out -out token && openssl ts -reply -in reply -text >/dev/null &&"
			"openssl cms -verify -inform DER -in token -noverify -out tst 2>/dev/null &&"
			"openssl cms -sign -cades -binary -nodetach -md sha256 -econtent_type 1.2.840.113549.1.9.16.1.4 -in tst"
			" -signer %s.pem -inkey %s.key -certfile ca.pem -outform DER -out token2 &&"
			"openssl ts -reply -in token2 -token_in -out reply2", kind, kind).p));
		spec = about(read_all("reply2"), "a");
		for (int any = 0; any < 2; any++) {
			spec.roots = any ? TIMESTAMP_ANY : TIMESTAMP_FILE;
			e = timestamp_check(all, &spec, &t);
			assert_non_null(e);
			assert_non_null(strstr(e->text, "certificate purpose"));
		}
	}
}

static void a_stamp_signed_by_hand_by_the_right_signer_is_taken(void **s)
{
	struct timestamp_spec spec;
	struct timestamp t;

	NEEDS_OPENSSL();
	stamp("tsa.sha256.conf", "a");
	assert_true(sh("openssl ts -reply -in reply -token_out -out token &&"
		       "openssl cms -verify -inform DER -in token -noverify -out tst 2>/dev/null &&"
		       "openssl cms -sign -cades -binary -nodetach -md sha256 -econtent_type 1.2.840.113549.1.9.16.1.4 -in tst"
		       " -signer tsa.pem -inkey tsa.key -certfile ca.pem -outform DER -out token2 &&"
		       "openssl ts -reply -in token2 -token_in -out reply2"));
	spec = about(read_all("reply2"), "a");
	assert_ok(timestamp_check(all, &spec, &t));
	/* The same without anything that binds the certificate. */
	assert_true(sh("openssl cms -sign -binary -nodetach -md sha256 -econtent_type 1.2.840.113549.1.9.16.1.4 -in tst"
		       " -signer tsa.pem -inkey tsa.key -certfile ca.pem -outform DER -out token2 &&"
		       "openssl ts -reply -in token2 -token_in -out reply2"));
	spec.reply = read_all("reply2");
	assert_fails(timestamp_check(all, &spec, &t), ERR_INTEGRITY);
	/* Bound, but the signature rests on SHA-1. */
	assert_true(sh("openssl cms -sign -cades -binary -nodetach -md sha1 -econtent_type 1.2.840.113549.1.9.16.1.4 -in tst"
		       " -signer tsa.pem -inkey tsa.key -certfile ca.pem -outform DER -out token2 &&"
		       "openssl ts -reply -in token2 -token_in -out reply2"));
	spec.reply = read_all("reply2");
	assert_fails(timestamp_check(all, &spec, &t), ERR_INTEGRITY);
}

/* A good certificate put beside the one that signed lends it no trust: the signer
 * is who the signature names. */
static void injected_certificates_change_nothing(void **s)
{
	struct timestamp_spec spec;
	struct timestamp t;

	NEEDS_OPENSSL();
	/* Signed by a stranger of the same name and serial number, with the real
	 * certificate and its root beside. */
	stamp("tsa.sha256.conf", "a");
	assert_true(sh("openssl ts -reply -in reply -token_out -out token &&"
		       "openssl cms -verify -inform DER -in token -noverify -out tst 2>/dev/null &&"
		       "cat tsa.pem ca.pem >beside.pem &&"
		       "openssl cms -sign -cades -binary -nodetach -md sha256 -econtent_type 1.2.840.113549.1.9.16.1.4 -in tst"
		       " -signer same.pem -inkey same.key -certfile beside.pem -outform DER -out token2 &&"
		       "openssl ts -reply -in token2 -token_in -out reply2"));
	spec = about(read_all("reply2"), "a");
	assert_fails(timestamp_check(all, &spec, &t), ERR_INTEGRITY);
	/* Signed rightly, with a stranger's beside: the real one is named. */
	assert_true(sh("cat same.pem web.pem >beside.pem &&"
		       "openssl cms -sign -cades -binary -nodetach -md sha256 -econtent_type 1.2.840.113549.1.9.16.1.4 -in tst"
		       " -signer tsa.pem -inkey tsa.key -certfile beside.pem -outform DER -out token2 &&"
		       "openssl ts -reply -in token2 -token_in -out reply2"));
	spec.reply = read_all("reply2");
	assert_ok(timestamp_check(all, &spec, &t));
	assert_string_equal(arena_cstr(all, t.name), "CN=Stamps,O=Example");
	/* Without any certificate there is nobody to name. */
	assert_true(sh("openssl cms -sign -cades -binary -nodetach -nocerts -md sha256"
		       " -econtent_type 1.2.840.113549.1.9.16.1.4 -in tst"
		       " -signer tsa.pem -inkey tsa.key -outform DER -out token2 &&"
		       "openssl ts -reply -in token2 -token_in -out reply2"));
	spec.reply = read_all("reply2");
	assert_fails(timestamp_check(all, &spec, &t), ERR_INTEGRITY);
}

static void the_chain_holds_at_the_time_of_the_stamp(void **s)
{
	struct timestamp_spec spec;
	struct timestamp t;

	NEEDS_OPENSSL();
	spec = about(stamp("same.sha256.conf", "a"), "a");
	assert_fails(timestamp_check(all, &spec, &t), ERR_INTEGRITY);
	spec.ca = read_all("other.pem");
	assert_ok(timestamp_check(all, &spec, &t));
	/* A certificate that had ended when it was used. */
	assert_true(sh("openssl ca -version >/dev/null 2>&1; cat >caconf <<'END'\n[ca]\ndefault_ca=c\n[c]\nnew_certs_dir=.\n"
		       "database=index\nserial=caserial\ndefault_md=sha256\npolicy=p\n[p]\nO=optional\nCN=supplied\nEND\n"
		       ": >index; echo 20 >caserial\n"
		       "openssl ca -batch -config caconf -cert ca.pem -keyfile ca.key -in tsa.csr -out old.pem -notext"
		       " -startdate 20200101000000Z -enddate 20210101000000Z -extfile conf -extensions tsa 2>/dev/null &&"
		       "openssl ts -reply -in reply -token_out -out token && openssl cms -verify -inform DER -in token -noverify"
		       " -out tst 2>/dev/null &&"
		       "openssl cms -sign -cades -binary -nodetach -md sha256 -econtent_type 1.2.840.113549.1.9.16.1.4 -in tst"
		       " -signer old.pem -inkey tsa.key -certfile ca.pem -outform DER -out token2 &&"
		       "openssl ts -reply -in token2 -token_in -out reply2"));
	spec.reply = read_all("reply2");
	spec.ca = read_all("ca.pem");
	assert_fails(timestamp_check(all, &spec, &t), ERR_INTEGRITY);
}

static void a_binding_by_sha1_is_refused(void **s)
{
	struct timestamp_spec spec;
	struct timestamp t;

	NEEDS_OPENSSL();
	spec = about(stamp("tsa.sha1.conf", "a"), "a");
	assert_fails(timestamp_check(all, &spec, &t), ERR_INTEGRITY);
}

static void a_refusal_says_why(void **s)
{
	struct timestamp_spec spec;
	struct timestamp t;
	err e;

	NEEDS_OPENSSL();
	spec = about(stamp("tsa.sha256.conf", "a"), "a");
	assert_true(sh("sed s/digests=sha256,sha384/digests=sha512/ tsa.sha256.conf >no.conf &&"
		       "openssl ts -reply -queryfile query -config no.conf -section t -out reply"));
	spec.reply = read_all("reply");
	e = timestamp_check(all, &spec, &t);
	assert_non_null(e);
	assert_int_equal(e->kind, ERR_INPUT);
	assert_non_null(strstr(e->text, "SHA-256"));
}

/* The authority behind HTTP: 503 first, then as it should. */
static void authority(void *ctx, struct arena *a, const struct server_request *r, struct server_reply *out)
{
	BUF_AUTO reply = buf_new(1 << 20);

	(void)ctx;
	out->type = "application/timestamp-reply";
	out->status = r->number == 0 ? 503 : 200;
	if (str_is(r->path, "/page"))
		out->type = "text/html";
	if (str_is(r->path, "/gone"))
		out->status = 404;
	if (file_write_atomic(in("http.query"), r->body, 0600) ||
	    !sh("openssl ts -reply -queryfile http.query -config tsa.sha256.conf -section t -out http.reply") ||
	    file_read(in("http.reply"), &reply))
		out->status = 400;
	out->body = arena_str(a, buf_str(&reply));
}

static void a_stamp_is_fetched(void **s)
{
	SERVER_AUTO server = { 0 };
	struct timestamp_order o = { .digest = of("a"), .roots = TIMESTAMP_FILE, .wait_ms = 60000 };
	struct timestamp_spec spec;
	struct timestamp t, again;
	struct str reply;

	NEEDS_OPENSSL();
	server_start(&server, authority, NULL);
	o.ca = read_all("ca.pem");
	o.url = str_c(server.url);
	assert_ok(timestamp_get(all, &o, &reply, &t));
	spec = about(reply, "a");
	spec.nonce = NULL;
	assert_ok(timestamp_check(all, &spec, &again));
	assert_int_equal(t.time, again.time);
	o.url = arena_printf(all, "%s/page", server.url);
	assert_fails(timestamp_get(all, &o, &reply, &t), ERR_INPUT);
	o.url = arena_printf(all, "%s/gone", server.url);
	assert_fails(timestamp_get(all, &o, &reply, &t), ERR_NETWORK);
}

static int start(void **s)
{
	(void)s;
	all = arena_new();
	assert_non_null(mkdtemp(folder));
	have_openssl = sh("command -v openssl >/dev/null 2>&1");
	return have_openssl && !sh(set_up) ? -1 : 0;
}

static int end(void **s)
{
	(void)s;
	assert_ok(dir_remove(folder));
	arena_free(all);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stamp_is_taken_with_its_facts),
		cmocka_unit_test(openssl_takes_what_was_taken),
		cmocka_unit_test(a_stamp_of_something_else_is_refused),
		cmocka_unit_test(every_changed_byte_is_refused),
		cmocka_unit_test(signers_of_another_kind_are_refused),
		cmocka_unit_test(a_stamp_signed_by_hand_by_the_right_signer_is_taken),
		cmocka_unit_test(injected_certificates_change_nothing),
		cmocka_unit_test(the_chain_holds_at_the_time_of_the_stamp),
		cmocka_unit_test(a_binding_by_sha1_is_refused),
		cmocka_unit_test(a_refusal_says_why),
		cmocka_unit_test(a_stamp_is_fetched),
	};

	return cmocka_run_group_tests(tests, start, end);
}
