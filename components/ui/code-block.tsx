import { CopyButton } from "./copy-button";

interface CodeBlockProps {
  /** Where it belongs, e.g. a file. */
  title: string;
  text: string;
  /** What is copied, for whoever does not see what the button stands beside. */
  label: string;
}

/** Something to copy as it stands. */
export function CodeBlock({ title, text, label }: CodeBlockProps) {
  return (
    <section aria-label={title} className="space-y-1.5">
      <div className="flex items-center justify-between gap-2">
        <h3 className="min-w-0 text-sm font-medium break-words">{title}</h3>
        <CopyButton text={text} label={label} />
      </div>
      <pre className="rounded-md border border-line bg-sunken px-3 py-2.5 font-mono text-xs leading-5 break-all whitespace-pre-wrap">
        <code>{text}</code>
      </pre>
    </section>
  );
}
