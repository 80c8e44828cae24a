// SPDX-License-Identifier: BSD-2-Clause
// login.js - the pair that signs, typed by the user
import { canSign } from './api.js';
import { errorBox, field, fill, h } from './dom.js';
import { t } from './i18n.js';

export function loginView(app) {
  const id = h('input', {
    name: 'id',
    autocomplete: 'username',
    required: true,
    spellcheck: 'false',
    autocapitalize: 'off',
  });
  const key = h('input', {
    name: 'key',
    type: 'password',
    autocomplete: 'current-password',
    required: true,
  });
  const zone = h('input', {
    name: 'zone',
    value: 'zone-local',
    required: true,
    spellcheck: 'false',
    maxlength: 64,
  });
  const keep = h('input', { type: 'checkbox', id: 'keep' });
  const submit = h('button', { class: 'primary', type: 'submit' }, t('do.login'));
  const errors = h('div');

  async function login(event) {
    event.preventDefault();
    submit.disabled = true;
    try {
      await app.open(
        id.value.trim(),
        key.value.trim(),
        zone.value.trim(),
        keep.checked,
      );
    } catch (error) {
      fill(errors, errorBox(error));
      key.setAttribute('aria-invalid', 'true');
      key.focus();
    }
    submit.disabled = false;
  }

  if (app.error) fill(errors, errorBox(app.error));
  app.error = null;
  return {
    title: t('login.title'),
    element: h(
      'form',
      { class: 'card login', onsubmit: login },
      h('h1', {}, t('login.title')),
      h('p', { class: 'quiet' }, t('login.text')),
      canSign()
        ? null
        : h(
            'div',
            { class: 'box bad', role: 'alert' },
            h('strong', {}, t('login.insecure')),
            h('p', {}, t('login.insecure.text')),
          ),
      field('SecretId', id),
      field('SecretKey', key),
      field(t('zone'), zone, t('login.zone.hint')),
      h('label', { class: 'check', for: 'keep' }, keep, t('login.keep')),
      errors,
      submit,
    ),
    start() {
      submit.disabled = !canSign();
      id.focus();
    },
  };
}
