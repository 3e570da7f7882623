/**
 * Whether a list of models lets a model pass: names, `provider/name`, or either with `*` for any run of characters. Pure; the gateway
 * decides by it on every call, and the control plane tells by it beforehand.
 */
import { matchesGlob } from "@/lib/globs";

export type ModelMatcher = (model: { name: string; provider: { name: string } }) => boolean;

function compileList(patterns: readonly string[]): ModelMatcher {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes("*")));
  const wild = patterns.filter((pattern) => pattern.includes("*"));
  return ({ name, provider }) => {
    const qualified = `${provider.name}/${name}`;
    return (
      exact.has(name) ||
      exact.has(qualified) ||
      wild.some((pattern) => matchesGlob(pattern, name) || matchesGlob(pattern, qualified))
    );
  };
}

/** Whether a model may pass: listed in `allowed` (an empty list lists every model) and not in `blocked`. */
export function compileMatcher(allowed: readonly string[], blocked: readonly string[]): ModelMatcher {
  if (allowed.length === 0 && blocked.length === 0) return () => true;
  const isAllowed = allowed.length === 0 ? () => true : compileList(allowed);
  const isBlocked = compileList(blocked);
  return (model) => isAllowed(model) && !isBlocked(model);
}
