// verify.html, opened from file:// in Chromium: a clean package is intact, and whatever
// is changed in one is named.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const P = require('./pack.js');
const { browser } = require('./browser.js');

const PAGE = 'file://' + path.resolve(__dirname, '../../src/pack/site/verify.html');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'custody-front-'));
let page, count = 0;

test.before(async () => {
	page = await (await browser()).newPage();
});
test.after(async () => {
	await (await browser()).close();
	fs.rmSync(dir, { recursive: true });
});

async function result() {
	await page.until(() => !['', 'running', undefined].includes(document.documentElement.dataset.result));
	assert.deepStrictEqual(page.errors, []);
	return page.evaluate(() => window.custodyResult);
}

// Opens the page anew, gives it keys and a file.
async function check(bytes, { keys = '', before } = {}) {
	const file = path.join(dir, `pack-${count++}.zip`);
	fs.writeFileSync(file, bytes);
	await page.goto(PAGE);
	if (before)
		await page.evaluate(before);
	await page.evaluate(v => { document.getElementById('keys').value = v; }, keys);
	await page.choose('#file', file);
	const r = await result();
	fs.unlinkSync(file);
	return r;
}

const said = r => r.faults.map(f => `${f.where}: ${f.what}`).join('\n');

function names(r, ...patterns) {
	assert.strictEqual(r.result, 'not intact', 'it must not be intact');
	for (const p of patterns)
		assert.match(said(r), p);
}

const clean = P.seal(P.makePack());
const copy = () => ({ ...clean, files: new Map(clean.files), leaves: [...clean.leaves] });

function flip(bytes, at) {
	const b = Buffer.from(bytes);
	b[at === undefined ? b.length >> 1 : at] ^= 1;
	return b;
}

// A fault in one file; the container is made new, as somebody who tampers would.
async function tampered(change, { reseal = false } = {}) {
	const p = copy();
	change(p.files, p);
	if (reseal)
		P.seal(p);
	return check(P.zip(p.files));
}

test('a clean package is intact and shows the fingerprint', async () => {
	const r = await check(P.zip(clean.files));
	assert.strictEqual(r.result, 'intact', said(r));
	const shown = await page.evaluate(() => document.getElementById('result').innerText);
	assert.match(shown.replace(/ /g, ''), new RegExp(P.hex(P.sha256(clean.key.pub))));
	assert.ok(r.rows.every(w => w.state === 'ok'));
});

test('what the browser cannot read is not checked, and the command is named', async () => {
	const r = await check(P.zip(clean.files), { before: () => {
		const slice = Blob.prototype.slice;
		Blob.prototype.slice = function (from, to) {
			const piece = slice.call(this, from, to);
			piece.arrayBuffer = () => Promise.reject(new DOMException('The file could not be read', 'NotReadableError'));
			return piece;
		};
	} });
	assert.strictEqual(r.result, 'not checked');
	assert.deepStrictEqual(r.faults, []);
	const shown = await page.evaluate(() => document.getElementById('result').innerText);
	assert.match(shown, /custody verify/);
});

test('a package of more than 2 GiB is taken, and what is quicker is named', async () => {
	const file = path.join(dir, 'large.zip');
	fs.writeFileSync(file, '');
	fs.truncateSync(file, 2 ** 31 + 1);
	await page.goto(PAGE);
	await page.choose('#file', file);
	await page.until(() => document.getElementById('result').innerText.includes('custody verify large.zip'));
	assert.strictEqual(await page.evaluate(() => document.documentElement.dataset.result), 'running');
	await page.goto(PAGE);
	fs.unlinkSync(file);
});

test('records are counted by type: shown, erased, withheld, not shown', async () => {
	const r = await check(P.zip(clean.files));
	assert.deepStrictEqual(r.types, [
		{ type: 'erasure.v1', log: 1, shown: 1, erased: 0, withheld: 0 },
		{ type: 'finding.v1', log: 199, shown: 198, erased: 1, withheld: 1 },
		{ type: 'scan.v1', log: 100, shown: 100, erased: 0, withheld: 0 },
	]);
});

test('packages of every size around a bundle are intact', async () => {
	for (const size of [200, 255, 256, 257, 512, 513]) {
		const r = await check(P.zip(P.seal(P.makePack({ size: Math.max(size, 200) })).files));
		assert.strictEqual(r.result, 'intact', `${size}: ${said(r)}`);
	}
});

test('numbers too large for the plain fields stand where ZIP64 has them', async () => {
	await page.goto(PAGE);
	const big = 2 ** 32 + 5, name = Buffer.from('a/ä.csv');
	const made = await page.evaluate(v => {
		const name = Uint8Array.from(v.name);
		const all = [line({ name, crc: 7, size: v.big, packed: 9, offset: v.big + 1 }), line({ name, crc: 7, size: v.big, packed: v.big, offset: 3 }),
			ending({ count: 70000, size: 8000000, start: 1000 }), ending({ count: 2, size: 200, start: v.big }), ending({ count: 2, size: 200, start: 1000 })];
		return all.map(hex);
	}, { big, name: [...name] });
	assert.deepStrictEqual(made, [P.listed(name, 7, { size: big, packed: 9, at: big + 1 }), P.listed(name, 7, { size: big, packed: big, at: 3 }),
		P.ending(70000, 8000000, 1000), P.ending(2, 200, big), P.ending(2, 200, 1000)].map(P.hex));
});

test('nothing but the page itself is ever requested', async () => {
	await check(P.zip(clean.files));
	assert.deepStrictEqual([...new Set(page.requests)].filter(u => u !== PAGE && !u.startsWith('blob:')), []);
});

test('with the key from elsewhere it is authentic, with a witness witnessed', async () => {
	assert.strictEqual((await check(P.zip(clean.files), { keys: clean.key.vkey })).result, 'authentic');
	const both = await check(P.zip(clean.files), { keys: `${clean.key.vkey}\n${clean.witness.vkey}` });
	assert.strictEqual(both.result, 'witnessed');
	assert.match(await page.evaluate(() => document.querySelector('.headline').innerText), /Witnessed since 2026-08-01/);
});

test('another key than the one given is named', async () => {
	names(await check(P.zip(clean.files), { keys: P.newKey('example.com/custody').vkey }), /another key than the one you gave/);
});

test('a wrong cosignature of a given witness is named', async () => {
	const p = copy();
	const lines = p.files.get('log/checkpoint').toString().split('\n');
	const blob = Buffer.from(lines[5].split(' ')[2], 'base64');
	blob[20] ^= 1;
	lines[5] = lines[5].split(' ').slice(0, 2).join(' ') + ' ' + blob.toString('base64');
	p.files.set('log/checkpoint', Buffer.from(lines.join('\n')));
	names(await check(P.zip(P.seal(p).files), { keys: clean.witness.vkey }), /cosignature of witness.example is wrong/);
});

test('a browser without Ed25519 says so and checks the rest', async () => {
	const none = () => {
		const old = crypto.subtle.importKey.bind(crypto.subtle);
		crypto.subtle.importKey = (f, k, a, ...rest) => a === 'Ed25519'
			? Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError')) : old(f, k, a, ...rest);
	};
	const r = await check(P.zip(clean.files), { before: none });
	assert.strictEqual(r.result, 'unchecked', said(r));
	assert.match(await page.evaluate(() => document.getElementById('result').innerText), /signature not checked in this browser/);
	names(await check(P.zip(new Map([...clean.files, ['added', Buffer.from('x')]])), { before: none }), /added: this file was added/);
});

for (const name of [...clean.files.keys()])
	test(`a byte flipped in ${name.replace(/[0-9a-f]{60,}/, '…')} is named`, async () => {
		const r = await tampered(files => files.set(name, flip(files.get(name))));
		names(r, new RegExp('^' + name.replace(/[.+]/g, '\\$&') + ': ', 'm'));
	});

test('a flipped byte in every part of the container is named', async () => {
	const z = P.zip(clean.files);
	const central = z.indexOf('PK\x01\x02', 0, 'latin1');
	for (const at of [0, 10, 40, 1000, central - 1, central + 12, central + 50, z.length - 90, z.length - 100, z.length - 10, z.length - 80])
		names(await check(flip(z, at)), /the \.zip itself: /);
});

test('a byte after the end, a cut end and a file that is no ZIP are named', async () => {
	const z = P.zip(clean.files);
	names(await check(Buffer.concat([z, Buffer.from('x')])), /the \.zip itself/);
	names(await check(z.subarray(0, z.length - 300)), /the \.zip itself/);
	names(await check(Buffer.from('hello')), /not a ZIP file/);
	names(await check(Buffer.alloc(0)), /not a ZIP file/);
});

test('a dropped row of a CSV is named', async () => {
	const csv = '06-vulnerability-management/findings.csv';
	names(await tampered(f => f.set(csv, Buffer.from(f.get(csv).toString().replace('2,low\r\n', '')))), /findings\.csv: this file changed/);
});

test('a removed and an added file are named', async () => {
	names(await tampered(f => f.delete('style.css')), /style\.css: this file is missing/);
	names(await tampered(f => f.set('notes.txt', Buffer.from('new'))), /notes\.txt: this file was added/);
	names(await tampered(f => f.delete('log/tile/entries/000')), /log\/tile\/entries\/000: this file is missing/);
	names(await tampered(f => f.delete('manifest.json')), /manifest\.json: this file is missing/);
});

test('two leaves in another order are named, also under a new manifest', async () => {
	const reorder = (f, p) => {
		[p.leaves[10], p.leaves[11]] = [p.leaves[11], p.leaves[10]];
		P.bundles(f, p.leaves);
	};
	names(await tampered(reorder), /log\/tile\/entries\/000: this file changed/, /a record was changed, reordered/, /record 10/);
	names(await tampered(reorder, { reseal: true }), /a record was changed, reordered/, /record 11/);
});

test('a changed or dropped leaf under a new manifest is named', async () => {
	names(await tampered((f, p) => {
		p.leaves[20] = Buffer.from(p.leaves[20].toString().replace('finding.v1', 'finding.v2'));
		P.bundles(f, p.leaves);
	}, { reseal: true }), /a record was changed/);
	names(await tampered((f, p) => {
		f.delete('log/tile/entries/001.p/44');
		P.bundles(f, p.leaves.slice(0, 299));
	}, { reseal: true }), /001\.p\/44: this file is missing/, /001\.p\/43: this file lies outside/);
});

test('another key in the package is named', async () => {
	const other = P.newKey(clean.origin);
	names(await tampered(f => f.set('log/key.vkey', Buffer.from(other.vkey + '\n'))),
		/log\/checkpoint: it bears no signature by the key/, /manifest\.note: it bears no signature/);
	names(await tampered(f => f.set('log/key.vkey', Buffer.from(clean.key.vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+') + '\n'))), /key id/);
});

test('a package sealed by another key than the checkpoint is named', async () => {
	const p = copy();
	P.seal(p, { key: P.newKey(clean.origin) });
	names(await check(P.zip(p.files)), /manifest\.note: it bears no signature/);
});

function editPart(files, index, edit) {
	const name = index < 101 && index > 7 ? 'parts/000000.jsonl' : index <= 7 ? 'parts/000000.jsonl' : 'parts/000001.jsonl';
	const lines = files.get(name).toString().split('\n').map(l => {
		if (!l || JSON.parse(l).index !== index)
			return l;
		const o = edit(JSON.parse(l));
		return o ? JSON.stringify(o) : null;
	});
	files.set(name, Buffer.from(lines.filter(l => l !== null).join('\n')));
}

test('altered facts, words and salts are named with their record, also under a new manifest', async () => {
	const cases = [
		[12, o => ({ ...o, facts: o.facts.replace('high', 'low') }), /record 12 \(scan\.v1\): its facts were changed/],
		[13, o => ({ ...o, facts_salt: '00'.repeat(16) }), /record 13 \(finding\.v1\): its facts were changed/],
		[14, o => ({ ...o, words: o.words + ' ' }), /record 14 \(finding\.v1\): its words were changed/],
		[16, o => ({ ...o, words_salt: 'ff'.repeat(16) }), /record 16 \(finding\.v1\): its words were changed/],
		[17, o => ({ facts: o.facts, facts_salt: o.facts_salt, index: 17 }), /record 17 \(finding\.v1\): its words are missing/],
		[19, o => ({ ...o, index: 5000 }), /record 5000: .* not in the log/],
		[20, o => ({ ...o, words: 7 }), /record 20 \(finding\.v1\): its words or their salt are damaged/],
	];
	for (const [index, edit, pattern] of cases) {
		names(await tampered(f => editPart(f, index, edit)), /parts\/000000\.jsonl: this file changed/, pattern);
		names(await tampered(f => editPart(f, index, edit), { reseal: true }), pattern);
	}
});

test('a part twice, out of order or damaged is named', async () => {
	const name = 'parts/000001.jsonl';
	const lines = clean.files.get(name).toString();
	const first = lines.slice(0, lines.indexOf('\n') + 1);
	names(await tampered(f => f.set(name, Buffer.from(lines + first)), { reseal: true }), /shows it a second time/);
	names(await tampered(f => f.set(name, Buffer.from(lines + '{"index":1\n')), { reseal: true }), /line \d+: this line is damaged/);
	names(await tampered(f => f.set(name, Buffer.from(lines.slice(0, -1))), { reseal: true }), /its last line does not end/);
});

test('altered, renamed, missing and foreign evidence is named', async () => {
	const name = [...clean.files.keys()].find(n => n.startsWith('evidence/'));
	const change = f => f.set(name, Buffer.from('{"runs":[1]}\n'));
	names(await tampered(change), /evidence\/[0-9a-f]{64}: this file changed/);
	names(await tampered(change, { reseal: true }), /the name of this evidence is not the digest/);
	names(await tampered(f => f.delete(name), { reseal: true }), /this evidence is missing: record 0 \(scan\.v1\) cites it/);
	names(await tampered(f => f.set(`evidence/${P.hex(P.sha256('new'))}`, Buffer.from('new')), { reseal: true }), /no record in the log cites/);
});

test('what is neither erased nor withheld is missing', async () => {
	names(await tampered(f => f.set('withheld.json', Buffer.from('{"withheld":[]}')), { reseal: true }),
		/record 8 .*its words are missing/, /evidence\/[0-9a-f]{64}: this evidence is missing/);
	names(await tampered(f => editPart(f, 299, () => null), { reseal: true }), /record 5 \(finding\.v1\): its words are missing/);
});

test('a time stamp of other bytes, and a note of another log, are named', async () => {
	names(await tampered(f => f.set('log/anchors/1.tsr', f.get('log/anchors/2.tsr')), { reseal: true }), /1\.tsr: its imprint is not the digest/);
	names(await tampered((f, p) => f.set('log/anchors/1.note',
		Buffer.from(P.note(p.key, P.checkpointText(p.origin, p.leaves.slice(1, 201))))), { reseal: true }), /1\.note: its root is not that of the first 200/);
	names(await tampered(f => f.delete('log/anchors/1.note'), { reseal: true }), /1\.note: this file is missing/);
});

test('the openssl line it prints is one that openssl accepts', async () => {
	await check(P.zip(clean.files));
	const lines = await page.evaluate(() => [...document.querySelectorAll('pre')].map(p => p.textContent));
	assert.deepStrictEqual(lines, [1, 2].map(n =>
		`openssl ts -verify -data log/anchors/${n}.note -in log/anchors/${n}.tsr -CAfile authority.pem`));
});

test('names that leave the folder are refused', async () => {
	names(await tampered(f => f.set('../evil', Buffer.from('x'))), /has a name that no file of a pack may have/);
});

test('a folder can be checked as well', async () => {
	const root = path.join(dir, 'unpacked');
	for (const [name, bytes] of clean.files) {
		fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
		fs.writeFileSync(path.join(root, name), bytes);
	}
	await page.goto(PAGE);
	await page.choose('#folder', root);
	const r = await result();
	assert.strictEqual(r.result, 'intact', said(r));
});

test('a key line that is none is refused with a sentence', async () => {
	await page.goto(PAGE);
	await page.evaluate(() => { document.getElementById('keys').value = 'nonsense'; });
	const file = path.join(dir, 'x.zip');
	fs.writeFileSync(file, P.zip(clean.files));
	await page.choose('#file', file);
	await page.until(() => document.getElementById('keyerror').textContent !== '');
	assert.match(await page.evaluate(() => document.getElementById('keyerror').textContent), /cannot be used: it is not a key line/);
});
