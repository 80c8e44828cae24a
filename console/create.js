// SPDX-License-Identifier: BSD-2-Clause
// create.js - a new instance; what excludes what is explained while one clicks
import {
  button, choice, dialog, errorBox, field, fill, h, newId, select, table, td,
  th, tr,
} from './dom.js';
import { t } from './i18n.js';
import {
  AREAS, BANDS, FEATURES, PROTECTIONS, areasOf, isAllowed, judge, judgeName,
} from './matrix.js';

function feature(f) {
  return t(`feature.${f}`);
}

function areaList(list) {
  return list.map((a) => t(`area.${a}`)).join(t('list.comma'));
}

// Why this cannot be, in a sentence
function reason(wrong, state) {
  const [a, b] = wrong.features;

  if (b) return t('why.pair', { a: feature(a), b: feature(b) });
  return t('why.cell', {
    feature: feature(a),
    area: t(`area.${state.area}`),
    protection: t(`protection.${state.protection}`),
    areas: areaList(areasOf(state.protection, a)),
  });
}

// The product's table, the column of the chosen area marked
function matrixTable(state) {
  const tab = table(
    t('matrix.caption', { protection: t(`protection.${state.protection}`) }),
    [
      th(t('matrix.head')),
      ...AREAS.map((a) =>
        th(t(`area.${a}`), { class: a === state.area ? 'here' : null }),
      ),
    ],
    { class: 'matrix' },
  );

  const wrong = judge(state).flatMap((w) => w.features);

  for (const f of FEATURES)
    tab.body.append(
      tr(
        {},
        h('th', { scope: 'row', role: 'rowheader' }, feature(f)),
        AREAS.map((a) => {
          const yes = isAllowed(state.protection, a, f);
          const isHere = a === state.area;
          const isAsked = isHere && state.features.includes(f);

          return td(
            t(`area.${a}`),
            [
              h('span', { 'aria-hidden': 'true' }, yes ? '✓' : '✗'),
              h('span', { class: 'hidden' }, yes ? t('yes') : t('no')),
            ],
            {
              class: [
                yes ? 'yes' : 'no',
                isHere ? 'here' : '',
                isAsked ? 'asked' : '',
                isAsked && wrong.includes(f) ? 'wrong' : '',
              ].join(' '),
            },
          );
        }),
      ),
    );
  return tab.element;
}

// Levels of exclusive protection that the area has
function levelFields(area) {
  const mainland = select(
    [
      ...(area === 'global' ? [['PLATFORM', t('protection.default')]] : []),
      ...Object.keys(BANDS).map((l) => [l, t(`level.${l}`)]),
    ],
    'BASE30_MAX300',
    { id: newId('mainland') },
  );
  const gbps = h('input', { type: 'number', value: 30, min: 30, max: 300 });
  const overseas = select(
    [
      ...(area === 'global' ? [['PLATFORM', t('protection.default')]] : []),
      ...['ANYCAST300', 'ANYCAST_ALLIN'].map((l) => [l, t(`level.${l}`)]),
    ],
    area === 'global' ? 'PLATFORM' : 'ANYCAST300',
    { id: newId('overseas') },
  );
  const band = field(t('bandwidth'), gbps);

  function follow() {
    const [low, high] = BANDS[mainland.value] || [0, 0];

    band.hidden = !high;
    gbps.min = low;
    gbps.max = high;
    gbps.value = Math.min(Math.max(Number(gbps.value), low), high);
  }
  mainland.addEventListener('change', follow);
  follow();
  return {
    elements: [
      area !== 'overseas' && field(t('level.mainland'), mainland),
      area !== 'overseas' && band,
      area !== 'mainland' && field(t('level.overseas'), overseas),
    ],
    config() {
      const c = {};

      if (area !== 'overseas' && mainland.value !== 'PLATFORM') {
        c.LevelMainland = mainland.value;
        c.MaxBandwidthMainland = Number(gbps.value);
      }
      if (area !== 'mainland' && overseas.value !== 'PLATFORM')
        c.LevelOverseas = overseas.value;
      return c;
    },
  };
}

export function createDialog(app, done) {
  const state = { area: 'overseas', protection: 'default', features: [] };
  const levelBox = h('div', { class: 'pair' });
  const matrixBox = h('div', { class: 'scroll' });
  const wrongBox = h('div', { 'aria-live': 'polite', class: 'wrong' });
  const errors = h('div');
  const nameHint = newId('name-hint');
  const name = h('input', {
    id: newId('name'),
    required: true,
    maxlength: 200,
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
    autofocus: true,
    'aria-describedby': nameHint,
    oninput: () => checkName(false),
  });
  const hint = h('div', { class: 'hint', id: nameHint }, t('name.hint'));
  let levels = null;

  function checkName(isFinal) {
    const wrong =
      name.value || isFinal ? judgeName(name.value) : null;

    name.setAttribute('aria-invalid', String(Boolean(wrong)));
    hint.classList.toggle('bad', Boolean(wrong));
    hint.textContent = wrong ? t(wrong) : t('name.hint');
    return !wrong;
  }

  const switches = FEATURES.map((f) => {
    const why = h('div', { class: 'hint', id: newId('why') });
    const input = h('input', {
      type: 'checkbox',
      role: 'switch',
      id: newId(f),
      name: f,
      'aria-describedby': why.id,
      onchange: () => {
        state.features = FEATURES.filter(
          (x) => switches.find((s) => s.f === x).input.checked,
        );
        follow();
      },
    });

    return { f, input, why };
  });

  const area = choice(
    t('area'),
    AREAS.map((a) => [a, t(`area.${a}`)]),
    state.area,
    (v) => {
      state.area = v;
      levels = null;
      follow();
    },
  );
  const protection = choice(
    t('protection'),
    PROTECTIONS.map((p) => [p, t(`protection.${p}`)]),
    state.protection,
    (v) => {
      state.protection = v;
      levels = null;
      follow();
    },
  );

  function turnOff(f) {
    const s = switches.find((x) => x.f === f);

    s.input.checked = false;
    state.features = state.features.filter((x) => x !== f);
    follow();
    s.input.focus();
  }

  function wrongItem(wrong) {
    const [f] = wrong.features;
    const areas = areasOf(state.protection, f);
    const isCell = wrong.features.length === 1;

    return h(
      'li',
      {},
      h('p', {}, reason(wrong, state)),
      h('code', {}, wrong.code),
      h(
        'div',
        { class: 'row' },
        wrong.features.map((x) =>
          button(t('matrix.turn.off', { feature: feature(x) }), () =>
            turnOff(x),
          ),
        ),
        isCell &&
          areas.map((a) =>
            button(t('matrix.area', { area: t(`area.${a}`) }), () => {
              area.set(a);
              area.inputs.find((i) => i.checked).focus();
            }),
          ),
      ),
    );
  }

  // What the switch would do, said before it is touched
  function hintOf(f) {
    const features = state.features.includes(f)
      ? state.features
      : [...state.features, f];
    const wrong = judge({ ...state, features }).find((w) =>
      w.features.includes(f),
    );

    return wrong ? reason(wrong, state) : t(`feature.${f}.text`);
  }

  function follow() {
    const wrong = judge(state);

    if (!levels && state.protection === 'exclusive')
      levels = levelFields(state.area);
    fill(levelBox, levels ? levels.elements : []);
    fill(matrixBox, matrixTable(state));
    for (const s of switches) {
      const isBad = wrong.some((w) => w.features.includes(s.f));
      const isBlocked = judge({
        ...state,
        features: [...new Set([...state.features, s.f])],
      }).some((w) => w.features.includes(s.f));

      s.input.setAttribute('aria-invalid', String(isBad));
      s.why.textContent = hintOf(s.f);
      s.why.classList.toggle('bad', isBad);
      s.why.classList.toggle('blocked', isBlocked && !isBad);
    }
    if (wrong.length)
      fill(
        wrongBox,
        h(
          'div',
          { class: 'box bad', tabindex: '-1' },
          h('strong', {}, t('matrix.refused')),
          h('ul', {}, wrong.map(wrongItem)),
        ),
      );
    else
      fill(
        wrongBox,
        h('div', { class: 'box good' }, t('matrix.accepted')),
      );
    return !wrong.length;
  }

  function params() {
    const p = { ProxyName: name.value, Area: state.area };

    for (const f of state.features) p[f] = 'on';
    if (levels) p.DDosProtectionConfig = levels.config();
    return p;
  }

  async function submit(d) {
    if (!checkName(true)) {
      name.focus();
      return;
    }
    if (!follow()) {
      wrongBox.firstChild.focus();
      return;
    }
    const made = await d.busy(
      () => app.client.call('CreateL4Proxy', params()),
      (error) => {
        fill(errors, errorBox(error));
        errors.firstChild.focus();
      },
    );

    if (made) {
      d.close();
      done(made.ProxyId);
    }
  }

  follow();
  dialog({
    title: t('instance.create'),
    wide: true,
    body: [
      h(
        'div',
        { class: 'field' },
        h('label', { for: name.id }, t('instance.name')),
        name,
        hint,
      ),
      area.element,
      protection.element,
      levelBox,
      h(
        'fieldset',
        {},
        h('legend', {}, t('features')),
        switches.map((s) =>
          h(
            'div',
            { class: 'switch' },
            s.input,
            h('div', {}, h('label', { for: s.input.id }, feature(s.f)), s.why),
          ),
        ),
      ),
      wrongBox,
      h(
        'details',
        { open: true },
        h('summary', {}, t('matrix.title')),
        matrixBox,
      ),
      errors,
    ],
    actions: (d) => [
      button(t('do.cancel'), () => d.close()),
      button(t('do.create'), () => submit(d), { class: 'primary' }),
    ],
  });
}
