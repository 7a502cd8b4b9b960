// One Chromium for a test file. $CHROMIUM names another program than Debian's.
'use strict';

const puppeteer = require('puppeteer-core');

let running = null;

function browser() {
	running = running || puppeteer.launch({
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
		headless: true,
		args: ['--disable-gpu', '--disable-dev-shm-usage', ...(process.getuid() === 0 ? ['--no-sandbox'] : [])],
	});
	return running;
}

module.exports = { browser };
