"use client";

import { type RefObject, useEffect } from "react";

/**
 * After a refusal the focus is at the first field at fault, or else at the button that sends: while a form is sent its fields are
 * off, and what is off loses the focus.
 */
export function useErrorFocus(form: RefObject<HTMLFormElement | null>, error: unknown): void {
  useEffect(() => {
    if (!error) return;
    const find = (selector: string) => form.current?.querySelector<HTMLElement>(selector);
    (find("[aria-invalid=true]") ?? find("button[type=submit]"))?.focus();
  }, [form, error]);
}
