// SPDX-License-Identifier: BSD-2-Clause
// live.js - counters that are asked for again and again, and how they went
import { h } from './dom.js';
import { bytes, number, rate, t } from './i18n.js';

const POLL_MS = 2000;
const BACK_OFF_MS = 10000;
export const SAMPLES = 60; // two minutes

// How fast the counters of one thing grow
class Series {
  constructor() {
    this.rates = [];
    this.last = null;
    this.at = 0;
  }

  add(counters, at) {
    const total = counters.BytesUp + counters.BytesDown;

    if (this.last && at > this.at) {
      const before = this.last.BytesUp + this.last.BytesDown;

      this.rates.push((Math.max(0, total - before) * 1000) / (at - this.at));
      if (this.rates.length > SAMPLES) this.rates.shift();
    }
    this.last = counters;
    this.at = at;
  }

  get rate() {
    return this.rates.length ? this.rates[this.rates.length - 1] : 0;
  }
}

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 96;
const HEIGHT = 24;

function svg(tag, props) {
  const e = document.createElementNS(SVG, tag);

  for (const [name, value] of Object.entries(props)) e.setAttribute(name, value);
  return e;
}

// A line of the last two minutes, its highest point at the top. The numbers
// stand beside it in text, so it is not read out.
export class Sparkline {
  constructor() {
    this.line = svg('path', { class: 'line' });
    this.area = svg('path', { class: 'area' });
    this.element = svg('svg', {
      class: 'spark',
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      width: WIDTH,
      height: HEIGHT,
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    });
    this.element.append(this.area, this.line);
    this.draw([]);
  }

  draw(values) {
    const top = Math.max(1, ...values);
    const step = WIDTH / (SAMPLES - 1);
    const from = WIDTH - step * Math.max(0, values.length - 1);
    const points = values.map(
      (v, i) =>
        `${(from + i * step).toFixed(1)},` +
        `${(HEIGHT - 1.5 - (v / top) * (HEIGHT - 3)).toFixed(1)}`,
    );
    const base = HEIGHT - 1.5;

    if (values.length < 2) {
      this.line.setAttribute('d', `M0,${base}L${WIDTH},${base}`);
      this.area.setAttribute('d', '');
      return;
    }
    const d = `M0,${base}L${from.toFixed(1)},${base}L${points.join('L')}`;

    this.line.setAttribute('d', d);
    this.area.setAttribute('d', `${d}L${WIDTH},${HEIGHT}L0,${HEIGHT}Z`);
  }
}

export function zero() {
  return {
    Connections: 0,
    ActiveConnections: 0,
    Sessions: 0,
    ActiveSessions: 0,
    BytesUp: 0,
    BytesDown: 0,
    Headers: {},
    Refused: {},
  };
}

function sum(counts) {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}

// Asks while the page is seen. which(): ids of the rules that are shown;
// draw(error): after each answer; series(id), totals: what is known
export class Live {
  constructor(app, which, draw) {
    this.app = app;
    this.which = which;
    this.draw = draw;
    this.byRule = new Map();
    this.totals = new Series();
    this.timer = 0;
    this.paused = false;
    this.stopped = false;
    this.busy = false;
    this.seen = () => {
      if (!document.hidden) this.now();
    };
    document.addEventListener('visibilitychange', this.seen);
  }

  series(id) {
    let s = this.byRule.get(id);

    if (!s) this.byRule.set(id, (s = new Series()));
    return s;
  }

  now() {
    clearTimeout(this.timer);
    this.ask();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    document.removeEventListener('visibilitychange', this.seen);
  }

  async ask() {
    let wait = POLL_MS;

    if (this.stopped || this.busy || document.hidden || this.paused) return;
    this.busy = true;
    try {
      const ids = this.which();
      const answer = await this.app.client.ask(
        'TpDescribeStatistics',
        ids.length ? { RuleIds: ids } : {},
      );
      const at = Date.parse(answer.Time);
      const known = new Map(answer.Rules.map((r) => [r.RuleId, r]));

      // one that does not listen has no row: its counters stand at zero
      for (const id of ids) this.series(id).add(known.get(id) || zero(), at);
      this.totals.add(answer.Totals, at);
      if (!this.stopped) this.draw(null);
    } catch (error) {
      if (this.stopped) return;
      if (error.isAuth) {
        this.app.fail(error);
        return;
      }
      this.draw(error);
      wait = BACK_OFF_MS;
    } finally {
      this.busy = false;
    }
    if (!this.stopped) this.timer = setTimeout(() => this.ask(), wait);
  }
}

// Tiles of totals. Return: { element, draw(series) }
export function tiles() {
  const make = (key, hasLine = false) => {
    const value = h('dd', {}, '–');
    const more = h('dd', { class: 'more' }, '\u00a0');
    const line = hasLine ? new Sparkline() : null;

    return {
      value,
      more,
      line,
      element: h(
        'div',
        { class: 'tile' },
        h('dt', {}, t(key)),
        value,
        more,
        line && line.element,
      ),
    };
  };
  const open = make('live.open');
  const traffic = make('live.rate', true);
  const volume = make('live.bytes');
  const refused = make('live.refused');

  return {
    element: h(
      'dl',
      { class: 'tiles', 'aria-label': t('live.totals') },
      [open, traffic, volume, refused].map((x) => x.element),
    ),
    draw(series) {
      const c = series.last;

      open.value.textContent = number(c.ActiveConnections + c.ActiveSessions);
      open.more.textContent = t('live.open.more', {
        n: c.Connections + c.Sessions,
      });
      traffic.value.textContent = rate(series.rate);
      traffic.more.textContent = t('live.rate.more');
      traffic.line.draw(series.rates);
      volume.value.textContent = bytes(c.BytesUp + c.BytesDown);
      volume.more.textContent = `↑ ${bytes(c.BytesUp)}  ↓ ${bytes(c.BytesDown)}`;
      refused.value.textContent = number(sum(c.Refused));
      refused.more.textContent = t('live.headers.more', { n: sum(c.Headers) });
    },
  };
}
