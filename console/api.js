// SPDX-License-Identifier: BSD-2-Clause
// api.js - calls of the API. Each is signed here (TC3-HMAC-SHA256) with the key
// that the user typed; the browser adds nothing that gives a right, so no other
// site can make it act.

const VERSION = '2022-09-01';
const ALGORITHM = 'TC3-HMAC-SHA256';
const SERVICE = 'teo';
const SIGNED = 'content-type;host;x-tc-action;x-tp-nonce';
const TIMEOUT_MS = 30000;
export const BATCH_MAX = 200; // rules in one call
const LIST_MAX = 1000; // of one page of a list

const utf8 = new TextEncoder();

// details: what the server says of each line of a batch
export class ApiError extends Error {
  constructor(code, message, details = []) {
    super(message);
    this.code = code;
    this.details = details;
  }

  get isAuth() {
    return this.code.startsWith('AuthFailure.');
  }
}

// Browsers sign only in a secure context: TLS, or this very host.
export function canSign() {
  return Boolean(globalThis.crypto && globalThis.crypto.subtle);
}

function hex(buffer) {
  return Array.from(new Uint8Array(buffer), (b) =>
    b.toString(16).padStart(2, '0'),
  ).join('');
}

async function sha256(text) {
  return hex(await crypto.subtle.digest('SHA-256', utf8.encode(text)));
}

function hmacKey(bytes) {
  return crypto.subtle.importKey(
    'raw',
    bytes,
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
}

function hmac(key, text) {
  return crypto.subtle.sign('HMAC', key, utf8.encode(text));
}

// secretKey: as hmacKey() made it of "TC3" and the key; scripts cannot read it
export async function authorization(who, { host, action, body, time, nonce }) {
  const date = new Date(time * 1000).toISOString().slice(0, 10);
  const scope = `${date}/${SERVICE}/tc3_request`;
  const request = [
    'POST',
    '/',
    '',
    'content-type:application/json',
    `host:${host.toLowerCase()}`,
    `x-tc-action:${action.toLowerCase()}`,
    `x-tp-nonce:${nonce}`,
    '',
    SIGNED,
    await sha256(body),
  ].join('\n');
  const text = [ALGORITHM, time, scope, await sha256(request)].join('\n');
  let key = who.secretKey;

  for (const step of [date, SERVICE, 'tc3_request'])
    key = await hmacKey(await hmac(key, step));
  return (
    `${ALGORITHM} Credential=${who.secretId}/${scope}, ` +
    `SignedHeaders=${SIGNED}, Signature=${hex(await hmac(key, text))}`
  );
}

export class Client {
  static async open(secretId, secretKey, zone) {
    const key = await hmacKey(utf8.encode(`TC3${secretKey}`));

    return new Client({ secretId, secretKey: key }, zone);
  }

  constructor(who, zone) {
    this.who = who;
    this.zone = zone;
  }

  // Return: the response; throws an ApiError
  call(action, params = {}) {
    return this.ask(action, { ZoneId: this.zone, ...params });
  }

  // As call(), of the whole process, which has no zone
  async ask(action, params) {
    const body = JSON.stringify(params);
    const time = Math.floor(Date.now() / 1000);
    const nonce = hex(crypto.getRandomValues(new Uint8Array(12)));
    const auth = await authorization(this.who, {
      host: location.host,
      action,
      body,
      time,
      nonce,
    });
    let answer;

    try {
      const response = await fetch('/', {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'X-TC-Action': action,
          'X-TC-Version': VERSION,
          'X-TC-Timestamp': String(time),
          'X-TP-Nonce': nonce,
          Authorization: auth,
        },
        body,
        credentials: 'omit',
        cache: 'no-store',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });

      answer = (await response.json()).Response;
    } catch (error) {
      throw new ApiError('Network', String(error.message || error));
    }
    if (answer.Error)
      throw new ApiError(
        answer.Error.Code,
        answer.Error.Message,
        answer.Details,
      );
    return answer;
  }

  // The whole of a list, page by page
  async list(action, field, params = {}) {
    const all = [];

    for (;;) {
      const page = await this.call(action, {
        ...params,
        Offset: all.length,
        Limit: LIST_MAX,
      });

      all.push(...page[field]);
      if (!page[field].length || all.length >= page.TotalCount) return all;
    }
  }

  instances() {
    return this.list('DescribeL4Proxy', 'L4Proxies');
  }

  async instance(id) {
    const { L4Proxies } = await this.call('DescribeL4Proxy', {
      Filters: [{ Name: 'proxy-id', Values: [id] }],
    });

    return L4Proxies[0] || null;
  }

  rules(id) {
    return this.list('DescribeL4ProxyRules', 'L4ProxyRules', { ProxyId: id });
  }

  groups() {
    return this.list('DescribeOriginGroup', 'OriginGroups');
  }

  // An action on rules by their ids, in as many calls as its limit wants
  async eachBatch(action, id, ids, params = {}) {
    for (let i = 0; i < ids.length; i += BATCH_MAX)
      await this.call(action, {
        ProxyId: id,
        RuleIds: ids.slice(i, i + BATCH_MAX),
        ...params,
      });
  }

  switchRules(id, ids, status) {
    return this.eachBatch('ModifyL4ProxyRulesStatus', id, ids, {
      Status: status,
    });
  }

  deleteRules(id, ids) {
    return this.eachBatch('DeleteL4ProxyRules', id, ids);
  }
}
