import { route } from "@/lib/api/route";
import { scrapeMetrics } from "@/lib/metrics/scrape";

export const GET = route({
  method: "GET",
  summary: "Figures for Prometheus",
  permission: "usage.read",
  produces: ["text/plain"],
  handler: async (ctx) => {
    const { contentType, text } = await scrapeMetrics(ctx);
    return new Response(text, { headers: { "content-type": contentType } });
  },
});
