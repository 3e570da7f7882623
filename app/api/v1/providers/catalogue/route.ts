import { otherMethods } from "@/lib/api/refusals";
import { route } from "@/lib/api/route";
import { catalogueOutput } from "@/lib/providers/schema";
import { listCatalogue } from "@/lib/providers/service";

export const GET = route({
  method: "GET",
  summary: "Read the built-in catalogue of providers",
  description: "Who is known from the start, with their addresses, and which of them there is a provider for.",
  permission: "providers.read",
  output: catalogueOutput,
  handler: (ctx) => listCatalogue(ctx),
});

export const { POST, PUT, PATCH, DELETE, OPTIONS } = otherMethods(GET);
