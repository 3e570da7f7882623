/**
 * How long the console's pages take to settle in a browser: from the navigation's start to the last moment at which anything on the page
 * still waited, as the page's own clock has it. Reads come from the server over loopback; the browser's cache holds the scripts.
 *
 * Method: whatever the navigation of an administrator and of a developer leads to, and the first of each kind below, visited `ROUNDS`
 * (5) times in turns at 1440 × 900 after one visit that warms the server up. A page has settled once no part of it has been busy or
 * without its heading for half a second, which is not counted. Run beside a server that was filled with
 * `npm run seed -- --keys 100000 --users 5000 --teams 500 --events 3000000` and has the development sign-in:
 * npx tsx bench/pages.ts http://localhost:3000
 */
import type { Browser, Page } from "@playwright/test";
import { openAs, startBrowser, type Visitor } from "../scripts/browser";
import { median } from "./setup";

const [url = "http://localhost:3000"] = process.argv.slice(2);
const rounds = Number(process.env.ROUNDS ?? 5);
const limitMs = 1_500;
const quietMs = 500;

/** Runs in the page from its first moment on: notes the time as long as anything waits. A text, for what compiles this file adds calls of its own. */
const watch = `
  window.busyUntilMs = 0;
  const look = () => {
    const isBusy = document.querySelector("[aria-busy=true], .animate-pulse, .animate-spin") || !document.querySelector("main h1");
    if (isBusy) window.busyUntilMs = performance.now();
    requestAnimationFrame(look);
  };
  look();`;

/** Milliseconds from the start of the navigation. */
async function settle(page: Page, path: string): Promise<number> {
  await page.goto(path, { waitUntil: "commit" });
  const handle = await page.waitForFunction((quiet) => {
    const { busyUntilMs } = window as unknown as { busyUntilMs: number };
    return busyUntilMs > 0 && performance.now() - busyUntilMs > quiet ? busyUntilMs : null;
  }, quietMs);
  const settledMs = await handle.jsonValue();
  if ((await page.getByRole("main").getByRole("alert").count()) > 0) throw new Error(`${path} shows an error`);
  return settledMs ?? Number.NaN;
}

async function waysOf(page: Page): Promise<string[]> {
  const links = page.getByRole("navigation", { name: "Main" }).getByRole("link");
  await links.filter({ hasText: "API reference" }).waitFor();
  const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
  return paths.filter((path) => path !== "/docs");
}

/** The page of the first row of each list that leads somewhere. */
async function detailsOf(page: Page, ways: readonly string[]): Promise<string[]> {
  const details: string[] = [];
  for (const way of ways) {
    await settle(page, way);
    const links = page.getByRole("main").getByRole("row").getByRole("link");
    if ((await links.count()) === 0) continue;
    const href = await links.first().getAttribute("href");
    if (href?.startsWith(`${way}/`)) details.push(href);
  }
  return details;
}

interface Measured {
  path: string;
  times: number[];
}

async function measure(browser: Browser, who: Visitor): Promise<Measured[]> {
  const page = await openAs(browser, url, who);
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.addInitScript({ content: watch });
  const ways = await waysOf(page);
  const measured = [...ways, ...(await detailsOf(page, ways))].map((path) => ({ path, times: [] as number[] }));
  for (let round = -1; round < rounds; round++)
    for (const { path, times } of measured) {
      const ms = await settle(page, path);
      if (round >= 0) times.push(ms);
    }
  return measured;
}

const browser = await startBrowser();
for (const who of ["admin", "developer"] as const) {
  const measured = await measure(browser, who);
  console.log(`as ${who}, ${rounds} visits each, ms`);
  console.table(
    Object.fromEntries(
      measured.map(({ path, times }) => {
        const most = Math.max(...times);
        return [path, { median: Math.round(median(times)), most: Math.round(most), kept: most <= limitMs }];
      }),
    ),
  );
}
await browser.close();
