// SPDX-License-Identifier: BSD-2-Clause
// harness.cjs - cases, the API as another client signs it, the data path, and a
// browser in which every violation of the page's policy is kept
'use strict';

const { execFile, execFileSync } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const path = require('path');
const { chromium } = require('playwright-core');

const env = process.env;
const ROOT = path.join(__dirname, '..', '..');
const OUT = path.join(ROOT, 'out', 'console');
const API = env.API;
const [secretId, secretKey] = fs
  .readFileSync(path.join(env.STATE, 'credentials'), 'utf8')
  .trim()
  .split(' ');

// ---- cases ----

let failed = 0;
let current = null; // page of the running case

async function test(name, f) {
  const only = (env.ONLY || '*')
    .split('*')
    .map((s) => s.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');

  if (!new RegExp(`^${only}$`).test(name)) return;
  try {
    await f();
    console.log(`ok - ${name}`);
  } catch (error) {
    failed++;
    console.error(`${name}: ${error.stack || error}`);
    if (current)
      await current
        .screenshot({ path: path.join(OUT, `failed-${failed}.png`) })
        .catch(() => {});
    console.log(`not ok - ${name}`);
  }
}

function equal(what, got, want) {
  const a = JSON.stringify(got);
  const b = JSON.stringify(want);

  if (a !== b) throw new Error(`${what}: got ${a}, wanted ${b}`);
}

function ok(what, value) {
  if (!value) throw new Error(what);
}

async function until(what, f, ms = 20000) {
  const end = Date.now() + ms;
  let last;

  for (;;) {
    last = await f();
    if (last === true) return;
    if (Date.now() > end)
      throw new Error(`${what}: never; last ${JSON.stringify(last)}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

// ---- the API, signed here with another implementation ----

function hmac(key, text) {
  return crypto.createHmac('sha256', key).update(text).digest();
}

function sha256(text) {
  return crypto.createHash('sha256').update(text).digest('hex');
}

function request(method, url, headers, body = '') {
  const [host, port] = API.split(':');

  return new Promise((resolve, reject) => {
    const r = http.request(
      { host, port, method, path: url, headers },
      (answer) => {
        const parts = [];

        answer.on('data', (d) => parts.push(d));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode,
            headers: answer.headers,
            text: Buffer.concat(parts).toString(),
          }),
        );
      },
    );

    r.on('error', reject);
    r.end(body);
  });
}

async function api(action, params) {
  const body = JSON.stringify(params);
  const time = Math.floor(Date.now() / 1000);
  const date = new Date(time * 1000).toISOString().slice(0, 10);
  const nonce = crypto.randomBytes(8).toString('hex');
  const names = 'content-type;host;x-tp-nonce';
  const canonical = `POST\n/\n\ncontent-type:application/json\nhost:${API}\nx-tp-nonce:${nonce}\n\n${names}\n${sha256(body)}`;
  const scope = `${date}/teo/tc3_request`;
  const text = `TC3-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`;
  const key = hmac(hmac(hmac(`TC3${secretKey}`, date), 'teo'), 'tc3_request');
  const answer = await request(
    'POST',
    '/',
    {
      'Content-Type': 'application/json',
      Host: API,
      'X-TC-Action': action,
      'X-TC-Version': '2022-09-01',
      'X-TC-Timestamp': time,
      'X-TP-Nonce': nonce,
      Authorization: `TC3-HMAC-SHA256 Credential=${secretId}/${scope}, SignedHeaders=${names}, Signature=${hmac(key, text).toString('hex')}`,
    },
    body,
  );

  return JSON.parse(answer.text).Response;
}

function ctl(...args) {
  return execFileSync(
    env.TP_PROXY,
    ['ctl', '--state', env.STATE, ...args],
    { encoding: 'utf8' },
  );
}

// ---- the data path: a client in its own namespace ----

function client(...args) {
  return new Promise((resolve) => {
    execFile(
      'ip',
      ['netns', 'exec', env.NS_C, env.TP_CLIENT, '-q', ...args],
      (error, stdout, stderr) =>
        resolve(error ? `${error.code}: ${stderr}` : 'ok'),
    );
  });
}

// Does the origin learn our address through this port?
function whoami(port) {
  return client('--src', env.CLIENT4, '-c', '1', '--whoami', env.VIP4, String(port));
}

// ---- the browser ----

const complaints = [];

// @keep: the screenshots that are there
async function launch({ keep = false, args = [] } = {}) {
  if (!keep) fs.rmSync(OUT, { recursive: true, force: true });
  fs.mkdirSync(OUT, { recursive: true });
  return chromium.launch({
    executablePath: env.CHROMIUM,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', ...args],
  });
}

async function open(browser, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    acceptDownloads: true,
    ...options,
  });

  context.setDefaultTimeout(20000);
  await context.exposeFunction('tellViolation', (text) =>
    complaints.push(text),
  );
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) =>
      window.tellViolation(`violation: ${e.violatedDirective} ${e.blockedURI}`),
    );
  });
  const page = await context.newPage();

  current = page;
  page.on('pageerror', (e) => complaints.push(`error: ${e.stack}`));
  page.on('console', (m) => {
    // said of every page without TLS from elsewhere, and true
    if (m.text().startsWith('The Cross-Origin-Opener-Policy header has been'))
      return;
    if (m.type() === 'error' || m.type() === 'warning')
      complaints.push(`console: ${m.text()}`);
  });
  page.on('request', (r) => {
    if (!/^(https?:\/\/(127\.0\.0\.1|203\.0\.113\.1):\d+\/|blob:)/.test(r.url()))
      complaints.push(`request to ${r.url()}`);
  });
  return page;
}

async function login(page, { key = secretKey, id = secretId, keep = false, zone = 'zone-local', at = `http://${API}/` } = {}) {
  await page.goto(at);
  await page.locator('input[name=id]').fill(id);
  await page.locator('input[name=key]').fill(key);
  await page.locator('input[name=zone]').fill(zone);
  if (keep) await page.locator('#keep').check();
  await page.locator('form button[type=submit]').click();
}

function shot(page, name, options = {}) {
  return page.screenshot({
    path: path.join(OUT, `${name}.png`),
    animations: 'disabled',
    ...options,
  });
}

// A module of the page that imports nothing
function pageModule(name) {
  const text = fs.readFileSync(path.join(ROOT, 'console', name), 'utf8');

  return import(
    `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`
  );
}

module.exports = {
  api, client, complaints, ctl, equal, launch, login, ok, open, pageModule,
  request, secretId, secretKey, shot, test, until, whoami,
  failures: () => failed,
  use: (page) => {
    current = page;
  },
};
