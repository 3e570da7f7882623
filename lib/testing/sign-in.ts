/**
 * Our side of a sign-in over real HTTP: a listener with next-auth's doors and the API behind it, and browsers that keep cookies and
 * follow what they are told. Tests only.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll } from "vitest";
import { handleAuth } from "@/lib/auth/next-auth";
import { sessionCookieName } from "@/lib/auth/session-token";
import { getConfig, type RunningConfig } from "@/lib/config/config";
import { ScriptedIssuer } from "./issuer";

const memo = globalThis as { pllmConfig?: RunningConfig };

/** Replaces parts of the configuration until `restore`; next-auth reads the public URL from the environment. */
export function configure(change: Partial<RunningConfig>): { restore(): void } {
  const before = getConfig();
  const { NEXTAUTH_URL } = process.env;
  memo.pllmConfig = { ...before, ...change };
  process.env.NEXTAUTH_URL = memo.pllmConfig.publicUrl;
  return {
    restore: () => {
      memo.pllmConfig = before;
      process.env.NEXTAUTH_URL = NEXTAUTH_URL;
    },
  };
}

export interface SignInServer {
  url: string;
  close(): void;
}

/** Listens on loopback for /api/auth/…; anything else is handed to `other`. */
export async function startSignInServer(other?: (request: Request) => Promise<Response>): Promise<SignInServer> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url ?? "/", `http://${incoming.headers.host}`);
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
    const method = incoming.method ?? "GET";
    const request = new Request(url, { method, headers, ...(method === "GET" ? {} : { body: Buffer.concat(chunks) }) });
    const nextauth = url.pathname.split("/").slice(3);
    const isAuth = url.pathname.startsWith("/api/auth/");
    const response = isAuth
      ? await handleAuth(request, { params: Promise.resolve({ nextauth }) })
      : ((await other?.(request)) ?? new Response("page"));
    const lines = Object.fromEntries(response.headers);
    outgoing.writeHead(response.status, { ...lines, "set-cookie": response.headers.getSetCookie() });
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A browser's cookies for one server, and the requests that it makes of it. */
export class Browser {
  readonly cookies = new Map<string, string>();

  constructor(
    readonly origin: string,
    readonly userAgent = "a test's browser",
  ) {}

  #keep(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
      const at = pair.indexOf("=");
      const isGone = attributes.some((attribute) => /^max-age=0$/i.test(attribute));
      if (isGone || pair.slice(at + 1) === "") this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  get session(): string | undefined {
    return this.cookies.get(sessionCookieName(this.origin));
  }

  async request(target: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("cookie", this.cookieHeader);
    headers.set("user-agent", this.userAgent);
    const response = await fetch(new URL(target, this.origin), { ...init, headers, redirect: "manual" });
    this.#keep(response);
    return response;
  }

  /** Posts a form of one of our pages, with next-auth's token. */
  async post(target: string, fields: Record<string, string>): Promise<Response> {
    const { csrfToken } = (await (await this.request("/api/auth/csrf")).json()) as { csrfToken: string };
    const body = new URLSearchParams({ csrfToken, json: "true", ...fields });
    return this.request(target, { method: "POST", body, headers: { origin: this.origin } });
  }

  /** Starts signing in; the address that the browser is sent to. */
  async start(returnTo = "/"): Promise<URL> {
    const response = await this.post("/api/auth/signin/dex", { callbackUrl: returnTo });
    return new URL(((await response.json()) as { url: string }).url);
  }

  /** Visits the provider, which sends the browser back; the address that it is sent back to. */
  async visitProvider(address: URL): Promise<URL> {
    const response = await fetch(address, { redirect: "manual" });
    return new URL(response.headers.get("location") ?? "about:blank");
  }

  /** Takes the provider's answer; the address of the page that follows. */
  async finish(answer: URL): Promise<URL> {
    const response = await this.request(answer.href);
    return new URL(response.headers.get("location") ?? "about:blank");
  }

  /** The whole of it. */
  async signIn(returnTo = "/"): Promise<URL> {
    return this.finish(await this.visitProvider(await this.start(returnTo)));
  }
}

export interface SignInStage {
  readonly issuer: ScriptedIssuer;
  /** Our public URL. */
  readonly url: string;
  browser(): Browser;
}

/** Call after `openTestDatabase`: our doors and an issuer that they trust, for all tests of a file. */
export function openSignIn(
  change: Partial<RunningConfig> = {},
  other?: (request: Request) => Promise<Response>,
): SignInStage {
  const issuer = new ScriptedIssuer();
  let server: SignInServer | undefined;
  let configured: { restore(): void } | undefined;
  beforeAll(async () => {
    await issuer.start();
    server = await startSignInServer(other);
    configured = configure({
      publicUrl: server.url,
      dexEnabled: true,
      dexIssuer: issuer.issuer,
      dexClientId: issuer.clientId,
      dexClientSecret: issuer.clientSecret,
      ...change,
    });
  });
  afterAll(async () => {
    configured?.restore();
    server?.close();
    await issuer.close();
  });
  const url = () => server?.url ?? "";
  return {
    issuer,
    get url() {
      return url();
    },
    browser: () => new Browser(url()),
  };
}
