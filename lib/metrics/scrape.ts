/** The figures of this process for a monitoring system. Called by the route /metrics. */
import { type Context, requireReach } from "@/lib/context";
import { AppError } from "@/lib/errors";
import { renderMetrics } from "./registry";

/** Figures over all callers, so they are for those who may read everybody's usage. */
export function scrapeMetrics(ctx: Context): Promise<{ contentType: string; text: string }> {
  if (requireReach(ctx, "usage.read").kind !== "all")
    throw new AppError("forbidden", 'You need the right "usage.read" on everything for this.');
  return renderMetrics();
}
