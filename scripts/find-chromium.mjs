/** Where a Chromium for the browser tests is: the system's, else Debian's package where it may be installed, else Playwright's own. */
import { existsSync } from "node:fs";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

function findInstalled() {
  return places.find((place) => existsSync(place)) ?? null;
}

/**
 * The path of a browser, or null where Playwright should use its own, which is then installed if the network allows it.
 * `run(command, args)` runs a command and resolves to `{ok, output}`.
 */
export async function findChromium(run) {
  const installed = process.env.CHROMIUM_PATH || findInstalled();
  if (installed) return installed;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    const quietly = { DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update", "-q"], quietly);
    await run("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"], quietly);
    const fresh = findInstalled();
    if (fresh) return fresh;
  }
  await run("node_modules/.bin/playwright", ["install", "chromium"]);
  return null;
}
