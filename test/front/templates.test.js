// The templates of a pack: every tag is a field its page declares, the example documents
// hold exactly these fields, the pages hold in a browser, and the words are ours.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { SITE, template, templates, document, pages, render, renderAll } = require('./render.js');
const { browser } = require('./browser.js');

const out = fs.mkdtempSync(path.join(os.tmpdir(), 'custody-pages-'));

test.after(async () => {
	await (await browser()).close();
	fs.rmSync(out, { recursive: true });
});

const TYPES = ['text', 'path', 'url', 'word', 'int', 'num', 'flag', 'list', 'partial'];

// "  name[].field: type  remark" in the comment a template begins with.
function declared(name) {
	const m = /^\{\{!\n(page|partial) (\w+):([^]*?)\n\}\}\n/.exec(template(name));
	assert.ok(m, `${name}: it does not begin with its declaration`);
	assert.strictEqual(m[2], name);
	const fields = new Map();
	for (const line of m[3].split('\n')) {
		const f = /^ {2}([\w.[\]]+): (\w+)(.*)$/.exec(line);
		if (!f)
			continue;
		assert.ok(TYPES.includes(f[2]), `${name}: ${f[1]} has the unknown type ${f[2]}`);
		fields.set(f[1].replace(/\[\]$/, ''), { type: f[2], optional: f[2] === 'partial' || /may be absent/.test(f[3]) });
	}
	return { kind: m[1], fields };
}

const tags = name => [...template(name).replace(/\{\{![^]*?\}\}/g, '').matchAll(/\{\{([#^/>&{]?)\s*([^}]*?)\s*\}\}/g)].map(m => ({ sign: m[1], name: m[2] }));

// All fields of a page, those of its partials under the list they are used in.
function fieldsOf(page) {
	const all = new Map(), uses = [];
	const walk = (name, at) => {
		for (const [f, d] of declared(name).fields)
			if (!all.has(at + f) || d.type !== 'partial')
				all.set(at + f, { ...d, optional: d.optional || (all.has(at + f) && all.get(at + f).optional) });
		const stack = [at];
		for (const t of tags(name)) {
			assert.ok(!'&{'.includes(t.sign) || t.sign === '', `${name}: {{${t.sign}${t.name}}} is not escaped`);
			if (t.sign === '>')
				walk(t.name, stack[stack.length - 1]);
			else if (t.sign === '/')
				stack.pop();
			else
				uses.push({ name, t, stack: [...stack] });
			if (t.sign === '#' || t.sign === '^') {
				const list = stack.slice().reverse().find(p => (all.get(p + t.name) || {}).type === 'list');
				stack.push(list !== undefined && t.sign === '#' ? `${list}${t.name}[].` : stack[stack.length - 1]);
			}
		}
		assert.strictEqual(stack.length, 1, `${name}: a section is not closed`);
	};
	walk(page, '');
	return { all, uses };
}

for (const page of pages())
	test(`every tag of the page ${page} is a declared field`, () => {
		const { all, uses } = fieldsOf(page);
		for (const { name, t, stack } of uses)
			assert.ok(stack.some(p => all.has(p + t.name)), `${name}.mustache: {{${t.sign}${t.name}}} is declared nowhere`);
	});

function fits(type, v) {
	switch (type) {
	case 'list': return Array.isArray(v);
	case 'flag': return typeof v === 'boolean';
	case 'int': return Number.isInteger(v);
	case 'num': return Number.isFinite(v);
	case 'url': return v === '' || /^https?:\/\//.test(v);
	case 'path': return typeof v === 'string' && !/^[a-z]+:|^\//.test(v);
	case 'word': return /^[a-z-]*$/.test(v);
	default: return typeof v === 'string';
	}
}

for (const page of pages())
	test(`the example of the page ${page} holds the declared fields and no others`, () => {
		const { all } = fieldsOf(page);
		const inner = at => [...all.keys()].some(k => k.startsWith(at + '.'));
		const walk = (v, at) => {
			for (const [k, child] of Object.entries(v)) {
				const d = all.get(at + k);
				if (child !== null && typeof child === 'object' && !Array.isArray(child) && inner(at + k)) {
					walk(child, at + k + '.');
					continue;
				}
				assert.ok(d, `${at + k} is not declared`);
				assert.ok(child === null ? d.optional : fits(d.type, child), `${at + k} is not a ${d.type}: ${JSON.stringify(child)}`);
				if (Array.isArray(child))
					child.forEach(c => walk(c, at + k + '[].'));
			}
			for (const [f, d] of all)
				if (f.startsWith(at) && !/[.[]/.test(f.slice(at.length)) && !d.optional)
					assert.ok(f.slice(at.length) in v, `${f} is absent from the example`);
		};
		walk(document(page), '');
	});

test('each page is declared as one, each partial is used', () => {
	assert.deepStrictEqual(templates().filter(t => declared(t).kind === 'page').sort(), pages().sort());
	const used = new Set(templates().flatMap(t => tags(t).filter(x => x.sign === '>').map(x => x.name)));
	for (const t of templates())
		assert.ok(declared(t).kind === 'page' || used.has(t), `${t} is used nowhere`);
});

test('what people wrote cannot become markup', () => {
	const evil = '"><script>alert(1)</script>\'';
	for (const page of pages()) {
		const poison = v => Array.isArray(v) ? v.map(poison) : v && typeof v === 'object'
			? Object.fromEntries(Object.entries(v).map(([k, c]) => [k, poison(c)])) : typeof v === 'string' ? evil : v;
		const html = render(page, poison(document(page)));
		assert.ok(!html.includes('<script') && !html.includes('"><'.concat('script')), page);
	}
});

test('the words are those of the house', () => {
	const not = /\bverdict|certifie[sd]|\bcomplian|guarantee|tamper-?proof|unforgeable|immutable|\bproof of\b/i;
	const files = fs.readdirSync(SITE).map(f => path.join(SITE, f));
	for (const f of files) {
		const bad = fs.readFileSync(f, 'utf8').split('\n').map((l, i) => `${path.basename(f)}:${i + 1}: ${l}`).filter(l => not.test(l));
		assert.deepStrictEqual(bad, []);
	}
});

test('the pages fit any width, hold one heading, ask for nothing and run nothing', async () => {
	const page = await (await browser()).newPage();
	for (const { name, file } of renderAll(out)) {
		for (const width of [360, 800, 1280]) {
			await page.size(width);
			await page.goto('file://' + file);
			const r = await page.evaluate(() => ({
				over: document.documentElement.scrollWidth - innerWidth,
				h1: document.querySelectorAll('h1').length, scripts: document.scripts.length,
				styled: getComputedStyle(document.querySelector('.places')).fontSize !== getComputedStyle(document.body).fontSize,
				unlabelled: [...document.querySelectorAll('svg:not([aria-hidden]):not([aria-label])')].length,
			}));
			assert.ok(r.over <= 0, `${name} is ${r.over} px wider than ${width}`);
			assert.deepStrictEqual({ ...r, over: 0 }, { over: 0, h1: 1, scripts: 0, styled: true, unlabelled: 0 }, `${name} at ${width}`);
		}
	}
	assert.deepStrictEqual(page.requests.filter(u => !u.startsWith('file://')), []);
});

test('text can be read in light and dark: contrast of at least 4.5', async () => {
	const page = await (await browser()).newPage();
	for (const scheme of ['light', 'dark'])
		for (const { name, file } of renderAll(out)) {
			await page.media({ scheme });
			await page.goto('file://' + file);
			const low = await page.evaluate(() => {
				const rgb = s => (s.match(/[\d.]+/g) || []).map(Number);
				const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
					.reduce((n, v, i) => n + v * [.2126, .7152, .0722][i], 0);
				const ground = e => {
					for (; e; e = e.parentElement) {
						const c = rgb(getComputedStyle(e).backgroundColor);
						if (c.length === 3 || c[3] > 0)
							return c;
					}
					return [255, 255, 255];
				};
				return [...document.querySelectorAll('main *:not(svg, svg *)')].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())).map(e => {
					const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
					return { what: e.className + ' ' + e.textContent.slice(0, 30), ratio: (a + .05) / (b + .05) };
				}).filter(x => x.ratio < 4.5);
			});
			assert.deepStrictEqual(low, [], `${name}, ${scheme}`);
		}
});

