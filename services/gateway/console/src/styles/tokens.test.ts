import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

// "--name: light-dark(#light, #dark)" of the style sheet, as [light, dark].
function tokens(): Map<string, [string, string]> {
  const css = readFileSync('src/styles/tokens.css', 'utf8');
  const found = css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g);
  return new Map([...found].map(([, name = '', light = '', dark = '']) => [name, [light, dark]]));
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const text: Record<string, string[]> = {
  ground: ['ink', 'ink-soft', 'ink-faint', 'link', 'hot', 'done', 'work'],
  surface: ['ink', 'ink-soft', 'ink-faint', 'link'],
  sunken: ['ink', 'ink-soft', 'ink-faint'],
  'hot-ground': ['hot', 'ink', 'ink-soft'],
  'work-ground': ['work'],
  'done-ground': ['done', 'ink'],
  mark: ['ink'],
  strong: ['on-strong'],
};
const signs: Record<string, string[]> = {
  ground: ['rule-strong', 'hot-line', 'done-line', 'work', 'focus'],
  surface: ['rule-strong', 'hot-line', 'done-line', 'work', 'ink-faint', 'focus'],
};

for (const [what, pairs, least] of [['text', text, 4.5], ['a sign', signs, 3]] as const) {
  test(`${what} reaches ${least}:1 on every ground it is used on, in light and dark`, () => {
    const colours = tokens();
    for (const [ground, names] of Object.entries(pairs)) {
      for (const name of names) {
        for (const theme of [0, 1] as const) {
          const front = colours.get(name)?.[theme];
          const back = colours.get(ground)?.[theme];
          assert.ok(front && back, `${name} or ${ground} is not among the tokens`);
          const ratio = contrast(front, back);
          assert.ok(ratio >= least, `${name} on ${ground}: ${ratio.toFixed(2)} in ${theme === 0 ? 'light' : 'dark'}`);
        }
      }
    }
  });
}
