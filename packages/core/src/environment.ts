import {
  DEFAULT_ENVIRONMENT_PREFIX,
  type Environment,
  EnvironmentError,
  type EnvironmentProblem,
  type EnvironmentTable,
  type EnvironmentVariable,
  environmentText,
  type FromEnvContext,
  isEnvironmentError,
  mayBeFile,
  SERVER_VARIABLES,
  unknownVariables,
} from './environment-table.js';
import { type EnvironmentValue, parseEnvironmentValue, problemText } from './environment-values.js';

/**
 * Reads the variables of one table, collecting every problem instead of stopping at the first. A verifier package takes its
 * values out, adds problems of its own, and lets {@link EnvironmentReader.construct} build the verifier or throw.
 */
export class EnvironmentReader {
  readonly prefix: string;
  readonly #table: EnvironmentTable;
  readonly #env: Environment;
  readonly #readTextFile: FromEnvContext['readTextFile'];
  readonly #values: ReadonlyMap<string, EnvironmentValue>;
  // Written while reading and by `problem`; read by `construct`.
  readonly #problems: EnvironmentProblem[] = [];

  constructor(table: EnvironmentTable, env: Environment, context: FromEnvContext = {}) {
    this.prefix = context.prefix ?? DEFAULT_ENVIRONMENT_PREFIX;
    this.#table = table;
    this.#env = env;
    this.#readTextFile = context.readTextFile;
    const values = new Map<string, EnvironmentValue>();
    for (const variable of table.variables) {
      const value = this.#read(variable);
      if (value !== undefined) values.set(variable.name, value);
    }
    this.#values = values;
    if (table.section !== undefined) this.#problems.push(...this.#unknown(table.section));
  }

  /** What was found wrong so far. */
  get problems(): readonly EnvironmentProblem[] {
    return [...this.#problems];
  }

  /** A variable's name in full. */
  variable(name: string): string {
    const { section } = this.#table;
    return section === undefined ? `${this.prefix}_${name}` : `${this.prefix}_${section}_${name}`;
  }

  /** A text, URL, secret or key, or undefined when it is not set or not usable. */
  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  /** A list, or undefined when it is not set or not usable. */
  list(name: string): readonly string[] | undefined {
    const value = this.#values.get(name);
    return Array.isArray(value) ? (value as readonly string[]) : undefined;
  }

  /** A number, or undefined when it is not set or not usable. */
  number(name: string): number | undefined {
    const value = this.#values.get(name);
    return typeof value === 'number' ? value : undefined;
  }

  /** A boolean, or undefined when it is not set or not usable. */
  flag(name: string): boolean | undefined {
    const value = this.#values.get(name);
    return typeof value === 'boolean' ? value : undefined;
  }

  /** Whether the variable, or its `…_FILE`, is set, usable or not. */
  isSet(name: string): boolean {
    const variable = this.variable(name);
    return [variable, `${variable}_FILE`].some((full) => environmentText(this.#env, full) !== undefined);
  }

  /**
   * A list that must be decided about: the texts of `name`, or `null` when `SKIP_<name>` is true. Neither is a problem, when
   * `required`, and so are both at once and a list without members.
   */
  identifiers(name: string, required: boolean): readonly string[] | null | undefined {
    const [variable, skip] = [this.variable(name), this.variable(`SKIP_${name}`)];
    const skipped = this.flag(`SKIP_${name}`) === true;
    if (skipped && this.isSet(name)) this.problem(`SKIP_${name}`, `contradicts ${variable}: set one of the two`);
    if (this.list(name)?.length === 0) this.problem(name, 'must name at least one');
    // A SKIP that is neither true nor false is a problem of its own, and enough.
    const undecided = this.isSet(`SKIP_${name}`) && this.flag(`SKIP_${name}`) === undefined;
    if (required && !skipped && !undecided && !this.isSet(name)) {
      this.problem(name, `is not set; set what tokens must carry, or ${skip}=true to leave it unchecked`);
    }
    return skipped ? null : this.list(name);
  }

  /** Adds a problem with a variable; the text says what was expected and holds no value. */
  problem(name: string, problem: string): void {
    this.#problems.push({ variable: this.variable(name), problem });
  }

  /**
   * Throws an {@link EnvironmentError} for all problems, if there are any; else returns what `build` makes. What a constructor
   * throws there is traced from its option back to the variable. `feeds` names the variable of an option where it is not the
   * table's.
   */
  construct<Result>(build: () => Result, feeds: Readonly<Record<string, string>> = {}): Result {
    const made = this.#problems.length === 0 ? this.#try(build, feeds) : undefined;
    if (made === undefined) throw new EnvironmentError(this.#problems);
    return made.result;
  }

  /** Adds what `build` throws to the problems: for a part of the options, when others are known to be wrong. */
  attempt(build: () => unknown, feeds: Readonly<Record<string, string>> = {}): void {
    this.#try(build, feeds);
  }

  /** What is in force, by option: values and defaults, and for secrets and keys only whether they are set. */
  describe(): Readonly<Record<string, unknown>> {
    const entries = this.#table.variables
      .filter(({ name }) => !name.startsWith('SKIP_'))
      .map((variable): [string, unknown] => [shownName(variable), this.#shown(variable)]);
    return Object.freeze(Object.fromEntries(entries));
  }

  #shown(variable: EnvironmentVariable): unknown {
    const { name, type } = variable;
    if (mayBeFile(variable)) return this.isSet(name) ? 'set' : 'unset';
    if (this.flag(`SKIP_${name}`) === true) return 'not checked';
    const value = this.#values.get(name) ?? defaultValue(variable);
    // A query could hold an API key.
    return type === 'url' && typeof value === 'string' ? value.replace(/\?.*/s, '?…') : value;
  }

  #try<Result>(build: () => Result, feeds: Readonly<Record<string, string>>): { readonly result: Result } | undefined {
    try {
      return { result: build() };
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError) || isEnvironmentError(error)) throw error;
      const option = /option '([^']+)'/.exec(error.message)?.[1];
      const { name } = this.#table.variables.find((variable) => optionOf(variable) === option) ?? {};
      const fed = (option === undefined ? undefined : feeds[option]) ?? name;
      const variable = fed === undefined ? this.prefix : this.variable(fed);
      this.#problems.push({ variable, problem: problemText(error) });
      return undefined;
    }
  }

  #unknown(section: string): readonly EnvironmentProblem[] {
    const names = this.#table.variables.flatMap((variable) =>
      mayBeFile(variable) ? [variable.name, `${variable.name}_FILE`] : [variable.name],
    );
    const known = names.map((name) => this.variable(name));
    const server = SERVER_VARIABLES.map((name) => this.variable(name));
    return unknownVariables(this.#env, `${this.prefix}_${section}`, known, (name) => server.includes(name));
  }

  #read(variable: EnvironmentVariable): EnvironmentValue | undefined {
    const raw = mayBeFile(variable) ? this.#textOrFile(variable.name) : this.#plain(variable.name);
    if (raw === undefined) {
      if (variable.required && !this.isSet(variable.name))
        this.problem(variable.name, 'is not set, and it is required');
      return undefined;
    }
    try {
      return parseEnvironmentValue(variable, raw);
    } catch (error) {
      this.problem(variable.name, problemText(error));
      return undefined;
    }
  }

  #plain(name: string): string | undefined {
    return environmentText(this.#env, this.variable(name))?.trim();
  }

  #textOrFile(name: string): string | undefined {
    const [own, path] = ['', '_FILE'].map((end) => environmentText(this.#env, `${this.variable(name)}${end}`));
    if (path === undefined) return own;
    const refuse = (problem: string): undefined => {
      this.problem(`${name}_FILE`, problem);
    };
    if (own !== undefined) return refuse(`contradicts ${this.variable(name)}: set one of the two`);
    if (this.#readTextFile === undefined) return refuse('files cannot be read here; set the variable without _FILE');
    let text: string;
    try {
      text = this.#readTextFile(path.trim());
    } catch (error) {
      // Only the code, such as ENOENT: the message would repeat the path, which is the variable's value.
      const code: unknown = (error as { readonly code?: unknown } | null)?.code;
      return refuse(`the file cannot be read${typeof code === 'string' && /^[A-Z_]+$/.test(code) ? ` (${code})` : ''}`);
    }
    const trimmed = text.replace(/^\uFEFF/, '').replace(/[\r\n]+$/, '');
    return trimmed.trim() === '' ? refuse('the file holds nothing') : trimmed;
  }
}

/** The verifier's option that a variable feeds: `CLIENT_ID` feeds `clientId`. */
function optionOf({ name, option }: EnvironmentVariable): string {
  return option ?? camelCase(name);
}

/** The option's name, unless it is a part of another option or has another unit than the variable. */
function shownName({ name, option }: EnvironmentVariable): string {
  return option === undefined || /\.|Ms$/.test(option) ? camelCase(name) : option;
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** A default as a value where it is one, else its words. */
function defaultValue(variable: EnvironmentVariable): unknown {
  const { type, default: words = 'unset' } = variable;
  const isValue = type === 'number' ? /^\d+$/.test(words) : type === 'boolean';
  return isValue && words !== 'unset' ? parseEnvironmentValue(variable, words) : words.replaceAll('`', '');
}
