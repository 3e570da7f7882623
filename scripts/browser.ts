/** A browser and a signed-in page for scripts and benchmarks that look at the console. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "@playwright/test";
import { findChromium } from "./find-chromium.mjs";

const execute = promisify(execFile);

/** How a program ended, and what it wrote, or why it failed. */
export async function run(command: string, args: string[], env: Record<string, string> = {}) {
  try {
    const { stdout } = await execute(command, args, { env: { ...process.env, ...env } });
    return { ok: true, output: stdout };
  } catch (error) {
    return { ok: false, output: String(error) };
  }
}

/** Debian's Chromium, or the one that Playwright has. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = (await findChromium(run)) ?? undefined;
  const args = [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--disable-gpu", "--no-first-run"];
  return chromium.launch({ ...(executablePath ? { executablePath } : {}), args });
}

const titles = { admin: "Platform admin", developer: "Developer" };
export type Visitor = keyof typeof titles;

/** The home page of a server at `url`, as one whom its development sign-in knows. */
export async function openAs(browser: Browser, url: string, who: Visitor): Promise<Page> {
  const context = await browser.newContext({ baseURL: url, timezoneId: "UTC", locale: "en-US" });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Development sign-in" }).click();
  await page.getByRole("button", { name: new RegExp(`^${titles[who]}:`) }).click();
  await page.waitForURL(`${url}/`);
  return page;
}
