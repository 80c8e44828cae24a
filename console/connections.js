// SPDX-License-Identifier: BSD-2-Clause
// connections.js - the last connections: who came, and what the origin was told
import { button, emptyBox, errorBox, fill, h, select, table, td, th, tr } from './dom.js';
import { bytes, clock, t, time } from './i18n.js';

const POLL_MS = 2000;
const BACK_OFF_MS = 10000;

function address(endpoint) {
  return endpoint.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

// What the origin believes, against who it is
function toldCell(c) {
  if (!c.Told)
    return [
      h('span', { class: 'quiet' }, c.Mode === 'OFF' ? t('told.off') : t('told.not.yet')),
      h('div', { class: 'mode' }, t(`mode.${c.Mode}`)),
    ];
  const isSame = c.Told === c.Client;

  return [
    h('span', { class: 'address' }, c.Told),
    h(
      'div',
      { class: isSame ? 'same' : 'differs' },
      h('span', { class: 'mode' }, t(`mode.${c.Mode}`)),
      ' ',
      isSame
        ? t('told.same')
        : t(address(c.Told) === address(c.Client) ? 'told.port' : 'told.other'),
    ),
  ];
}

function row(c, names) {
  return tr(
    { 'data-session': c.SessionId },
    td(t('conn.time'), h('time', { datetime: c.ConnectTime, title: time(c.ConnectTime) }, clock(c.ConnectTime))),
    td(t('conn.client'), h('span', { class: 'address' }, c.Client), { class: 'first' }),
    td(t('conn.told'), toldCell(c)),
    td(t('conn.listen'), [
      h(
        'div',
        {},
        h('span', { class: 'proto' }, c.Protocol),
        ' ',
        h('span', { class: 'address' }, c.Listen),
      ),
      h('div', { class: 'quiet' }, names.get(c.RuleId) || c.RuleId),
    ]),
    td(t('conn.origin'), h('span', { class: 'address' }, c.Origin || '–')),
    td(t('conn.bytes'), [
      h('div', {}, `↑ ${bytes(c.BytesUp)}`),
      h('div', {}, `↓ ${bytes(c.BytesDown)}`),
    ], { class: 'num' }),
    td(t('status'), [
      h('span', { class: `badge ${c.Open ? 'online' : 'offline'}` }, t(c.Open ? 'conn.open' : 'conn.closed')),
      !c.Open && c.Reason !== '-' && h('code', { class: 'why' }, c.Reason),
    ]),
  );
}

export function connectionsPart(app, id) {
  const box = h('div', { class: 'hold' }, h('p', { class: 'quiet loading' }, t('loading')));
  const errors = h('div');
  const names = new Map();
  let rule = '';
  let timer = 0;
  let stopped = false;
  let drawn = '';
  const live = h('input', {
    type: 'checkbox',
    role: 'switch',
    id: 'live',
    checked: true,
    onchange: load,
  });
  const rules = select([['', t('conn.rule.all')]], '', {
    id: 'filter-rule',
    'aria-label': t('conn.rule'),
    onchange: () => {
      rule = rules.value;
      load(true);
    },
  });

  function draw(list) {
    const text = JSON.stringify(list);

    if (text === drawn) return;
    drawn = text;
    if (!list.length) {
      fill(box, emptyBox(t('conn.none'), t('conn.none.text')));
      return;
    }
    const tab = table(
      t('connections'),
      [
        th(t('conn.time')),
        th(t('conn.client')),
        th(t('conn.told')),
        th(t('conn.listen')),
        th(t('conn.origin')),
        th(t('conn.bytes'), { class: 'num' }),
        th(t('status')),
      ],
      { class: 'cards connections' },
    );

    tab.body.append(...list.map((c) => row(c, names)));
    fill(box, tab.element);
  }

  async function load(isOnce = false) {
    let wait = POLL_MS;

    clearTimeout(timer);
    if (stopped || (document.hidden && isOnce !== true)) return;
    if (!live.checked && isOnce !== true) return;
    try {
      const { Connections } = await app.client.ask('TpDescribeConnections', {
        ProxyId: id,
        ...(rule && { RuleId: rule }),
      });

      if (stopped) return;
      fill(errors);
      draw(Connections);
    } catch (error) {
      if (stopped) return;
      if (error.isAuth) {
        app.fail(error);
        return;
      }
      fill(errors, errorBox(error), button(t('do.again'), () => load(true)));
      wait = BACK_OFF_MS;
    }
    if (!stopped) timer = setTimeout(load, wait);
  }

  async function nameRules() {
    try {
      for (const r of await app.client.rules(id)) {
        const text = `${r.Protocol} ${r.PortRange.join(';')}`;

        names.set(r.RuleId, r.RuleTag ? `${r.RuleTag} (${text})` : text);
      }
    } catch {
      // ids stand for the names
    }
    rules.append(
      ...[...names].map(([key, name]) => h('option', { value: key }, name)),
    );
    drawn = '';
    load(true);
  }

  document.addEventListener('visibilitychange', load);
  return {
    element: h(
      'section',
      { 'aria-label': t('connections') },
      h(
        'div',
        { class: 'tools' },
        rules,
        h('label', { class: 'check', for: 'live' }, live, t('live')),
        h('span', { class: 'grow' }),
        h('span', { class: 'quiet' }, t('conn.last')),
      ),
      errors,
      box,
    ),
    instance() {},
    start: nameRules,
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', load);
    },
  };
}
