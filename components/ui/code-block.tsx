import { useId } from "react";
import { classNames } from "./class-names";
import { CopyButton } from "./copy-button";

interface CodeBlockProps {
  title: string;
  text: string;
  /** What is copied, as the button says it to whoever does not see the title. */
  label: string;
  /** Long ones scroll within their place. */
  isLong?: true;
}

/** Text to be copied as it stands: a secret, a command, a message's body. */
export function CodeBlock({ title, text, label, isLong }: CodeBlockProps) {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className="min-w-0 space-y-1.5">
      <div className="flex items-center justify-between gap-2">
        <h3 id={titleId} className="text-sm font-medium">
          {title}
        </h3>
        <CopyButton text={text} label={label} />
      </div>
      <pre
        // A place that scrolls has to be reachable without a mouse.
        tabIndex={isLong ? 0 : undefined}
        className={classNames(
          "rounded-md border border-line bg-sunken px-3 py-2.5 font-mono text-xs leading-5 break-all whitespace-pre-wrap",
          isLong && "max-h-96 overflow-y-auto",
        )}
      >
        <code>{text}</code>
      </pre>
    </section>
  );
}
