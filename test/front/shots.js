// Pictures of every example page, in light, dark, narrow and on paper, into test/front/out. Run: node shots.js
'use strict';

const { browser } = require('./browser.js');
const { renderAll } = require('./render.js');

(async () => {
	const b = await browser();
	const page = await b.newPage();
	for (const { name, file } of renderAll()) {
		for (const [kind, width, scheme] of [['light', 1280, 'light'], ['dark', 1280, 'dark'], ['narrow', 420, 'light']]) {
			await page.setViewport({ width, height: 900 });
			await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
			await page.goto('file://' + file);
			await page.screenshot({ path: file.replace('.html', `-${kind}.png`), fullPage: true });
		}
		await page.pdf({ path: file.replace('.html', '.pdf'), preferCSSPageSize: true });
	}
	await b.close();
})();
