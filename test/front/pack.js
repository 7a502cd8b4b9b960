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

function zipEntry(name, data, offset, zip64) {
	const packed = data.length > 200 ? zlib.deflateRawSync(data) : data;
	const method = data.length > 200 ? 8 : 0;
	const n = Buffer.from(name);
	const fixed = Buffer.alloc(26);
	fixed.writeUInt16LE(zip64 ? 45 : 20, 0);
	fixed.writeUInt16LE(0x0800, 2);
	fixed.writeUInt16LE(method, 4);
	fixed.writeUInt16LE(0, 6);
	fixed.writeUInt16LE(0x21, 8);
	fixed.writeUInt32LE(crc32(data), 10);
	fixed.writeUInt32LE(packed.length, 14);
	fixed.writeUInt32LE(data.length, 18);
	fixed.writeUInt16LE(n.length, 22);
	const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fixed, n, packed]);
	const central = Buffer.alloc(46);
	central.write('PK\x01\x02', 'latin1');
	central.writeUInt16LE(0x0314, 4);
	fixed.copy(central, 6);
	let extra = Buffer.alloc(0);
	if (zip64) {
		central.writeUInt32LE(0xffffffff, 42);
		extra = Buffer.alloc(12);
		extra.writeUInt16LE(1, 0);
		extra.writeUInt16LE(8, 2);
		extra.writeBigUInt64LE(BigInt(offset), 4);
		central.writeUInt16LE(12, 30);
	} else {
		central.writeUInt32LE(offset, 42);
	}
	return { local, central: Buffer.concat([central, n, extra]) };
}

function crc32(data) {
	let c = ~0;
	for (const b of data) {
		c ^= b;
		for (let i = 0; i < 8; i++)
			c = (c >>> 1) ^ (0xedb88320 & -(c & 1));
	}
	return ~c >>> 0;
}

function zip(files, { zip64 = false } = {}) {
	const locals = [], centrals = [];
	let offset = 0;
	for (const [name, data] of files) {
		const e = zipEntry(name, data, offset, zip64);
		locals.push(e.local);
		centrals.push(e.central);
		offset += e.local.length;
	}
	const central = Buffer.concat(centrals);
	const end = Buffer.alloc(22);
	end.write('PK\x05\x06', 'latin1');
	end.writeUInt16LE(zip64 ? 0xffff : files.size, 8);
	end.writeUInt16LE(zip64 ? 0xffff : files.size, 10);
	end.writeUInt32LE(zip64 ? 0xffffffff : central.length, 12);
	end.writeUInt32LE(zip64 ? 0xffffffff : offset, 16);
	end.writeUInt16LE(85, 20);
	const body = Buffer.concat([...locals, central, ...(zip64 ? [end64(files.size, central.length, offset)] : []), end]);
	return Buffer.concat([body, Buffer.from(`custody-zip/1 sha256=${hex(sha256(body))}`)]);
}

function end64(count, size, offset) {
	const b = Buffer.alloc(76);
	b.write('PK\x06\x06', 'latin1');
	b.writeBigUInt64LE(44n, 4);
	b.writeBigUInt64LE(BigInt(count), 24);
	b.writeBigUInt64LE(BigInt(count), 32);
	b.writeBigUInt64LE(BigInt(size), 40);
	b.writeBigUInt64LE(BigInt(offset), 48);
	b.write('PK\x06\x07', 56, 'latin1');
	b.writeBigUInt64LE(BigInt(offset + size), 64);
	b.writeUInt32LE(1, 72);
	return b;
}

module.exports = { makePack, seal, zip, note, checkpointText, newKey, bundles, partLine, canonical, sha256, hex, root,
	ERASED, WITHHELD, HIDDEN };
