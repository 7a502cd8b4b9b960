// Makes the example page documents in test/data/pages: what the templates of a pack are
// judged by. Numbers are illustrative. Run: node pages.js
'use strict';

const fs = require('fs');
const path = require('path');
const crypto = require('crypto');

const OUT = path.resolve(__dirname, '../data/pages');
const CATALOGUE = path.resolve(__dirname, '../../content/controls-2022.csv');
const hex = s => crypto.createHash('sha256').update(s).digest('hex');
let seed = 7;
const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
const pick = list => list[Math.floor(random() * list.length)];

const FOLDERS = ['01-secure-development-policy', '02-control-mapping-and-SoA', '03-architecture-and-threat-review', '04-code-review-records',
	'05-ci-cd-security-gates', '06-vulnerability-management', '07-risk-acceptance-and-exceptions', '08-access-reviews',
	'09-release-and-change-records', '10-supplier-and-outsourced-development', '11-audit-testing-and-follow-up'];
const words = slug => slug.slice(0, 3).replace('-', ' ') + slug.slice(3).replace(/-/g, ' ').replace('ci cd', 'CI/CD').replace(/^./, c => c.toUpperCase());
const name = slug => `${slug.slice(0, 2)} ${words(slug).slice(3).replace(/^./, c => c.toUpperCase())}`;

function frame(title, here) {
	const deep = here.includes('/');
	return {
		title, base: deep ? '../' : '', organisation: 'Example organisation', period: '2025-08-19 to 2026-08-19', period_why: 'the 12 months up to today',
		made: '2026-08-19 14:02 UTC', program: 'custody 0.1', log_size: '4,871', log_root: 'vt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=',
		places: [['Statement of evidence', 'index.html'], ['Control index', 'controls.html'], ['What is unknown', 'unknowns.html'], ['Check this package', 'verify.html']]
			.map(([place, p]) => ({ place, place_path: p, place_here: p === here })),
		folders: FOLDERS.map(f => ({ folder: name(f), folder_path: `${f}/index.html`, folder_here: here.startsWith(f) })),
	};
}

const chain = {
	source: '6 tools', source_more: 'git, 2 code hosts, Trivy, CodeQL, gitleaks',
	submission: '212 submissions', submission_more: '188 by pipelines, 24 uploaded',
	record: '4,871 records', record_more: 'each with header, facts and words',
	log: 'Merkle tree', log_more: 'every header is in this package',
	checkpoint: 'root vt5T…JCQ=', checkpoint_more: 'signed 2026-08-19 14:02 UTC',
	anchor: '12 time stamps', anchor_more: 'first 2025-09-01, last 2026-08-01', anchor_missing: false,
};

// ---- the heat map

const STATES = { ready: ['audit-ready', '✓'], stale: ['stale', '◔'], gap: ['gap', '✗'], unknown: ['unknown', '?'], none: ['not applicable', '–'] };
const catalogue = fs.readFileSync(CATALOGUE, 'utf8').trim().split('\n').slice(1).map(l => {
	const c = l.match(/("([^"]|"")*"|[^,]*)(,|$)/g).map(s => s.replace(/,$/, '').replace(/^"|"$/g, ''));
	return { id: c[0], title: c[1], theme: c[2] };
});
const stateOf = c => c.id === 'A.8.28' || c.id === 'A.8.8' || c.id === 'A.5.37' ? 'gap'
	: c.theme === 'Physical' ? (random() < .6 ? 'none' : 'unknown') : pick(['ready', 'ready', 'ready', 'stale', 'unknown', 'unknown', 'unknown']);
catalogue.forEach(c => { c.state = stateOf(c); });

function map() {
	const m = { width: 950, height: 0, themes: [], cells: [], key: [] };
	let y = 2;
	for (const theme of ['Organizational', 'People', 'Physical', 'Technological']) {
		const of = catalogue.filter(c => c.theme === theme);
		m.themes.push({ theme, theme_count: `${of.length} controls`, theme_y: y });
		of.forEach((c, i) => m.cells.push({
			map_state: c.state, map_sign: STATES[c.state][1], map_number: c.id.slice(2), map_name: `${c.id} ${c.title}: ${STATES[c.state][0]}`,
			map_path: `controls/${c.id}.html`, x: 130 + 58 * (i % 14), y: y + 42 * Math.floor(i / 14),
		}));
		y += 42 * Math.ceil(of.length / 14) + 12;
	}
	m.height = y - 14;
	for (const [s, [word]] of Object.entries(STATES))
		m.key.push({ key_state: s, key_word: word, key_count: catalogue.filter(c => c.state === s).length });
	return m;
}

// ---- findings over time

function areas() {
	const left = 48, right = 950, top = 14, bottom = 260, weeks = 53, most = 200;
	const x = w => +(left + (right - left) * w / (weeks - 1)).toFixed(1);
	const y = n => +(bottom - (bottom - top) * n / most).toFixed(1);
	const level = [14, 38, 52, 30];
	const series = [[], [], [], []];
	for (let w = 0; w < weeks; w++)
		level.forEach((v, s) => {
			level[s] = Math.max(0, v + (random() - .56 + (w === 20 ? 9 : 0) * (s === 1)) * [2, 4, 4, 3][s]);
			series[s].push(Math.round(level[s]));
		});
	const base = Array(weeks).fill(0);
	const layers = ['critical', 'high', 'medium', 'low'].map((layer, s) => {
		const lower = base.map((b, w) => `${x(w)} ${y(b)}`).reverse();
		series[s].forEach((n, w) => { base[w] += n; });
		return { layer, d: `M${base.map((b, w) => `${x(w)} ${y(b)}`).join('L')}L${lower.join('L')}Z` };
	});
	const now = series.map(s => s[weeks - 1]);
	const months = ['Sep', 'Oct', 'Nov', 'Dec', 'Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug'];
	return {
		label: `Open findings from August 2025 to August 2026: ${now[0]} critical, ${now[1]} high, ${now[2]} medium and ${now[3]} low on the last day.`,
		left, right, top, bottom, layers, rules: [0, 50, 100, 150, 200].map(n => ({ rule_y: y(n), rule_text: String(n) })),
		marks: months.map((m, i) => ({ mark_x: x(1.7 + i * 52 / 12), mark_text: m + (m === 'Jan' ? ' 2026' : '') })),
		key: ['critical', 'high', 'medium', 'low'].map((layer, s) => ({ layer, layer_word: layer, layer_now: now[s] })),
	};
}

// ---- the pages

const UNKNOWNS = [
	['reviews before merge', '700 changes', 'git does not hold reviews.', 'the code host', 'gh pr list -R owner/name --state merged --limit 1000 --json number,author,mergeCommit,reviews > prs.json\ncustody import prs.json'],
	['results of required checks', '700 changes', 'git does not hold results.', 'the code host', ''],
	['deployments', '61 releases', 'Tags name a release, not where it ran.', 'the deployment tool', ''],
	['objects missing in the clone', '15 objects', 'The clone is partial.', 'the remote repository', 'git -C . fetch --refetch'],
];

function statement() {
	const of = s => catalogue.filter(c => c.state === s).length;
	return {
		...frame('Statement of evidence', 'index.html'),
		scope: '3 systems, 10 repositories, 4 environments', for: 'surveillance audit 2026',
		vouches: 'A time-stamp authority signed twelve states of the log since 2025-09-01; no witness takes part.',
		backfilled: 'Changes before 2025-09-01 are older than this log: their times are git’s word.',
		figures: [['4,871', 'records'], ['700', 'changes'], [String(of('ready')), 'controls audit-ready'], [String(of('gap')), 'gaps'], [String(of('unknown')), 'unknown']]
			.map(([figure, figure_name]) => ({ figure, figure_name })),
		chain, map: map(), map_note: 'Ten of the 93 controls are delivery areas.',
		sources: [
			['git', 'collected', '2022-11-14 to 2026-08-19', '2026-08-19', '2,431', 'signed, claimed', 'No reviews, checks or deployments. 15 objects are missing in the clone.'],
			['GitHub pull requests', 'uploaded', '2025-08-19 to 2026-08-18', '2026-08-19', '702', 'host', 'What was deleted at the host before the export.'],
			['Trivy 0.58', 'pipeline', '2025-10-02 to 2026-08-19', '2026-08-19', '1,204', 'pipeline', 'Two of ten repositories were never scanned.'],
			['CodeQL', 'pipeline', '2026-01-12 to 2026-08-19', '2026-08-19', '488', 'pipeline', 'Nothing before January 2026.'],
			['Access list, identity provider', 'uploaded', '2026-06-30', '2026-08-19', '46', 'claimed', 'One state, no history.'],
		].map(([source, source_kind, source_range, source_received, source_records, source_author, source_limits]) =>
			({ source, source_kind, source_range, source_received, source_records, source_author, source_limits })),
		unknowns: UNKNOWNS.slice(0, 3).map(u => ({ unknown: u[0] + '.', unknown_count: u[1], unknown_where: `The answer lies in ${u[3]}.` })),
		unknowns_more: '1 more',
		absent: [['Words of records', '3', 'erased on request, records 2,204 and 2,611'], ['Evidence', '1', 'withheld: holds names of customers'],
			['Records', '118', 'not shown: outside the scope']].map(([absent_what, absent_count, absent_why]) => ({ absent_what, absent_count, absent_why })),
		anchors: [['tsa.example', 'time stamp', '2026-08-01 00:00 UTC', '4,790'], ['tsa.example', 'time stamp', '2026-07-01 00:00 UTC', '4,312']]
			.map(([anchor, anchor_kind, anchor_time, anchor_size]) => ({ anchor, anchor_kind, anchor_time, anchor_size })),
		versions: [['Program', 'custody 0.1'], ['Pack', 'custody-pack/1'], ['Catalogue', 'ISO/IEC 27001:2022 Annex A, 93 controls'], ['Rules', 'e19f…02ab, approved 2026-01-15']]
			.map(([version_of, version]) => ({ version_of, version })),
		key: 'example.org/custody+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx', fingerprint: hex('key').match(/.{8}/g).join(' '),
	};
}

const AREAS = ['Secure life cycle', 'Application requirements', 'Architecture', 'Secure coding', 'Testing', 'Vulnerabilities', 'Access', 'Change', 'Logging', 'Outsourced development'];

function controls() {
	return {
		...frame('Control index', 'controls.html'), edition: 'ISO/IEC 27001:2022 Annex A', confirmed: false, map: map(), map_note: 'Ten of the 93 controls are delivery areas.',
		areas: AREAS.map((area, i) => ({ area, area_path: `${FOLDERS[i]}/index.html`, area_owner: i % 4 === 3 ? '' : pick(['Head of engineering', 'Platform lead', 'Security lead']),
			area_location: FOLDERS[i], area_frequency: pick(['each change', 'weekly', 'monthly', 'quarterly', 'yearly']), area_review: i % 3 === 2 ? 'never' : `2026-0${1 + i % 7}-1${i % 9}` })),
		themes: ['Organizational', 'People', 'Physical', 'Technological'].map(t => ({
			theme_name: t, controls: catalogue.filter(c => c.theme === t).map(c => ({
				control: c.id, control_title: c.title, control_path: `controls/${c.id}.html`, control_owner: random() < .5 ? 'Security lead' : '',
				control_frequency: c.state === 'none' ? '' : pick(['each change', 'monthly', 'quarterly']), control_review: c.state === 'ready' ? '2026-06-30' : '',
				now_state: c.state, now_word: STATES[c.state][0], period_word: c.state === 'ready' ? '12 of 12 held' : c.state === 'stale' ? '9 of 12 held, 1 late, 2 missed' : c.state === 'none' ? '' : 'no runs known',
			})),
		})),
	};
}

const cell = (cell, cell_class = '', more = {}) => ({ cell, cell_class, ...more });

function folder() {
	return {
		...frame('Access reviews', '08-access-reviews/index.html'),
		intro: 'Who can change code, pipelines and production, who looked at it, and what was changed after.',
		shows: 'Three of four quarterly reviews were held; 14 rights were taken away after them.',
		lacks: 'Rights in the cloud accounts are unknown: no export of them was given.',
		controls: catalogue.filter(c => ['A.5.15', 'A.5.18', 'A.8.2', 'A.8.4'].includes(c.id)).map(c => ({ control: c.id, control_title: c.title, control_path: `controls/${c.id}.html` })),
		areas: null,
		tables: [{
			name: 'Reviews', caption: 'Reviews expected and held', csv: 'reviews.csv', json: 'reviews.json', empty: 'No review was held.',
			columns: ['Quarter', 'Held', 'By', 'Rights looked at', 'Taken away', 'State', 'Record'].map((column, i) => ({ column, column_class: i === 3 || i === 4 ? 'n' : '' })),
			rows: [['2025 Q3', '2025-10-04', '46', '9', 'ready', 'held', '812'], ['2025 Q4', '2026-01-20', '44', '3', 'stale', 'late', '1,640'],
				['2026 Q1', '2026-04-02', '45', '2', 'ready', 'held', '2,977'], ['2026 Q2', '', '', '', 'gap', 'missed', '']].map(r => ({ cells: [
				cell(r[0], 'id'), cell(r[1], 'day'), cell(r[1] ? 'Security lead' : ''), cell(r[2], 'n'), cell(r[3], 'n'), cell(r[5], '', { cell_state: r[4] }),
				r[6] ? cell(r[6], 'n', { cell_path: '../records/812.html' }) : cell('', 'n')] })),
		}, {
			name: 'Accounts nobody owns', caption: 'Accounts that no person in the list of people owns', csv: 'orphans.csv', json: 'orphans.json', empty: 'Every account has an owner.',
			columns: [{ column: 'Account', column_class: '' }, { column: 'Last seen', column_class: '' }], rows: [],
		}],
	};
}

function control() {
	const months = ['Sep', 'Oct', 'Nov', 'Dec', 'Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug'];
	const runs = months.map((m, i) => ({ run_x: 40 + i * 58, run_state: i === 4 ? 'late' : i === 7 ? 'missed' : i === 11 ? 'ahead' : 'held', run_name: m }));
	runs.forEach(r => { r.run_name += `, ${r.run_state}`; });
	return {
		...frame('A.8.8 Management of technical vulnerabilities', 'controls/A.8.8.html'),
		control: 'A.8.8', control_title: 'Management of technical vulnerabilities', edition: 'ISO/IEC 27001:2022 Annex A', earlier: 'A.12.6.1, A.18.2.3',
		labels: ['applicability not confirmed', 'not embedded in delivery'].map(label => ({ label })),
		questions: [['What applies?', 'Dependency and container scans of ten repositories; critical findings within 7 days.', 'custody.yaml, approved 2026-01-15'],
			['Who owns it?', 'Security lead', 'custody.yaml, approved 2026-01-15'],
			['How often does it run?', 'Monthly; 10 of 11 runs took place.', 'computed from 11 scans'],
			['What changed after review?', '', 'No review names a change that followed.']].map(([question, answer, answer_from]) => ({ question, answer, answer_from })),
		now_state: 'stale', now_word: 'stale', now_because: 'The last scan of two repositories is 49 days old; monthly is due.', next: 'Run the dependency scan for billing and gateway.',
		period_result: '9 of 11 runs held, 1 late, 1 missed', period_first: '2025-09-03', period_last: '2026-07-01', expected: 11, held: 9, late: 1, missed: 1,
		strip: { label: 'Runs from September 2025 to August 2026: 9 held, 1 late, 1 missed, 1 still to come.', months: months.map((month, i) => ({ month, month_x: 40 + i * 58 })), runs },
		evidence: Array.from({ length: 9 }, (_, i) => ({
			item: `Dependency scan of ${pick(['billing', 'gateway', 'web', 'ledger'])}`, item_path: `records/${300 + i}.html`, item_url: i % 2 ? 'https://ci.example/run/88' + i : '',
			happened: `2026-0${1 + i % 7}-0${1 + i}`, received: `2026-0${1 + i % 7}-0${1 + i}`, came: i % 4 ? 'pipeline' : 'uploaded', known: i % 4 ? 'pipeline' : 'claimed',
			result_state: i === 3 ? 'open' : i === 6 ? 'missing' : 'shown', result: i === 3 ? 'partial' : i === 6 ? '2 past due' : 'nothing past due' })),
		evidence_more: 'and 31 more in 06-vulnerability-management/scans.csv',
	};
}

function findings() {
	const layers = ['critical', 'high', 'medium', 'low'];
	return {
		...frame('Findings', '06-vulnerability-management/findings.html'), areas: areas(),
		summary: layers.map((l, i) => ({ severity: l, severity_layer: l, open: String([3, 24, 41, 22][i]), overdue: String([1, 4, 0, 0][i]), accepted: String([1, 6, 9, 2][i]),
			closed: String([31, 120, 88, 40][i]), days: String([4, 16, 41, 77][i]) })),
		shown_of: 'The 14 weightiest of 90; all are in the CSV.',
		findings: Array.from({ length: 14 }, (_, i) => {
			const l = layers[Math.min(3, Math.floor(i / 4))];
			return { finding_path: `records/${100 + i}.html`, finding_title: pick(['CVE-2026-1999 in libexample', 'AWS access key in the tree', 'SQL built from request data', 'Container runs as root', 'CVE-2025-8800 in parser']),
				finding_layer: l, finding_severity: l, system: pick(['billing', 'gateway', 'web']), place: pick(['apps/web/src/server/auth/session.ts:88', 'pkg:npm/left-pad@1.3.0', 'deploy/Dockerfile']),
				first_seen: `2026-0${1 + i % 8}-1${i % 9}`, due: i === 9 ? 'not known' : `2026-0${2 + i % 7}-0${1 + i % 8}`, due_state: i === 2 || i === 5 ? 'missing' : i === 9 ? 'open' : '',
				accepted_until: i % 5 === 1 ? '2026-10-01' : '', finding_state: i % 5 === 1 ? 'accepted' : 'open' };
		}),
	};
}

function changes() {
	const total = 700;
	const rows = [['change, author, date, content', 700, 0, '31 by bots; 60 authors'], ['independent review before merge', 571, 23, '23 merged by their only author'], ['linked ticket', 402, 0, 'from commit messages and pull requests'],
		['required checks passed', 640, 12, ''], ['security review', 0, 0, '122 touch authentication, cryptography or billing'], ['release and its rollback point', 700, 0, 'tags; deployments unknown'], ['signature', 635, 65, 'the host’s key; no person’s key']];
	const w = n => +(240 * n / total).toFixed(1);
	const tri = i => [['shown', 'passed'], ['shown', 'passed'], ['open', 'unknown'], ['missing', 'failed']][i];
	return {
		...frame('Changes', '09-release-and-change-records/changes.html'), branch: 'main', total: '700',
		asked: rows.map(([ask, s, m, ask_note]) => ({ ask, shown: String(s), missing: String(m), open: String(total - s - m), ask_note,
			shown_w: w(s), missing_x: w(s), missing_w: w(m), open_x: w(s + m), open_w: w(total - s - m) })),
		shown_of: 'The 18 latest of 700; all are in the CSV.',
		changes: Array.from({ length: 18 }, (_, i) => {
			const c = tri(i % 7 === 3 ? 2 : i % 11 === 5 ? 3 : 0);
			return { change_path: `records/${500 + i}.html`, change_url: i % 3 ? `https://code.example/pull/${2300 - i}` : '', commit: hex('c' + i).slice(0, 8), change_day: `2026-08-${String(18 - i).padStart(2, '0')}`,
				change_title: i === 6 ? '' : pick(['Refuse expired sessions', 'Raise the limit for uploads', 'Bump parser from 4.1 to 4.2', 'Show the plan on the invoice', 'Fix rounding of totals']),
				author: i % 6 ? `person ${hex('p' + i % 5).slice(0, 6)}` : 'bot (dependency updates)', review_class: c[0] === 'open' ? 'open' : i % 9 === 4 ? 'missing' : 'shown',
				review: c[0] === 'open' ? 'unknown' : i % 9 === 4 ? 'none' : 'before merge', checks_class: c[0], checks: c[1], ticket_class: i % 2 ? 'shown' : 'open', ticket: i % 2 ? `OPS-${410 + i}` : 'unknown', release: i > 4 ? 'v2.14.0' : '' };
		}),
	};
}

function record() {
	const facts = { changes: [{ finding: hex('f').slice(0, 32), line: 88, match: 'fingerprint', op: 'new', path: 'apps/web/src/server/auth/session.ts', severity: 'high' }], n: 1, scan: hex('s').slice(0, 32) };
	return {
		...frame('Record 2,977', 'records/2977.html'), index: '2,977', type: 'scan.changes.v1', summary: 'what a scan changed',
		about: hex('a').slice(0, 32), by: `service account ${hex('b').slice(0, 8)}, owned by the platform lead`, happened: '2026-04-02 09:14:07 UTC', received: '2026-04-02 09:14:31 UTC',
		came: 'pipeline', came_means: 'A verified pipeline identity handed it in, from main at 7533016.', known: 'pipeline', known_means: 'The identity token of the run names repository, branch and commit.',
		chain: { source: 'CodeQL 2.20', source_more: 'report, 41 KB', submission: hex('in').slice(0, 8) + '…', submission_more: 'run 8812, from main', record: 'record 2,977', record_more: 'scan.changes.v1', log: 'leaf 2,977 of 4,871', log_more: hex('leaf').slice(0, 16) + '…',
			checkpoint: '4,871 records', checkpoint_more: 'root vt5T…JCQ=', anchor: 'tsa.example', anchor_more: '2026-05-01 00:00 UTC, at 3,120 records', anchor_missing: false },
		facts: JSON.stringify(facts, null, 2), words_state: 'shown', words: [{ word_name: 'title', word: 'Session is not renewed after sign-in' }],
		cites: [{ digest: hex('e1'), digest_path: `evidence/${hex('e1')}`, digest_state: '41 KB' }, { digest: hex('e2'), digest_path: '', digest_state: 'withheld: holds names of customers' }],
		header: `{"about":"${hex('a').slice(0, 32)}","by":"${hex('b').slice(0, 32)}","cites":["${hex('e1')}"],"effective":"2026-04-02T09:14:07Z","facts":"${hex('x')}",` +
			`"origin":{"author":"pipeline","content":"pipeline","in":"${hex('in').slice(0, 32)}"},"received":"2026-04-02T09:14:31Z","type":"scan.changes.v1","words":"${hex('y')}"}`,
		leaf_hash: hex('leaf'),
	};
}

function unknowns() {
	const item = u => ({ unknown: u[0], unknown_count: u[1], unknown_why: u[2], unknown_where: u[3], command: u[4] });
	return { ...frame('What is unknown', 'unknowns.html'), groups: [{ group: 'Changes', items: UNKNOWNS.slice(0, 3).map(item) }, { group: 'Sources', items: UNKNOWNS.slice(3).map(item) }] };
}

const pages = { statement, controls, folder, control, findings, changes, record, unknowns };

if (require.main === module) {
	fs.mkdirSync(OUT, { recursive: true });
	for (const [n, make] of Object.entries(pages))
		fs.writeFileSync(path.join(OUT, n + '.json'), JSON.stringify(make(), null, '\t') + '\n');
}

module.exports = { FOLDERS };
