/** The browser suite: the real product, as `npm start` brings it up, seen through a Chromium of this machine. */
import { existsSync } from "node:fs";
import { defineConfig, devices } from "@playwright/test";
import { originVariable } from "./tests/browser/settings";

// `npm test` names the browser. Run by hand, the suite takes the system's, and Playwright's own where there is none.
const systemChromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const chromium = process.env.CHROMIUM_PATH || systemChromium.find((place) => existsSync(place));

export default defineConfig({
  testDir: "tests/browser",
  globalSetup: "./tests/browser/global-setup.ts",
  // One server, whose state the tests build on each other: one at a time, in the order of their files.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  // Bounds for a machine with much else to do, not what a test takes.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: "line",
  use: {
    ...devices["Desktop Chrome"],
    // Known once the set-up has started the server, which is before a worker reads this.
    baseURL: process.env[originVariable],
    viewport: { width: 1440, height: 900 },
    timezoneId: "Asia/Kathmandu",
    launchOptions: {
      executablePath: chromium,
      args: [
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
