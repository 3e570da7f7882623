import { checkReadiness } from "@/lib/status/readiness";

export const dynamic = "force-dynamic";

/** Whether this process can do its work: 200, or 503 with what fails. Open to load balancers, so it holds no details. */
export async function GET(): Promise<Response> {
  const readiness = await checkReadiness();
  const status = readiness.status === "ok" ? 200 : 503;
  return Response.json(readiness, { status, headers: { "cache-control": "no-store" } });
}
