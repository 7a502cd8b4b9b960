// Puts the example page documents through the templates, into test/front/out. Run: node render.js
// The renderer is the part of Mustache that the templates use; the program has its own.
'use strict';

const fs = require('fs');
const path = require('path');

const SITE = path.resolve(__dirname, '../../src/pack/site');
const PAGES = path.resolve(__dirname, '../data/pages');

const template = name => fs.readFileSync(path.join(SITE, name + '.mustache'), 'utf8');
const templates = () => fs.readdirSync(SITE).filter(f => f.endsWith('.mustache')).map(f => f.slice(0, -9));
const document = name => JSON.parse(fs.readFileSync(path.join(PAGES, name + '.json'), 'utf8'));
const pages = () => fs.readdirSync(PAGES).filter(f => f.endsWith('.json')).map(f => f.slice(0, -5));

const ESCAPE = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = v => String(v).replace(/[&<>"]/g, c => ESCAPE[c]);

// Tags that stand alone on a line take the line with them; a partial there is indented as its tag.
const TAG = /(^[ \t]*)\{\{([#^/>!])\s*((?:(?!\}\})[^])*?)\s*\}\}[ \t]*(\r?\n|$)|\{\{([#^/>!]?)\s*([^]*?)\s*\}\}/gm;

function parse(text) {
	const root = { children: [] }, stack = [root];
	let at = 0;
	for (const m of text.matchAll(TAG)) {
		const [sign, name] = m[2] ? [m[2], m[3]] : [m[5], m[6]];
		const top = stack[stack.length - 1];
		top.children.push(text.slice(at, m.index));
		at = m.index + m[0].length;
		if (sign === '#' || sign === '^')
			stack.push({ sign, name, children: [] }) && top.children.push(stack[stack.length - 1]);
		else if (sign === '/')
			stack.pop();
		else if (sign !== '!')
			top.children.push({ sign, name, indent: m[1] || '' });
	}
	root.children.push(text.slice(at));
	return root.children;
}

function look(stack, name) {
	const [first, ...more] = name.split('.');
	const from = stack.slice().reverse().find(c => c !== null && typeof c === 'object' && first in c);
	return more.reduce((v, k) => v === null || v === undefined ? undefined : v[k], from && from[first]);
}

function put(nodes, stack) {
	return nodes.map(n => {
		if (typeof n === 'string')
			return n;
		if (n.sign === '>')
			return put(parse(template(n.name).replace(/^(?=.)/gm, n.indent)), stack);
		const v = look(stack, n.name);
		const no = v === undefined || v === null || v === false || v === '' || (Array.isArray(v) && v.length === 0);
		if (n.sign === '^')
			return no ? put(n.children, stack) : '';
		if (n.sign === '#')
			return no ? '' : Array.isArray(v) ? v.map(i => put(n.children, [...stack, i])).join('') : put(n.children, [...stack, v]);
		return no ? '' : escape(v);
	}).join('');
}

const render = (name, data = document(name)) => put(parse(template(name)), [data]);

// Each page lies where its base says: at the top, or in one folder.
function renderAll(out) {
	fs.rmSync(out, { recursive: true, force: true });
	fs.mkdirSync(path.join(out, 'in'), { recursive: true });
	for (const f of ['style.css', 'verify.html'])
		fs.copyFileSync(path.join(SITE, f), path.join(out, f));
	return pages().map(name => {
		const file = path.join(out, document(name).base ? 'in' : '.', name + '.html');
		fs.writeFileSync(file, render(name));
		return { name, file };
	});
}

if (require.main === module)
	renderAll(path.resolve(__dirname, 'out'));

module.exports = { SITE, template, templates, document, pages, render, renderAll };
