// SPDX-License-Identifier: BSD-2-Clause
// looks.cjs - what can be measured of how a page looks and reads
'use strict';

const CONTRAST_MIN = 4.5; // WCAG 2.1, 1.4.3
const CONTRAST_LARGE_MIN = 3;

// Texts that stand out too little. In the page: contrast of each element that
// has text of its own against the nearest background that is opaque.
function dimTexts(page) {
  return page.evaluate(
    ([min, minLarge]) => {
      const canvas = document.createElement('canvas').getContext('2d', {
        willReadFrequently: true,
      });

      function over(colours) {
        canvas.clearRect(0, 0, 1, 1);
        for (const c of colours) {
          canvas.fillStyle = c;
          canvas.fillRect(0, 0, 1, 1);
        }
        return [...canvas.getImageData(0, 0, 1, 1).data];
      }
      function luminance([r, g, b]) {
        const [x, y, z] = [r, g, b].map((v) => {
          const c = v / 255;

          return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        });

        return 0.2126 * x + 0.7152 * y + 0.0722 * z;
      }
      function backgrounds(e) {
        const list = [];

        for (; e; e = e.parentElement)
          list.unshift(getComputedStyle(e).backgroundColor);
        return list;
      }
      const modal = document.querySelector('dialog[open]');
      const found = [];

      for (const e of (modal || document.body).querySelectorAll('*')) {
        const own = [...e.childNodes].some(
          (n) => n.nodeType === 3 && n.textContent.trim(),
        );

        if (!own || !e.checkVisibility() || e.closest(':disabled, [aria-disabled=true], .hidden, noscript, .skip'))
          continue;
        const style = getComputedStyle(e);
        const stack = backgrounds(e);
        const a = luminance(over([...stack, style.color]));
        const b = luminance(over(stack));
        const ratio =
          (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        const size = parseFloat(style.fontSize);
        const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);

        if (ratio < (isLarge ? minLarge : min))
          found.push(`${e.tagName}.${e.className} "${e.textContent.slice(0, 30)}" ${ratio.toFixed(2)}`);
      }
      return found;
    },
    [CONTRAST_MIN, CONTRAST_LARGE_MIN],
  );
}

// Controls that a screen reader could not name
async function namelessControls(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  const roles = ['button', 'link', 'textbox', 'searchbox', 'combobox', 'checkbox',
    'switch', 'radio', 'spinbutton', 'dialog', 'table'];

  await session.detach();
  return nodes
    .filter((n) => !n.ignored && roles.includes(n.role?.value) && !n.name?.value)
    .map((n) => `${n.role.value} ${JSON.stringify(n.properties?.slice(0, 2))}`);
}

// How far the page, or the dialog, is wider than its window
function overflow(page) {
  return page.evaluate(() => {
    const wide = [...document.querySelectorAll('body *')].filter((e) => {
      const r = e.getBoundingClientRect();

      return (
        e.checkVisibility() &&
        r.width > 1 &&
        r.right > innerWidth + 0.5 &&
        !e.closest('.scroll, .hidden, pre, .skip, textarea, thead')
      );
    });

    return wide.slice(0, 3).map((e) => `${e.tagName}.${e.className}`);
  });
}

module.exports = { dimTexts, namelessControls, overflow };
