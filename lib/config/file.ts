/**
 * The YAML file: read, checked against the known paths, with `${NAME}` and `${NAME:default}` left to be replaced leaf by leaf.
 */
import { readFileSync } from "node:fs";
import { parse, YAMLParseError } from "yaml";
import { findNearest } from "./nearest";

/** Looks a variable up; undefined where it is not set. */
export type Lookup = (name: string) => string | undefined;

interface Reference {
  source: string;
  name: string | undefined;
  fallback: string | undefined;
}

export interface ConfigFile {
  /** Value of each known path that the file gives, references not yet replaced. */
  leaves: ReadonlyMap<string, unknown>;
  references: readonly Reference[];
  problems: readonly string[];
}

export const noFile: ConfigFile = { leaves: new Map(), references: [], problems: [] };

// Private-use characters cannot collide with what people write, and are plain text to YAML at any place.
const markPattern = /\uE000(\d+)\uE001/g;
const wholeMark = /^\uE000(\d+)\uE001$/;

/** References are taken out before YAML sees them, so that neither their braces nor a secret's characters can alter its structure. */
function takeReferences(source: string): { yaml: string; references: Reference[] } {
  const references: Reference[] = [];
  const yaml = source.replace(/[\uE000\uE001]/g, "").replace(/\$\{([^}\n]*)\}/g, (whole, inside: string) => {
    const [, name, fallback] = /^([A-Za-z_][A-Za-z0-9_]*)(?::(.*))?$/.exec(inside) ?? [];
    references.push({ source: whole, name, fallback });
    return `\uE000${references.length - 1}\uE001`;
  });
  return { yaml, references };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

class LeafCollector {
  readonly leaves = new Map<string, unknown>();
  readonly problems: string[] = [];

  constructor(
    private readonly known: readonly string[],
    private readonly label: string,
  ) {}

  private childrenOf(prefix: string): string[] {
    const depth = prefix === "" ? 0 : prefix.split(".").length;
    const inside = this.known.filter((path) => prefix === "" || path.startsWith(`${prefix}.`));
    return [
      ...new Set(
        inside.map((path) =>
          path
            .split(".")
            .slice(0, depth + 1)
            .join("."),
        ),
      ),
    ];
  }

  private refuseKey(path: string, siblings: string[]): void {
    const name = path.slice(path.lastIndexOf(".") + 1);
    // A key in the wrong section is as likely as a misspelt one: a known leaf of that very name beats a similar sibling.
    const elsewhere = this.known.find((candidate) => candidate.endsWith(`.${name}`));
    const nearest = elsewhere ?? findNearest(path, siblings);
    this.problems.push(`${this.label}: ${path} (unknown key): remove it, or did you mean ${nearest}?`);
  }

  collect(value: unknown, prefix: string): void {
    if (value === null || value === undefined) return;
    if (!isMapping(value)) {
      const place = prefix === "" ? this.label : `${this.label}: ${prefix}`;
      this.problems.push(`${place} (not a section): must hold the keys ${this.childrenOf(prefix).join(", ")}`);
      return;
    }
    const children = this.childrenOf(prefix);
    for (const [key, child] of Object.entries(value)) {
      const path = prefix === "" ? key : `${prefix}.${key}`;
      if (this.known.includes(path)) {
        if (child !== null) this.leaves.set(path, child);
      } else if (children.includes(path)) this.collect(child, path);
      else this.refuseKey(path, children);
    }
  }
}

/** What a problem with the file calls it: its own name for what is in it, and who named it where it is not there at all. */
export interface FileNames {
  label: string;
  source: string;
}

/** Reads the file; `known` are the dotted paths it may hold. Never throws: what is wrong is a problem. */
export function readConfigFile(filePath: string, { label, source }: FileNames, known: readonly string[]): ConfigFile {
  try {
    const { yaml, references } = takeReferences(readFileSync(filePath, "utf8"));
    const collector = new LeafCollector(known, label);
    collector.collect(parse(yaml), "");
    return { leaves: collector.leaves, references, problems: collector.problems };
  } catch (error) {
    const problem =
      error instanceof YAMLParseError
        ? `${label} (line ${error.linePos?.[0].line ?? "?"}): is not YAML (${error.code})`
        : `${source}: ${filePath} cannot be read (${readCode(error)}); name a readable file`;
    return { ...noFile, problems: [problem] };
  }
}

/** The system's code for a failed read, e.g. ENOENT. */
export function readCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}

export interface Replaced {
  /** Undefined where the whole value was a reference to a variable that is not set. */
  value: unknown;
  /** Variables that stand alone, without a default, and are not set. */
  missing: string[];
  problems: string[];
}

/** Replaces the references inside one leaf. */
export function replaceReferences(file: ConfigFile, leaf: unknown, lookup: Lookup): Replaced {
  const missing: string[] = [];
  const problems: string[] = [];

  function resolve(index: string | undefined): string | undefined {
    const reference = file.references[Number(index)];
    if (!reference?.name) {
      problems.push(`${reference?.source ?? "a reference"} is not of the form \${NAME} or \${NAME:default}`);
      return "";
    }
    return lookup(reference.name) ?? reference.fallback;
  }

  function nameOf(index: string | undefined): string {
    return file.references[Number(index)]?.name ?? "";
  }

  function replaceText(text: string): string | undefined {
    const whole = wholeMark.exec(text);
    if (whole) {
      const value = resolve(whole[1]);
      if (value === undefined) missing.push(nameOf(whole[1]));
      return value === "" ? undefined : value;
    }
    return text.replace(markPattern, (_, index: string) => {
      const value = resolve(index);
      if (value === undefined) {
        const name = nameOf(index);
        problems.push(`refers to ${name}, which is not set: set it, or write \${${name}:default}`);
      }
      return value ?? "";
    });
  }

  function replace(value: unknown): unknown {
    if (typeof value === "string") return replaceText(value);
    if (Array.isArray(value)) return value.map(replace).filter((entry) => entry !== undefined);
    if (!isMapping(value)) return value;
    const entries = Object.entries(value).map(([key, child]) => [replaceText(key) ?? "", replace(child)] as const);
    return Object.fromEntries(entries.filter(([, child]) => child !== undefined));
  }

  return { value: replace(leaf), missing, problems };
}
