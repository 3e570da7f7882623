/** What every list of /api/v1 answers with. */
export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}
