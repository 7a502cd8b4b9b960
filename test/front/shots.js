// Pictures of every example page, in light, dark, narrow and on paper, into test/front/out. Run: node shots.js
'use strict';

const path = require('path');
const { browser } = require('./browser.js');
const { renderAll } = require('./render.js');

(async () => {
	const b = await browser();
	const page = await b.newPage();
	for (const { file } of renderAll(path.resolve(__dirname, 'out'))) {
		const to = (kind, end = 'png') => file.replace(/\.html$/, `-${kind}.${end}`);
		for (const [kind, width, media] of [['light', 1280, {}], ['dark', 1280, { scheme: 'dark' }], ['narrow', 420, {}], ['print', 673, { type: 'print' }]]) {
			await page.size(width);
			await page.media(media);
			await page.goto('file://' + file);
			await page.picture(to(kind));
		}
		await page.media({});
		await page.pdf(to('paper', 'pdf'));
	}
	await b.close();
})();
