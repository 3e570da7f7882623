/** How a browser names itself, in the two words that a person recognises it by. Pure. */

// The order counts: every browser also claims to be those that came before it.
const browsers: readonly (readonly [string, RegExp])[] = [
  ["Edge", /\bEdg(e|A|iOS)?\//],
  ["Opera", /\bOPR\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\b(Firefox|FxiOS)\//],
  ["Chrome", /\b(Chrome|CriOS|HeadlessChrome)\//],
  ["Safari", /\bVersion\/\S+ .*Safari\//],
];

const systems: readonly (readonly [string, RegExp])[] = [
  ["iPhone", /\biPhone\b/],
  ["iPad", /\biPad\b/],
  ["Android", /\bAndroid\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMac OS X\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Linux", /\bLinux\b/],
];

function find(names: typeof browsers, text: string): string | null {
  return names.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

/** `Firefox on Linux`; what the client says of itself where neither is known; `Unknown browser` where it says nothing. */
export function describeDevice(userAgent: string | null): string {
  if (!userAgent) return "Unknown browser";
  const browser = find(browsers, userAgent);
  const system = find(systems, userAgent);
  if (!browser && !system) return userAgent.slice(0, 60);
  return [browser ?? "A browser", system].filter(Boolean).join(" on ");
}
