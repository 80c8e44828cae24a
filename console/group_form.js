// SPDX-License-Identifier: BSD-2-Clause
// group_form.js - an origin group is made, edited or deleted
import { button, dialog, errorBox, field, fill, h, note } from './dom.js';
import { t } from './i18n.js';

// What is written one after the other, in whatever way
export function words(text) {
  return text
    .split(/[\s,;，；、]+/)
    .filter(Boolean);
}

// group: the one that is edited, or null for a new one. done() is called with
// the id of the group that is there now.
export function groupDialog(app, group, done) {
  const errors = h('div');
  const name = h('input', {
    id: 'group-name',
    required: true,
    maxlength: 200,
    spellcheck: 'false',
    autocomplete: 'off',
    value: group ? group.Name : '',
    autofocus: true,
  });
  const origins = h('textarea', {
    id: 'group-origins',
    rows: 5,
    spellcheck: 'false',
    autocapitalize: 'off',
    value: group ? group.Records.map((r) => r.Record).join('\n') : '',
  });

  async function send(action, params, said) {
    const answer = await d.busy(
      () => app.client.call(action, params),
      (error) => {
        fill(errors, errorBox(error));
        errors.firstChild.focus();
      },
    );

    if (!answer) return;
    d.close();
    note(t(said));
    done(answer.OriginGroupId || (group && group.GroupId));
  }

  function save(event) {
    event.preventDefault();
    send(
      group ? 'ModifyOriginGroup' : 'CreateOriginGroup',
      {
        ...(group && { GroupId: group.GroupId }),
        Name: name.value.trim(),
        Type: 'GENERAL',
        Records: words(origins.value).map((Record) => ({ Record, Type: 'IP_DOMAIN' })),
      },
      'group.saved',
    );
  }

  const d = dialog({
    title: t(group ? 'group.edit' : 'group.new'),
    body: h(
      'form',
      { id: 'group-form', novalidate: true, onsubmit: save },
      errors,
      group && h('p', { class: 'id' }, group.GroupId),
      field(t('group.name'), name, t('group.name.hint')),
      field(t('group.origins'), origins, t('group.origins.hint')),
    ),
    actions: (self) => [
      group &&
        button(t('do.delete'), () =>
          send('DeleteOriginGroup', { GroupId: group.GroupId }, 'group.deleted'),
        ),
      button(t('do.cancel'), () => self.close()),
      h('button', { type: 'submit', form: 'group-form', class: 'primary' }, t('do.save')),
    ],
  });
}
