import { Fragment } from "react";

/** A sentence in which `backticks` stand around names of things, as the API writes them. */
export function CodeText({ text }: { text: string }) {
  const parts = text.split("`").map((part, position) => ({ part, position, isCode: position % 2 === 1 }));
  return parts.map(({ part, position, isCode }) =>
    isCode ? (
      <code key={position} className="font-mono break-words">
        {part}
      </code>
    ) : (
      <Fragment key={position}>{part}</Fragment>
    ),
  );
}
