/**
 * Asks every route of the rights matrix as every caller, over whichever door `send` leads to, and tells what came of it. Tests only.
 */
import type { Db } from "@/lib/db/client";
import { type Caller, type CallerName, type Callers, callerNames } from "./callers";
import { Targets } from "./targets";

export interface RightsRequest {
  method: string;
  /** Below /api/v1, with what the parameters stand for, and the query. */
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

export interface RightsAnswer {
  status: number;
  body: string;
}

export type Send = (request: RightsRequest) => Promise<RightsAnswer>;

export interface Asked {
  params?: Record<string, string>;
  query?: string;
  body?: unknown;
}
export type Recipe = (targets: Targets) => Asked | Promise<Asked>;

/** `GET /keys/{id} (own)` is the route `GET /keys/{id}`, asked for something else. */
export function routeOf(row: string): { method: string; path: string } {
  const [, method = "", path = ""] = /^([A-Z]+) (\S+)(?: \(.+\))?$/.exec(row) ?? [];
  return { method, path };
}

/** The headers of every request: an id of its own, so that two answers can be compared byte by byte, and JSON where there is a body. */
function headersOf(caller: Caller, body: string | null, more: Record<string, string>): Record<string, string> {
  const headers = { "x-request-id": "the-same", ...caller.headers, ...more };
  return body === null ? headers : { "content-type": "application/json", ...headers };
}

export function requestOf(row: string, asked: Asked, caller: Caller, more: Record<string, string> = {}): RightsRequest {
  const { method, path } = routeOf(row);
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => asked.params?.[name] ?? "missing");
  const body = asked.body === undefined ? null : JSON.stringify(asked.body);
  return {
    method,
    path: asked.query ? `${filled}?${asked.query}` : filled,
    headers: headersOf(caller, body, more),
    body,
  };
}

export interface MatrixRun {
  db: Db;
  world: Callers;
  send: Send;
  recipes: Readonly<Record<string, Recipe>>;
  /** Added to every request. */
  headers?: Record<string, string>;
  /** All of them, unless named. */
  callers?: readonly CallerName[];
}

/** A path whose last id is of the same kind and of nothing: what a hidden thing has to look like. */
function missingOf(params: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, id]) => [name, id.replace(/_.*/, `_${"0".repeat(26)}`)]),
  );
}

interface CallerAnswer {
  name: CallerName;
  status: number;
  /** Whether what is hidden from this caller looks other than what is missing. */
  isTelling: boolean;
}

async function askAs(run: MatrixRun, row: string, name: CallerName, targets: Targets): Promise<CallerAnswer> {
  const recipe = run.recipes[row];
  if (!recipe) throw new Error(`no request for ${row}`);
  const caller = run.world.callers[name];
  const asked = await recipe(targets);
  const { status, body } = await run.send(requestOf(row, asked, caller, run.headers));
  // Whoever has just ended all their sessions is needed for the next rows.
  if (routeOf(row).path === "/me/sign-out") await run.world.signInAgain(name);
  if (status !== 404 || !asked.params) return { name, status, isTelling: false };
  const missing = { ...asked, params: missingOf(asked.params) };
  const answer = await run.send(requestOf(row, missing, caller, run.headers));
  return { name, status, isTelling: answer.status !== 404 || answer.body !== body };
}

export interface RowAnswer {
  statuses: Partial<Record<CallerName, number>>;
  /** The callers who can tell what is hidden from what is missing. */
  telling: CallerName[];
}

/** The status of every caller for one row. */
export async function askRow(run: MatrixRun, row: string): Promise<RowAnswer> {
  const { db, world, callers = callerNames } = run;
  // What is only read may be the same for all, unless it is to be the caller's own; what is changed has to be there for the next.
  const isShared = routeOf(row).method === "GET" && !row.endsWith(")");
  const shared = new Targets(db, world.team, world.callers["master key"]);
  const answers = await Promise.all(
    callers.map((name) => askAs(run, row, name, isShared ? shared : new Targets(db, world.team, world.callers[name]))),
  );
  return {
    statuses: Object.fromEntries(answers.map(({ name, status }) => [name, status])),
    telling: answers.filter(({ isTelling }) => isTelling).map(({ name }) => name),
  };
}
