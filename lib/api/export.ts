/**
 * Exports: answers of any length, written page by page as the reader takes them, so that memory stays flat and no connection or
 * transaction waits for a slow reader. Services hand over an iterator of pages; routes return the Response.
 */

export type ExportFormat = "csv" | "ndjson";

const contentTypes = { csv: "text/csv; charset=utf-8", ndjson: "application/x-ndjson; charset=utf-8" } as const;

// A spreadsheet takes a cell that begins so for a formula, and what stands in it may come from a caller's own hand
// (OWASP, "CSV Injection"). A leading apostrophe makes it text.
const formula = /^[=+\-@\t\r]/;

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  const plain = typeof value === "object" && !(value instanceof Date) && !Array.isArray(value);
  const text = plain ? JSON.stringify(value) : Array.isArray(value) ? value.map(textOf).join(";") : textOf(value);
  const safe = typeof value !== "number" && formula.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** One line of RFC 4180: lists are joined with `;`, objects are JSON. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(cellOf).join(",")}\r\n`;
}

/** A line of its own for each row; in CSV, `columns` are the fields and their order, and the first line. */
async function* linesOf<Row extends object>(
  format: ExportFormat,
  columns: readonly (keyof Row & string)[],
  pages: AsyncIterable<readonly Row[]>,
): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  if (format === "csv") yield encoder.encode(csvLine(columns));
  const lineOf = (row: Row) =>
    format === "csv"
      ? csvLine(columns.map((column) => row[column]))
      : `${JSON.stringify(Object.fromEntries(columns.map((column) => [column, row[column]])))}\n`;
  for await (const page of pages) {
    if (page.length > 0) yield encoder.encode(page.map(lineOf).join(""));
  }
}

/** The download of all pages; each is asked for when the one before it has been taken. */
export function exportResponse<Row extends object>(options: {
  format: ExportFormat;
  /** Without the extension. */
  filename: string;
  columns: readonly (keyof Row & string)[];
  pages: AsyncIterable<readonly Row[]>;
}): Response {
  const lines = linesOf(options.format, options.columns, options.pages);
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await lines.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await lines.return();
      },
    },
    { highWaterMark: 1 },
  );
  return new Response(body, {
    headers: {
      "content-type": contentTypes[options.format],
      "content-disposition": `attachment; filename="${options.filename}.${options.format}"`,
    },
  });
}

const exportPageSize = 1_000;

/** All pages of a keyset: `read` answers at most `take` rows that follow the one given. */
export async function* pagesOf<Row>(
  read: (after: Row | null, take: number) => Promise<Row[]>,
): AsyncGenerator<Row[], void> {
  let last: Row | null = null;
  for (;;) {
    const rows: Row[] = await read(last, exportPageSize);
    if (rows.length > 0) yield rows;
    last = rows.at(-1) ?? null;
    if (rows.length < exportPageSize) return;
  }
}
