// SPDX-License-Identifier: BSD-2-Clause
// rule_form.js - a rule is added or edited
import {
  button, choice, dialog, errorBox, field, fill, h, note, select,
} from './dom.js';
import { groupDialog, words } from './group_form.js';
import { t } from './i18n.js';

const MODES = { TCP: ['TOA', 'PPV1', 'PPV2', 'OFF'], UDP: ['PPV2', 'SPP', 'OFF'] };

// Which field an error of the API is about
const FIELDS = [
  [/InvalidRuleProto/, 'protocol'],
  [/RulePort(Integer|Group|Duplicating)|L4PortLackOfResources/, 'ports'],
  [/RuleOriginPortInteger/, 'originPorts'],
  [/Origin/, 'origin'],
];

export function ruleName(r) {
  return r.RuleTag || `${r.Protocol} ${r.PortRange.join(';')}`;
}

// rule: the one that is edited, or null for a new one
export function ruleDialog(app, proxyId, rule, done) {
  const errors = h('div');
  const type = { value: rule ? rule.OriginType : 'IP_DOMAIN' };
  const ports = h('input', {
    id: 'rule-ports',
    required: true,
    spellcheck: 'false',
    autocomplete: 'off',
    value: rule ? rule.PortRange.join(';') : '',
    autofocus: true,
  });
  const origin = h('input', {
    id: 'rule-origin',
    required: true,
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
    value: rule && type.value === 'IP_DOMAIN' ? rule.OriginValue.join(', ') : '',
  });
  const group = select([], '', { id: 'rule-group' });
  const originPorts = h('input', {
    id: 'rule-origin-ports',
    required: true,
    spellcheck: 'false',
    autocomplete: 'off',
    value: rule ? rule.OriginPortRange : '',
  });
  const mode = select([], '', { id: 'rule-mode', onchange: explain });
  const modeHint = h('div', { class: 'hint', id: 'rule-mode-hint' });
  const persist = h('input', {
    type: 'checkbox',
    role: 'switch',
    id: 'rule-persist',
    checked: Boolean(rule && rule.SessionPersist === 'on'),
    onchange: follow,
  });
  const persistTime = h('input', {
    type: 'number',
    id: 'rule-persist-time',
    min: 30,
    max: 3600,
    value: rule ? rule.SessionPersistTime : 3600,
  });
  const tag = h('input', {
    id: 'rule-tag',
    maxlength: 50,
    value: rule ? rule.RuleTag : '',
  });
  const persistField = field(t('rule.persist.time'), persistTime, t('rule.persist.time.hint'));
  const originField = field(t('rule.origin'), origin, t('rule.origin.hint'));
  let groups = [];
  const groupHint = h('div', { class: 'hint' });
  const groupEdit = button(
    t('group.edit'),
    () => groupDialog(app, groups.find((g) => g.GroupId === group.value), loadGroups),
    { id: 'group-edit' },
  );
  const groupField = h(
    'div',
    {},
    field(t('rule.group'), group),
    groupHint,
    button(t('group.new'), () => groupDialog(app, null, loadGroups), { id: 'group-new' }),
    ' ',
    groupEdit,
  );
  const controls = { ports, origin, originPorts };

  const protocol = choice(
    t('rule.protocol'),
    [['TCP', 'TCP'], ['UDP', 'UDP']],
    rule ? rule.Protocol : 'TCP',
    () => modes(mode.value),
  );
  const origins = choice(
    t('rule.origin.type'),
    [['IP_DOMAIN', t('origin.IP_DOMAIN')], ['ORIGIN_GROUP', t('origin.ORIGIN_GROUP')]],
    type.value,
    (v) => {
      type.value = v;
      follow();
    },
  );

  // What the protocol can carry (seed/27-31); a mode that it cannot is left
  function modes(wanted) {
    const list = MODES[protocol.value()];

    fill(
      mode,
      list.map((m) => h('option', { value: m }, t(`mode.${m}`))),
    );
    mode.value = list.includes(wanted) ? wanted : list[0];
    explain();
  }

  function explain() {
    modeHint.textContent =
      t(`mode.${mode.value}.text`) +
      (protocol.value() === 'UDP' ? ` ${t('mode.udp')}` : '');
  }

  function follow() {
    const isGroup = type.value === 'ORIGIN_GROUP';

    originField.hidden = isGroup;
    groupField.hidden = !isGroup;
    persistField.hidden = !persist.checked;
  }

  // The one with the id is chosen, if it is still there
  async function loadGroups(id) {
    try {
      groups = await app.client.groups();
      fill(
        group,
        groups.map((g) => h('option', { value: g.GroupId }, g.Name)),
      );
      if (groups.some((g) => g.GroupId === id)) group.value = id;
      groupHint.textContent = groups.length ? '' : t('rule.group.none');
      groupEdit.hidden = !groups.length;
    } catch (error) {
      fill(errors, errorBox(error));
    }
  }

  function value() {
    const isGroup = type.value === 'ORIGIN_GROUP';

    return {
      Protocol: protocol.value(),
      PortRange: words(ports.value),
      OriginType: type.value,
      OriginValue: isGroup ? [group.value].filter(Boolean) : words(origin.value),
      OriginPortRange: originPorts.value.trim(),
      ClientIPPassThroughMode: mode.value,
      SessionPersist: persist.checked ? 'on' : 'off',
      ...(persist.checked && { SessionPersistTime: Number(persistTime.value) }),
      // an empty one takes the old one away; a new rule has none anyway
      ...((tag.value || rule) && { RuleTag: tag.value }),
    };
  }

  function show(error) {
    const [, name] = FIELDS.find(([re]) => re.test(error.code)) || [];

    fill(errors, errorBox(error));
    for (const [key, control] of Object.entries(controls))
      control.setAttribute('aria-invalid', String(key === name));
    if (controls[name] && !controls[name].closest('[hidden]'))
      controls[name].focus();
    else errors.firstChild.focus();
    errors.scrollIntoView({ block: 'nearest' });
  }

  async function save(d) {
    const ok = await d.busy(
      () =>
        rule
          ? app.client.call('ModifyL4ProxyRules', {
              ProxyId: proxyId,
              L4ProxyRules: [{ RuleId: rule.RuleId, ...value() }],
            })
          : app.client.call('CreateL4ProxyRules', {
              ProxyId: proxyId,
              L4ProxyRules: [value()],
            }),
      show,
    );

    if (ok) {
      d.close();
      note(t(rule ? 'rule.changed' : 'rule.added'));
      done();
    }
  }

  modes(rule ? rule.ClientIPPassThroughMode : 'TOA');
  mode.setAttribute('aria-describedby', 'rule-mode-hint');
  follow();
  loadGroups(rule && rule.OriginType === 'ORIGIN_GROUP' ? rule.OriginValue[0] : null);
  const d = dialog({
    title: t(rule ? 'rule.edit' : 'rule.add'),
    wide: true,
    body: h(
      'form',
      {
        id: 'rule-form',
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          save(d);
        },
      },
      errors,
      rule && h('p', { class: 'id' }, rule.RuleId),
      protocol.element,
      field(t('rule.ports'), ports, t('rule.ports.hint')),
      origins.element,
      originField,
      groupField,
      field(t('rule.origin.ports'), originPorts, t('rule.origin.ports.hint')),
      h(
        'div',
        { class: 'field' },
        h('label', { for: 'rule-mode' }, t('rule.mode')),
        mode,
        modeHint,
      ),
      h(
        'div',
        { class: 'switch' },
        persist,
        h(
          'div',
          {},
          h('label', { for: 'rule-persist' }, t('rule.persist')),
          h('div', { class: 'hint' }, t('rule.persist.hint')),
        ),
      ),
      persistField,
      field(t('rule.tag'), tag, t('rule.tag.hint')),
    ),
    actions: (self) => [
      button(t('do.cancel'), () => self.close()),
      h(
        'button',
        { type: 'submit', form: 'rule-form', class: 'primary' },
        t(rule ? 'do.save' : 'do.add'),
      ),
    ],
  });
}
