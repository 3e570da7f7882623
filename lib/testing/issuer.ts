/**
 * An identity provider that does as a test says, on loopback: honest by default, and as wrong as an attack needs it. Codes, PKCE and
 * refresh tokens are checked as the standards ask, so that a client which gets something wrong is refused. Tests only.
 */
import { createHash, createHmac, createSign, generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface TokenAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** What of an ID token is to be other than it should. */
export interface Twist {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  /** Signs in another way: with a foreign key, with the client's secret, or not at all. */
  signature?: "foreign" | "secret" | "none";
}

interface Grant {
  nonce: string | null;
  challenge: string | null;
  redirectUri: string;
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

export class ScriptedIssuer {
  readonly clientId = "pllm";
  readonly clientSecret = "issuer-of-tests-only-secret";
  /** About whoever signs in next. */
  person: Record<string, unknown> = {
    sub: "Cg0wLTM4NS0yODA4OS0wEgRtb2Nr",
    email: "ada@example.test",
    email_verified: true,
  };
  /** Where it answers, and what it calls itself; the same unless a test says otherwise. */
  issuer = "";
  readonly requests: { path: string; host: string | undefined }[] = [];
  twist: Twist = {};
  /** Answers instead of the honest token endpoint. */
  onToken: ((form: URLSearchParams, honest: () => TokenAnswer) => TokenAnswer | Promise<TokenAnswer>) | null = null;
  /** Added to the discovery document, or put in place of what stands there. */
  document: Record<string, unknown> = {};
  /** Ends every call at once, as one that is not there. */
  isDown = false;
  /** Whether a refresh gives a new token. */
  isRotating = true;
  readonly #keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  readonly #foreign = generateKeyPairSync("rsa", { modulusLength: 2048 });
  readonly #codes = new Map<string, Grant>();
  readonly #refreshTokens = new Set<string>();
  #server: Server | undefined;

  /** Base URL of the listener. */
  get url(): string {
    const address = this.#server?.address() as AddressInfo | undefined;
    return `http://127.0.0.1:${address?.port}`;
  }

  async start(): Promise<void> {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.issuer ||= `${this.url}/dex`;
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  /** Takes back every refresh token, as an administrator of the provider does. */
  revoke(): void {
    this.#refreshTokens.clear();
  }

  /** A code that this provider would exchange, for an answer that a test makes up. */
  giveCode(grant: Partial<Grant> & { redirectUri: string }): string {
    const code = randomUUID();
    this.#codes.set(code, { nonce: null, challenge: null, ...grant });
    return code;
  }

  mint(claims: Record<string, unknown>): string {
    const { twist } = this;
    const now = Math.floor(Date.now() / 1_000);
    const algorithm = { foreign: "RS256", secret: "HS256", none: "none" }[twist.signature ?? "foreign"];
    const header = { alg: algorithm, typ: "JWT", ...(algorithm === "RS256" ? { kid: "k1" } : {}), ...twist.header };
    const content = { iss: this.issuer, aud: this.clientId, iat: now, exp: now + 600, ...claims, ...twist.claims };
    const signed = `${encode(header)}.${encode(content)}`;
    return `${signed}.${this.#sign(signed)}`;
  }

  #sign(signed: string): string {
    const { signature } = this.twist;
    if (signature === "none") return "";
    if (signature === "secret") return createHmac("sha256", this.clientSecret).update(signed).digest("base64url");
    const { privateKey } = signature === "foreign" ? this.#foreign : this.#keys;
    return createSign("RSA-SHA256")
      .update(signed)
      .sign(privateKey as KeyObject, "base64url");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    this.requests.push({ path: url.pathname, host: request.headers.host });
    if (this.isDown) {
      request.socket.destroy();
      return;
    }
    if (url.pathname.endsWith("/auth")) return this.#authorize(url, response);
    const answer = await this.#answerJson(url.pathname, request);
    response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(answer.body));
  }

  async #answerJson(path: string, request: IncomingMessage): Promise<TokenAnswer> {
    if (path.endsWith("/.well-known/openid-configuration")) return { status: 200, body: this.#describe() };
    if (path.endsWith("/keys")) {
      const jwk = this.#keys.publicKey.export({ format: "jwk" });
      return { status: 200, body: { keys: [{ ...jwk, kid: "k1", use: "sig", alg: "RS256" }] } };
    }
    if (path.endsWith("/userinfo")) return { status: 200, body: this.person };
    if (!path.endsWith("/token")) return { status: 404, body: {} };
    const form = await readForm(request);
    const honest = () => this.#exchange(form, request.headers.authorization);
    return this.onToken ? this.onToken(form, honest) : honest();
  }

  #describe(): Record<string, unknown> {
    const { issuer } = this;
    return {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
      userinfo_endpoint: `${issuer}/userinfo`,
      id_token_signing_alg_values_supported: ["RS256"],
      token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
      ...this.document,
    };
  }

  // Nobody is asked anything: whoever comes here is the person of the moment.
  #authorize(url: URL, response: ServerResponse): void {
    const redirectUri = url.searchParams.get("redirect_uri") ?? "";
    const code = this.giveCode({
      nonce: url.searchParams.get("nonce"),
      challenge: url.searchParams.get("code_challenge"),
      redirectUri,
    });
    const target = new URL(redirectUri);
    target.search = new URLSearchParams({ code, state: url.searchParams.get("state") ?? "" }).toString();
    response.writeHead(302, { location: target.href }).end();
  }

  #exchange(form: URLSearchParams, authorization: string | undefined): TokenAnswer {
    const expected = Buffer.from(`${this.clientId}:${this.clientSecret}`).toString("base64");
    if (authorization !== `Basic ${expected}`) return { status: 401, body: { error: "invalid_client" } };
    return form.get("grant_type") === "refresh_token" ? this.#refresh(form) : this.#redeem(form);
  }

  #redeem(form: URLSearchParams): TokenAnswer {
    const code = form.get("code") ?? "";
    const grant = this.#codes.get(code);
    this.#codes.delete(code);
    const verifier = form.get("code_verifier") ?? "";
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const isProven = grant && (grant.challenge === null || grant.challenge === challenge);
    if (!isProven || grant.redirectUri !== form.get("redirect_uri"))
      return { status: 400, body: { error: "invalid_grant", error_description: "Invalid or expired code parameter." } };
    return this.#giveTokens(grant.nonce === null ? {} : { nonce: grant.nonce }, true);
  }

  #refresh(form: URLSearchParams): TokenAnswer {
    const token = form.get("refresh_token") ?? "";
    if (!this.#refreshTokens.has(token))
      return { status: 400, body: { error: "invalid_grant", error_description: "Refresh token is invalid." } };
    if (this.isRotating) this.#refreshTokens.delete(token);
    return this.#giveTokens({}, this.isRotating);
  }

  #giveTokens(claims: Record<string, unknown>, hasNewToken: boolean): TokenAnswer {
    const refresh_token = randomUUID();
    if (hasNewToken) this.#refreshTokens.add(refresh_token);
    const id_token = this.mint({ ...this.person, ...claims });
    const tokens = { access_token: randomUUID(), token_type: "bearer", expires_in: 600, id_token };
    return { status: 200, body: { ...tokens, ...(hasNewToken ? { refresh_token } : {}) } };
  }
}
