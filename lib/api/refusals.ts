/**
 * What /api/v1 answers where nothing is declared: 404 for an unknown path, 405 for a method that a path does not have. A caller who
 * is nobody gets 401 for both, as for everything else that is not open to all, so that whoever has no key learns nothing of what is
 * behind the door. Route files and the catch-all route export these beside their declarations.
 */
import { authenticate } from "@/lib/auth/authenticate";
import { systemClock } from "@/lib/clock";
import { getDb } from "@/lib/db/client";
import { AppError, notFound } from "@/lib/errors";
import { addressOf, commonHeaders, respond } from "./respond";
import { type Method, methods, type Route } from "./route";

type Handler = (request: Request, context?: unknown) => Promise<Response>;
/** A handler without a declaration, so that no table takes it for a route. */
export type Refusal = Handler & { declaration?: undefined };
type Refusals = Record<Method | "OPTIONS", Refusal>;

function refuseWith(method: string, decide: (requestId: string) => Response): Refusal {
  return (request) =>
    respond(request, { method, permission: "none" }, async (requestId) => {
      await authenticate(request, { db: getDb(), clock: systemClock, address: addressOf(request) });
      return decide(requestId);
    });
}

function fromMethods(refusalOf: (method: Method | "OPTIONS") => Refusal): Refusals {
  return Object.fromEntries([...methods, "OPTIONS" as const].map((method) => [method, refusalOf(method)])) as Refusals;
}

/** Answers for the methods that a path with these routes does not have, and to OPTIONS. Next answers HEAD as it does GET. */
export function otherMethods(...routes: readonly Route[]): Refusals {
  const declared = methods.filter((method) => routes.some((route) => route.declaration.method === method));
  const allow = [...declared.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])), "OPTIONS"];
  return fromMethods((method) =>
    refuseWith(method, (requestId) => {
      if (method !== "OPTIONS")
        throw new AppError("method_not_allowed", `Use ${declared.join(" or ")} here.`, { allow });
      const headers = commonHeaders(requestId);
      headers.set("allow", allow.join(", "));
      return new Response(null, { status: 204, headers });
    }),
  );
}

/** Answers for a path that nothing is declared on. */
export const unknownPath: Refusals = fromMethods((method) =>
  refuseWith(method, () => {
    throw notFound();
  }),
);
