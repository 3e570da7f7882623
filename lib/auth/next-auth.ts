/**
 * Sign-in and sign-out for people, by next-auth. Called by app/api/auth alone; a session's cookie is read by lib/auth/authenticate,
 * which also decides, at each request, what it is still worth.
 */
import { getConfig } from "@/lib/config/config";
import { log } from "@/lib/log";
import { errorPath } from "@/lib/paths";
import { endSession, longestSessionSeconds } from "@/lib/sessions/service";
import { SignInError } from "@/lib/sign-ins/codes";
import { askNextAuth } from "./ask-next-auth";
import { authOptions, type DexFlow } from "./auth-options";
import { type ProviderSettings, readProvider, readProviderSettings } from "./oidc/discovery";
import { findFlow, flowsToForget, forgetFlow, hasStarted, newFlow } from "./oidc/flow";
import { refusalOf, toSignInError } from "./oidc/problems";
import { recordProblem } from "./oidc/sign-in";
import { decodeSession, readCookie, sessionCookieName } from "./session-token";
import { openVisit, type Visit } from "./visit";

const largestFormBytes = 8_192;
const formType = "application/x-www-form-urlencoded";

// next-auth brings more doors than are used here. The one that lets anybody write into the log stays shut (`_log`), and the one
// that renews tokens too (`session`): a session ends after its time, however it came into whose hands.
const openDoors: Readonly<Record<string, readonly string[]>> = {
  GET: ["csrf", "signin", "signout", "error", "callback/dex"],
  POST: ["callback/master-key", "signin/dex", "signout"],
};

interface RouteContext {
  params: Promise<{ nextauth: string[] }>;
}

/** A request to /api/auth/… with what its answer depends on. */
interface Call {
  request: Request;
  url: URL;
  steps: readonly string[];
  visit: Visit;
  isSecure: boolean;
  cookies: string | null;
}

function redirect(path: string, cookies: readonly string[]): Response {
  const headers = new Headers({ location: new URL(path, getConfig().publicUrl).href });
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 302, headers });
}

const errorPage = (problem: SignInError) => `${errorPath}?error=${problem.code}`;

/** next-auth's answer to a script that starts signing in: the address to go to. */
function tellPath(path: string): Response {
  return Response.json({ url: new URL(path, getConfig().publicUrl).href });
}

/** Without a database nobody gets a session, and the rest of next-auth answers all the same. */
async function readMaxAge(visit: Visit, flow: DexFlow | null): Promise<number> {
  return longestSessionSeconds(visit.ctx.db, flow === null).catch(() => 3_600);
}

async function ask({ request, steps, visit }: Call, flow: DexFlow | null): Promise<Response> {
  return askNextAuth(request, steps, authOptions(visit, flow, await readMaxAge(visit, flow)));
}

/** Sends the browser to the provider, with cookies of this sign-in's own. */
async function startFlow(call: Call, settings: ProviderSettings): Promise<Response> {
  const { url, visit, isSecure, cookies } = call;
  // next-auth would pass them on to the provider.
  if (url.search !== "") return new Response("Not found", { status: 404 });
  try {
    // Whoever starts signing in is sent there, so it has to be there now.
    const document = await readProvider(settings, 0);
    const id = newFlow(visit.ctx.clock.now());
    const response = await ask(call, { id, settings, document });
    // Whoever lacks next-auth's token against forged requests has started nothing, and pushes nothing out.
    const forgotten = hasStarted(response, id, isSecure) ? flowsToForget(cookies, isSecure) : [id];
    for (const line of forgotten.flatMap((flow) => forgetFlow(flow, isSecure)))
      response.headers.append("set-cookie", line);
    return response;
  } catch (error) {
    const problem = toSignInError(error);
    await recordProblem(visit, problem, null);
    if (problem.code === "internal") log.error({ err: problem.cause }, "sign-in could not be started");
    return tellPath(errorPage(problem));
  }
}

function hasSessionCookie(response: Response): boolean {
  const name = sessionCookieName(getConfig().publicUrl);
  return response.headers.getSetCookie().some((line) => line.startsWith(`${name}=`) && !line.startsWith(`${name}=;`));
}

/** Takes the provider's answer. Throws a SignInError, unrecorded, for what goes wrong before next-auth's callbacks. */
async function takeAnswer(call: Call, settings: ProviderSettings, id: string): Promise<Response> {
  const { url, visit } = call;
  const { searchParams } = url;
  if (searchParams.has("error"))
    throw refusalOf(
      { error: searchParams.get("error"), error_description: searchParams.get("error_description") },
      "authorization",
    );
  const document = await readProvider(settings);
  const response = await ask(call, { id, settings, document });
  if (visit.session && hasSessionCookie(response)) return response;
  // Without a word from our own part of it, next-auth did not find the cookies that it left.
  throw visit.problem ?? new SignInError(visit.session ? "internal" : "state_expired");
}

async function finishFlow(call: Call, settings: ProviderSettings): Promise<Response> {
  const { url, visit, isSecure, cookies } = call;
  const state = url.searchParams.get("state");
  const flow = await findFlow(cookies, state, { isSecure, secret: getConfig().nextAuthSecret });
  try {
    if (!flow) throw new SignInError("state_expired");
    const response = await takeAnswer(call, settings, flow);
    for (const line of forgetFlow(flow, isSecure)) response.headers.append("set-cookie", line);
    return response;
  } catch (error) {
    const problem = toSignInError(error);
    if (visit.session) await endSession(visit.ctx, visit.session.sid);
    visit.session = null;
    if (!visit.isRecorded) await recordProblem(visit, problem, null);
    if (problem.code === "internal" && problem.cause) log.error({ err: problem.cause }, "sign-in failed");
    return redirect(errorPage(problem), flow ? forgetFlow(flow, isSecure) : []);
  }
}

/** A browser has one session: the one that it had before ends where a new one took its cookie. */
async function endReplaced({ visit, cookies }: Call): Promise<void> {
  const { publicUrl, nextAuthSecret } = getConfig();
  const token = readCookie(cookies, sessionCookieName(publicUrl));
  const claims = token && visit.session ? await decodeSession(token, nextAuthSecret) : null;
  if (claims) await endSession(visit.ctx, claims.sid).catch((err) => log.warn({ err }, "an old session goes on"));
}

async function answer(call: Call, door: string): Promise<Response> {
  const settings = readProviderSettings(getConfig());
  if (door === "signin/dex" || door === "callback/dex") {
    if (!settings) return new Response("Not found", { status: 404 });
    return door === "signin/dex" ? startFlow(call, settings) : finishFlow(call, settings);
  }
  return ask(call, null);
}

/** What is wrong with a form before anybody looks into it; null where nothing is. */
function refuseForm(request: Request): Response | null {
  // next-auth reads a body of any size into memory; browsers always say how long a form is.
  const length = Number(request.headers.get("content-length") ?? Number.NaN);
  if (!(length <= largestFormBytes)) return new Response("Too large", { status: 413 });
  // next-auth's token is what keeps other sites' forms out; they are not let as far as that where the browser names them.
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== new URL(getConfig().publicUrl).origin)
    return new Response("Forbidden", { status: 403 });
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  return type === formType ? null : new Response("Unsupported media type", { status: 415 });
}

/** Answers a request to /api/auth/…; what is not used here is not there. */
export async function handleAuth(request: Request, context: RouteContext): Promise<Response> {
  const steps = (await context.params).nextauth;
  const door = steps.join("/");
  if (!openDoors[request.method]?.includes(door)) return new Response("Not found", { status: 404 });
  const refused = request.method === "POST" ? refuseForm(request) : null;
  if (refused) return refused;
  const isSecure = getConfig().publicUrl.startsWith("https:");
  const cookies = request.headers.get("cookie");
  const call = { request, url: new URL(request.url), steps, visit: openVisit(request), isSecure, cookies };
  const response = await answer(call, door);
  if (call.visit.hasFailedToEnd) return new Response("The session could not be ended", { status: 503 });
  if (call.visit.session) await endReplaced(call);
  response.headers.set("cache-control", "no-store");
  return response;
}
