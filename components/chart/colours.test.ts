import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

type Rgb = readonly [number, number, number];

const css = readFileSync("app/globals.css", "utf8");

/** A token's colour for light (0) or dark (1), as linear light. */
function tokenOf(name: string, theme: 0 | 1): Rgb {
  const found = new RegExp(`--color-${name}: light-dark\\(#(\\w{6}), #(\\w{6})\\)`).exec(css)?.[theme + 1] ?? "";
  const channel = (at: number) => {
    const value = Number.parseInt(found.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(0), channel(2), channel(4)];
}

const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** How eyes without one kind of cone see a colour (Viénot, Brettel, Mollon 1999); the first is how most do. */
const eyes: Record<string, readonly [Rgb, Rgb, Rgb]> = {
  "all cones": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.11238, 0.88762, 0],
    [0.11238, 0.88762, 0],
    [0.00401, -0.00401, 1],
  ],
  deuteranopia: [
    [0.29275, 0.70725, 0],
    [0.29275, 0.70725, 0],
    [-0.02234, 0.02234, 1],
  ],
};

function seen(colour: Rgb, eye: readonly [Rgb, Rgb, Rgb]): Rgb {
  const [r, g, b] = eye.map((row) => row.reduce((sum, factor, at) => sum + factor * (colour[at] ?? 0), 0));
  return [r ?? 0, g ?? 0, b ?? 0];
}

/** CIE L*a*b* of linear light, for distances that are like what one sees. */
function labOf([r, g, b]: Rgb): Rgb {
  const shape = (value: number) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
  const x = shape((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = shape(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = shape((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function distance(a: Rgb, b: Rgb): number {
  const [one, other] = [labOf(a), labOf(b)];
  return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}

const names = ["1", "2", "3", "4", "5", "6", "7", "8", "other"].map((name) => `series-${name}`);
const themes = [
  ["light", 0],
  ["dark", 1],
] as const;

test.each(themes)("in %s, every series stands out from the surface", (_, theme) => {
  for (const name of names)
    expect(contrast(tokenOf(name, theme), tokenOf("surface", theme)), name).toBeGreaterThanOrEqual(3);
});

for (const [themeName, theme] of themes)
  test.each(Object.keys(eyes))(`in ${themeName}, series that lie on each other stay apart for %s`, (eyeName) => {
    const eye = eyes[eyeName];
    if (!eye) throw new Error(eyeName);
    const colours = names.map((name) => seen(tokenOf(name, theme), eye));
    for (const [index, colour] of colours.entries())
      for (const [other, second] of colours.entries()) {
        const least = other === index + 1 ? 20 : 9;
        if (other > index)
          expect(distance(colour, second), `${names[index]} and ${names[other]}`).toBeGreaterThan(least);
      }
  });
