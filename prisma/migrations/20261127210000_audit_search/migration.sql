-- Entries are found by a part of what happened, of who did it, of what it was done to, or of where from. The log only grows, and what
-- is rare or not there would be looked for through all of it.
CREATE INDEX "audit_entries_search" ON "audit_entries"
  USING gin ("action" gin_trgm_ops, "actor_name" gin_trgm_ops, "target_id" gin_trgm_ops, "address" gin_trgm_ops);
