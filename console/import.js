// SPDX-License-Identifier: BSD-2-Clause
// import.js - a batch is checked line by line before anything is applied
import { button, dialog, errorBox, field, fill, h, newId, note, table, td, th, tr } from './dom.js';
import { has, number, t } from './i18n.js';

const CHECK_MS = 350; // after the last key
const TEXT_MAX = 900000; // a body has 1 MiB, in which quotes are escaped
const SHOWN_MAX = 200; // errors
// Browsers take seconds to paste thousands of lines in a way that can be undone.
const PASTE_UNDO_MAX = 20000;

const utf8 = new TextEncoder();

// Lines as the server counts them
function linesOf(text) {
  return text.split('\n');
}

// The server counts bytes from 1, a text area characters of UTF-16
function columnToIndex(line, column) {
  let bytes = 1;
  let i = 0;

  for (const c of line) {
    if (bytes >= column) break;
    bytes += utf8.encode(c).length;
    i += c.length;
  }
  return i;
}

export function importDialog(app, proxyId, done) {
  const text = h('textarea', {
    id: newId('batch'),
    rows: 10,
    spellcheck: 'false',
    autocapitalize: 'off',
    autofocus: true,
    wrap: 'off',
    oninput: later,
    onpaste: (event) => {
      const pasted = event.clipboardData.getData('text/plain');

      if (pasted.length <= PASTE_UNDO_MAX) return;
      event.preventDefault();
      text.setRangeText(pasted, text.selectionStart, text.selectionEnd, 'end');
      later();
    },
    ondragover: (event) => event.preventDefault(),
    ondrop: (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      read(event.dataTransfer.files[0]);
    },
  });
  const file = h('input', {
    type: 'file',
    id: newId('file'),
    accept: '.txt,text/plain',
    onchange: () => file.files.length && read(file.files[0]),
  });
  const partial = h('input', {
    type: 'checkbox',
    id: newId('partial'),
    onchange: () => verdict(),
  });
  const partialRow = h(
    'label',
    { class: 'check', for: partial.id, hidden: true },
    partial,
    t('import.partial'),
  );
  const said = h('div', { role: 'status', class: 'said' });
  const errors = h('div', { class: 'scroll lines' });
  const apply = button(t('do.import'), () => submit(), {
    class: 'primary',
    disabled: true,
  });
  // what the server said, and of which text
  let checked = null;
  let timer = 0;
  let serial = 0;

  function later() {
    clearTimeout(timer);
    apply.disabled = true;
    checked = null;
    timer = setTimeout(check, CHECK_MS);
  }

  async function read(from) {
    if (from.size > TEXT_MAX) {
      fill(said, h('div', { class: 'box bad' }, t('import.large')));
      return;
    }
    text.value = await from.text();
    check();
  }

  async function check() {
    const mine = ++serial;
    const asked = text.value;

    clearTimeout(timer);
    checked = null;
    if (!asked.trim() || utf8.encode(asked).length > TEXT_MAX) {
      verdict(asked.trim() ? 'import.large' : 'import.empty');
      return;
    }
    try {
      const answer = await app.client.call('TpImportL4ProxyRules', {
        ProxyId: proxyId,
        Text: asked,
        Partial: true,
        DryRun: true,
      });

      if (mine !== serial || asked !== text.value) return;
      checked = {
        text: asked,
        added: answer.Added,
        wrong: answer.Details || [],
      };
      verdict();
    } catch (error) {
      if (mine !== serial) return;
      checked = null;
      fill(errors);
      partialRow.hidden = true;
      apply.disabled = true;
      fill(said, errorBox(error));
    }
  }

  // The cursor goes to where the error is
  function goTo(e) {
    const lines = linesOf(text.value);
    const before = lines.slice(0, e.Line - 1).join('\n').length;
    const line = lines[e.Line - 1] || '';
    const from = before + (e.Line > 1 ? 1 : 0) + columnToIndex(line, e.Column);
    const rest = line.slice(columnToIndex(line, e.Column));
    const word = rest.match(/^\S+/);

    text.focus();
    text.setSelectionRange(from, from + (word ? word[0].length : 0));
    const height = text.scrollHeight / Math.max(1, lines.length);

    text.scrollTop = Math.max(0, (e.Line - 3) * height);
  }

  function row(e, lines) {
    const key = `code.${e.Code}`;

    return tr(
      {},
      td(
        t('import.place'),
        button(`${e.Line}:${e.Column}`, () => goTo(e), {
          class: 'plain place',
          'aria-label': t('import.goto', { line: e.Line, column: e.Column }),
        }),
      ),
      td(t('import.line'), h('code', { class: 'source' }, lines[e.Line - 1] || '')),
      td(
        t('import.wrong'),
        [
          h('strong', {}, has(key) ? t(key) : t('code.other')),
          h('div', { lang: 'en' }, e.Message),
          h('code', {}, e.Code),
        ],
      ),
    );
  }

  function wrongTable(list) {
    const lines = linesOf(checked.text);
    const tab = table(
      t('import.errors'),
      [th(t('import.place')), th(t('import.line')), th(t('import.wrong'))],
      { class: 'cards' },
    );

    tab.body.append(...list.slice(0, SHOWN_MAX).map((e) => row(e, lines)));
    return [
      tab.element,
      list.length > SHOWN_MAX
        ? h('p', { class: 'quiet' }, t('import.more', { n: list.length - SHOWN_MAX }))
        : null,
    ];
  }

  function verdict(key = null) {
    if (key || !checked) {
      fill(said, h('div', { class: 'box' }, t(key || 'import.empty')));
      fill(errors);
      partialRow.hidden = true;
      apply.disabled = true;
      return;
    }
    const { added, wrong } = checked;

    partialRow.hidden = !wrong.length;
    apply.disabled = wrong.length ? !partial.checked || !added : !added;
    apply.textContent = added
      ? t('do.import.n', { n: added })
      : t('do.import');
    fill(
      said,
      wrong.length
        ? h(
            'div',
            { class: 'box bad' },
            h('strong', {}, t('import.bad', { n: wrong.length })),
            h('p', {}, t('import.bad.text', { good: number(added) })),
          )
        : h('div', { class: 'box good' }, t('import.good', { n: added })),
    );
    fill(errors, wrong.length ? wrongTable(wrong) : []);
  }

  async function submit() {
    // what is applied is what was checked
    if (!checked || checked.text !== text.value) {
      check();
      return;
    }
    const answer = await d.busy(
      () =>
        app.client.call('TpImportL4ProxyRules', {
          ProxyId: proxyId,
          Text: checked.text,
          Partial: partial.checked && checked.wrong.length > 0,
        }),
      (error) => {
        fill(said, errorBox(error));
        said.firstChild.focus();
      },
    );

    if (answer) {
      d.close();
      note(t('import.done', { n: answer.Added }));
      done();
    }
  }

  const d = dialog({
    title: t('import.title'),
    wide: true,
    body: [
      field(t('import.text'), text, t('import.hint')),
      h(
        'details',
        {},
        h('summary', {}, t('import.format')),
        h('pre', {}, 'tcp:123;200-210 test.origin.com 456 on ppv1 any tag\nudp:53 10.0.0.7 53 off ppv2\nog:web = 192.0.2.10, 192.0.2.11\ntcp:443 og:web 8443 on toa'),
      ),
      field(t('import.file'), file),
      said,
      errors,
      partialRow,
    ],
    actions: (self) => [
      button(t('do.cancel'), () => self.close()),
      apply,
    ],
    onclose: () => clearTimeout(timer),
  });

  verdict('import.empty');
}

// The rules as a file, which import reads
export async function exportRules(app, proxyId, name) {
  const { Text } = await app.client.call('TpExportL4ProxyRules', {
    ProxyId: proxyId,
  });
  const url = URL.createObjectURL(
    new Blob([Text], { type: 'text/plain;charset=utf-8' }),
  );
  const link = h('a', { href: url, download: `${name}-rules.txt`, hidden: true });

  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
  return Text ? Text.trimEnd().split('\n').length : 0;
}
