// SPDX-License-Identifier: BSD-2-Clause
// i18n.js - the page's words and numbers, in Chinese or English
import en from './en.js';
import zh from './zh.js';

const tables = { en, zh };
const locales = { en: 'en', zh: 'zh-CN' };
let lang = document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
let plural = new Intl.PluralRules(locales[lang]);

export function language() {
  return lang;
}

export function setLanguage(name) {
  lang = name;
  plural = new Intl.PluralRules(locales[lang]);
  document.documentElement.lang = locales[lang];
  try {
    localStorage.setItem('lang', name);
  } catch {
    // no storage: for this page only
  }
}

export function has(key) {
  return Object.hasOwn(tables[lang], key);
}

// A text; {name} stands for vars.name. Where a text has a form for one and one
// for others, vars.n chooses.
export function t(key, vars = {}) {
  let text = tables[lang][key];

  if (text === undefined) return key;
  if (typeof text !== 'string')
    text = text[plural.select(vars.n)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (all, name) => {
    const value = vars[name];

    if (value === undefined) return all;
    return typeof value === 'number' ? number(value) : value;
  });
}

export function number(n) {
  return n.toLocaleString(locales[lang]);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function bytes(n) {
  let unit = 0;

  while (n >= 1024 && unit < UNITS.length - 1) {
    n /= 1024;
    unit++;
  }
  const digits = unit && n < 100 ? 1 : 0;
  const text = n.toLocaleString(locales[lang], {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });

  return `${text} ${UNITS[unit]}`;
}

export function rate(n) {
  return `${bytes(n)}/s`;
}

// value: what Date takes; in the same order everywhere, largest first
export function time(value) {
  const d = new Date(value);
  const two = (n) => String(n).padStart(2, '0');
  const day = [d.getFullYear(), two(d.getMonth() + 1), two(d.getDate())];

  return `${day.join('-')} ${clock(d)}`;
}

export function clock(value) {
  return new Date(value).toLocaleTimeString(locales[lang], { hour12: false });
}
