// Puts the example page documents through the templates, into test/front/out. Run: node render.js
'use strict';

const fs = require('fs');
const path = require('path');
const Mustache = require('mustache');

const SITE = path.resolve(__dirname, '../../src/pack/site');
const PAGES = path.resolve(__dirname, '../data/pages');
const OUT = path.resolve(__dirname, 'out');

const template = name => fs.readFileSync(path.join(SITE, name + '.mustache'), 'utf8');
const templates = () => fs.readdirSync(SITE).filter(f => f.endsWith('.mustache')).map(f => f.slice(0, -9));
const document = name => JSON.parse(fs.readFileSync(path.join(PAGES, name + '.json'), 'utf8'));
const pages = () => fs.readdirSync(PAGES).filter(f => f.endsWith('.json')).map(f => f.slice(0, -5));

const render = name => Mustache.render(template(name), document(name), name => template(name));

// Each page lies where its base says: at the top, or in one folder.
function renderAll() {
	fs.rmSync(OUT, { recursive: true, force: true });
	fs.mkdirSync(path.join(OUT, 'in'), { recursive: true });
	for (const f of ['style.css', 'verify.html'])
		fs.copyFileSync(path.join(SITE, f), path.join(OUT, f));
	return pages().map(name => {
		const file = path.join(OUT, document(name).base ? 'in' : '.', name + '.html');
		fs.writeFileSync(file, render(name));
		return { name, file };
	});
}

if (require.main === module)
	renderAll();

module.exports = { SITE, template, templates, document, pages, render, renderAll };
