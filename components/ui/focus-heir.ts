/**
 * A ref for a button that goes by what it does, such as “Revoke” once a key is revoked: if it has the focus then, the page's title
 * has it next. Otherwise the focus would be nowhere, and the keyboard begin again at the top of the frame.
 */
export function leaveFocusToTitle(element: HTMLElement | null): (() => void) | undefined {
  if (!element) return undefined;
  return () => {
    if (document.activeElement === element) document.querySelector<HTMLElement>("main h1")?.focus();
  };
}
