// SPDX-License-Identifier: BSD-2-Clause
// rules.js - the table of an instance's rules. All rules are known here; one
// page of them is in the document at a time, so that 2,000 are as quick as 20.
import {
  ask, badge, button, emptyBox, errorBox, fill, h, note, select, setText, table,
  td, th, tr,
} from './dom.js';
import { bytes, number, rate, t } from './i18n.js';
import { exportRules, importDialog } from './import.js';
import { isMoving } from './instances.js';
import { Live, Sparkline, tiles } from './live.js';
import { ruleDialog, ruleName } from './rule_form.js';

const POLL_MS = 1200;
const SETTLED_POLL_MS = 15000;
const PAUSE_WAIT_MS = 60000;
const SIZES = [25, 50, 100];
const MODES = ['TOA', 'PPV1', 'PPV2', 'SPP', 'OFF'];
const STATUSES = ['online', 'progress', 'stopping', 'offline', 'fail'];

function firstPort(r) {
  return Number.parseInt(r.PortRange[0], 10);
}

// How each column sorts; equal rows stay in the order in which they were made
const ORDERS = {
  name: (a, b) => ruleName(a).localeCompare(ruleName(b)),
  listen: (a, b) =>
    a.Protocol.localeCompare(b.Protocol) || firstPort(a) - firstPort(b),
  origin: (a, b) => originText(a).localeCompare(originText(b)),
  mode: (a, b) =>
    a.ClientIPPassThroughMode.localeCompare(b.ClientIPPassThroughMode),
  status: (a, b) => STATUSES.indexOf(a.Status) - STATUSES.indexOf(b.Status),
};

function originText(r) {
  return r.OriginValue.join(', ');
}

function hasPort(r, port) {
  return r.PortRange.some((item) => {
    const [low, high = low] = item.split('-').map(Number);

    return low <= port && port <= high;
  });
}

function matches(r, filter) {
  const text = filter.text.trim().toLowerCase();

  if (filter.protocol && r.Protocol !== filter.protocol) return false;
  if (filter.mode && r.ClientIPPassThroughMode !== filter.mode) return false;
  if (filter.status && r.Status !== filter.status) return false;
  if (!text) return true;
  if (/^\d+$/.test(text) && hasPort(r, Number(text))) return true;
  return [r.RuleId, r.RuleTag, ...r.PortRange, ...r.OriginValue]
    .join(' ')
    .toLowerCase()
    .includes(text);
}

function isPausable(r) {
  return r.Status === 'online' || r.Status === 'progress';
}

// One row, which lives as long as the rule stays as it is
class Row {
  constructor(part, r) {
    this.rule = r;
    this.text = JSON.stringify(r);
    this.spark = new Sparkline();
    this.open = h('span', { class: 'num' }, '–');
    this.rate = h('span', { class: 'num rate' }, '–');
    this.volume = h('span', { class: 'quiet' }, '\u00a0');
    this.check = h('input', {
      type: 'checkbox',
      'aria-label': t('rule.select', { name: ruleName(r) }),
      onchange: () => part.pick(r.RuleId, this.check.checked),
    });
    this.element = this.build(part, r);
  }

  build(part, r) {
    const name = ruleName(r);
    const isOffline = r.Status === 'offline' || r.Status === 'fail';

    return tr(
      { 'data-id': r.RuleId },
      td('', this.check, { class: 'check' }),
      td(
        t('rule'),
        [
          h('div', { class: r.RuleTag ? 'strong' : 'quiet' }, r.RuleTag || t('rule.untagged')),
          h('div', { class: 'id' }, r.RuleId),
        ],
        { class: 'first' },
      ),
      td(
        t('rule.listen'),
        h(
          'div',
          {},
          h('span', { class: 'proto' }, r.Protocol),
          ' ',
          h('span', { class: 'ports' }, r.PortRange.join('; ')),
        ),
      ),
      td(t('rule.origin'), [
        h('div', { class: 'origin', title: originText(r) }, part.originName(r)),
        h('div', { class: 'quiet' }, t('rule.to.port', { port: r.OriginPortRange })),
      ]),
      td(t('rule.mode'), [
        h('span', { class: 'mode' }, t(`mode.${r.ClientIPPassThroughMode}`)),
        r.SessionPersist === 'on' &&
          h('div', { class: 'quiet' }, t('rule.persists', { n: r.SessionPersistTime })),
      ]),
      td(t('status'), [
        badge(r.Status),
        r.Status === 'fail' &&
          r.TpReason &&
          h('div', { class: 'why', lang: 'en' }, r.TpReason),
      ]),
      td(t('live.open'), this.open, { class: 'num' }),
      td(t('live.rate'), [
        this.spark.element,
        h('div', { class: 'beside' }, this.rate, this.volume),
      ], { class: 'traffic' }),
      td(
        t('actions'),
        h(
          'div',
          { class: 'row acts' },
          button(t('do.edit'), () => part.edit(r), {
            class: 'small',
            'data-act': 'edit',
            'aria-label': t('rule.do.edit', { name }),
          }),
          button(
            t(isOffline ? 'do.resume' : 'do.pause'),
            () => part.switch([r.RuleId], isOffline ? 'online' : 'offline'),
            {
              class: 'small',
              'data-act': 'switch',
              inactive: r.Status === 'stopping',
              'aria-label': t(isOffline ? 'rule.do.resume' : 'rule.do.pause', { name }),
            },
          ),
          button(t('do.delete'), () => part.remove([r]), {
            class: 'small danger',
            'data-act': 'delete',
            'aria-label': t('rule.do.delete', { name }),
          }),
        ),
        { class: 'acts' },
      ),
    );
  }

  draw(series) {
    const c = series.last;

    if (!c) return;
    setText(this.open, number(c.ActiveConnections + c.ActiveSessions));
    setText(this.rate, rate(series.rate));
    setText(this.volume, `↑ ${bytes(c.BytesUp)} ↓ ${bytes(c.BytesDown)}`);
    this.spark.draw(series.rates);
  }
}

class Rules {
  constructor(app, id, reload) {
    this.app = app;
    this.id = id;
    this.reload = reload; // the instance's own facts
    this.all = null;
    this.shown = [];
    this.rows = new Map();
    this.picked = new Set();
    this.groups = new Map();
    this.filter = { text: '', protocol: '', mode: '', status: '' };
    this.sort = { key: '', down: false };
    this.page = 0;
    this.size = SIZES[1];
    this.timer = 0;
    this.stopped = false;
    this.isOpen = false; // the instance takes changes
    this.live = new Live(
      app,
      () => [...this.rows.keys()],
      (error) => this.drawLive(error),
    );
    this.build();
  }

  build() {
    const filterBy = (key, label, options) =>
      select(
        [['', label], ...options],
        '',
        {
          'aria-label': label,
          id: `filter-${key}`,
          onchange: (event) => this.refilter(key, event.target.value),
        },
      );

    this.tiles = tiles();
    this.adds = [
      button(t('do.import'), () => importDialog(this.app, this.id, () => this.changed()), { id: 'import' }),
      button(t('rule.add'), () => this.edit(null), { class: 'primary', id: 'add' }),
    ];
    this.export = button(t('do.export'), () => this.download(), { id: 'export' });
    this.search = h('input', {
      type: 'search',
      id: 'search',
      placeholder: t('rules.search'),
      'aria-label': t('rules.search'),
      oninput: () => this.refilter('text', this.search.value),
    });
    this.pause = h('input', {
      type: 'checkbox',
      role: 'switch',
      id: 'live',
      checked: true,
      onchange: () => {
        this.live.paused = !this.pause.checked;
        if (!this.live.paused) this.live.now();
      },
    });
    this.bulk = h('div', { class: 'bulk', hidden: true });
    this.box = h('div', { class: 'hold' }, h('p', { class: 'quiet loading' }, t('loading')));
    this.errors = h('div');
    this.liveErrors = h('div');
    this.stopNote = h('p', { class: 'box', hidden: true }, t('rules.stopped'));
    this.count = h('div', { class: 'quiet num', role: 'status', id: 'count' });
    this.pager = h('div', { class: 'row', hidden: true });
    this.checkAll = h('input', {
      type: 'checkbox',
      id: 'all',
      'aria-label': t('rules.select.page'),
      onchange: () => {
        for (const r of this.onPage())
          this.pick(r.RuleId, this.checkAll.checked, false);
        this.drawPicked();
      },
    });
    this.heads = Object.fromEntries(
      [
        ['name', 'rule'],
        ['listen', 'rule.listen'],
        ['origin', 'rule.origin'],
        ['mode', 'rule.mode'],
        ['status', 'status'],
      ].map(([key, label]) => [
        key,
        th(button(t(label), () => this.resort(key), { class: 'plain sort' })),
      ]),
    );
    this.table = table(
      t('rules'),
      [
        th(this.checkAll, { class: 'check' }),
        Object.values(this.heads),
        th(t('live.open'), { class: 'num' }),
        th(t('live.rate'), { class: 'traffic' }),
        th(t('actions'), { class: 'acts' }),
      ],
      { class: 'cards rules' },
    );
    this.element = h(
      'section',
      { 'aria-label': t('rules') },
      this.liveErrors,
      this.tiles.element,
      h(
        'div',
        { class: 'tools' },
        this.search,
        filterBy('protocol', t('rule.protocol'), [['TCP', 'TCP'], ['UDP', 'UDP']]),
        filterBy('mode', t('rule.mode'), MODES.map((m) => [m, t(`mode.${m}`)])),
        filterBy('status', t('status'), STATUSES.map((s) => [s, t(`status.${s}`)])),
        h('label', { class: 'check', for: 'live' }, this.pause, t('live')),
        h('span', { class: 'grow' }),
        this.export,
        this.adds,
      ),
      this.bulk,
      this.errors,
      this.stopNote,
      this.box,
      h('div', { class: 'pager' }, this.count, this.pager),
    );
  }

  start() {
    this.load();
    this.live.now();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.live.stop();
  }

  // What the instance allows: rules come only to one that is online
  instance(p) {
    this.name = p.ProxyName;
    this.isOpen = p.Status === 'online';
    this.stopNote.hidden = p.Status !== 'offline';
    for (const b of this.adds) {
      b.disabled = !this.isOpen;
      b.title = this.isOpen ? '' : t('rules.closed');
    }
  }

  async load() {
    clearTimeout(this.timer);
    try {
      const [all, groups] = await Promise.all([
        this.app.client.rules(this.id),
        this.app.client.groups(),
      ]);

      if (this.stopped) return;
      this.all = all;
      this.groups = new Map(groups.map((g) => [g.GroupId, g.Name]));
      for (const id of this.picked)
        if (!all.some((r) => r.RuleId === id)) this.picked.delete(id);
      fill(this.errors);
      this.arrange();
      this.timer = setTimeout(
        () => this.load(),
        all.some(isMoving) ? POLL_MS : SETTLED_POLL_MS,
      );
    } catch (error) {
      if (this.stopped) return;
      if (error.isAuth) this.app.fail(error);
      else if (error.code === 'ResourceNotFound') this.reload();
      else
        fill(
          this.errors,
          errorBox(error),
          button(t('do.again'), () => this.load()),
        );
    }
  }

  changed() {
    this.load();
    this.reload();
  }

  originName(r) {
    if (r.OriginType !== 'ORIGIN_GROUP') return originText(r);
    return t('rule.in.group', {
      name: this.groups.get(r.OriginValue[0]) || r.OriginValue[0],
    });
  }

  refilter(key, value) {
    this.filter[key] = value;
    this.page = 0;
    this.arrange();
  }

  // Up, down, and the order in which they were made
  resort(key) {
    if (this.sort.key !== key) this.sort = { key, down: false };
    else if (!this.sort.down) this.sort.down = true;
    else this.sort = { key: '', down: false };
    this.page = 0;
    for (const [name, head] of Object.entries(this.heads)) {
      if (name === this.sort.key)
        head.setAttribute('aria-sort', this.sort.down ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    }
    this.arrange();
  }

  arrange() {
    if (!this.all) return;
    const order = ORDERS[this.sort.key];

    this.shown = this.all.filter((r) => matches(r, this.filter));
    if (order) this.shown.sort(order);
    if (this.sort.down) this.shown.reverse();
    this.page = Math.min(
      this.page,
      Math.max(0, Math.ceil(this.shown.length / this.size) - 1),
    );
    this.draw();
  }

  onPage() {
    return this.shown.slice(this.page * this.size, (this.page + 1) * this.size);
  }

  draw() {
    const list = this.onPage();

    this.drawPager();
    if (!this.shown.length) {
      this.rows.clear();
      fill(this.box, this.nothing());
      this.drawPicked();
      return;
    }
    const before = this.rows;

    this.rows = new Map();
    for (const r of list) {
      const old = before.get(r.RuleId);
      const isSame = old && old.text === JSON.stringify(r);

      this.rows.set(r.RuleId, isSame ? old : new Row(this, r));
    }
    this.drawRows();
    if (!this.table.element.isConnected) fill(this.box, this.table.element);
    this.drawPicked();
    this.drawLive();
    if ([...this.rows.keys()].some((id) => !before.has(id))) this.live.now();
  }

  // Rows that stay where they are are not touched, and the focus stays
  drawRows() {
    const want = [...this.rows.values()].map((row) => row.element);
    const have = [...this.table.body.children];
    const at = document.activeElement;
    const act = at && at.dataset && at.dataset.act;
    const id = at && at.closest && at.closest('tr')?.dataset.id;

    if (want.length === have.length && want.every((e, i) => e === have[i]))
      return;
    this.table.body.replaceChildren(...want);
    if (!id || !this.rows.has(id)) return;
    const row = this.rows.get(id);

    if (row.element.contains(at)) at.focus();
    else row.element.querySelector(`[data-act="${act}"]`)?.focus();
  }

  nothing() {
    if (this.all.length)
      return emptyBox(
        t('rules.unmatched'),
        t('rules.unmatched.text', { n: this.all.length }),
        button(t('rules.unfilter'), () => {
          for (const key of Object.keys(this.filter)) this.filter[key] = '';
          this.search.value = '';
          for (const s of this.element.querySelectorAll('.tools select'))
            s.value = '';
          this.arrange();
          this.search.focus();
        }),
      );
    return emptyBox(
      t('rules.none'),
      t(this.isOpen ? 'rules.none.text' : 'rules.closed'),
    );
  }

  drawPager() {
    const n = this.shown.length;
    const first = this.page * this.size;
    const last = Math.min(n, first + this.size);
    const isMany = n > SIZES[0];

    setText(
      this.count,
      n ? t('rules.count', { from: first + 1, to: last, n }) : '',
    );
    this.pager.hidden = !isMany;
    if (!isMany) return;
    const at = document.activeElement && document.activeElement.id;
    const go = (page) => () => {
      this.page = page;
      this.draw();
    };

    fill(
      this.pager,
      h('label', { for: 'size' }, t('rules.size')),
      select(
        SIZES.map((s) => [String(s), String(s)]),
        String(this.size),
        {
          id: 'size',
          onchange: (event) => {
            this.size = Number(event.target.value);
            this.page = Math.floor(first / this.size);
            this.draw();
          },
        },
      ),
      button(t('page.back'), go(this.page - 1), {
        id: 'back',
        disabled: this.page === 0,
      }),
      button(t('page.next'), go(this.page + 1), {
        id: 'next',
        disabled: last >= n,
      }),
    );
    if (at) this.pager.querySelector(`#${at}`)?.focus();
  }

  drawLive(error = null) {
    fill(this.liveErrors, error ? errorBox(error) : []);
    for (const [id, row] of this.rows) row.draw(this.live.series(id));
    if (this.live.totals.last) this.tiles.draw(this.live.totals);
  }

  pick(id, isOn, draw = true) {
    if (isOn) this.picked.add(id);
    else this.picked.delete(id);
    if (draw) this.drawPicked();
  }

  pickedRules() {
    return this.all.filter((r) => this.picked.has(r.RuleId));
  }

  drawPicked() {
    const n = this.picked.size;
    const list = this.onPage();
    const here = list.filter((r) => this.picked.has(r.RuleId)).length;

    for (const [id, row] of this.rows) row.check.checked = this.picked.has(id);
    this.checkAll.checked = here > 0 && here === list.length;
    this.checkAll.indeterminate = here > 0 && here < list.length;
    this.bulk.hidden = !n;
    if (!n) return;
    const ids = (test) =>
      this.pickedRules().filter(test).map((r) => r.RuleId);

    fill(
      this.bulk,
      h('span', { role: 'status' }, t('rules.picked', { n })),
      n < this.shown.length &&
        button(t('rules.pick.all', { n: this.shown.length }), () => {
          for (const r of this.shown) this.picked.add(r.RuleId);
          this.drawPicked();
        }, { class: 'plain' }),
      button(t('rules.pick.none'), () => {
        this.picked.clear();
        this.drawPicked();
        this.checkAll.focus();
      }, { class: 'plain' }),
      h('span', { class: 'grow' }),
      button(t('do.pause'), () => this.switch(ids(isPausable), 'offline'), { id: 'bulk-pause' }),
      button(
        t('do.resume'),
        () => this.switch(ids((r) => r.Status === 'offline' || r.Status === 'fail'), 'online'),
        { id: 'bulk-resume' },
      ),
      button(t('do.delete'), () => this.remove(this.pickedRules()), {
        class: 'danger',
        id: 'bulk-delete',
      }),
    );
  }

  edit(rule) {
    ruleDialog(this.app, this.id, rule, () => this.changed());
  }

  async switch(ids, status) {
    if (!ids.length) {
      note(t('rules.nothing'));
      return;
    }
    try {
      await this.app.client.switchRules(this.id, ids, status);
      note(t(status === 'online' ? 'rules.resumed' : 'rules.paused', { n: ids.length }));
      this.changed();
    } catch (error) {
      if (error.isAuth) this.app.fail(error);
      else {
        fill(this.errors, errorBox(error));
        this.errors.firstChild.focus();
      }
    }
  }

  // A rule has to be paused first (seed/39)
  remove(rules) {
    const running = rules.filter(
      (r) => r.Status !== 'offline' && r.Status !== 'fail',
    );
    const ids = rules.map((r) => r.RuleId);
    const name = ruleName(rules[0]);

    ask({
      title: t('rule.delete', { n: rules.length }),
      text: [
        rules.length === 1
          ? t('rule.delete.one', { name })
          : t('rule.delete.many', { n: rules.length }),
        ' ',
        running.length ? t('rule.delete.running', { n: running.length }) : '',
      ],
      label: running.length ? t('do.pause.delete') : t('do.delete'),
      act: async () => {
        if (running.length)
          await this.pauseAndWait(
            running.filter(isPausable).map((r) => r.RuleId),
            new Set(ids),
          );
        await this.app.client.deleteRules(this.id, ids);
      },
      done: () => {
        for (const id of ids) this.picked.delete(id);
        note(t('rules.deleted', { n: ids.length }));
        this.changed();
      },
    });
  }

  async pauseAndWait(ids, all) {
    const end = Date.now() + PAUSE_WAIT_MS;

    if (ids.length) await this.app.client.switchRules(this.id, ids, 'offline');
    for (;;) {
      const list = await this.app.client.rules(this.id);

      if (!list.some((r) => all.has(r.RuleId) && (isPausable(r) || isMoving(r))))
        return;
      if (Date.now() > end) throw new Error(t('rules.slow'));
      await new Promise((done) => setTimeout(done, POLL_MS));
    }
  }

  async download() {
    try {
      const n = await exportRules(this.app, this.id, this.name || this.id);

      note(t('rules.exported', { n }));
    } catch (error) {
      fill(this.errors, errorBox(error));
      this.errors.firstChild.focus();
    }
  }
}

export function rulesPart(app, id, reload) {
  return new Rules(app, id, reload);
}
