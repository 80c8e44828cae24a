// SPDX-License-Identifier: BSD-2-Clause
// matrix.js - what an instance may have on (seed/10, seed/11), told before it is
// asked for. The server decides; a test compares all 48 combinations with it.

export const AREAS = ['overseas', 'mainland', 'global'];
export const FEATURES = ['StaticIp', 'Ipv6', 'AccelerateMainland'];
export const PROTECTIONS = ['default', 'exclusive'];

const ALLOWED = {
  default: {
    StaticIp: ['overseas'],
    Ipv6: ['overseas', 'mainland', 'global'],
    AccelerateMainland: ['overseas'],
  },
  exclusive: {
    StaticIp: ['overseas'],
    Ipv6: ['overseas'],
    AccelerateMainland: ['overseas'],
  },
};

// In the order in which the server looks at them
const PAIRS = [
  ['Ipv6', 'StaticIp', 'OperationDenied.Ipv6StaticIpConflict'],
  ['AccelerateMainland', 'Ipv6', 'OperationDenied.AccelerateMainlandIpv6Conflict'],
  ['AccelerateMainland', 'StaticIp', 'OperationDenied.AccelerateMainlandDisable'],
];

const CODES = {
  StaticIp: 'OperationDenied.StaticIpAreaConflict',
  Ipv6: 'OperationDenied.Ipv6AdvancedConflict',
  AccelerateMainland: 'OperationDenied.AccelerateMainlandDisable',
};

export function areasOf(protection, feature) {
  return ALLOWED[protection][feature];
}

export function isAllowed(protection, area, feature) {
  return areasOf(protection, feature).includes(area);
}

// What is wrong with features (an array of those that are on).
// Return: [{ code, features: [...] }], two features for a pair, one for a cell
// of the table that says no
export function judge({ protection, area, features }) {
  const pairs = PAIRS.filter(
    ([a, b]) => features.includes(a) && features.includes(b),
  ).map(([a, b, code]) => ({ code, features: [a, b] }));
  const cells = FEATURES.filter(
    (f) => features.includes(f) && !isAllowed(protection, area, f),
  ).map((f) => ({ code: CODES[f], features: [f] }));

  return [...pairs, ...cells];
}

// seed/3. Return: the key of a sentence, or null
export function judgeName(name) {
  if (!name) return 'name.empty';
  if (name.length > 50) return 'name.long';
  if (/[^a-z0-9-]/.test(name)) return 'name.characters';
  if (/^-|-$/.test(name)) return 'name.ends';
  if (name.includes('--')) return 'name.hyphens';
  return null;
}

export const BANDS = {
  BASE30_MAX300: [30, 300],
  BASE60_MAX600: [60, 600],
};
