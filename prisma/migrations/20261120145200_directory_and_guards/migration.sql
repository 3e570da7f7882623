-- What the schema language cannot say: the change feed of the gateway's directory, guards, and the two single rows.

-- Sibling teams have different names, whatever their case. Roots are siblings of each other.
CREATE UNIQUE INDEX "teams_parent_id_name_key" ON "teams" ("parent_id", lower("name")) NULLS NOT DISTINCT;

-- Keys are found by any part of their name. pg_trgm is a trusted extension, so the database's owner may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX "keys_name_search" ON "keys" USING gin ("name" gin_trgm_ops);
-- With the usual hundred samples a rare word among 100,000 names looks ten times as common as it is every now and then, and the
-- planner walks the sorted index instead.
ALTER TABLE "keys" ALTER COLUMN "name" SET STATISTICS 1000;
CREATE INDEX "keys_revoked" ON "keys" ("revoked_at") WHERE "revoked_at" IS NOT NULL;
CREATE INDEX "keys_blocked" ON "keys" ("blocked_at") WHERE "blocked_at" IS NOT NULL;
CREATE INDEX "keys_expiring" ON "keys" ("expires_at") WHERE "expires_at" IS NOT NULL;

ALTER TABLE "budget_periods" ADD CONSTRAINT "budget_periods_held_check" CHECK ("held_nano" >= 0);
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_limit_check" CHECK ("limit_nano" >= 0);
ALTER TABLE "usage_events" ADD CONSTRAINT "usage_events_cost_check" CHECK ("cost_nano" >= 0);

INSERT INTO "audit_head" ("id") VALUES (1);
INSERT INTO "settings" ("id") VALUES (1);

-- What went wrong is rare and looked for; what went well is found by its time.
CREATE INDEX "usage_events_status_started_at_idx" ON "usage_events" ("status", "started_at") WHERE "status" <> 'ok';

-- Usage events are appended once and never changed. Retention may delete them.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME;
END $$;
CREATE TRIGGER usage_events_append_only BEFORE UPDATE ON "usage_events" FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The change feed: one row for what became stale ('key', 'user' or the shared 'snapshot'), and a bare notice that wakes
-- the readers. Readers follow by transaction id, since sequence numbers do not become visible in order.
CREATE FUNCTION note_directory_change(entity text, entity_id text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO directory_changes (entity, entity_id) VALUES (entity, entity_id);
  PERFORM pg_notify('pllm_directory', '');
END $$;

CREATE FUNCTION note_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_directory_change('key', COALESCE(NEW.id, OLD.id));
  RETURN NULL;
END $$;
CREATE TRIGGER keys_changed AFTER UPDATE OR DELETE ON "keys" FOR EACH ROW EXECUTE FUNCTION note_key();

CREATE FUNCTION note_key_secret() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_directory_change('key', COALESCE(NEW.key_id, OLD.key_id));
  RETURN NULL;
END $$;
CREATE TRIGGER key_secrets_changed AFTER UPDATE OR DELETE ON "key_secrets" FOR EACH ROW EXECUTE FUNCTION note_key_secret();

-- Only columns that decide on a call; that a person was seen does not.
CREATE FUNCTION note_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_directory_change('user', COALESCE(NEW.id, OLD.id));
  RETURN NULL;
END $$;
CREATE TRIGGER users_changed
  AFTER UPDATE OF role, disabled_at, allowed_models, blocked_models, rpm_limit, tpm_limit, parallel_limit OR DELETE
  ON "users" FOR EACH ROW EXECUTE FUNCTION note_user();

CREATE FUNCTION note_membership() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_directory_change('user', COALESCE(NEW.user_id, OLD.user_id));
  RETURN NULL;
END $$;
CREATE TRIGGER memberships_changed AFTER INSERT OR UPDATE OR DELETE ON "memberships" FOR EACH ROW EXECUTE FUNCTION note_membership();

CREATE FUNCTION note_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_directory_change('snapshot', TG_TABLE_NAME);
  RETURN NULL;
END $$;
CREATE TRIGGER teams_changed AFTER INSERT OR UPDATE OR DELETE ON "teams" FOR EACH STATEMENT EXECUTE FUNCTION note_snapshot();
CREATE TRIGGER providers_changed AFTER INSERT OR UPDATE OR DELETE ON "providers" FOR EACH STATEMENT EXECUTE FUNCTION note_snapshot();
CREATE TRIGGER credentials_changed AFTER INSERT OR UPDATE OR DELETE ON "credentials" FOR EACH STATEMENT EXECUTE FUNCTION note_snapshot();
CREATE TRIGGER models_changed AFTER INSERT OR UPDATE OR DELETE ON "models" FOR EACH STATEMENT EXECUTE FUNCTION note_snapshot();
CREATE TRIGGER model_prices_changed AFTER INSERT OR UPDATE OR DELETE ON "model_prices" FOR EACH STATEMENT EXECUTE FUNCTION note_snapshot();
CREATE TRIGGER settings_changed AFTER INSERT OR UPDATE OR DELETE ON "settings" FOR EACH STATEMENT EXECUTE FUNCTION note_snapshot();
CREATE TRIGGER master_keys_changed AFTER INSERT OR UPDATE OF retired_at OR DELETE ON "master_keys" FOR EACH STATEMENT EXECUTE FUNCTION note_snapshot();

-- A budget belongs to whatever it limits: a key, a person (alone or as a member), or the tree of teams.
CREATE FUNCTION note_budget() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  row_ record := COALESCE(NEW, OLD);
BEGIN
  PERFORM CASE row_.scope_type
    WHEN 'key' THEN note_directory_change('key', row_.scope_id)
    WHEN 'user' THEN note_directory_change('user', row_.scope_id)
    WHEN 'member' THEN note_directory_change('user', split_part(row_.scope_id, '/', 2))
    ELSE note_directory_change('snapshot', 'budgets')
  END;
  RETURN NULL;
END $$;
CREATE TRIGGER budgets_changed AFTER INSERT OR UPDATE OR DELETE ON "budgets" FOR EACH ROW EXECUTE FUNCTION note_budget();

-- A budget goes with whatever it limits: a scope is a key, a person, a team or a membership, which no foreign key can say.
CREATE FUNCTION drop_scope_budgets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM budgets WHERE scope_type = TG_ARGV[0] AND scope_id = OLD.id;
  DELETE FROM budgets WHERE scope_type = 'member' AND split_part(scope_id, '/', CASE TG_ARGV[0] WHEN 'team' THEN 1 WHEN 'user' THEN 2 END) = OLD.id;
  RETURN NULL;
END $$;
CREATE TRIGGER keys_gone AFTER DELETE ON "keys" FOR EACH ROW EXECUTE FUNCTION drop_scope_budgets('key');
CREATE TRIGGER users_gone AFTER DELETE ON "users" FOR EACH ROW EXECUTE FUNCTION drop_scope_budgets('user');
CREATE TRIGGER teams_gone AFTER DELETE ON "teams" FOR EACH ROW EXECUTE FUNCTION drop_scope_budgets('team');
