/** What every list of /api/v1 answers with. */
export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

/** What came of one deed on many things: each by its id. */
export interface BulkOutcome {
  dry_run: boolean;
  data: { id: string; ok: boolean; error?: { code: string; message: string } }[];
}
