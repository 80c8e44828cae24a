#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
// sdk.cjs - one call through the product's own SDK, told as one JSON line
//
// usage: sdk.cjs STATE ENDPOINT ACTION BODY [KEY] [SKEW_SECONDS]
//
// ENDPOINT is ADDR:PORT, or https://ADDR:PORT for TLS.
// Prints {"ok":RESPONSE} or {"code":CODE,"message":TEXT}. The SDK signs with
// the credentials of the state directory, or with KEY; the clock can be moved.
'use strict';

const fs = require('fs');
const path = require('path');
const [state, endpoint, action, body, otherKey, skew] = process.argv.slice(2);
const [secretId, secretKey] = fs
  .readFileSync(path.join(state, 'credentials'), 'utf8')
  .trim()
  .split(' ');

if (skew) {
  const now = Date.now.bind(Date);
  const Real = Date;
  global.Date = class extends Real {
    constructor(...args) {
      super(...(args.length ? args : [now() + Number(skew) * 1000]));
    }
    static now() {
      return now() + Number(skew) * 1000;
    }
  };
}

const { teo } = require('tencentcloud-sdk-nodejs-teo');
const client = new teo.v20220901.Client({
  credential: { secretId, secretKey: otherKey || secretKey },
  region: '',
  profile: {
    httpProfile: {
      endpoint: endpoint.replace('https://', ''),
      protocol: endpoint.startsWith('https://') ? 'https://' : 'http://',
      reqTimeout: 20,
    },
  },
});

client[action](JSON.parse(body)).then(
  (r) => console.log(JSON.stringify({ ok: r })),
  (e) => console.log(JSON.stringify({ code: e.code, message: e.message })),
);
