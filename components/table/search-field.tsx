"use client";

import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Input } from "@/components/ui/input";
import { searchedAtMost } from "./use-list-state";

const waitMs = 250;

interface SearchFieldProps {
  /** What is searched, as a screen reader says it. */
  label: string;
  value: string;
  onSearch: (text: string) => void;
}

/** Searches once the typing pauses. What the address says comes first, as after going back. */
export function SearchField({ label, value, onSearch }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const [shown, setShown] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  if (shown !== value) {
    setShown(value);
    if (text.trim() !== value) setText(value);
  }
  const type = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onSearch(next.trim()), waitMs);
  };
  return (
    <span className="relative block min-w-0 max-sm:basis-full sm:w-64">
      <Search aria-hidden="true" className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-muted" />
      <Input
        type="search"
        aria-label={label}
        placeholder="Search"
        maxLength={searchedAtMost}
        className="h-9 pl-8 text-sm"
        value={text}
        onChange={(event) => type(event.target.value)}
      />
    </span>
  );
}
