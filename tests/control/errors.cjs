#!/usr/bin/env node
// SPDX-License-Identifier: BSD-2-Clause
// errors.cjs - every error that the product documents for these actions,
// provoked through the product's own SDK
//
// usage: errors.cjs STATE ENDPOINT [banned|lacking PROXY]
//
// The server has --quota 2 and --settle 300ms. One line a case: "ok ID", or
// "not ok ID" and why. After a call that is refused all must be as before.
'use strict';

const fs = require('fs');
const path = require('path');
const [state, endpoint, phase, theId] = process.argv.slice(2);
const [secretId, secretKey] = fs
  .readFileSync(path.join(state, 'credentials'), 'utf8')
  .trim()
  .split(' ');
const { teo } = require('tencentcloud-sdk-nodejs-teo');
const ZoneId = 'zone-errors';
const client = new teo.v20220901.Client({
  credential: { secretId, secretKey },
  region: '',
  profile: { httpProfile: { endpoint, protocol: 'http://', reqTimeout: 20 } },
});
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// {code} or the response; actions of our own go the SDK's common way
async function call(action, body = {}) {
  const all = { ZoneId, ...body };
  for (let turn = 0; turn < 5; turn++) {
    try {
      return await (client[action]
        ? client[action](all)
        : client.request(action, all));
    } catch (e) {
      // the SDK signs the second: the same change twice in one is refused
      if (e.code !== 'AuthFailure.SignatureReplayed')
        return { code: e.code, message: e.message };
      await pause(1000 - (Date.now() % 1000));
    }
  }
  return { code: 'always replayed' };
}

async function settled(ProxyId, want) {
  for (let turn = 0; turn < 200; turn++) {
    const r = await call('DescribeL4Proxy', {
      Filters: [{ Name: 'proxy-id', Values: [ProxyId] }],
    });
    const rules = await call('DescribeL4ProxyRules', { ProxyId, Limit: 1000 });
    const all = [r.L4Proxies[0], ...rules.L4ProxyRules];
    if (
      r.L4Proxies[0].Status === want &&
      all.every((x) => x.Status !== 'progress' && x.Status !== 'stopping')
    )
      return;
    await pause(25);
  }
  throw new Error(`${ProxyId} does not become ${want}`);
}

// What there is, without times that pass
async function snapshot(proxies) {
  const list = [
    await call('DescribeL4Proxy', { Limit: 100 }),
    await call('DescribeOriginGroup', { Limit: 100 }),
  ];
  for (const ProxyId of proxies)
    list.push(await call('DescribeL4ProxyRules', { ProxyId, Limit: 1000 }));
  return JSON.stringify(list, (k, v) => (k === 'RequestId' ? undefined : v));
}

let failed = 0;
async function refused(id, want, action, body, proxies = []) {
  const before = await snapshot(proxies);
  const got = await call(action, body);
  const why = [];
  if (got.code !== want) why.push(`${got.code || 'no error'}, not ${want}`);
  if (got.code && !(got.message || '').trim()) why.push('no sentence');
  if ((await snapshot(proxies)) !== before) why.push('something has changed');
  failed += why.length ? 1 : 0;
  console.log(why.length ? `not ok ${id}: ${why.join('; ')}` : `ok ${id}`);
}

const IP = 'InvalidParameter.';
const OD = 'OperationDenied.';
const proxy = (more) => ({ ProxyName: 'new', Area: 'overseas', ...more });

const creations = [
  ['name', IP + 'ProxyNameNotMatched', { ProxyName: '-a' }],
  ['name-twice', IP + 'ProxyNameDuplicating', { ProxyName: 'one' }],
  ['ipv6-static', OD + 'Ipv6StaticIpConflict', { StaticIp: 'on', Ipv6: 'on' }],
  [
    'accelerate-ipv6',
    OD + 'AccelerateMainlandIpv6Conflict',
    { AccelerateMainland: 'on', Ipv6: 'on' },
  ],
  [
    'accelerate',
    OD + 'AccelerateMainlandDisable',
    { AccelerateMainland: 'on', Area: 'global' },
  ],
  [
    'static-area',
    OD + 'StaticIpAreaConflict',
    { StaticIp: 'on', Area: 'mainland' },
  ],
  [
    'ipv6-advanced',
    OD + 'Ipv6AdvancedConflict',
    {
      Ipv6: 'on',
      Area: 'global',
      DDosProtectionConfig: { LevelOverseas: 'ANYCAST300' },
    },
  ],
  ['area', IP + 'ParameterError', { Area: 'moon' }],
  ['switch', IP + 'ParameterError', { Ipv6: 'maybe' }],
  ['no-name', 'MissingParameter', { ProxyName: undefined }],
  ['type', 'InvalidParameter', { ProxyName: 7 }],
  ['quota', 'LimitExceeded.UserQuotaLimited', {}],
];

const rule = (more) => ({
  Protocol: 'TCP',
  PortRange: ['13000'],
  OriginType: 'IP_DOMAIN',
  OriginValue: ['192.0.2.1'],
  OriginPortRange: '80',
  ...more,
});
const rules = [
  ['proto', IP + 'InvalidRuleProto', { Protocol: 'SCTP' }],
  ['port', IP + 'RulePortInteger', { PortRange: ['65000'] }],
  ['port-group', IP + 'RulePortGroup', { PortRange: ['90-80'] }],
  ['port-twice', IP + 'RulePortDuplicating', { PortRange: ['12001'] }],
  ['origin', IP + 'RuleOriginFormatError', { OriginValue: ['a b'] }],
  ['origin-none', IP + 'RuleOriginValueError', { OriginValue: [] }],
  [
    'origin-twice',
    IP + 'RuleOriginValueError',
    { OriginValue: ['192.0.2.1', '192.0.2.1'] },
  ],
  ['origin-port', IP + 'RuleOriginPortInteger', { OriginPortRange: '0' }],
  [
    'mixed',
    IP + 'OriginL4RecordIPV4MixDomain',
    { OriginValue: ['192.0.2.1', 'a.example.com'] },
  ],
  [
    'domains',
    IP + 'OriginL4RecordMultiDomain',
    { OriginValue: ['a.example.com', 'b.example.com'] },
  ],
  ['origin-ip', IP + 'InvalidOriginIp', { OriginValue: ['0.0.0.0'] }],
  [
    'mode-proto',
    IP + 'ParameterError',
    { Protocol: 'UDP', ClientIPPassThroughMode: 'TOA' },
  ],
  ['mode', IP + 'ParameterError', { ClientIPPassThroughMode: 'PPV3' }],
  [
    'persist-time',
    IP + 'ParameterError',
    { SessionPersist: 'on', SessionPersistTime: 29 },
  ],
  ['tag', IP + 'ParameterError', { RuleTag: 'x'.repeat(51) }],
  [
    'group-none',
    'InvalidParameterValue.OriginGroupNotExists',
    { OriginType: 'ORIGIN_GROUP', OriginValue: ['og-none'] },
  ],
  [
    'group-form',
    IP + 'InvalidOriginValue',
    { OriginType: 'ORIGIN_GROUP', OriginValue: ['192.0.2.1'] },
  ],
  [
    'lb',
    'UnsupportedOperation',
    { OriginType: 'LB', OriginValue: ['lb-1'] },
  ],
  ['missing', 'MissingParameter', { Protocol: undefined }],
  ['unknown', 'UnknownParameter', { Colour: 'red' }],
];

async function lives(one, two, ruleId, groupId) {
  const on = (id, want, action, body) => refused(id, want, action, body, [one]);
  const many = (n, f) => Array.from({ length: n }, (_, i) => f(i));
  const line = (i) => `tcp:${1000 + i} 192.0.2.1 80 off off`;
  const bad = { ProxyId: one, DryRun: true };

  for (const [id, want, more] of rules)
    await on('rules/' + id, want, 'CreateL4ProxyRules', {
      ProxyId: one,
      L4ProxyRules: [rule({ PortRange: ['13001'] }), rule(more)],
    });
  await on('rules/batch', 'LimitExceeded.BatchQuota', 'CreateL4ProxyRules', {
    ProxyId: one,
    L4ProxyRules: many(201, (i) => rule({ PortRange: [`${14000 + i}`] })),
  });
  await on(
    'import/2001',
    'LimitExceeded.ProxyRulesLimitExceeded',
    'TpImportL4ProxyRules',
    { ...bad, Text: many(2001, line).join('\n') },
  );
  await on(
    'import/domains',
    IP + 'RuleOriginMultiDomain',
    'TpImportL4ProxyRules',
    { ...bad, Text: 'tcp:80 a.example.com,b.example.com 80 off off\n' },
  );
  await on('rules/modify', IP + 'RulePortDuplicating', 'ModifyL4ProxyRules', {
    ProxyId: one,
    L4ProxyRules: [{ RuleId: ruleId, PortRange: ['12002'] }],
  });
  await on('rules/modify-none', 'ResourceNotFound', 'ModifyL4ProxyRules', {
    ProxyId: one,
    L4ProxyRules: [{ RuleId: 'rule-none', RuleTag: 'x' }],
  });
  await on('rules/status', IP + 'ParameterError', 'ModifyL4ProxyRulesStatus', {
    ProxyId: one,
    RuleIds: [ruleId],
    Status: 'fail',
  });
  await on('rules/delete', 'UnsupportedOperation', 'DeleteL4ProxyRules', {
    ProxyId: one,
    RuleIds: [ruleId],
  });
  await on('rules/filter', 'InvalidParameterValue', 'DescribeL4ProxyRules', {
    ProxyId: one,
    Filters: [{ Name: 'colour', Values: ['red'] }],
  });
  await on('rules/limit', 'InvalidParameterValue', 'DescribeL4ProxyRules', {
    ProxyId: one,
    Limit: 1001,
  });
  await on('group/used', OD + 'OriginGroupL4Used', 'DeleteOriginGroup', {
    GroupId: groupId,
  });
  await on('group/none', 'ResourceNotFound', 'DeleteOriginGroup', {
    GroupId: 'og-none',
  });
  await on('group/name', IP + 'ParameterError', 'CreateOriginGroup', {
    Name: 'a b',
    Type: 'GENERAL',
    Records: [{ Record: '192.0.2.1' }],
  });
  await on('group/modify', 'ResourceNotFound', 'ModifyOriginGroup', {
    GroupId: 'og-none',
    Name: 'c',
  });
  await on('proxy/none', 'ResourceNotFound', 'ModifyL4Proxy', {
    ProxyId: 'sid-none',
    Ipv6: 'on',
  });
  await on('proxy/other-zone', 'ResourceNotFound', 'DeleteL4Proxy', {
    ZoneId: 'zone-other',
    ProxyId: one,
  });
  await on('proxy/delete', 'FailedOperation', 'DeleteL4Proxy', {
    ProxyId: one,
  });
  await on('proxy/status', IP + 'ParameterError', 'ModifyL4ProxyStatus', {
    ProxyId: one,
    Status: 'banned',
  });
  await on('proxy/modify', OD + 'AccelerateMainlandIpv6Conflict', 'ModifyL4Proxy', {
    ProxyId: one,
    Ipv6: 'on',
    AccelerateMainland: 'on',
  });
  // seed/36, 37: whatever else an instance has stays as it was made
  await on('proxy/modify-area', 'UnknownParameter', 'ModifyL4Proxy', {
    ProxyId: one,
    Area: 'global',
  });
  await on('proxy/modify-mode', 'UnknownParameter', 'ModifyL4Proxy', {
    ProxyId: one,
    ProxyType: 'instance',
  });
  await on('live/limit', 'InvalidParameterValue', 'TpDescribeConnections', {
    ZoneId: undefined,
    Limit: 257,
  });
  await on('live/batch', 'LimitExceeded.BatchQuota', 'TpDescribeStatistics', {
    ZoneId: undefined,
    RuleIds: many(201, String),
  });
  await on('action', 'InvalidAction', 'DescribeNothing', {});
  // what is under way takes no other change, and what is offline no rule
  await call('ModifyL4ProxyStatus', { ProxyId: two, Status: 'offline' });
  const got = await call('ModifyL4Proxy', { ProxyId: two, Ipv6: 'on' });
  const is = got.code === OD + 'L4ProxyInProcessStatus';
  failed += is ? 0 : 1;
  console.log(`${is ? 'ok' : 'not ok'} proxy/in-process: ${got.code}`);
  const del = await call('DeleteL4Proxy', { ProxyId: two });
  const isBusy = del.code === OD + 'L4ProxyInProcessStatus';
  failed += isBusy ? 0 : 1;
  console.log(`${isBusy ? 'ok' : 'not ok'} proxy/delete-stopping: ${del.code}`);
  await settled(two, 'offline');
  await on('proxy/offline', OD + 'L4ProxyInOfflineStatus', 'CreateL4ProxyRules', {
    ProxyId: two,
    L4ProxyRules: [rule({})],
  });
}

async function main() {
  if (phase === 'banned') {
    const id = { ProxyId: theId };
    await refused('banned/rules', OD + 'L4ProxyInBannedStatus',
      'CreateL4ProxyRules', { ...id, L4ProxyRules: [rule({})] }, [theId]);
    await refused('banned/modify', OD + 'L4ProxyInBannedStatus',
      'ModifyL4Proxy', { ...id, Ipv6: 'on' }, [theId]);
    await refused('banned/status', OD + 'L4ProxyInBannedStatus',
      'ModifyL4ProxyStatus', { ...id, Status: 'offline' }, [theId]);
    return;
  }
  if (phase === 'lacking') {
    await refused('create/lack', OD + 'L4LackOfResources', 'CreateL4Proxy',
      proxy({ ProxyName: 'one-more' }), [theId]);
    await refused('rules/lack', OD + 'L4PortLackOfResources',
      'CreateL4ProxyRules',
      { ProxyId: theId, L4ProxyRules: [rule({ PortRange: ['13999'] })] },
      [theId]);
    return;
  }
  const one = (await call('CreateL4Proxy', proxy({ ProxyName: 'one' }))).ProxyId;
  const two = (await call('CreateL4Proxy', proxy({ ProxyName: 'two' }))).ProxyId;
  await settled(one, 'online');
  await settled(two, 'online');
  const group = (
    await call('CreateOriginGroup', {
      Name: 'g',
      Type: 'GENERAL',
      Records: [{ Record: '192.0.2.1', Type: 'IP_DOMAIN' }],
    })
  ).OriginGroupId;
  const ids = (
    await call('CreateL4ProxyRules', {
      ProxyId: one,
      L4ProxyRules: [
        rule({ PortRange: ['12001'] }),
        rule({
          PortRange: ['12002'],
          OriginType: 'ORIGIN_GROUP',
          OriginValue: [group],
        }),
      ],
    })
  ).L4ProxyRuleIds;
  await settled(one, 'online');
  for (const [id, want, more] of creations)
    await refused('create/' + id, want, 'CreateL4Proxy', proxy(more));
  await lives(one, two, ids[0], group);
}

main().then(
  () => process.exit(failed ? 1 : 0),
  (e) => {
    console.log(`not ok: ${e.stack}`);
    process.exit(3);
  },
);
