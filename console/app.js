// SPDX-License-Identifier: BSD-2-Clause
// app.js - who is signed in, which view is shown, the head of the page
import { ApiError, Client, canSign } from './api.js';
import { button, errorBox, fill, h, select, setText } from './dom.js';
import { language, setLanguage, t } from './i18n.js';
import { instanceView } from './instance.js';
import { instancesView } from './instances.js';
import { loginView } from './login.js';

const KEPT = 'credentials';
const app = { client: null, view: null, open, leave, show, fail };
const main = document.getElementById('main');

function theme() {
  return document.documentElement.dataset.theme || 'auto';
}

function setTheme(name) {
  if (name === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  try {
    if (name === 'auto') localStorage.removeItem('theme');
    else localStorage.setItem('theme', name);
  } catch {
    // no storage: for this page only
  }
}

function head() {
  const themes = select(
    ['auto', 'light', 'dark'].map((name) => [name, t(`theme.${name}`)]),
    theme(),
    {
      'aria-label': t('theme'),
      id: 'theme',
      onchange: (event) => setTheme(event.target.value),
    },
  );
  const other = language() === 'zh' ? 'en' : 'zh';

  fill(
    document.getElementById('top'),
    h(
      'a',
      { class: 'brand', href: '#/', 'aria-label': t('nav.home') },
      h('img', { src: '/console/icon.svg', alt: '', width: 24, height: 24 }),
      'truepeer',
    ),
    h(
      'div',
      { class: 'row' },
      app.client &&
        h('span', { class: 'zone', title: t('zone') }, app.client.zone),
      themes,
      button(
        other === 'zh' ? '中文' : 'English',
        () => {
          setLanguage(other);
          document.getElementById('notes').replaceChildren();
          show();
          document.getElementById('lang').focus();
        },
        { id: 'lang', class: 'plain', lang: other === 'zh' ? 'zh-CN' : 'en' },
      ),
      app.client &&
        button(t('nav.leave'), () => leave(), { id: 'leave', class: 'plain' }),
    ),
  );
  setText(document.getElementById('skip'), t('nav.skip'));
}

// Something failed that no part of the view shows itself
function fail(error) {
  if (!(error instanceof ApiError)) throw error;
  if (error.isAuth) leave(error);
  else fill(main, errorBox(error));
}

function show() {
  const id = location.hash.match(/^#\/i\/([\w-]+)(?:\/(\w+))?$/);
  let view;

  // what was asked belongs to the view that goes
  for (const d of document.querySelectorAll('dialog')) d.close();
  if (app.view && app.view.stop) app.view.stop();
  head();
  if (!app.client) view = loginView(app);
  else if (id) view = instanceView(app, id[1], id[2] || 'rules');
  else view = instancesView(app);
  app.view = view;
  document.title = `${view.title} · truepeer`;
  fill(main, view.element);
  if (view.start) view.start();
}

// keep: until the tab is closed
async function open(secretId, secretKey, zone, keep) {
  const client = await Client.open(secretId, secretKey, zone);

  await client.call('DescribeL4Proxy', { Limit: 1 });
  app.client = client;
  if (keep)
    sessionStorage.setItem(KEPT, JSON.stringify([secretId, secretKey, zone]));
  show();
  main.focus();
}

function leave(error = null) {
  app.client = null;
  app.error = error;
  sessionStorage.removeItem(KEPT);
  show();
}

async function begin() {
  const kept = sessionStorage.getItem(KEPT);

  if (kept && canSign()) {
    app.client = await Client.open(...JSON.parse(kept));
  }
  show();
  addEventListener('hashchange', () => {
    if (location.hash === '#main') return;
    show();
    main.focus();
  });
}

begin();
