"use client";

import { useState } from "react";
import { classNames } from "./class-names";

// About what two lines of a column hold.
const shortAtMost = 80;

/** What somebody wrote, in two lines of a table; the rest is one press away. */
export function LongText({ text }: { text: string }) {
  const [isOpen, setOpen] = useState(false);
  if (text.length <= shortAtMost) return <span className="block wrap-anywhere">{text}</span>;
  return (
    <>
      <span className={classNames("wrap-anywhere whitespace-pre-line", isOpen ? "block" : "line-clamp-2")}>{text}</span>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="relative text-xs text-accent underline"
      >
        {isOpen ? "Show less" : "Show all"}
      </button>
    </>
  );
}
