// SPDX-License-Identifier: BSD-2-Clause
// instances.js - the list of instances
import { createDialog } from './create.js';
import {
  badge, button, emptyBox, errorBox, fill, h, note, table, td, th, tr,
} from './dom.js';
import { number, t } from './i18n.js';

const POLL_MS = 1500;
const SETTLED_POLL_MS = 10000;

export function isMoving(x) {
  return x.Status === 'progress' || x.Status === 'stopping';
}

export function protectionText(p) {
  const c = p.DDosProtectionConfig;
  const parts = [];

  if (c.LevelMainland !== 'PLATFORM')
    parts.push(`${t(`level.${c.LevelMainland}`)}, ${c.MaxBandwidthMainland} Gbps`);
  if (c.LevelOverseas !== 'PLATFORM') parts.push(t(`level.${c.LevelOverseas}`));
  return parts.length ? parts.join('; ') : t('protection.default');
}

function onOff(value) {
  return value === 'on'
    ? h('span', { class: 'on' }, t('on'))
    : h('span', { class: 'quiet' }, t('off'));
}

function row(p) {
  return tr(
    {},
    td(
      t('instance.name'),
      [
        h('a', { href: `#/i/${p.ProxyId}`, class: 'strong' }, p.ProxyName),
        h('div', { class: 'id' }, p.ProxyId),
      ],
      { class: 'first' },
    ),
    td(t('status'), badge(p.Status)),
    td(t('area'), t(`area.${p.Area}`)),
    td(t('protection'), protectionText(p)),
    td('IPv6', onOff(p.Ipv6)),
    td(t('feature.StaticIp'), onOff(p.StaticIp)),
    td(t('feature.AccelerateMainland'), onOff(p.AccelerateMainland)),
    td(t('rules'), number(p.L4ProxyRuleCount), { class: 'num' }),
  );
}

export function instancesView(app) {
  const box = h('div', { class: 'hold' });
  let timer = 0;
  let stopped = false;

  function draw(list) {
    if (!list.length) {
      fill(
        box,
        emptyBox(
          t('instances.none'),
          t('instances.none.text', { zone: app.client.zone }),
          button(t('instance.create'), create, { class: 'primary' }),
        ),
      );
      return;
    }
    const tab = table(t('instances'), [
      th(t('instance.name')),
      th(t('status')),
      th(t('area')),
      th(t('protection')),
      th('IPv6'),
      th(t('feature.StaticIp')),
      th(t('feature.AccelerateMainland')),
      th(t('rules'), { class: 'num' }),
    ], { class: 'cards' });

    tab.body.append(...list.map(row));
    // a row that is asked for by keyboard keeps the focus
    const at = document.activeElement.getAttribute('href');

    fill(box, tab.element);
    if (at && at !== '#/') box.querySelector(`a[href="${at}"]`)?.focus();
  }

  async function load() {
    clearTimeout(timer);
    try {
      const list = await app.client.instances();

      if (stopped) return;
      draw(list);
      timer = setTimeout(
        load,
        list.some(isMoving) ? POLL_MS : SETTLED_POLL_MS,
      );
    } catch (error) {
      if (stopped) return;
      if (error.isAuth) app.fail(error);
      else fill(box, errorBox(error), button(t('do.again'), load));
    }
  }

  function create() {
    createDialog(app, (id) => {
      note(t('instance.created'));
      location.hash = `#/i/${id}`;
    });
  }

  fill(box, h('p', { class: 'quiet loading' }, t('loading')));
  return {
    title: t('instances'),
    element: h(
      'div',
      { class: 'page' },
      h(
        'div',
        { class: 'title' },
        h('h1', {}, t('instances')),
        button(t('instance.create'), create, {
          class: 'primary',
          id: 'create',
        }),
      ),
      box,
    ),
    start: load,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
