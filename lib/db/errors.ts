/** The one place that knows Prisma's and Postgres's error codes. */
import pg from "pg";
import { AppError, notFound } from "@/lib/errors";
import { Prisma } from "./generated/client";

interface UniqueViolation {
  target?: unknown;
  driverAdapterError?: { cause?: { table?: string; constraint?: { fields?: unknown; index?: string } } };
}

// The driver names the columns or, as here for PostgreSQL 18, only the index: `<table>_<columns>_key`. Of several columns the
// last one is the value that a caller chose; those before it say where it has to be unique.
function columnsOfIndex(table: string, index: string): string[] {
  const columns = index.slice(table.length + 1).replace(/_key$/, "");
  return [/_name$/.test(columns) ? "name" : columns];
}

function readTarget(error: Prisma.PrismaClientKnownRequestError): string[] {
  const meta = (error.meta ?? {}) as UniqueViolation;
  const { table, constraint } = meta.driverAdapterError?.cause ?? {};
  const fields = meta.target ?? constraint?.fields;
  if (Array.isArray(fields)) return fields.map((field) => String(field).replaceAll('"', ""));
  return table && constraint?.index ? columnsOfIndex(table, constraint.index) : [];
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html: connections refused, lost or too many, and a server that stops.
const unreachable = /^(08...|53300|57P0[1-3])$/;

/** What raw queries reject with, where it is not a bug of ours. */
function translateRawError(error: unknown): AppError | null {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (error instanceof pg.DatabaseError && code === "57014")
    return new AppError("unavailable", "This takes too long. Ask for a shorter range or fewer rows.", { cause: error });
  const isLost =
    error instanceof pg.DatabaseError ? unreachable.test(code) : /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND)/.test(code);
  const isRefused =
    error instanceof Error && /^(timeout exceeded when trying to connect|Connection terminated)/.test(error.message);
  if (!isLost && !isRefused) return null;
  return new AppError("unavailable", "The database cannot be reached.", { retryAfterSeconds: 2, cause: error });
}

/** Turns a database error into the AppError that a caller should see; anything unknown comes back as it was. */
export function translateDbError(error: unknown): unknown {
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    if (error.code === "P2002") {
      const fields = readTarget(error);
      const path = fields.at(-1) ?? "name";
      const message = `${path}: is already taken. Choose another value.`;
      return new AppError("conflict", message, { fields: [{ path, message: "is already taken" }], cause: error });
    }
    if (error.code === "P2003")
      return new AppError("conflict", "Something else still refers to this, or what it refers to is gone.", {
        cause: error,
      });
    if (error.code === "P2025") return notFound();
    if (error.code === "P2034" || error.code === "P2028")
      return new AppError("unavailable", "The database is busy. Try again.", { retryAfterSeconds: 1, cause: error });
    if (error.code === "P1001" || error.code === "P1017" || error.code === "P2024")
      return new AppError("unavailable", "The database cannot be reached.", { retryAfterSeconds: 2, cause: error });
  }
  return translateRawError(error) ?? error;
}
