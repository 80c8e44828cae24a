// SPDX-License-Identifier: BSD-2-Clause
// dom.js - elements, dialogs, messages
import { has, t } from './i18n.js';

// h('button', { class: 'x', onclick: f, 'aria-label': 'y' }, 'text', node).
// null, undefined and false as a value leave the attribute, or the child, out.
export function h(tag, props = {}, ...children) {
  const e = document.createElement(tag);

  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) e.addEventListener(name.slice(2), value);
    else if (name === 'value' || name === 'checked') e[name] = value;
    else e.setAttribute(name, value === true ? '' : value);
  }
  put(e, children);
  return e;
}

function put(e, children) {
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue;
    e.append(child);
  }
}

// Other children than before
export function fill(e, ...children) {
  e.replaceChildren();
  put(e, children);
  return e;
}

// Text that may be there already: no layout, nothing said twice
export function setText(e, text) {
  if (e.textContent !== text) e.textContent = text;
}

let serial = 0;
export function newId(name) {
  return `${name}-${++serial}`;
}

// inactive: cannot be used now, but keeps the focus it may have
export function button(text, onclick, { inactive = false, ...props } = {}) {
  return h(
    'button',
    {
      type: 'button',
      ...props,
      'aria-disabled': inactive ? 'true' : null,
      onclick: inactive ? null : onclick,
    },
    text,
  );
}

// A code of the API: what it is called, the server's sentence, the code itself
export function errorBox(error) {
  const key = `code.${error.code}`;
  const code = error.code || 'Error';

  return h(
    'div',
    { class: 'box bad', role: 'alert', tabindex: '-1' },
    h('strong', {}, has(key) ? t(key) : t('code.other')),
    error.message && h('p', { lang: 'en' }, error.message),
    h('code', {}, code),
  );
}

export function emptyBox(title, text, ...actions) {
  return h(
    'div',
    { class: 'empty' },
    h('h3', {}, title),
    h('p', {}, text),
    actions.length ? h('div', { class: 'row center' }, actions) : null,
  );
}

// A note that goes away by itself; read out by screen readers
const NOTE_MS = 6000;
const NOTES_MAX = 2;
export function note(text, kind = 'good') {
  const box = document.getElementById('notes');
  const e = h('div', { class: `note ${kind}` }, text);

  box.append(e);
  while (box.children.length > NOTES_MAX) box.firstChild.remove();
  setTimeout(() => e.remove(), NOTE_MS);
}

export function badge(status) {
  return h('span', { class: `badge ${status}` }, t(`status.${status}`));
}

// A field: label, control, hint. control is an element; its id ties them.
export function field(label, control, hint = null, props = {}) {
  const id = control.id || newId('field');
  const hintId = `${id}-hint`;

  control.id = id;
  if (hint) control.setAttribute('aria-describedby', hintId);
  return h(
    'div',
    { class: 'field', ...props },
    h('label', { for: id }, label),
    control,
    hint && h('div', { class: 'hint', id: hintId }, hint),
  );
}

export function select(options, value, props = {}) {
  const e = h(
    'select',
    props,
    options.map(([v, text]) => h('option', { value: v }, text)),
  );

  e.value = value;
  return e;
}

// Radio buttons that look like one control. Return: { element, value() }
export function choice(legend, options, value, onchange, hint = null) {
  const name = newId('choice');
  const inputs = options.map(([v]) =>
    h('input', {
      type: 'radio',
      name,
      value: v,
      id: `${name}-${v}`,
      checked: v === value,
      onchange: () => onchange(v),
    }),
  );

  return {
    element: h(
      'fieldset',
      { class: 'choice' },
      h('legend', {}, legend),
      h(
        'div',
        { class: 'segments' },
        options.map(([v, text], i) =>
          h('div', {}, inputs[i], h('label', { for: `${name}-${v}` }, text)),
        ),
      ),
      hint && h('div', { class: 'hint' }, hint),
    ),
    inputs,
    value: () => inputs.find((i) => i.checked).value,
    set: (v) => {
      for (const i of inputs) i.checked = i.value === v;
      onchange(v);
    },
  };
}

// A modal dialog: <dialog> keeps the focus inside, closes with Esc, and gives
// the focus back. Return: { element, close, busy }
export function dialog({ title, body, actions, wide = false, onclose }) {
  const titleId = newId('title');
  const foot = h('div', { class: 'foot' });
  const e = h(
    'dialog',
    { class: wide ? 'wide' : '', 'aria-labelledby': titleId },
    h(
      'div',
      { class: 'head' },
      h('h2', { id: titleId }, title),
      button('×', () => close(), {
        class: 'plain close',
        'aria-label': t('do.close'),
      }),
    ),
    h('div', { class: 'body' }, body),
    foot,
  );
  let isBusy = false;

  function close() {
    if (!isBusy) e.close();
  }
  e.addEventListener('cancel', (event) => {
    if (isBusy) event.preventDefault();
  });
  e.addEventListener('close', () => {
    e.remove();
    // The browser gave the focus back as it closed the dialog, and this event
    // comes a frame later: who has moved on since is left alone.
    if (document.activeElement === document.body)
      document.getElementById('main').focus();
    if (onclose) onclose();
  });
  const self = {
    element: e,
    close() {
      isBusy = false;
      e.close();
    },
    // Runs f with the buttons off; an error is shown by onerror
    async busy(f, onerror) {
      isBusy = true;
      e.setAttribute('aria-busy', 'true');
      for (const b of foot.querySelectorAll('button')) b.disabled = true;
      try {
        return await f();
      } catch (error) {
        onerror(error);
        return undefined;
      } finally {
        isBusy = false;
        e.removeAttribute('aria-busy');
        for (const b of foot.querySelectorAll('button')) b.disabled = false;
      }
    },
  };
  put(foot, [actions(self)]);
  document.body.append(e);
  e.showModal();
  const first =
    e.querySelector('[autofocus]') ||
    e.querySelector('.body input, .body select, .body textarea') ||
    foot.querySelector('button');

  first.focus();
  return self;
}

// A question before something that cannot be undone. act() does it.
export function ask({ title, text, label, act, done }) {
  const errors = h('div');

  return dialog({
    title,
    body: [h('p', {}, text), errors],
    actions: (d) => [
      button(t('do.cancel'), () => d.close(), { autofocus: true }),
      button(
        label,
        async () => {
          const ok = await d.busy(
            async () => {
              await act();
              return true;
            },
            (error) => {
              fill(errors, errorBox(error));
              errors.firstChild.focus();
            },
          );

          if (ok) {
            d.close();
            if (done) done();
          }
        },
        { class: 'danger' },
      ),
    ],
  });
}

// A table that stays one for screen readers where it is laid out as cards
export function table(caption, heads, props = {}) {
  const body = h('tbody', { role: 'rowgroup' });
  const element = h(
    'table',
    { role: 'table', ...props },
    h('caption', { class: 'hidden' }, caption),
    h(
      'thead',
      { role: 'rowgroup' },
      h('tr', { role: 'row' }, heads),
    ),
    body,
  );

  return { element, body };
}

export function th(text, props = {}) {
  return h('th', { scope: 'col', role: 'columnheader', ...props }, text);
}

export function td(label, content, props = {}) {
  return h('td', { role: 'cell', 'data-label': label, ...props }, content);
}

export function tr(props, ...cells) {
  return h('tr', { role: 'row', ...props }, cells);
}
