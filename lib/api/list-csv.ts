/**
 * Every list as CSV: `?format=csv` on a list answers all rows that the caller may see, page by page from the same call of the service,
 * in the fields that the list declares. lib/api/route does it for each route that answers pages, and lib/api/openapi shows it.
 */
import { z } from "zod";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/log";
import { exportResponse } from "./export";

/** As many rows as one file has at most. */
export const maxCsvRows = 100_000;
const rowsPerPage = 1_000;

/** One row of a list's answer; null for an answer that is no list. */
export function rowSchemaOf(output: z.ZodType | undefined): z.ZodObject | null {
  if (!(output instanceof z.ZodObject) || !("next_cursor" in output.shape)) return null;
  const { data } = output.shape;
  return data instanceof z.ZodArray && data.element instanceof z.ZodObject ? data.element : null;
}

interface Column {
  path: readonly string[];
  /** The field of the row that may be missing, as long as nobody asks for it. */
  optional: string | null;
}

function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? unwrap(schema.unwrap()) : schema;
}

function columnsOf(schema: z.ZodObject, prefix: readonly string[] = [], within: string | null = null): Column[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const [path, inner] = [[...prefix, name], unwrap(field)];
    const optional = within ?? (field instanceof z.ZodOptional ? path.join(".") : null);
    return inner instanceof z.ZodObject ? columnsOf(inner, path, optional) : [{ path, optional }];
  });
}

function valueAt(row: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (value as Record<string, unknown> | null | undefined)?.[name], row);
}

function refuse(path: string, message: string): AppError {
  return new AppError("invalid_input", `${path}: ${message}`, { fields: [{ path, message }] });
}

/**
 * Takes `format` off a list's query: the request as the list itself takes it, and whether CSV is wanted. Throws invalid_input for any
 * other format, and for a page of CSV.
 */
export function takeFormat(request: Request): { request: Request; isCsv: boolean } {
  const url = new URL(request.url);
  const formats = url.searchParams.getAll("format");
  if (formats.length === 0) return { request, isCsv: false };
  if (formats.length > 1) throw refuse("format", "may be given once only");
  const [format = ""] = formats;
  if (format !== "json" && format !== "csv") throw refuse("format", "must be json or csv");
  url.searchParams.delete("format");
  const paged = ["limit", "cursor"].find((name) => url.searchParams.has(name));
  if (format === "csv" && paged) throw refuse(paged, "does not go with format=csv, which answers all rows");
  return { request: new Request(url, { headers: request.headers }), isCsv: format === "csv" };
}

/** `/api/v1/budgets/bud_…/periods` → `budgets-periods`. */
function filenameOf(request: Request): string {
  const words = new URL(request.url).pathname.split("/").slice(3);
  return words.filter((word) => /^[a-z-]+$/.test(word)).join("-") || "list";
}

export interface ListPage {
  data: readonly object[];
  next_cursor: string | null;
}

/**
 * The file. `read` answers one page, checked against the list's schema; the first one is read before anything is sent, so that what is
 * refused is refused in the usual way.
 */
export async function answerCsv(
  request: Request,
  row: z.ZodObject,
  read: (page: { limit: number; cursor?: string }) => Promise<ListPage>,
): Promise<Response> {
  const first = await read({ limit: rowsPerPage });
  const columns = columnsOf(row).filter(
    ({ optional }) => optional === null || first.data.some((one) => valueAt(one, optional.split(".")) !== undefined),
  );
  const flatten = (page: ListPage) =>
    page.data.map((one) => Object.fromEntries(columns.map(({ path }) => [path.join("."), valueAt(one, path)])));
  async function* pages(): AsyncGenerator<Record<string, unknown>[], void> {
    let [page, sent] = [first, 0];
    try {
      for (;;) {
        yield flatten(page).slice(0, maxCsvRows - sent);
        sent += page.data.length;
        if (page.next_cursor === null || sent >= maxCsvRows) return;
        page = await read({ limit: rowsPerPage, cursor: page.next_cursor });
      }
    } catch (error) {
      // Part of the file is gone already: the reader sees the connection break, whoever runs the server sees why.
      log.error({ err: error }, "a list could not be sent to its end");
      throw error;
    }
  }
  return exportResponse({
    format: "csv",
    filename: filenameOf(request),
    columns: columns.map(({ path }) => path.join(".")),
    pages: pages(),
  });
}
