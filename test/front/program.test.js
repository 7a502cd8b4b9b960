// verify.html on packages that the program itself made: what custody verify finds, the
// page finds too. Needs $CUSTODY (make check sets it).
// timeout: 240
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { spawnSync } = require('child_process');
const P = require('./pack.js');
const { browser } = require('./browser.js');

const CUSTODY = process.env.CUSTODY;
const skip = !CUSTODY || !fs.existsSync(CUSTODY) ? 'the program was not built' : false;
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'custody-front-'));
const at = name => path.join(dir, name);
const env = { ...process.env, XDG_STATE_HOME: at('state') };
let page, vkey;

function custody(...args) {
	const r = spawnSync(CUSTODY, args, { cwd: dir, env, encoding: 'utf8' });
	return { code: r.status, out: r.stdout, err: r.stderr };
}

function sarif(n) {
	return JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'T' } }, results: Array.from({ length: n }, (_, i) => ({
		ruleId: `rule-${i % 7}`, level: 'error', message: { text: `finding ${i} <script>alert(1)</script>` },
		locations: [{ physicalLocation: { artifactLocation: { uri: `src/${i}.c` }, region: { startLine: 1 + i } } }] })) }] });
}

test.before(async () => {
	if (skip)
		return;
	for (let i = 0; i < 3; i++) {
		fs.writeFileSync(at(`${i}.sarif`), sarif(300 + 40 * i));
		assert.strictEqual(custody('import', `${i}.sarif`, '--home', 'h').code, 0);
	}
	for (const out of ['p.zip', 'p']) {
		const r = custody('pack', out, '--home', 'h');
		assert.strictEqual(r.code, 0, r.err);
	}
	vkey = fs.readFileSync(at('p/log/key.vkey'), 'utf8').trim();
	page = await (await browser()).newPage();
});
test.after(async () => {
	if (!skip)
		await (await browser()).close();
	fs.rmSync(dir, { recursive: true });
});

async function check(file, { keys = '', input = '#file' } = {}) {
	await page.goto('file://' + at('p/verify.html'));
	await page.evaluate(v => { document.getElementById('keys').value = v; }, keys);
	await page.choose(input, file);
	await page.until(() => !['', 'running', undefined].includes(document.documentElement.dataset.result));
	assert.deepStrictEqual(page.errors, []);
	return page.evaluate(() => window.custodyResult);
}
const said = r => r.faults.map(f => `${f.where}: ${f.what}`).join('\n');

test('the page that lies in a package finds it intact, authentic with its key', { skip }, async () => {
	let r = await check(at('p.zip'));
	assert.strictEqual(r.result, 'intact', said(r));
	assert.ok(r.rows.every(w => w.state === 'ok'));
	r = await check(at('p.zip'), { keys: vkey });
	assert.strictEqual(r.result, 'authentic', said(r));
	r = await check(at('p'), { input: '#folder' });
	assert.strictEqual(r.result, 'intact', said(r));
});

test('page and program agree on every flipped byte', { skip }, async () => {
	const whole = fs.readFileSync(at('p.zip'));
	for (let i = 0; i < 10; i++) {
		const b = Buffer.from(whole);
		b[Math.floor((b.length - 1) * i / 9)] ^= 1;
		fs.writeFileSync(at('c.zip'), b);
		const r = await check(at('c.zip'));
		assert.strictEqual(r.result, 'not intact', `byte ${i}`);
		const c = custody('verify', 'c.zip');
		assert.strictEqual(c.code, 5);
	}
});

test('page and program agree on every forged container', { skip }, async () => {
	const forged = spawnSync('python3', [path.resolve(__dirname, '../cmd/forge.py'), at('p.zip'), at('forged')], { encoding: 'utf8' });
	assert.strictEqual(forged.status, 0, forged.stderr);
	const names = fs.readdirSync(at('forged'));
	assert.ok(names.length > 40);
	for (const name of names) {
		const r = await check(at(path.join('forged', name)));
		assert.strictEqual(r.result, 'not intact', name);
		assert.match(said(r), /\.zip|^index\.html: /m, name);
		assert.strictEqual(custody('verify', path.join('forged', name)).code, 5, name);
	}
});

test('page and program name the same file of a changed folder', { skip }, async () => {
	const files = ['manifest.json', 'manifest.note', 'log/checkpoint', 'log/key.vkey', 'parts/000000.jsonl', 'index.html', 'withheld.json',
		'06-vulnerability-management/findings.csv', ...fs.readdirSync(at('p/evidence')).slice(0, 1).map(f => 'evidence/' + f)];
	for (const f of files) {
		const old = fs.readFileSync(at('p/' + f)), b = Buffer.from(old);
		b[b.length >> 1] ^= 1;
		fs.writeFileSync(at('p/' + f), b);
		const r = await check(at('p'), { input: '#folder' });
		const c = custody('verify', 'p');
		fs.writeFileSync(at('p/' + f), old);
		assert.strictEqual(r.result, 'not intact', f);
		assert.ok(r.faults.some(x => x.where === f), `${f}: ${said(r)}`);
		assert.strictEqual(c.code, 5);
		assert.match(c.out, new RegExp('^' + f.replace(/[.+]/g, '\\$&') + ': ', 'm'));
	}
});

test('a signature added to the note of the manifest is named', { skip }, async () => {
	const old = fs.readFileSync(at('p/manifest.note'));
	fs.writeFileSync(at('p/manifest.note'), Buffer.concat([old, Buffer.from('\u2014 somebody.example AAAAAAAA\n')]));
	const r = await check(at('p'), { input: '#folder' });
	fs.writeFileSync(at('p/manifest.note'), old);
	assert.match(said(r), /manifest\.note: it bears 2 signatures/);
});

test('the program checks packages that another program made, with what they withhold and erase', { skip }, () => {
	const clean = P.seal(P.makePack());
	const verify = (files, ...args) => {
		fs.writeFileSync(at('o.zip'), P.zip(files));
		return custody('verify', 'o.zip', ...args);
	};
	let r = verify(clean.files);
	assert.strictEqual(r.code, 0, r.out + r.err);
	assert.match(r.out, /^intact$/m);
	assert.match(r.out, /erased by a record 1, withheld 1$/m);
	r = verify(clean.files, '--key', clean.key.vkey, '--key', clean.witness.vkey);
	assert.match(r.out, /^witnessed since 2026-08-01$/m, r.out);
	fs.rmSync(at('state/custody/keys'), { force: true });
	const change = (edit, pattern, reseal) => {
		const p = { ...clean, files: new Map(clean.files), leaves: [...clean.leaves] };
		edit(p.files, p);
		if (reseal)
			P.seal(p);
		const v = verify(p.files);
		assert.strictEqual(v.code, 5, `${pattern} ${v.out}`);
		assert.match(v.out, pattern);
	};
	const evidence = [...clean.files.keys()].find(n => n.startsWith('evidence/'));
	change(f => f.set('withheld.json', Buffer.from('{"withheld":[]}')), /record 8 .*its words are missing/, true);
	change(f => f.set('log/anchors/1.tsr', f.get('log/anchors/2.tsr')), /1\.tsr: its imprint is not the digest/, true);
	change((f, p) => f.set('log/anchors/1.note', Buffer.from(P.note(p.key, P.checkpointText(p.origin, p.leaves.slice(1, 201))))),
		/1\.note: its root is not that of the first 200/, true);
	change(f => f.delete('log/anchors/1.note'), /1\.note: this file is missing/, true);
	change(f => f.set(evidence, Buffer.from('{}')), /the name of this evidence is not the digest/, true);
	change(f => f.delete(evidence), /this evidence is missing: record 0 cites it/, true);
	change(f => f.set(`evidence/${P.hex(P.sha256('new'))}`, Buffer.from('new')), /no record in the log cites/, true);
	change(f => f.set('../evil', Buffer.from('x')), /has a name that no file of a pack may have/);
	change((f, p) => {
		[p.leaves[10], p.leaves[11]] = [p.leaves[11], p.leaves[10]];
		P.bundles(f, p.leaves);
	}, /record 11: it was received at/, true);
	change((f, p) => {
		p.leaves[20] = Buffer.from(p.leaves[20].toString().replace('finding.v1', 'finding.v2'));
		P.bundles(f, p.leaves);
	}, /a record was changed, reordered/, true);
});

test('what a tool wrote cannot become markup, and pages fit and run nothing', { skip }, async () => {
	const wide = [];
	for (const f of ['index.html', 'controls.html', 'unknowns.html', '06-vulnerability-management/index.html',
		'06-vulnerability-management/findings.html', '09-release-and-change-records/changes.html', 'controls/A.8.8.html',
		'11-audit-testing-and-follow-up/index.html', 'records/' + fs.readdirSync(at('p/records'))[0]]) {
		for (const width of [360, 1280]) {
			await page.size(width);
			await page.goto('file://' + at('p/' + f));
			const r = await page.evaluate(() => ({ over: document.documentElement.scrollWidth - innerWidth, scripts: document.scripts.length,
				h1: document.querySelectorAll('h1').length }));
			assert.deepStrictEqual([r.scripts, r.h1], [0, 1], f);
			if (r.over > 0)
				wide.push(`${f} at ${width}: ${r.over}`);
		}
	}
	assert.deepStrictEqual(wide, []);
});
