/**
 * The development identity provider: stands in for a Dex where none is connected yet, so that the whole product can be tried at once.
 * A listener of its own on 127.0.0.1, four people and no passwords. Started by lib/boot alone, in the embedded mode alone; it is
 * loaded only then.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Configuration, default as OidcProvider } from "oidc-provider";
import { findDevelopmentObstacle } from "@/lib/config/development";
import { log } from "@/lib/log";
import { createAdapter } from "./adapter";
import { choosePage, problemPage } from "./page";
import { claimsOf, developmentClientId, developmentIssuer, developmentPeople, subjectOf } from "./people";
import { type DevelopmentState, ensureState } from "./state";

const largestFormBytes = 1_024;
const day = 86_400;

export interface DevelopmentIdentityOptions {
  /** Where its state is kept. */
  home: string;
  publicUrl: string;
  redirectUrl: string;
  /** What decides on whether it may run at all. */
  facts: Parameters<typeof findDevelopmentObstacle>[0];
  findPort(wanted?: number): Promise<number>;
}

export interface DevelopmentIdentity {
  issuer: string;
  /** Where it listens, for the server and for browsers. */
  url: string;
  clientId: string;
  clientSecret: string;
  close(): Promise<void>;
}

function configurationOf(state: DevelopmentState, { home, redirectUrl }: DevelopmentIdentityOptions): Configuration {
  const find = (id: string) => developmentPeople.find((person) => subjectOf(person) === id);
  return {
    adapter: createAdapter(home),
    clients: [
      {
        client_id: developmentClientId,
        client_secret: state.client_secret,
        redirect_uris: [redirectUrl],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        token_endpoint_auth_method: "client_secret_basic",
      },
    ],
    jwks: { keys: [state.signing_key] },
    cookies: {
      keys: [state.cookie_key],
      names: { session: "idp.session", interaction: "idp.flow", resume: "idp.resume" },
    },
    // As Dex does, everything that the scopes ask for stands in the ID token.
    conformIdTokenClaims: false,
    claims: {
      openid: ["sub", "federated_claims"],
      email: ["email", "email_verified"],
      profile: ["name", "preferred_username"],
      groups: ["groups"],
    },
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_ctx, id) => {
      const person = find(id);
      return person && { accountId: id, claims: () => claimsOf(person) };
    },
    // Nobody is asked for consent: the one client is this product.
    loadExistingGrant: async (ctx) => {
      const { client, session, provider } = ctx.oidc;
      const accountId = session?.accountId;
      if (!client || !accountId) return undefined;
      const grant = new provider.Grant({ accountId, clientId: client.clientId });
      grant.addOIDCScope("openid profile email groups offline_access");
      await grant.save();
      return grant;
    },
    issueRefreshToken: (_ctx, _client, code) => "scopes" in code,
    // Else a refresh token would end with the browser's session here, which lasts as long as it takes to choose somebody.
    expiresWithSession: () => false,
    rotateRefreshToken: true,
    clientBasedCORS: () => false,
    renderError: (ctx) => {
      const nonce = randomBytes(16).toString("base64");
      ctx.type = "html";
      ctx.set("content-security-policy", policyOf(nonce, []));
      ctx.body = problemPage(nonce);
    },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      IdToken: 600,
      Interaction: 900,
      Session: 900,
      Grant: 30 * day,
      RefreshToken: 30 * day,
    },
  };
}

function policyOf(nonce: string, formTargets: readonly string[]): string {
  const targets = ["'self'", ...formTargets].join(" ");
  return `default-src 'none'; style-src 'nonce-${nonce}'; form-action ${targets}; frame-ancestors 'none'; base-uri 'none'`;
}

async function readPerson(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > largestFormBytes) return null;
    chunks.push(chunk);
  }
  const username = new URLSearchParams(Buffer.concat(chunks).toString("utf8")).get("person");
  const person = developmentPeople.find((candidate) => candidate.username === username);
  return person ? subjectOf(person) : null;
}

function sendPage(
  response: ServerResponse,
  status: number,
  formTargets: readonly string[],
  page: (nonce: string) => string,
): void {
  const nonce = randomBytes(16).toString("base64");
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policyOf(nonce, formTargets),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  });
  response.end(page(nonce));
}

class Door {
  private readonly handle: (request: IncomingMessage, response: ServerResponse) => unknown;

  constructor(
    private readonly provider: OidcProvider,
    private readonly publicOrigin: string,
    private readonly hosts: readonly string[],
  ) {
    this.handle = provider.callback();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Another name that leads here is somebody's page that wants to read what only this machine's browser may.
    if (!this.hosts.includes(request.headers.host ?? "")) return sendPage(response, 421, [], problemPage);
    const url = new URL(request.url ?? "/", this.publicOrigin);
    if (url.pathname.startsWith("/interaction/")) return this.interact(request, response);
    if (url.pathname === "/auth") {
      // Who it is to be is asked each time, or nobody could become somebody else.
      url.searchParams.set("prompt", "login");
      request.url = `${url.pathname}${url.search}`;
    }
    await this.handle(request, response);
  }

  private async interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      // Throws where this browser has no such sign-in under way.
      await this.provider.interactionDetails(request, response);
    } catch {
      return sendPage(response, 400, [], problemPage);
    }
    const accountId = request.method === "POST" ? await readPerson(request) : null;
    if (!accountId) return sendPage(response, 200, [this.publicOrigin], choosePage);
    await this.provider.interactionFinished(request, response, { login: { accountId } });
  }
}

/** Starts it. Throws an Error that says why where it may not run. */
export async function startDevelopmentIdentity(options: DevelopmentIdentityOptions): Promise<DevelopmentIdentity> {
  const obstacle = findDevelopmentObstacle(options.facts);
  if (obstacle) throw new Error(`the development sign-in cannot run: ${obstacle}`);
  const state = await ensureState(options.home, options.findPort);
  const { Provider } = await import("oidc-provider/lib/provider.js");
  const provider = new Provider(developmentIssuer, configurationOf(state, options));
  provider.on("server_error", (_ctx, error) => log.error({ err: error }, "development sign-in failed"));
  const hosts = [`127.0.0.1:${state.port}`, `localhost:${state.port}`];
  const door = new Door(provider, new URL(options.publicUrl).origin, hosts);
  const server = createServer((request, response) => {
    door.answer(request, response).catch((error: unknown) => {
      log.error({ err: error }, "development sign-in failed");
      if (!response.headersSent) sendPage(response, 500, [], problemPage);
      else response.destroy();
    });
  });
  server.listen(state.port, "127.0.0.1");
  await once(server, "listening");
  return {
    issuer: developmentIssuer,
    url: `http://127.0.0.1:${state.port}`,
    clientId: developmentClientId,
    clientSecret: state.client_secret,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
