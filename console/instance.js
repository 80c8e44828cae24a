// SPDX-License-Identifier: BSD-2-Clause
// instance.js - one instance: what it is, its rules, its connections
import { connectionsPart } from './connections.js';
import {
  ask, badge, button, dialog, emptyBox, errorBox, fill, h, note, setText,
} from './dom.js';
import { t, time } from './i18n.js';
import { isMoving, protectionText } from './instances.js';
import { isAllowed, judge } from './matrix.js';
import { rulesPart } from './rules.js';

const POLL_MS = 1500;
const SETTLED_POLL_MS = 10000;
const TABS = { rules: rulesPart, connections: connectionsPart };

function fact(name, ...value) {
  return h('div', {}, h('dt', {}, name), h('dd', {}, value));
}

function facts(p) {
  return h(
    'dl',
    { class: 'facts' },
    fact('ID', h('code', {}, p.ProxyId)),
    fact(t('area'), t(`area.${p.Area}`)),
    fact(t('cname'), h('code', {}, p.Cname)),
    fact(t('protection'), protectionText(p)),
    fact('IPv6', t(p.Ipv6)),
    fact(t('feature.StaticIp'), t(p.StaticIp)),
    fact(t('feature.AccelerateMainland'), t(p.AccelerateMainland)),
    fact(t('updated'), time(p.UpdateTime)),
  );
}

// IPv6 and the mainland's optimisation: nothing else can be changed (seed/37)
function modifyDialog(app, p, done) {
  const state = {
    area: p.Area,
    protection: Object.values(p.DDosProtectionConfig).some(
      (v) => typeof v === 'string' && v !== 'PLATFORM',
    )
      ? 'exclusive'
      : 'default',
    features: [],
  };
  const errors = h('div');
  const wrongBox = h('div', { 'aria-live': 'polite', class: 'wrong' });
  const inputs = ['Ipv6', 'AccelerateMainland'].map((f) =>
    h('input', {
      type: 'checkbox',
      role: 'switch',
      id: `modify-${f}`,
      name: f,
      checked: p[f] === 'on',
      onchange: follow,
    }),
  );

  function follow() {
    state.features = inputs.filter((i) => i.checked).map((i) => i.name);
    if (p.StaticIp === 'on') state.features.push('StaticIp');
    const wrong = judge(state);

    fill(
      wrongBox,
      wrong.map((w) =>
        h(
          'div',
          { class: 'box bad' },
          h(
            'p',
            {},
            w.features.length > 1
              ? t('why.pair', {
                  a: t(`feature.${w.features[0]}`),
                  b: t(`feature.${w.features[1]}`),
                })
              : t('why.here', { feature: t(`feature.${w.features[0]}`) }),
          ),
          h('code', {}, w.code),
        ),
      ),
    );
    return !wrong.length;
  }

  async function save(d) {
    if (!follow()) return;
    const params = { ProxyId: p.ProxyId };

    for (const i of inputs) params[i.name] = i.checked ? 'on' : 'off';
    const ok = await d.busy(
      () => app.client.call('ModifyL4Proxy', params),
      (error) => {
        fill(errors, errorBox(error));
        errors.firstChild.focus();
      },
    );

    if (ok) {
      d.close();
      note(t('instance.changed'));
      done();
    }
  }

  follow();
  dialog({
    title: t('instance.modify'),
    body: [
      h('p', { class: 'quiet' }, t('instance.modify.text')),
      inputs.map((i) =>
        h(
          'div',
          { class: 'switch' },
          i,
          h(
            'div',
            {},
            h('label', { for: i.id }, t(`feature.${i.name}`)),
            h(
              'div',
              { class: 'hint' },
              isAllowed(state.protection, state.area, i.name)
                ? t(`feature.${i.name}.text`)
                : t('why.here', { feature: t(`feature.${i.name}`) }),
            ),
          ),
        ),
      ),
      wrongBox,
      errors,
    ],
    actions: (d) => [
      button(t('do.cancel'), () => d.close()),
      button(t('do.save'), () => save(d), { class: 'primary' }),
    ],
  });
}

function switchDialog(app, p, done) {
  const isOn = p.Status !== 'offline';

  ask({
    title: t(isOn ? 'instance.disable' : 'instance.enable'),
    text: t(isOn ? 'instance.disable.text' : 'instance.enable.text', {
      name: p.ProxyName,
      n: p.L4ProxyRuleCount,
    }),
    label: t(isOn ? 'do.disable' : 'do.enable'),
    act: () =>
      app.client.call('ModifyL4ProxyStatus', {
        ProxyId: p.ProxyId,
        Status: isOn ? 'offline' : 'online',
      }),
    done,
  });
}

function deleteDialog(app, p) {
  if (p.Status !== 'offline') {
    dialog({
      title: t('instance.delete'),
      body: h('p', {}, t('instance.delete.first')),
      actions: (d) => [button(t('do.understood'), () => d.close())],
    });
    return;
  }
  ask({
    title: t('instance.delete'),
    text: t('instance.delete.text', {
      name: p.ProxyName,
      n: p.L4ProxyRuleCount,
    }),
    label: t('do.delete'),
    act: () => app.client.call('DeleteL4Proxy', { ProxyId: p.ProxyId }),
    done: () => {
      note(t('instance.deleted', { name: p.ProxyName }));
      location.hash = '#/';
    },
  });
}

export function instanceView(app, id, tab) {
  const make = TABS[tab] || rulesPart;
  const title = h('h1', {}, id);
  const status = h('span', { class: 'status' });
  const factBox = h('div', { class: 'facts-hold' });
  const errors = h('div');
  const actions = h('div', { class: 'row' });
  const page = h('div', { class: 'page' });
  let part = null;
  let timer = 0;
  let stopped = false;
  let drawn = '';

  function draw(p) {
    // what is the same is left alone: it may have the focus
    const text = JSON.stringify(p);

    if (part) part.instance(p);
    if (text === drawn) return;
    drawn = text;
    setText(title, p.ProxyName);
    fill(status, badge(p.Status));
    fill(factBox, facts(p));
    const id0 = document.activeElement && document.activeElement.id;

    fill(
      actions,
      button(t('do.modify'), () => modifyDialog(app, p, load), {
        id: 'modify',
        inactive: isMoving(p),
      }),
      button(
        t(p.Status === 'offline' ? 'do.enable' : 'do.disable'),
        () => switchDialog(app, p, load),
        { id: 'switch', inactive: isMoving(p) },
      ),
      button(t('do.delete'), () => deleteDialog(app, p), {
        id: 'delete',
        class: 'danger',
        inactive: isMoving(p),
      }),
    );
    if (id0) actions.querySelector(`#${id0}`)?.focus();
  }

  async function load() {
    clearTimeout(timer);
    try {
      const p = await app.client.instance(id);

      if (stopped) return;
      fill(errors);
      if (!p) {
        if (part) part.stop();
        stopped = true;
        fill(
          page,
          emptyBox(
            t('instance.gone'),
            t('instance.gone.text', { id }),
            h('a', { href: '#/', class: 'button' }, t('nav.home')),
          ),
        );
        return;
      }
      draw(p);
      timer = setTimeout(load, isMoving(p) ? POLL_MS : SETTLED_POLL_MS);
    } catch (error) {
      if (stopped) return;
      if (error.isAuth) app.fail(error);
      else fill(errors, errorBox(error), button(t('do.again'), load));
    }
  }

  part = make(app, id, load);
  fill(
    page,
    h(
      'nav',
      { 'aria-label': t('nav.path'), class: 'path' },
      h('a', { href: '#/' }, t('instances')),
    ),
    h('div', { class: 'title' }, h('div', { class: 'row' }, title, status), actions),
    errors,
    factBox,
    h(
      'nav',
      { class: 'tabs', 'aria-label': t('nav.parts') },
      Object.keys(TABS).map((name) =>
        h(
          'a',
          {
            href: `#/i/${id}/${name}`,
            'aria-current': make === TABS[name] ? 'page' : null,
          },
          t(name),
        ),
      ),
    ),
    part.element,
  );
  return {
    title: `${t(tab)} · ${id}`,
    element: page,
    start() {
      load();
      part.start();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      part.stop();
    },
  };
}
