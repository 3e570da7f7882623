"use client";

import { LoaderCircle } from "lucide-react";
import { type FormEvent, useRef } from "react";
import { useErrorFocus } from "@/components/form/use-error-focus";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import type { ApiError } from "@/lib/client/api-error";
import { formatQuantity } from "@/lib/client/format";
import { type Settings, useSaveSettings } from "@/lib/settings/queries";
import { changesOf, draftOf, findDraftProblems, type MappingDraft } from "./draft";
import { MappingFields } from "./mapping-fields";

/** What is being written, and what was read when the writing began. */
export interface OpenDraft {
  base: Settings;
  draft: MappingDraft;
}

interface MappingFormProps {
  settings: Settings;
  /** Null: nothing is being written, and the form shows what is stored. */
  open: OpenDraft | null;
  mayWrite: boolean;
  onDraft: (open: OpenDraft | null) => void;
}

function Problem({
  error,
  onDiscard,
  onOverwrite,
}: {
  error: ApiError;
  onDiscard: () => void;
  onOverwrite: () => void;
}) {
  if (error.code === "precondition_failed")
    return (
      <Alert
        tone="warn"
        action={
          <div className="flex flex-wrap gap-2">
            <Button onClick={onDiscard}>Drop my changes</Button>
            <Button onClick={onOverwrite}>Save my changes over it</Button>
          </div>
        }
      >
        Somebody else changed the settings while you wrote. Nothing of yours is saved yet.
      </Alert>
    );
  return (
    <Alert tone="danger">
      {error.fields.length > 0
        ? "Nothing is saved yet: something below is not as it has to be."
        : `Not saved. ${error.message}`}
      {error.requestId && error.fields.length === 0 ? (
        <span className="block text-xs">Request {error.requestId}</span>
      ) : null}
    </Alert>
  );
}

/** Who becomes what, to be edited and saved as a whole. What the configuration file gives is shown and stays as it is. */
export function MappingForm({ settings, open, mayWrite, onDraft }: MappingFormProps) {
  const save = useSaveSettings();
  const form = useRef<HTMLFormElement>(null);
  useErrorFocus(form, save.error);
  const base = open?.base ?? settings;
  const draft = open?.draft ?? draftOf(settings);
  const changes = changesOf(base, draft);
  const localProblems = findDraftProblems(draft);
  const count = Object.keys(changes).length;
  const isDirty = open !== null && (count > 0 || localProblems.length > 0);
  const store = (version: number) => save.mutate({ change: changes, version }, { onSuccess: () => onDraft(null) });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (count > 0 && localProblems.length === 0) store(base.version);
  };
  const discard = () => {
    save.reset();
    onDraft(null);
  };
  const edit = (next: MappingDraft) => {
    if (!save.isPending) save.reset();
    onDraft({ base, draft: next });
  };
  return (
    <form ref={form} onSubmit={submit} className="px-4 py-4">
      <MappingFields
        draft={draft}
        managedBy={settings.managed_by}
        problems={[...localProblems, ...(save.error?.fields ?? [])]}
        isReadOnly={!mayWrite || save.isPending}
        onChange={edit}
      />
      <div className="mt-6 space-y-3 border-t border-line pt-4">
        {save.error ? (
          <Problem error={save.error} onDiscard={discard} onOverwrite={() => store(settings.version)} />
        ) : null}
        {mayWrite ? (
          <div className="flex flex-wrap items-center gap-2">
            <Button
              type="submit"
              tone="primary"
              disabled={!isDirty || count === 0 || localProblems.length > 0 || save.isPending}
            >
              {save.isPending ? <LoaderCircle aria-hidden="true" className="size-4 animate-spin" /> : null}
              Save
            </Button>
            <Button onClick={discard} disabled={!isDirty || save.isPending}>
              Discard
            </Button>
            <p role="status" className="text-xs text-muted">
              {isDirty
                ? count > 0
                  ? `${formatQuantity(count, "field")} changed and not saved.`
                  : "Not complete yet."
                : save.isSuccess
                  ? "Saved. It counts from each person's next sign-in or refresh on."
                  : ""}
            </p>
          </div>
        ) : (
          <p className="text-sm text-muted">Your role shows you these rules and does not change them.</p>
        )}
      </div>
    </form>
  );
}
