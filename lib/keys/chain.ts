/**
 * A key and the keys it was made from: what state that gives, and what a child may not exceed. Pure. The gateway takes the
 * minimum over the chain at each call anyway; refusing at creation tells people before they are surprised.
 */
import type { FieldProblem } from "@/lib/errors";
import { patternCovers } from "./patterns";

export const keyStatuses = ["active", "blocked", "revoked", "expired"] as const;
export type KeyStatus = (typeof keyStatuses)[number];

export interface Lifetime {
  revoked_at: Date | null;
  blocked_at: Date | null;
  expires_at: Date | null;
}

/** The state of a key from its own and its parents' columns: it is refused as soon as one of them is. */
export function keyStatus(chain: readonly Lifetime[], now: number): KeyStatus {
  if (chain.some((key) => key.revoked_at)) return "revoked";
  if (chain.some((key) => key.blocked_at)) return "blocked";
  return chain.some((key) => key.expires_at && key.expires_at.getTime() <= now) ? "expired" : "active";
}

export interface Bounds {
  /** Empty: no restriction. */
  allowed_models: readonly string[];
  /** Null: no limit at this level. */
  rpm_limit: number | null;
  tpm_limit: number | null;
  parallel_limit: number | null;
  expires_at: Date | null;
}

const limitNames = ["rpm_limit", "tpm_limit", "parallel_limit"] as const;

/** The earliest expiry among these; null if none expires. */
export function earliestExpiry(chain: readonly Pick<Bounds, "expires_at">[]): Date | null {
  const times = chain.flatMap((key) => key.expires_at?.getTime() ?? []);
  return times.length > 0 ? new Date(Math.min(...times)) : null;
}

function lowest(parents: readonly Bounds[], name: (typeof limitNames)[number]): number | null {
  const limits = parents.flatMap((parent) => parent[name] ?? []);
  return limits.length > 0 ? Math.min(...limits) : null;
}

function findForeignModels(patterns: readonly string[], parents: readonly Bounds[]): FieldProblem[] {
  const lists = parents.map((parent) => parent.allowed_models).filter((list) => list.length > 0);
  return patterns.flatMap((pattern, index) => {
    const narrower = lists.find((list) => !list.some((outer) => patternCovers(outer, pattern)));
    if (!narrower) return [];
    return [
      {
        path: `allowed_models.${index}`,
        message: `is not among the parent key's: ${narrower.slice(0, 20).join(", ")}`,
      },
    ];
  });
}

/**
 * Where a child would go beyond its parents, nearest first; only the fields that `child` has are looked at. A null limit and
 * an empty list of models are no excess: they mean the parents'.
 */
export function findExcess(child: Partial<Bounds>, parents: readonly Bounds[]): FieldProblem[] {
  const limits = limitNames.flatMap((path) => {
    const [limit, bound] = [child[path] ?? null, lowest(parents, path)];
    const exceeds = limit !== null && bound !== null && limit > bound;
    return exceeds ? [{ path, message: `must be at most ${bound}, the parent key's` }] : [];
  });
  const end = earliestExpiry(parents);
  const outlives = child.expires_at !== undefined && end && (child.expires_at === null || child.expires_at > end);
  const expiry = outlives
    ? [{ path: "expires_at", message: `must not be later than ${end.toISOString()}, the parent key's` }]
    : [];
  return [...findForeignModels(child.allowed_models ?? [], parents), ...limits, ...expiry];
}
