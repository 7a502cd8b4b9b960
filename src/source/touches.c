#include "source/touches.h"

#include "record/types.h"

enum { AUTHENTICATION, PAYMENT, CUSTOMER_DATA, ENCRYPTION, ADMINISTRATION, PIPELINE, DEPENDENCIES,
	     INFRASTRUCTURE, TESTS, DOCUMENTS };

struct word {
	const char *word;
	int touch;
};

/* Whole words of a path, lower case. */
static const struct word words[] = {
	{ "auth", AUTHENTICATION }, { "authn", AUTHENTICATION }, { "authz", AUTHENTICATION },
	{ "authentication", AUTHENTICATION }, { "authorization", AUTHENTICATION }, { "login", AUTHENTICATION },
	{ "logout", AUTHENTICATION }, { "signin", AUTHENTICATION }, { "signup", AUTHENTICATION },
	{ "oauth", AUTHENTICATION }, { "oauth2", AUTHENTICATION }, { "oidc", AUTHENTICATION },
	{ "saml", AUTHENTICATION }, { "sso", AUTHENTICATION }, { "password", AUTHENTICATION },
	{ "passwords", AUTHENTICATION }, { "passkey", AUTHENTICATION }, { "webauthn", AUTHENTICATION },
	{ "mfa", AUTHENTICATION }, { "2fa", AUTHENTICATION }, { "totp", AUTHENTICATION },
	{ "session", AUTHENTICATION }, { "sessions", AUTHENTICATION }, { "jwt", AUTHENTICATION },
	{ "payment", PAYMENT }, { "payments", PAYMENT }, { "billing", PAYMENT }, { "stripe", PAYMENT },
	{ "invoice", PAYMENT }, { "invoices", PAYMENT }, { "checkout", PAYMENT }, { "subscription", PAYMENT },
	{ "customer", CUSTOMER_DATA }, { "customers", CUSTOMER_DATA }, { "gdpr", CUSTOMER_DATA },
	{ "privacy", CUSTOMER_DATA }, { "personal", CUSTOMER_DATA }, { "pii", CUSTOMER_DATA },
	{ "profile", CUSTOMER_DATA }, { "users", CUSTOMER_DATA }, { "contacts", CUSTOMER_DATA },
	{ "crypto", ENCRYPTION }, { "encrypt", ENCRYPTION }, { "encryption", ENCRYPTION }, { "decrypt", ENCRYPTION },
	{ "cipher", ENCRYPTION }, { "tls", ENCRYPTION }, { "ssl", ENCRYPTION }, { "certificate", ENCRYPTION },
	{ "certificates", ENCRYPTION }, { "kms", ENCRYPTION }, { "signing", ENCRYPTION }, { "keystore", ENCRYPTION },
	{ "admin", ADMINISTRATION }, { "administration", ADMINISTRATION }, { "rbac", ADMINISTRATION },
	{ "permission", ADMINISTRATION }, { "permissions", ADMINISTRATION }, { "roles", ADMINISTRATION },
	{ "acl", ADMINISTRATION }, { "sudo", ADMINISTRATION }, { "privilege", ADMINISTRATION },
	{ "jenkinsfile", PIPELINE }, { "workflows", PIPELINE }, { "pipelines", PIPELINE }, { "circleci", PIPELINE },
	{ "terraform", INFRASTRUCTURE }, { "helm", INFRASTRUCTURE }, { "kubernetes", INFRASTRUCTURE },
	{ "k8s", INFRASTRUCTURE }, { "dockerfile", INFRASTRUCTURE }, { "ansible", INFRASTRUCTURE },
	{ "test", TESTS }, { "tests", TESTS }, { "spec", TESTS }, { "specs", TESTS }, { "e2e", TESTS },
	{ "doc", DOCUMENTS }, { "docs", DOCUMENTS }, { "readme", DOCUMENTS }, { "changelog", DOCUMENTS },
};

static const struct word endings[] = {
	{ ".gitlab-ci.yml", PIPELINE }, { "azure-pipelines.yml", PIPELINE },
	{ "package.json", DEPENDENCIES }, { "package-lock.json", DEPENDENCIES }, { "yarn.lock", DEPENDENCIES },
	{ "pnpm-lock.yaml", DEPENDENCIES }, { "go.mod", DEPENDENCIES }, { "go.sum", DEPENDENCIES },
	{ "cargo.toml", DEPENDENCIES }, { "cargo.lock", DEPENDENCIES }, { "requirements.txt", DEPENDENCIES },
	{ "pyproject.toml", DEPENDENCIES }, { "poetry.lock", DEPENDENCIES }, { "uv.lock", DEPENDENCIES },
	{ "gemfile", DEPENDENCIES }, { "gemfile.lock", DEPENDENCIES }, { "pom.xml", DEPENDENCIES },
	{ "build.gradle", DEPENDENCIES }, { "composer.json", DEPENDENCIES }, { "composer.lock", DEPENDENCIES },
	{ ".tf", INFRASTRUCTURE }, { ".md", DOCUMENTS },
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static unsigned touch_of_word(struct str w)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(w, words[i].word))
			return 1u << words[i].touch;
	return 0;
}

unsigned touches_of_path(struct str path)
{
	char low[1024];
	size_t n = path.n < sizeof(low) ? path.n : sizeof(low), begin = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < n; i++)
		low[i] = lower(path.p[i]);
	for (size_t i = 0; i <= n; i++) {
		if (i < n && is_word(low[i]))
			continue;
		if (i > begin)
			bits |= touch_of_word((struct str){ low + begin, i - begin });
		begin = i + 1;
	}
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (str_ends((struct str){ low, n }, str_c(endings[i].word)))
			bits |= 1u << endings[i].touch;
	return bits;
}
