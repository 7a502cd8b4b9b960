#include "judge/areas.h"

const struct area_info areas[AREAS] = {
	{ AREA_LIFE_CYCLE, "A.8.25", "secure life cycle", { "A.5.1", "A.5.8" }, "design",
	  "acceptance criteria, threat notes, decision records; rules of review and release in force",
	  "security-lead", "release", "01-secure-development-policy", "documents, branch rules" },
	{ AREA_REQUIREMENTS, "A.8.26", "application requirements", { "A.5.8" }, "design",
	  "security criteria of stories, test records", "product-owner", "sprint",
	  "01-secure-development-policy", "documents, tickets of changes" },
	{ AREA_ARCHITECTURE, "A.8.27", "secure architecture", { "A.5.8" }, "design",
	  "architecture decisions, review comments, risk notes", "tech-lead", "release",
	  "03-architecture-and-threat-review", "documents" },
	{ AREA_CODING, "A.8.28", "secure coding", { "A.8.4", "A.5.17" }, "code",
	  "independent review before merge, branch rules, secret scans", "engineering-manager", "change",
	  "04-code-review-records", "reviews, secrets, code owners, branch rules" },
	{ AREA_TESTING, "A.8.29", "security testing", { "A.8.31", "A.8.33" }, "test",
	  "scan reports, triage, retests, automated tests", "engineering-manager", "release",
	  "05-ci-cd-security-gates", "static and dynamic scans, tests, scans configured in CI" },
	{ AREA_VULNERABILITIES, "A.8.8", "technical vulnerabilities", { "A.5.7" }, "operate",
	  "dependency and image scans, tickets, fix dates, risk acceptances", "security-lead", "week",
	  "06-vulnerability-management", "dependency and container scans, lock files, open findings" },
	{ AREA_ACCESS, "A.5.15", "access control", { "A.5.18", "A.8.2", "A.8.3", "A.8.4" }, "operate",
	  "access matrix, approvals, sign-off of each review", "it-admin", "quarter", "08-access-reviews",
	  "documents, accounts and persons" },
	{ AREA_CHANGE, "A.8.32", "change management", { "A.8.19", "A.8.31" }, "release",
	  "ticket, approval, checks, deployment and way back of each change", "release-manager", "release",
	  "09-release-and-change-records", "changes, reviews, checks, tickets, tags, deployments" },
	{ AREA_LOGGING, "A.8.15", "logging", { "A.8.16" }, "operate",
	  "retention policy, alert rules, sign-off of each log review", "it-admin", "month",
	  "11-audit-testing-and-follow-up", "documents" },
	{ AREA_OUTSOURCED, "A.8.30", "outsourced development", { "A.5.19", "A.5.20", "A.5.21", "A.5.22" }, "design",
	  "agreements, access scope, onboarding and offboarding for each supplier", "compliance-manager",
	  "quarter", "10-supplier-and-outsourced-development", "documents" },
};

const struct area_info *area_of_control(struct str control)
{
	for (size_t i = 0; i < AREAS; i++)
		if (str_is(control, areas[i].control))
			return &areas[i];
	return NULL;
}

int64_t area_interval_days(struct str frequency)
{
	static const struct {
		const char *word;
		int64_t days;
	} known[] = {
		{ "change", 0 }, { "build", 0 }, { "release", 0 }, { "week", 7 }, { "sprint", 14 },
		{ "month", 31 }, { "quarter", 92 }, { "half-year", 184 }, { "year", 366 },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_is(frequency, known[i].word))
			return known[i].days;
	return -1;
}
