/** Model patterns: a name, `provider/name`, or either with `*` for any run of characters. Pure. */

export type ModelMatcher = (model: { name: string; provider: { name: string } }) => boolean;

function compileList(patterns: readonly string[]): ModelMatcher {
  const exact = new Set(patterns.filter((pattern) => !pattern.includes("*")));
  const wild = patterns
    .filter((pattern) => pattern.includes("*"))
    .map(
      (pattern) =>
        new RegExp(
          `^${pattern
            .split("*")
            .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
            .join(".*")}$`,
        ),
    );
  return ({ name, provider }) => {
    const qualified = `${provider.name}/${name}`;
    return (
      exact.has(name) || exact.has(qualified) || wild.some((pattern) => pattern.test(name) || pattern.test(qualified))
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
