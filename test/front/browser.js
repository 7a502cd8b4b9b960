// One Chromium for a test file, driven over a pipe (DevTools protocol) in plain Node, so
// that the tests need nothing but Debian's nodejs and chromium. $CHROMIUM names another.
'use strict';

const { spawn } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const FLAGS = ['--headless=new', '--remote-debugging-pipe', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--no-sandbox',
	'--disable-background-networking', '--disable-breakpad', '--disable-crash-reporter', '--hide-scrollbars', '--allow-file-access-from-files'];

class Browser {
	constructor() {
		this.profile = fs.mkdtempSync(path.join(os.tmpdir(), 'custody-chromium-'));
		this.child = spawn(process.env.CHROMIUM || 'chromium', [...FLAGS, `--user-data-dir=${this.profile}`, 'about:blank'],
			{ stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: this.profile } });
		this.waiting = new Map();
		this.pages = new Map();
		this.next = 1;
		this.ended = new Promise(done => this.child.once('exit', done));
		this.child.once('exit', code => this.waiting.forEach(w => w.no(new Error(`Chromium ended with ${code}`))));
		this.child.once('error', e => this.waiting.forEach(w => w.no(e)));
		let rest = [];
		this.child.stdio[4].on('data', data => {
			for (let at; (at = data.indexOf(0)) >= 0; data = data.subarray(at + 1)) {
				this.message(JSON.parse(Buffer.concat([...rest, data.subarray(0, at)]).toString()));
				rest = [];
			}
			rest.push(data);
		});
	}
	message(m) {
		const w = this.waiting.get(m.id);
		if (!w) {
			const page = this.pages.get(m.sessionId);
			return page && page.event(m.method, m.params);
		}
		this.waiting.delete(m.id);
		return m.error ? w.no(new Error(`${w.method}: ${m.error.message}`)) : w.ok(m.result);
	}
	send(method, params = {}, sessionId) {
		return new Promise((ok, no) => {
			const id = this.next++;
			this.waiting.set(id, { ok, no, method });
			this.child.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + '\0');
		});
	}
	async newPage() {
		const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
		const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
		const page = new Page(this, sessionId);
		this.pages.set(sessionId, page);
		for (const domain of ['Page', 'Runtime', 'Network', 'DOM'])
			await page.send(domain + '.enable');
		return page;
	}
	async close() {
		running = null;
		this.send('Browser.close').catch(() => {});
		await this.ended;
		fs.rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
	}
}

class Page {
	constructor(browser, session) {
		this.browser = browser;
		this.session = session;
		this.requests = [];		/* addresses asked for */
		this.errors = [];		/* exceptions nobody caught */
		this.loaded = null;
	}
	send(method, params) { return this.browser.send(method, params, this.session); }
	event(method, p) {
		if (method === 'Network.requestWillBeSent')
			this.requests.push(p.request.url);
		if (method === 'Runtime.exceptionThrown')
			this.errors.push((p.exceptionDetails.exception || {}).description || p.exceptionDetails.text);
		if (method === 'Page.loadEventFired' && this.loaded)
			this.loaded();
	}
	async goto(url) {
		const loaded = new Promise(done => { this.loaded = done; });
		const { errorText } = await this.send('Page.navigate', { url });
		if (errorText)
			throw new Error(`${url}: ${errorText}`);
		await loaded;
	}
	// `f` is a function of plain values; it runs in the page.
	async evaluate(f, ...values) {
		const r = await this.send('Runtime.evaluate', { expression: `(${f})(...${JSON.stringify(values)})`, awaitPromise: true, returnByValue: true });
		if (r.exceptionDetails)
			throw new Error((r.exceptionDetails.exception || {}).description || r.exceptionDetails.text);
		return r.result.value;
	}
	async until(f, seconds = 60) {
		for (const end = Date.now() + 1000 * seconds; Date.now() < end; await new Promise(done => setTimeout(done, 20)))
			if (await this.evaluate(f))
				return;
		throw new Error(`not within ${seconds} seconds: ${f}`);
	}
	async choose(selector, ...files) {
		const { root } = await this.send('DOM.getDocument');
		const { nodeId } = await this.send('DOM.querySelector', { nodeId: root.nodeId, selector });
		await this.send('DOM.setFileInputFiles', { nodeId, files });
	}
	size(width, height = 900) {
		return this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
	}
	media({ type = '', scheme = 'light' }) {
		return this.send('Emulation.setEmulatedMedia', { media: type, features: [{ name: 'prefers-color-scheme', value: scheme }] });
	}
	async picture(file) {
		const { cssContentSize: { width, height } } = await this.send('Page.getLayoutMetrics');
		const { data } = await this.send('Page.captureScreenshot', { captureBeyondViewport: true, clip: { x: 0, y: 0, width, height, scale: 1 } });
		fs.writeFileSync(file, Buffer.from(data, 'base64'));
	}
	async pdf(file) {
		const { data } = await this.send('Page.printToPDF', { preferCSSPageSize: true, printBackground: true });
		fs.writeFileSync(file, Buffer.from(data, 'base64'));
	}
}

let running = null;

async function browser() {
	running = running || new Browser();
	return running;
}

module.exports = { browser };
