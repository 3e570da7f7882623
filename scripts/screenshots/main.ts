/**
 * `npm run screenshots [-- overview keys]`: starts the product on a home of its own, fills it with a small organisation, and writes the
 * pictures of README and docs to docs/images: all of them, or those that are named. Pages that are not there are told and skipped.
 */
import { mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Page } from "@playwright/test";
import { openAs, run, startBrowser } from "../browser";
import { startServer } from "../demo/server";
import { makeFacts } from "./facts";
import { type Facts, type Shot, shots } from "./shots";

const sizes = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const seedSizes = ["--teams", "16", "--users", "80", "--keys", "400", "--events", "40000"];

async function seed(home: string): Promise<void> {
  const environment = { PLLM_HOME: home, DATABASE_URL: "" };
  const { ok, output } = await run(
    process.execPath,
    ["--import", "tsx", "scripts/seed/main.ts", ...seedSizes],
    environment,
  );
  if (!ok) throw new Error(output);
}

/** Nothing stands any more where something is to come, and that for a moment: one part of a page may wait for another. */
async function settle(page: Page): Promise<void> {
  const waits = page.locator(".animate-pulse, .animate-spin, [aria-busy=true]");
  for (let quiet = 0; quiet < 4; quiet++) {
    await delay(250);
    if ((await waits.count()) > 0) quiet = -1;
  }
}

/** Whether there is such a page. */
async function take(page: Page, shot: Shot, facts: Facts): Promise<boolean> {
  await page.emulateMedia({ colorScheme: shot.theme, reducedMotion: "reduce" });
  await page.setViewportSize(shot.isPhone ? sizes.phone : sizes.desk);
  const answer = await page.goto(shot.path(facts));
  if (answer?.status() === 404) return false;
  await settle(page);
  if (shot.press) {
    await page.getByRole("button", { name: shot.press }).click();
    await settle(page);
    // What has the focus wears a ring, which is not what the picture is of.
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  }
  if (shot.part) {
    const part = page.getByRole("region", { name: shot.part, exact: true });
    // Below the page's own head, which stays where it is.
    await part.evaluate((element) => window.scrollTo(0, element.getBoundingClientRect().top + window.scrollY - 76));
  }
  await page.screenshot({ path: path.join("docs", "images", `${shot.name}.png`) });
  return true;
}

const named = process.argv.slice(2);
const wanted = shots.filter(({ name }) => named.length === 0 || named.includes(name));
const home = await mkdtemp(path.join(os.tmpdir(), "pllm-screenshots-"));
console.log("an organisation");
await seed(home);
const server = await startServer(home);
try {
  const browser = await startBrowser();
  try {
    // By the name that it calls itself, for which its cookies are.
    const url = server.url.replace("127.0.0.1", "localhost");
    const pages = {
      admin: await openAs(browser, url, "admin"),
      developer: await openAs(browser, url, "developer"),
    };
    const facts = await makeFacts(server);
    for (const shot of wanted) {
      const isThere = await take(pages[shot.as], shot, facts);
      console.log(isThere ? `docs/images/${shot.name}.png` : `${shot.name}: there is no page ${shot.path(facts)}`);
      if (!isThere) process.exitCode = 1;
    }
  } finally {
    await browser.close();
  }
} finally {
  await server.stop();
}
