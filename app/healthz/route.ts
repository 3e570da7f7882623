export const dynamic = "force-dynamic";

/** The process is up and answers; whether it can do its work is told by /readyz. */
export function GET(): Response {
  return new Response("ok\n", {
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}
