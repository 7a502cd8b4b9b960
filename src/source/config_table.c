/* The table of custody.yaml. */
#include "source/config.h"

static const char *const kinds[] = { "person", "service", NULL };
static const char *const yes_no[] = { "yes", "no", NULL };

static const struct field person_fields[] = {
	FIELD(config_person, alias, FIELD_TEXT, FIELD_MANY, 24, "logins and other names they act under"),
	FIELD(config_person, email, FIELD_TEXT, FIELD_MANY, 24, "addresses"),
	FIELD_CHOICE(config_person, kind, 0, kinds, "person (default) or service"),
	FIELD(config_person, manager, FIELD_TEXT, 0, 256, "whom they report to: name or address"),
	FIELD(config_person, name, FIELD_TEXT, FIELD_REQUIRED, 256, "what they are called"),
	FIELD(config_person, owner, FIELD_TEXT, 0, 256, "of a service: the person who answers for it"),
	{ .name = "roles", .kind = FIELD_ENUM, .flags = FIELD_MANY, .max = 8, .choices = role_words,
	  .offset = offsetof(struct config_person, roles), .help = "roles they hold" },
	{ 0 },
};
static const struct table person_table = TABLE(config_person, "person", person_fields);

static const struct field system_fields[] = {
	FIELD_CHOICE(config_system, data_class, 0, class_words, "highest class of data it holds"),
	FIELD(config_system, environments, FIELD_TEXT, FIELD_MANY, 32, "environments it runs in"),
	FIELD_CHOICE(config_system, exposure, 0, exposure_words, "who can reach it"),
	FIELD(config_system, images, FIELD_TEXT, FIELD_MANY, 64, "images it is delivered as"),
	FIELD(config_system, name, FIELD_TEXT, FIELD_REQUIRED, 128, "its name"),
	FIELD(config_system, owner, FIELD_TEXT, 0, 256, "the person who answers for it"),
	FIELD(config_system, repositories, FIELD_TEXT, FIELD_MANY, 250, "repository, or repository:path/**"),
	{ .name = "scans", .kind = FIELD_ENUM, .flags = FIELD_MANY, .max = 8, .choices = scan_kind_words,
	  .offset = offsetof(struct config_system, scans), .help = "kinds of scan it must have" },
	{ 0 },
};
static const struct table system_table = TABLE(config_system, "system", system_fields);

static const struct field repository_fields[] = {
	FIELD(config_repository, name, FIELD_TEXT, FIELD_REQUIRED, 256, "its name here"),
	FIELD(config_repository, release_branches, FIELD_TEXT, FIELD_REQUIRED | FIELD_MANY, 100,
	      "branches that are released"),
	{ 0 },
};
static const struct table repository_table = TABLE(config_repository, "repository", repository_fields);

static const struct field control_fields[] = {
	FIELD_CHOICE(config_control, applies, 0, yes_no, "whether it applies: yes or no"),
	FIELD(config_control, control, FIELD_TEXT, FIELD_REQUIRED, 32, "control of 2022, such as A.8.28"),
	FIELD_CHOICE(config_control, frequency, 0, frequency_words, "how often it runs"),
	FIELD(config_control, owner, FIELD_TEXT, 0, 256, "the person who owns it"),
	FIELD(config_control, reason, FIELD_TEXT, 0, 1024, "why it applies or does not"),
	FIELD(config_control, risk, FIELD_TEXT, 0, 256, "the risk it treats"),
	FIELD_CHOICE(config_control, role, 0, role_words, "the role that owns it"),
	FIELD_CHOICE(config_control, stage, 0, stage_words, "stage of the pipeline it runs in"),
	{ 0 },
};
static const struct table control_table = TABLE(config_control, "control", control_fields);

static const struct field soa_fields[] = {
	FIELD(config_soa, approved_at, FIELD_DAY, FIELD_REQUIRED, 0, "the day it was approved"),
	FIELD(config_soa, approved_by, FIELD_TEXT, FIELD_REQUIRED, 256, "the person who approved it"),
	{ 0 },
};
static const struct table soa_table = TABLE(config_soa, "soa", soa_fields);

static const struct field period_fields[] = {
	FIELD(config_period, from, FIELD_DAY, FIELD_REQUIRED, 0, "first day"),
	FIELD(config_period, to, FIELD_DAY, FIELD_REQUIRED, 0, "last day"),
	{ 0 },
};
static const struct table period_table = TABLE(config_period, "period", period_fields);

static const struct field retention_fields[] = {
	FIELD(config_retention, evidence, FIELD_TEXT, 0, 32, "reports and documents, such as 7 years"),
	FIELD(config_retention, words, FIELD_TEXT, 0, 32, "names and texts"),
	{ 0 },
};
static const struct table retention_table = TABLE(config_retention, "retention", retention_fields);

static const struct field fields[] = {
	FIELD_GROUPS(config, controls, FIELD_MANY, 300, &control_table, "controls and who owns them"),
	FIELD(config, organisation, FIELD_TEXT, 0, 256, "whose delivery it is"),
	FIELD_GROUPS(config, people, FIELD_MANY, 5000, &person_table, "people and services"),
	FIELD_GROUPS(config, period, 0, 0, &period_table, "the audit period"),
	FIELD_GROUPS(config, repositories, FIELD_MANY, 2000, &repository_table, "release branches of repositories"),
	FIELD_GROUPS(config, retention, 0, 0, &retention_table, "how long what is kept"),
	FIELD_GROUPS(config, soa, 0, 0, &soa_table, "the approved statement of applicability"),
	FIELD_GROUPS(config, systems, FIELD_MANY, 500, &system_table, "systems and where they live"),
	{ 0 },
};
const struct table config_table = TABLE(config, "custody.yaml", fields);
