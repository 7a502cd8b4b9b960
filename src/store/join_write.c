/* The records that joining makes. */
#include "store/join.h"

#include "base/instant.h"

static err put_link(struct store *s, const struct r_account_link *f, enum content content, struct str verb)
{
	struct draft d = { .type = &record_account_link, .about = f->account, .effective = instant_now(),
			   .content = content, .author = AUTHOR_CLAIMED, .fields = f };
	bool already;
	int64_t idx;

	TRY(store_local_account(s, &d.by));
	TRY(store_act(s, verb, &d.in));
	return store_append(s, &d, &idx, &already);
}

err join_write(struct store *s, const struct directory *d, const struct join *plan)
{
	for (size_t i = 0; i < d->accounts; i++) {
		struct r_account_link f = { .account = d->account[i].id, .person = plan[i].person };

		if (plan[i].state != JOIN_NEW)
			continue;
		f.how = str_c(plan[i].how);
		TRY(put_link(s, &f, CONTENT_COLLECTED, STR("people join")));
	}
	return store_finish(s);
}

err join_now(struct store *s, struct arena *a)
{
	DIRECTORY_AUTO d = { 0 };
	struct join *plan;

	TRY(directory_load(store_db(s), a, &d));
	TRY(join_plan(&d, &plan));
	return join_write(s, &d, plan);
}

err join_state_link(struct store *s, struct str account, struct str person)
{
	struct r_account_link f = { .account = account, .how = STR("stated"), .person = person };

	TRY(put_link(s, &f, CONTENT_STATED, STR("people link")));
	return store_finish(s);
}

/* The service the bot stands for: the one it is linked to, else a new one under
 * the bot's name. */
static err put_service(struct store *s, const struct directory *d, const struct directory_account *bot,
		       struct str owner, struct str *id)
{
	const struct directory_person *known = directory_person(d, bot->person);
	struct r_person f;
	struct draft draft = { .type = &record_person, .effective = instant_now(), .content = CONTENT_STATED,
			       .author = AUTHOR_CLAIMED, .fields = &f };
	bool already;
	int64_t idx;

	table_clear(record_person.table, &f);
	if (known)
		f = known->f;
	else
		f.name = directory_account_name(bot);
	f.kind = PERSON_SERVICE;
	f.owner = owner;
	*id = draft.about = known ? known->id : record_new_id(d->a);
	TRY(store_local_account(s, &draft.by));
	TRY(store_act(s, STR("people own"), &draft.in));
	return store_append(s, &draft, &idx, &already);
}

err join_own(struct store *s, const struct directory *d, const struct directory_account *bot, struct str owner)
{
	const struct directory_person *service = directory_person(d, bot->person);
	struct str id;

	if (service && service->f.owner.p && str_eq(service->f.owner, owner))
		return NULL;
	TRY(put_service(s, d, bot, owner, &id));
	if (service)
		return store_finish(s);
	return join_state_link(s, bot->id, id);
}
