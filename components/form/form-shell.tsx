"use client";

import { LoaderCircle } from "lucide-react";
import { createContext, type FormEvent, type ReactNode, use, useRef } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { classNames } from "@/components/ui/class-names";
import type { ApiError } from "@/lib/client/api-error";
import type { FieldProblem } from "@/lib/errors";
import { signInPath } from "@/lib/paths";
import { type ControlProps, Field } from "./field";
import { UnsavedGuard } from "./unsaved-guard";
import { useErrorFocus } from "./use-error-focus";

const Problems = createContext<readonly FieldProblem[]>([]);

interface FormShellProps {
  /** Why the last attempt did not work. */
  error: ApiError | null;
  isBusy: boolean;
  onSubmit: () => void;
  /** What the button says: `Create key`. */
  submit: string;
  /** Off while there is nothing to send. */
  canSubmit?: boolean;
  onCancel?: () => void;
  /** Where the object has a version: takes what is stored now, or saves over it. */
  conflict?: { what: string; onReload: () => void; onOverwrite: () => void };
  /** Beside the buttons, e.g. how much is not saved yet. */
  note?: ReactNode;
  /** Something is not saved, and would be missed: whoever leaves the page is asked first. */
  isUnsaved?: boolean;
  /** For a form that is longer than the screen: the buttons stay in sight. */
  isLong?: true;
  /** Paths of problems that a field shows; the others stand in the summary. */
  fields: readonly string[];
  children: ReactNode;
}

function isUnder(path: string, field: string): boolean {
  return path === field || path.startsWith(`${field}.`);
}

function Summary({ error, fields, conflict }: Pick<FormShellProps, "error" | "fields" | "conflict">) {
  if (!error) return null;
  if (error.code === "precondition_failed" && conflict)
    return (
      <Alert
        tone="warn"
        action={
          <div className="flex flex-wrap gap-2">
            <Button onClick={conflict.onReload}>Drop my changes</Button>
            <Button onClick={conflict.onOverwrite}>Save my changes over it</Button>
          </div>
        }
      >
        Somebody else changed {conflict.what} while you wrote. Nothing of yours is saved yet.
      </Alert>
    );
  if (error.code === "unauthenticated")
    return (
      <Alert tone="warn">
        Your session has ended, and nothing is saved yet. What you wrote stays here:{" "}
        <a href={signInPath()} target="_blank" rel="noreferrer" className="underline">
          sign in in another tab
        </a>
        , then send it again.
      </Alert>
    );
  const isShownBelow =
    error.fields.length > 0 && error.fields.every(({ path }) => fields.some((f) => isUnder(path, f)));
  return (
    <Alert tone="danger">
      {isShownBelow ? "Nothing is saved yet: something above is not as it has to be." : error.message}
      {error.requestId && error.fields.length === 0 ? (
        <span className="block text-xs">Request {error.requestId}</span>
      ) : null}
    </Alert>
  );
}

/** A form that is sent as a whole: its fields, what is wrong with them, and the buttons. */
export function FormShell({ isBusy, onSubmit, submit, canSubmit = true, onCancel, children, ...rest }: FormShellProps) {
  const { note, isLong, isUnsaved } = rest;
  const form = useRef<HTMLFormElement>(null);
  useErrorFocus(form, rest.error);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    // A dialog's form stands, for React, within whatever opened it.
    event.stopPropagation();
    if (canSubmit && !isBusy) onSubmit();
  };
  return (
    <Problems value={rest.error?.fields ?? []}>
      <form ref={form} onSubmit={send} noValidate>
        <fieldset disabled={isBusy} className="min-w-0 space-y-4 px-4 py-4">
          {children}
        </fieldset>
        <div className="space-y-3 px-4 pb-4 empty:hidden">
          <Summary {...rest} />
        </div>
        <footer
          className={classNames(
            "flex items-center justify-end gap-2 border-t border-line px-4 py-3",
            isLong && "sticky bottom-0 z-10 rounded-b-lg bg-surface",
          )}
        >
          {note ? (
            <p role="status" className="mr-auto min-w-0 text-xs text-muted">
              {note}
            </p>
          ) : null}
          {onCancel ? (
            <Button onClick={onCancel} disabled={isBusy}>
              Cancel
            </Button>
          ) : null}
          <Button type="submit" tone="primary" disabled={isBusy || !canSubmit}>
            {isBusy ? <LoaderCircle aria-hidden="true" className="size-4 animate-spin" /> : null}
            {submit}
          </Button>
        </footer>
      </form>
      {isUnsaved ? <UnsavedGuard /> : null}
    </Problems>
  );
}

interface FormFieldProps {
  /** What the API calls it; its problem, or that of a part of it, stands below the control. */
  path: string;
  label: ReactNode;
  hint?: ReactNode;
  /** Beside the label, e.g. where the value comes from. */
  note?: ReactNode;
  /** What is seen to be wrong with it as it is being written; comes before what the server said. */
  error?: ReactNode;
  children: (control: ControlProps) => ReactNode;
}

/** A field of a FormShell, with what the server said about it. */
export function FormField({ path, error, ...field }: FormFieldProps) {
  const problem = use(Problems).find((problem) => isUnder(problem.path, path));
  return <Field {...field} error={error ?? (problem ? sentenceOf(problem.message) : undefined)} />;
}

/** `must not be empty` → `Must not be empty.` */
function sentenceOf(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
