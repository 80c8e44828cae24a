#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
// tls.cjs - the console over TLS, from an address that is not the machine's own
// to the browser: it trusts the one certificate that it is given, and signs
//
// Run by tests/e2e/t-console.sh, as console.cjs.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const {
  complaints, ctl, equal, failures, launch, login, ok, open, shot, test, use,
} = require('./harness.cjs');

const env = process.env;
const AT = `https://${env.VIP4}:8443/`;

// What the browser knows a certificate's key by
function pin(path) {
  const der = new crypto.X509Certificate(fs.readFileSync(path)).publicKey.export({
    type: 'spki',
    format: 'der',
  });

  return crypto.createHash('sha256').update(der).digest('base64');
}

async function stranger() {
  const browser = await launch({ keep: true });
  const page = await open(browser);
  const said = await page.goto(AT).then(
    () => 'a page',
    (e) => String(e),
  );

  await browser.close();
  ok(`without the certificate: ${said}`, said.includes('ERR_CERT_AUTHORITY_INVALID'));
}

async function overTls() {
  const want = JSON.parse(ctl('list', '-J')).map((p) => p.ProxyName);
  const browser = await launch({
    keep: true,
    args: [`--ignore-certificate-errors-spki-list=${pin(env.CERT)}`],
  });
  const page = await open(browser);

  ok('there is an instance', want.length > 0);
  complaints.length = 0; // of the page that did not come
  await login(page, { at: AT });
  for (const name of want)
    await page.locator('tbody tr').filter({ hasText: name }).waitFor();
  equal('rows', await page.locator('tbody tr').count(), want.length);
  equal('secure', await page.evaluate(() => [location.protocol, isSecureContext]), ['https:', true]);
  await shot(page, 'instances-tls');
  equal('complaints of the browser', complaints, []);
  await browser.close();
}

async function main() {
  await test('over TLS: a certificate nobody signed is refused', stranger);
  await test('over TLS: signed in from elsewhere, the instances', overTls);
  use(null);
  process.exit(failures() ? 1 : 0);
}

main().catch((error) => {
  console.error(error);
  process.exit(2);
});
