// Makes a small evidence package by doc/format-pack.md, with a fresh key, in plain Node:
// written from the format alone, so that it and verify.html check each other.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');
const zlib = require('zlib');
const { execFileSync } = require('child_process');

const sha256 = (...parts) => {
	const h = crypto.createHash('sha256');
	parts.forEach(p => h.update(p));
	return h.digest();
};
const hex = b => Buffer.from(b).toString('hex');

function canonical(v) {
	if (v === null || typeof v !== 'object')
		return JSON.stringify(v);
	if (Array.isArray(v))
		return '[' + v.map(canonical).join(',') + ']';
	return '{' + Object.keys(v).sort().map(k => JSON.stringify(k) + ':' + canonical(v[k])).join(',') + '}';
}

// ---- tree: the recursive definition of RFC 6962, not the one verify.html uses

function root(leaves) {
	if (leaves.length === 0)
		return sha256('');
	if (leaves.length === 1)
		return sha256(Buffer.from([0]), leaves[0]);
	let k = 1;
	while (k * 2 < leaves.length)
		k *= 2;
	return sha256(Buffer.from([1]), root(leaves.slice(0, k)), root(leaves.slice(k)));
}

// ---- keys and notes

function newKey(name, kind = 1) {
	const pair = crypto.generateKeyPairSync('ed25519');
	const pub = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x, 'base64url');
	const id = sha256(name, Buffer.from([10, kind]), pub).subarray(0, 4);
	const vkey = `${name}+${hex(id)}+${Buffer.concat([Buffer.from([kind]), pub]).toString('base64')}`;
	return { name, id, pub, vkey, sign: m => crypto.sign(null, Buffer.from(m), pair.privateKey) };
}

const line = (key, blob) => `\u2014 ${key.name} ${Buffer.concat([key.id, blob]).toString('base64')}\n`;
const note = (key, text) => `${text}\n${line(key, key.sign(text))}`;
const checkpointText = (origin, leaves) => `${origin}\n${leaves.length}\n${root(leaves).toString('base64')}\n`;

function cosign(key, text, time) {
	const t = Buffer.alloc(8);
	t.writeBigUInt64BE(BigInt(time));
	return line(key, Buffer.concat([t, key.sign(`cosignature/v1\ntime ${time}\n${text}`)]));
}

// ---- records

let clock = 0;
const at = () => new Date(Date.UTC(2026, 7, 1) + 1000 * clock++).toISOString().replace('.000', '');
const id = n => hex(sha256('id' + n)).slice(0, 32);

function record({ type, facts, words, cites = [] }) {
	const r = { facts: canonical(facts), facts_salt: crypto.randomBytes(16) };
	const time = at();
	const header = {
		about: id(type), by: id('by'), effective: time, received: time, type,
		facts: hex(sha256(r.facts_salt, r.facts)),
		origin: { author: 'signed', content: 'collected', in: id('in') },
	};
	if (cites.length)
		header.cites = [...cites].sort();
	if (words !== undefined) {
		r.words = canonical(words);
		r.words_salt = crypto.randomBytes(16);
		header.words = hex(sha256(r.words_salt, r.words));
	}
	return { ...r, leaf: Buffer.from(canonical(header)) };
}

const ERASED = 5, WITHHELD = 8, HIDDEN = 7;

function records(size, evidence) {
	const out = [];
	for (let i = 0; i < size - 1; i++)
		out.push(record({
			type: i % 3 ? 'finding.v1' : 'scan.v1',
			facts: { n: i, severity: 'high', where: 'src/ä€😂.c' },
			words: i % 3 ? { title: `Finding ${i}: "quoted", ümlaut, \u2028 and </script>` } : undefined,
			cites: i === 0 ? [hex(sha256(evidence[0])), hex(sha256(evidence[1]))]
				: i === 1 ? [hex(sha256(evidence[2]))] : i === HIDDEN ? [hex(sha256('of a record not shown'))] : [],
		}));
	out.push(record({
		type: 'erasure.v1',
		facts: { targets: [{ index: ERASED, words: true }, { evidence: hex(sha256(evidence[2])) }], why: 'asked for' },
	}));
	return out;
}

function partLine(r, index) {
	const o = { facts: r.facts, facts_salt: hex(r.facts_salt), index };
	if (r.words !== undefined && index !== ERASED && index !== WITHHELD) {
		o.words = r.words;
		o.words_salt = hex(r.words_salt);
	}
	return JSON.stringify(o) + '\n';
}

const group = n => {
	let s = String(n % 1000).padStart(3, '0');
	for (n = Math.floor(n / 1000); n > 0; n = Math.floor(n / 1000))
		s = 'x' + String(n % 1000).padStart(3, '0') + '/' + s;
	return s;
};

function bundles(files, leaves) {
	for (let n = 0; n * 256 < leaves.length; n++) {
		const some = leaves.slice(n * 256, n * 256 + 256);
		const parts = some.map(l => Buffer.concat([Buffer.from([l.length >> 8, l.length & 255]), l]));
		files.set(`log/tile/entries/${group(n)}${some.length < 256 ? `.p/${some.length}` : ''}`, Buffer.concat(parts));
	}
}

// ---- a time-stamp authority by OpenSSL, made once per run

let authority = null;

function makeAuthority() {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'custody-tsa-'));
	const conf = `[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=ext\n[dn]\nCN=Test time-stamp authority\n` +
		'[ext]\nbasicConstraints=critical,CA:TRUE\nextendedKeyUsage=critical,timeStamping\n' +
		`[tsa]\ndefault_tsa=t\n[t]\nserial=${dir}/serial\nsigner_cert=${dir}/tsa.pem\nsigner_key=${dir}/tsa.key\n` +
		'certs=$signer_cert\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256,sha384\naccuracy=secs:1\ness_cert_id_alg=sha256\n';
	fs.writeFileSync(`${dir}/conf`, conf);
	fs.writeFileSync(`${dir}/serial`, '01\n');
	execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${dir}/tsa.key`, '-out', `${dir}/tsa.pem`,
		'-days', '30', '-config', `${dir}/conf`], { stdio: 'ignore' });
	return dir;
}

function stamp(bytes, digest) {
	authority = authority || makeAuthority();
	fs.writeFileSync(`${authority}/data`, bytes);
	execFileSync('openssl', ['ts', '-query', '-data', `${authority}/data`, `-${digest}`, '-cert', '-out', `${authority}/query`], { stdio: 'ignore' });
	execFileSync('openssl', ['ts', '-reply', '-queryfile', `${authority}/query`, '-config', `${authority}/conf`, '-section', 't',
		'-out', `${authority}/reply`], { stdio: 'ignore', env: { ...process.env, signer_cert: `${authority}/tsa.pem` } });
	return fs.readFileSync(`${authority}/reply`);
}

// ---- the pack

const HTML = '<!doctype html><title>Evidence package</title><p>Statement of evidence';

// {size, origin} → a pack: its files before sealing, the key, the records.
function makePack({ size = 300, origin = 'example.com/custody' } = {}) {
	clock = 0;
	const evidence = [Buffer.from('{"runs":[]}\n'), crypto.randomBytes(70000), Buffer.from('erased later')];
	const key = newKey(origin), witness = newKey('witness.example', 4);
	const recs = records(size, evidence);
	const leaves = recs.map(r => r.leaf);
	const files = new Map();
	files.set('index.html', Buffer.from(HTML));
	files.set('style.css', Buffer.from('body { color: black }\n'));
	files.set('06-vulnerability-management/index.html', Buffer.from(HTML));
	files.set('06-vulnerability-management/findings.csv', Buffer.from('id,severity\r\n1,high\r\n2,low\r\n3,medium\r\n'));
	files.set('06-vulnerability-management/findings.json', Buffer.from('[{"id":1},{"id":2},{"id":3}]'));
	files.set('log/key.vkey', Buffer.from(key.vkey + '\n'));
	bundles(files, leaves);
	const shown = recs.map(partLine).filter((_, i) => i !== HIDDEN);
	files.set('parts/000000.jsonl', Buffer.from(shown.slice(0, 100).join('')));
	files.set('parts/000001.jsonl', Buffer.from(shown.slice(100).join('')));
	files.set('withheld.json', Buffer.from(canonical({ withheld: [
		{ evidence: null, index: WITHHELD, part: 'words', why: 'names a customer' },
		{ evidence: hex(sha256(evidence[1])), index: null, part: null, why: 'too large for this copy' },
	] })));
	files.set(`evidence/${hex(sha256(evidence[0]))}`, evidence[0]);
	const text = checkpointText(origin, leaves);
	files.set('log/checkpoint', Buffer.from(note(key, text) + cosign(witness, text, 1785600000)));
	const early = Buffer.from(note(key, checkpointText(origin, leaves.slice(0, 200))));
	files.set('log/anchors/1.note', early);
	files.set('log/anchors/1.tsr', stamp(early, 'sha256'));
	files.set('log/anchors/2.note', files.get('log/checkpoint'));
	files.set('log/anchors/2.tsr', stamp(files.get('log/checkpoint'), 'sha384'));
	return { files, key, witness, records: recs, leaves, origin, evidence };
}

// Adds manifest.json and manifest.note over what the files are now.
function seal(pack, { key = pack.key } = {}) {
	const files = [...pack.files.keys()].filter(p => !p.startsWith('manifest.'))
		.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
		.map(p => ({ path: p, sha256: hex(sha256(pack.files.get(p))), size: pack.files.get(p).length }));
	const manifest = canonical({ files, pack: 'custody-pack/1' });
	pack.files.set('manifest.json', Buffer.from(manifest));
	pack.files.set('manifest.note', Buffer.from(note(key,
		`custody pack manifest v1\n${pack.origin}\n${pack.leaves.length}\n${hex(sha256(manifest))}\n`)));
	return pack;
}

// ---- the container

const le = (n, bytes) => {
	const b = Buffer.alloc(bytes);
	for (let i = 0; i < bytes; i++)
		b[i] = Number(BigInt(n) >> BigInt(8 * i) & 255n);
	return b;
};
const KIND = Buffer.from('2d0008080800' + '00002100', 'hex');
const SOME = 0xffffffff;

function listed(n, crc, { size, packed, at }) {
	const wide = [size, packed, at].filter(x => x >= SOME).map(x => le(x, 8));
	return Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), Buffer.from('2d03', 'hex'), KIND, le(crc, 4),
		...[packed, size].map(x => le(Math.min(x, SOME), 4)), le(n.length, 2), le(wide.length ? 4 + 8 * wide.length : 0, 2),
		Buffer.alloc(6), Buffer.from('0000a481', 'hex'), le(Math.min(at, SOME), 4), n,
		...(wide.length ? [le(1, 2), le(8 * wide.length, 2), ...wide] : [])]);
}

function zipEntry(name, data, offset) {
	const packed = zlib.deflateRawSync(data), n = Buffer.from(name), crc = le(crc32(data), 4);
	const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), KIND, Buffer.from('00000000ffffffffffffffff', 'hex'), le(n.length, 2),
		le(20, 2), n, Buffer.from('01001000', 'hex'), Buffer.alloc(16), packed,
		Buffer.from('PK\x07\x08', 'latin1'), crc, le(packed.length, 8), le(data.length, 8)]);
	return { local, central: listed(n, crc32(data), { size: data.length, packed: packed.length, at: offset }) };
}

const TABLE = Array.from({ length: 256 }, (_, c) => {
	for (let i = 0; i < 8; i++)
		c = (c >>> 1) ^ (0xedb88320 & -(c & 1));
	return c;
});

function crc32(data) {
	let c = ~0;
	for (const b of data)
		c = (c >>> 8) ^ TABLE[(c ^ b) & 255];
	return ~c >>> 0;
}

// Evidence first, then the others, by the bytes of their names.
const inOrder = files => [...files].map(([name, data]) => [name.startsWith('evidence/') ? 0 : 1, Buffer.from(name), name, data])
	.sort((a, b) => a[0] - b[0] || Buffer.compare(a[1], b[1])).map(e => e.slice(2));

function zip(files) {
	const locals = [], centrals = [];
	let offset = 0;
	for (const [name, data] of inOrder(files)) {
		const e = zipEntry(name, data, offset);
		locals.push(e.local);
		centrals.push(e.central);
		offset += e.local.length;
	}
	const central = Buffer.concat(centrals);
	const body = Buffer.concat([...locals, central, ending(files.size, central.length, offset)]);
	return Buffer.concat([body, Buffer.from(`custody-zip/1 sha256=${hex(sha256(body))}`)]);
}

const end64 = (count, size, offset) => Buffer.concat([Buffer.from('PK\x06\x06', 'latin1'), le(44, 8), Buffer.from('2d032d00', 'hex'), Buffer.alloc(8),
	le(count, 8), le(count, 8), le(size, 8), le(offset, 8), Buffer.from('PK\x06\x07', 'latin1'), le(0, 4), le(offset + size, 8), le(1, 4)]);

const ending = (count, size, offset) => Buffer.concat([
	...(count >= 0xffff || size >= SOME || offset >= SOME ? [end64(count, size, offset)] : []),
	Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(4), le(Math.min(count, 0xffff), 2), le(Math.min(count, 0xffff), 2),
	le(Math.min(size, SOME), 4), le(Math.min(offset, SOME), 4), le(85, 2)]);

module.exports = { listed, ending, makePack, seal, zip, note, checkpointText, newKey, bundles, partLine, canonical, sha256, hex, root,
	ERASED, WITHHELD, HIDDEN };
