-- kept_*: the truth. Changed only by appending, or by an ordered erasure.
CREATE TABLE kept_record (
	idx int64 PRIMARY KEY,		-- position in the log, from 0
	header blob NOT NULL,		-- the leaf: canonical JSON
	facts blob, facts_salt blob,
	words blob, words_salt blob,	-- NULL when there are none, or erased
	key blob NOT NULL UNIQUE	-- what makes the record the same record
);
CREATE TABLE kept_evidence (
	digest blob PRIMARY KEY,	-- SHA-256 of the bytes as the outside sent them
	size int64 NOT NULL,
	kind text NOT NULL,
	idx int64 NOT NULL,		-- log size when it was stored
	erased_by int64			-- the erasure record
);
CREATE TABLE kept_head (		-- the newest signed checkpoint
	one int64 PRIMARY KEY CHECK (one = 1),
	size int64 NOT NULL, root blob NOT NULL, note text NOT NULL, signed_at int64 NOT NULL
);
CREATE TABLE kept_checkpoint (
	size int64 PRIMARY KEY,
	root blob NOT NULL, note text NOT NULL, signed_at int64 NOT NULL
);
CREATE TABLE kept_anchor (		-- what others said of a checkpoint
	seq int64 PRIMARY KEY,
	size int64 NOT NULL, kind text NOT NULL, source text NOT NULL,
	anchored_at int64 NOT NULL, body blob NOT NULL
);

-- live_*: may be lost without changing any answer.
CREATE TABLE live_setting (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE live_import (same blob PRIMARY KEY, at int64 NOT NULL, size int64 NOT NULL);	-- files seen before

-- view_*: computed from the records in order; may be dropped at any time.
CREATE TABLE view_state (one int64 PRIMARY KEY CHECK (one = 1), applied int64 NOT NULL);
CREATE TABLE view_type_count (type text PRIMARY KEY, n int64 NOT NULL, first_received int64 NOT NULL,
	last_received int64 NOT NULL);

CREATE TABLE view_person (
	id blob PRIMARY KEY, kind text NOT NULL, owner blob, manager blob, status text NOT NULL,
	starts int64, ends int64, unlisted int64 NOT NULL, idx int64 NOT NULL
);
CREATE TABLE view_person_role (person blob NOT NULL, role text NOT NULL, PRIMARY KEY (person, role));
CREATE TABLE view_account (
	id blob PRIMARY KEY, no int64 NOT NULL, host text NOT NULL, kind text NOT NULL, why text NOT NULL,
	person blob, linked_how text, idx int64 NOT NULL
);
CREATE TABLE view_system (
	id blob PRIMARY KEY, no int64 NOT NULL, name text NOT NULL UNIQUE, declared int64 NOT NULL,
	exposure text NOT NULL, data_class text NOT NULL, owner text, idx int64 NOT NULL
);
CREATE TABLE view_system_place (
	system_no int64 NOT NULL, repository text NOT NULL, path text NOT NULL,
	PRIMARY KEY (system_no, repository, path)
);
CREATE TABLE view_system_kind (		-- the kinds of scan a system must have
	system_no int64 NOT NULL, kind text NOT NULL, PRIMARY KEY (system_no, kind)
);
CREATE TABLE view_system_part (		-- images and environments
	system_no int64 NOT NULL, part text NOT NULL, name text NOT NULL, PRIMARY KEY (system_no, part, name)
);
CREATE TABLE view_release_branch (	-- as declared; waiting: until a second person approves
	repository text NOT NULL, branch text NOT NULL, waiting int64 NOT NULL,
	PRIMARY KEY (repository, branch, waiting)
);
CREATE TABLE view_config (one int64 PRIMARY KEY CHECK (one = 1), id blob NOT NULL, digest blob NOT NULL,
	matters blob NOT NULL,
	state text NOT NULL,		-- proposed, alone, approved
	in_force blob,			-- what matters and was approved last; NULL: nothing ever was
	in_force_how text,		-- alone, approved
	seconded int64 NOT NULL,	-- a second person approved something: nobody is alone again
	soa_at int64, period_from int64, period_to int64, at int64 NOT NULL, idx int64 NOT NULL);
CREATE TABLE view_config_approval (idx int64 PRIMARY KEY, config blob NOT NULL, matters blob NOT NULL,
	how text NOT NULL, at int64 NOT NULL);
CREATE TABLE view_retention (	-- waiting: until a second person approves
	what text NOT NULL, months int64 NOT NULL, waiting int64 NOT NULL, PRIMARY KEY (what, waiting)
);
CREATE TABLE view_service (		-- persons declared to be services; waiting: until a second person approves
	person blob PRIMARY KEY, waiting int64 NOT NULL
);
CREATE TABLE view_repository (
	id blob PRIMARY KEY, no int64 NOT NULL, name text NOT NULL, host text NOT NULL, slug text NOT NULL,
	system_no int64, idx int64 NOT NULL
);
CREATE INDEX view_repository_name ON view_repository (name);

-- The population of changes: one row per first-parent step of a release branch. A
-- commit on the lines of several is one change: it counts with one branch, and the
-- others join that one at a position, from which on down they share its line.
CREATE TABLE view_branch (
	repository_no int64 NOT NULL, branch text NOT NULL, release int64 NOT NULL, tip blob,
	changes int64 NOT NULL, first_at int64, last_at int64, position int64 NOT NULL,
	complete int64 NOT NULL, why text NOT NULL, collected_at int64 NOT NULL, idx int64 NOT NULL,
	joins text, joins_at int64,	-- the branch it shares its line with, and up to where
	ended int64,			-- it was no longer there at the last look
	signers text,			-- digest of the list its signatures were checked against
	PRIMARY KEY (repository_no, branch)
);
CREATE TABLE view_change (
	no int64 PRIMARY KEY, repository_no int64 NOT NULL,
	branch text NOT NULL,		-- with which it counts
	commit_id blob NOT NULL,
	position int64 NOT NULL,	-- rises towards the tip
	at int64 NOT NULL,		-- committed
	author blob NOT NULL, committer blob NOT NULL,
	pull int64, parents int64 NOT NULL,
	paths int64 NOT NULL,		-- -1: not known, and so is what they touch
	touches int64 NOT NULL,		-- bits: what the paths touch
	tickets int64 NOT NULL, signed text NOT NULL, signer text, tag text, gone int64 NOT NULL,
	idx int64 NOT NULL,
	standing text,			-- what the signature is worth, by the list of signers
	whose blob			-- account the key is listed for
);
CREATE UNIQUE INDEX view_change_commit ON view_change (repository_no, commit_id);
CREATE INDEX view_change_at ON view_change (branch, at);
CREATE INDEX view_change_id ON view_change (commit_id);
CREATE INDEX view_change_pull ON view_change (repository_no, pull);
CREATE TABLE view_change_ticket (
	change_no int64 NOT NULL, ticket text NOT NULL, PRIMARY KEY (change_no, ticket)
) /* WITHOUT ROWID */;
CREATE TABLE view_change_account (	-- authors, co-authors, committers, of the branch commits too
	change_no int64 NOT NULL, account blob NOT NULL, role text NOT NULL,
	PRIMARY KEY (change_no, account, role)
) /* WITHOUT ROWID */;
CREATE TABLE view_branch_commit (	-- branch commit to the release-branch commit that carries it
	repository_no int64 NOT NULL, commit_id blob NOT NULL, change_no int64 NOT NULL, how text NOT NULL,
	PRIMARY KEY (repository_no, commit_id, change_no)
) /* WITHOUT ROWID */;

-- What the code host said of changes. Every telling is kept: the rest is computed
-- from all of one pull request together, so that the order of exports decides nothing.
CREATE TABLE view_pull_told (
	repository_no int64 NOT NULL, number int64 NOT NULL,	-- -1: of whichever ends in `head`
	digest blob NOT NULL, head blob, told_at int64 NOT NULL, newest int64 NOT NULL,
	telling blob NOT NULL, idx int64 NOT NULL,
	proven int64 NOT NULL,		-- collected, or signed by a pipeline
	PRIMARY KEY (repository_no, number, digest)
);
CREATE INDEX view_pull_told_head ON view_pull_told (repository_no, head);
CREATE TABLE view_pull (
	repository_no int64 NOT NULL, number int64 NOT NULL, author blob, merged_by blob, merged_at int64,
	merge_commit blob, head_commit blob, commits int64 NOT NULL,
	commits_known int64 NOT NULL, checks_known int64 NOT NULL, reviews_known int64 NOT NULL,
	tickets_known int64 NOT NULL,
	checks_failed int64 NOT NULL, checks_passed int64 NOT NULL, checks_unsure int64 NOT NULL,
	tickets int64 NOT NULL, reviews int64 NOT NULL,
	told_at int64 NOT NULL, digest blob NOT NULL,	-- of the newest telling
	idx int64 NOT NULL, PRIMARY KEY (repository_no, number)
);
CREATE INDEX view_pull_merge ON view_pull (repository_no, merge_commit);
CREATE INDEX view_pull_head ON view_pull (repository_no, head_commit);
CREATE TABLE view_pull_account (	-- who opened it, who worked on its commits
	repository_no int64 NOT NULL, number int64 NOT NULL, account blob NOT NULL, role text NOT NULL,
	PRIMARY KEY (repository_no, number, account, role)
) /* WITHOUT ROWID */;
CREATE TABLE view_pull_commit (
	repository_no int64 NOT NULL, number int64 NOT NULL, commit_id blob NOT NULL,
	PRIMARY KEY (repository_no, number, commit_id)
) /* WITHOUT ROWID */;
CREATE INDEX view_pull_commit_id ON view_pull_commit (repository_no, commit_id);
CREATE TABLE view_pull_ticket (
	repository_no int64 NOT NULL, number int64 NOT NULL, ticket text NOT NULL,
	PRIMARY KEY (repository_no, number, ticket)
) /* WITHOUT ROWID */;
CREATE INDEX view_pull_ticket_name ON view_pull_ticket (repository_no, ticket);
CREATE TABLE view_review (
	repository_no int64 NOT NULL, number int64 NOT NULL, seq int64 NOT NULL, reviewer blob NOT NULL,
	state text NOT NULL, at int64, commit_id blob, PRIMARY KEY (repository_no, number, seq)
) /* WITHOUT ROWID */;
CREATE TABLE view_check (
	repository_no int64 NOT NULL, number int64 NOT NULL, seq int64 NOT NULL, name text NOT NULL,
	result text NOT NULL, at int64, started int64, PRIMARY KEY (repository_no, number, seq)
) /* WITHOUT ROWID */;
CREATE TABLE view_pull_cover (		-- declared: exports hold every pull request merged in this time
	repository_no int64 NOT NULL, since int64 NOT NULL, until int64 NOT NULL, idx int64 NOT NULL,
	PRIMARY KEY (repository_no, since, until)
);
CREATE TABLE view_repository_named (	-- what exports call a repository that was known by its commits
	name text NOT NULL, repository_no int64 NOT NULL, PRIMARY KEY (name, repository_no)
) /* WITHOUT ROWID */;
CREATE TABLE view_rule (		-- branch rules: declared in the tree or exported from the host
	repository_no int64 NOT NULL, branch text NOT NULL, rule text NOT NULL, value text NOT NULL,
	source text NOT NULL, at int64 NOT NULL, idx int64 NOT NULL,
	PRIMARY KEY (repository_no, branch, rule, source)
);
CREATE TABLE view_rule_account (	-- whom such a rule names
	repository_no int64 NOT NULL, branch text NOT NULL, rule text NOT NULL, source text NOT NULL,
	account blob NOT NULL,
	PRIMARY KEY (repository_no, branch, rule, source, account)
);
CREATE TABLE view_tree (		-- what the tree at the tip declares
	repository_no int64 NOT NULL, kind text NOT NULL, path text NOT NULL, detail text NOT NULL,
	n int64 NOT NULL, digest blob, at int64 NOT NULL, idx int64 NOT NULL,
	PRIMARY KEY (repository_no, kind, path)
);
CREATE TABLE view_ci_scan (		-- scans configured in CI
	repository_no int64 NOT NULL, path text NOT NULL, kind text NOT NULL, tool text NOT NULL,
	enforced text NOT NULL, why text NOT NULL, idx int64 NOT NULL,
	PRIMARY KEY (repository_no, path, kind, tool)
);

-- Scans and findings.
CREATE TABLE view_series (
	no int64 PRIMARY KEY, id blob NOT NULL UNIQUE, system_no int64 NOT NULL, place text NOT NULL,
	kind text NOT NULL, tool text NOT NULL, scope text NOT NULL, proposed int64 NOT NULL,
	head int64			-- the scan that counts
);
CREATE INDEX view_series_place ON view_series (system_no, place, kind, tool);
CREATE TABLE view_scan (
	no int64 PRIMARY KEY, id blob NOT NULL UNIQUE, series_no int64, closed int64 NOT NULL,
	follows text, follows_no int64, commit_id blob, artefact text, position int64, effective int64,
	received int64, tool_version text, rules_digest text, report blob, results int64, opened int64,
	unchanged int64, reopened int64, gone int64, changed int64, coverage text, outcome text,
	via text, run text, idx int64
);
CREATE INDEX view_scan_series ON view_scan (series_no, no);
CREATE TABLE view_scan_change (		-- of findings known before: staged until the closing record
	scan_no int64 NOT NULL, seq int64 NOT NULL, op text NOT NULL, finding blob NOT NULL,
	match text, rule text, title text, severity int64, score int64, path text, line int64,
	component text, version text, alias text, fix text, suppressed text,
	k1 int64, k2 int64, k3 int64, k4 int64, attributes int64 NOT NULL, idx int64 NOT NULL,
	PRIMARY KEY (scan_no, seq)
) /* WITHOUT ROWID */;
-- What a scan says of a finding it saw first waits in view_finding_text from the batch it
-- came in; view_finding_state is there once the scan is closed, and only then it counts.
-- view_finding (0002) is both.
CREATE TABLE view_finding_text (
	no int64 PRIMARY KEY, id blob NOT NULL, rule text NOT NULL, title text NOT NULL,
	severity int64 NOT NULL, score int64, path text, line int64, component text, version text,
	alias text, fix text, suppressed text, k1 int64, k2 int64, k3 int64, k4 int64,
	attributes int64 NOT NULL, idx int64 NOT NULL
);
CREATE TABLE view_finding_state (
	no int64 PRIMARY KEY, id blob NOT NULL UNIQUE, place_no int64 NOT NULL, kind text NOT NULL,
	severity int64 NOT NULL, open int64 NOT NULL, first_scan int64 NOT NULL, last_scan int64 NOT NULL
);
CREATE INDEX view_finding_open ON view_finding_state (open, severity DESC, no);
CREATE TABLE view_scan_new (		-- the numbers of new findings, by batch, until the scan is closed
	scan_no int64 NOT NULL, n int64 NOT NULL, first_no int64 NOT NULL, last_no int64 NOT NULL,
	PRIMARY KEY (scan_no, n)
);
CREATE TABLE view_presence (		-- which series' head holds which finding, and where
	series_no int64 NOT NULL, finding_no int64 NOT NULL, present int64 NOT NULL,
	k1 int64, k2 int64, k3 int64, k4 int64, attributes int64 NOT NULL,
	PRIMARY KEY (series_no, finding_no)
) /* WITHOUT ROWID */;
CREATE INDEX view_presence_finding ON view_presence (finding_no);
CREATE TABLE view_finding_event (
	finding_no int64 NOT NULL, scan_no int64 NOT NULL, op text NOT NULL, detail text NOT NULL,
	PRIMARY KEY (finding_no, scan_no, op)
) /* WITHOUT ROWID */;
CREATE TABLE view_place (		-- what findings belong to: system, place, kind, tool
	no int64 PRIMARY KEY, system_no int64 NOT NULL, place text NOT NULL, kind text NOT NULL,
	tool text NOT NULL, UNIQUE (system_no, place, kind, tool)
);

-- Other reports, documents, controls.
CREATE TABLE view_tests (
	id blob PRIMARY KEY, system_no int64 NOT NULL, commit_id blob, tests int64 NOT NULL,
	failed int64 NOT NULL, errors int64 NOT NULL, skipped int64 NOT NULL, at int64 NOT NULL,
	idx int64 NOT NULL
);
CREATE TABLE view_sbom (
	id blob PRIMARY KEY, system_no int64 NOT NULL, format text NOT NULL, commit_id blob,
	artefact text, components int64 NOT NULL, licences int64 NOT NULL, at int64 NOT NULL,
	idx int64 NOT NULL
);
CREATE TABLE view_vex (
	id blob NOT NULL, seq int64 NOT NULL, vulnerability text NOT NULL, product text NOT NULL,
	status text NOT NULL, at int64 NOT NULL, idx int64 NOT NULL,
	PRIMARY KEY (id, seq)
);
CREATE TABLE view_control (
	control text PRIMARY KEY, owner_given int64 NOT NULL, role text, frequency text,
	applicable text NOT NULL, reason_given int64 NOT NULL, stage text, risk_given int64 NOT NULL, confirmed int64 NOT NULL, idx int64 NOT NULL
);
CREATE TABLE view_document (
	id blob NOT NULL, control text NOT NULL, kind text NOT NULL, at int64 NOT NULL,
	received int64 NOT NULL, review_by int64, author text NOT NULL, digest blob, idx int64 NOT NULL,
	PRIMARY KEY (id, control)
);
CREATE TABLE view_submission (
	id blob PRIMARY KEY, source text NOT NULL, content text NOT NULL, author text NOT NULL,
	report blob, at int64 NOT NULL, items int64, idx int64 NOT NULL	-- items: all were taken in
);
CREATE TABLE view_submission_cite (	-- evidence that came with it
	id blob NOT NULL, digest blob NOT NULL, PRIMARY KEY (digest, id)
) /* WITHOUT ROWID */;
CREATE TABLE view_system_report (	-- reports of a system, whatever their kind, and how they came
	system_no int64 NOT NULL, submission blob NOT NULL, idx int64 NOT NULL, report blob,
	PRIMARY KEY (submission, system_no, idx)
);
CREATE INDEX view_system_report_digest ON view_system_report (report);
CREATE TABLE view_assessment (
	id blob PRIMARY KEY, at int64 NOT NULL, facts blob NOT NULL, ready int64 NOT NULL,
	gaps int64 NOT NULL, unknown int64 NOT NULL, stale int64 NOT NULL, idx int64 NOT NULL
);
CREATE TABLE view_erasure (idx int64 NOT NULL, what text NOT NULL, target blob NOT NULL,
	PRIMARY KEY (idx, what, target));
CREATE TABLE view_hold (		-- released_at NULL: it holds
	id blob PRIMARY KEY, no int64 NOT NULL, everything int64 NOT NULL, person blob, system blob,
	from_day int64, to_day int64, at int64 NOT NULL, released_at int64, released_idx int64,
	idx int64 NOT NULL
);
CREATE TABLE view_hold_target (		-- digests, positions, as text
	id blob NOT NULL, what text NOT NULL, target text NOT NULL, PRIMARY KEY (id, what, target)
);
CREATE TABLE view_anchor (size int64 NOT NULL, kind text NOT NULL, source text NOT NULL,
	at int64 NOT NULL, act blob NOT NULL, idx int64 NOT NULL, PRIMARY KEY (size, kind, source));
CREATE TABLE view_pack (id blob PRIMARY KEY, size int64 NOT NULL, manifest blob NOT NULL,
	period_from int64, period_to int64, at int64 NOT NULL, idx int64 NOT NULL);
