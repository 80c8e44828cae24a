// SPDX-License-Identifier: BSD-2-Clause
// theme.js - the chosen theme and language, before anything is painted
(function () {
  'use strict';
  let theme = null;
  let lang = null;

  try {
    theme = localStorage.getItem('theme');
    lang = localStorage.getItem('lang');
  } catch {
    // no storage: what the system says
  }
  if (theme === 'light' || theme === 'dark')
    document.documentElement.dataset.theme = theme;
  if (lang !== 'zh' && lang !== 'en')
    lang = /^zh\b/i.test(navigator.language) ? 'zh' : 'en';
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
})();
