/** The rules of the house, held against the code: who may import whom, through which door, and how large a file may be. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const sourceRoot = join(root, 'src');

/**
 * From left to right; folders of one step do not know each other. An import points left or stays in its folder. Commands, which
 * stand beside `main.ts`, may read the configuration as it does.
 */
const STEPS: readonly (readonly string[])[] = [
  ['core'],
  ['access', 'storage', 'compute'],
  ['events'],
  ['webhooks'],
  ['market'],
  ['scheduler'],
  ['strategies'],
  ['backtest', 'features'],
  ['models'],
  ['predictions'],
  ['safety'],
  ['broker'],
  ['orders'],
  ['goals'],
  ['alerts'],
  ['optimize'],
  ['graphql'],
  ['rest', 'ws'],
  ['cli'],
];

const MAX_LINES = 400;

interface SourceFile {
  /** Relative to src, e.g. `market/bars.ts`. */
  readonly path: string;
  readonly text: string;
  /** Relative to src; only imports of our own files. */
  readonly imports: readonly string[];
}

const files = readSources();

describe('the architecture', () => {
  it('is read: there are files and imports to look at', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((file) => file.imports).length).toBeGreaterThan(300);
  });

  it('knows every folder', () => {
    const folders = new Set(files.map((file) => folderOf(file.path)).filter((folder) => folder !== ''));

    expect([...folders].toSorted()).toEqual(STEPS.flat().toSorted());
  });

  it('lets imports point left only', () => {
    const wrong = importPairs().filter(([from, to]) => {
      const [here, there] = [folderOf(from), folderOf(to)];
      const isConfigured = here === 'cli' && to === 'config.ts';
      return here !== '' && here !== there && !isConfigured && stepOf(there) >= stepOf(here);
    });

    expect(wrong).toEqual([]);
  });

  it('lets the rooms of optimize know only those before them', () => {
    const rooms = ['search', 'kernel', 'honesty', 'engine', 'tuning', 'job', 'report'];
    const roomOf = (path: string): number => rooms.indexOf(/^optimize\/(\w+)\//.exec(path)?.[1] ?? '');
    const pairs = importPairs().filter(([from, to]) => roomOf(from) !== -1 && roomOf(to) !== -1);

    expect(pairs.length).toBeGreaterThan(50);
    expect(pairs.filter(([from, to]) => roomOf(to) > roomOf(from))).toEqual([]);
  });

  it('enters another folder through its index only', () => {
    const wrong = importPairs()
      .filter(([from, to]) => folderOf(from) !== folderOf(to) && folderOf(to) !== '')
      .filter(([, to]) => to !== `${folderOf(to)}/index.ts`);

    expect(wrong).toEqual([]);
  });

  it('has no cycle of imports, types included', () => {
    expect(findCycle(new Map(files.map((file) => [file.path, file.imports])))).toBeNull();
  });

  it('keeps files short', () => {
    const long = files.filter((file) => file.text.split('\n').length > MAX_LINES).map((file) => file.path);

    expect(long).toEqual([]);
  });

  it('opens every folder with a comment that says what it is', () => {
    const silent = files
      .filter((file) => /^\w+\/index\.ts$/.test(file.path) && !file.text.startsWith('/**'))
      .map((file) => file.path);

    expect(silent).toEqual([]);
  });

  it('reads the environment in one place', () => {
    const readers = files.filter((file) => file.text.includes('process.env')).map((file) => file.path);

    expect(readers).toEqual(['config.ts']);
  });

  it('queries the database nowhere in the facades, and knows vendors of transports nowhere in the domains', () => {
    const facades = files.filter((file) => ['rest', 'ws'].includes(folderOf(file.path)));
    const domains = files.filter(
      (file) => stepOf(folderOf(file.path)) <= stepOf('optimize') && folderOf(file.path) !== '',
    );

    expect(facades.filter((file) => /\.read\.|prisma/i.test(file.text)).map((file) => file.path)).toEqual([]);
    expect(
      domains.filter((file) => /from '(graphql|fastify|ws|graphql-yoga)'/.test(file.text)).map((file) => file.path),
    ).toEqual([]);
  });

  it('has worker threads load what they compute with and nothing else: neither database nor network', () => {
    const worker = readFileSync(join(root, 'dist/worker.js'), 'utf8');
    const imported = [
      ...worker.matchAll(/^(?:import|export|\}).*?"([^"]+)";$|\b(?:import|require)\("([^"]+)"\)/gm),
    ].map(([, from, called]) => from ?? called ?? '');

    expect(new Set(imported)).toEqual(
      new Set(['node:crypto', 'node:os', 'node:timers/promises', 'node:worker_threads']),
    );
  });

  it('puts the seal on orders in one place, where they are sent', () => {
    const sealing = files.filter(({ text }) => /(?<![#.\w])approve(<T>)?\(/.test(text)).map(({ path }) => path);

    const importing = files.filter(({ text }) => /import \{[^}]*\bapprove\b/.test(text)).map(({ path }) => path);

    // Where it is defined, and where it is used, under whatever name.
    expect(sealing.toSorted()).toEqual(['broker/order-request.ts', 'orders/send.ts']);
    expect(importing).toEqual(['orders/send.ts']);
  });

  it('submits orders and changes in one place', () => {
    const callers = files.filter(({ text }) => /broker\.(submit|replace)\(/.test(text)).map(({ path }) => path);

    expect(callers).toEqual(['orders/send.ts']);
  });

  it('registers nothing with vitest while a module of test/support is loaded: a process loads it once for many files', () => {
    const folder = join(root, 'test/support');
    const modules = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
    const registering = modules.filter((path) => {
      return /^(before|after)(Each|All)\(/m.test(readFileSync(join(folder, path), 'utf8'));
    });

    expect(modules.length).toBeGreaterThan(50);
    // These two vitest loads anew for each file; others say `afterEveryTest` (endings.ts).
    expect(registering.toSorted()).toEqual(['after-each.ts', 'egress.ts']);
  });

  it('would notice a cycle', () => {
    expect(
      findCycle(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['a']],
        ]),
      ),
    ).toEqual(['a', 'b', 'c', 'a']);
  });
});

function readSources(): readonly SourceFile[] {
  return readdirSync(sourceRoot, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('generated'))
    .map((path) => {
      const text = readFileSync(join(sourceRoot, path), 'utf8');
      return { path, text, imports: importsOf(path, text) };
    });
}

function importsOf(path: string, text: string): readonly string[] {
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '');
  return specifiers
    .map((specifier) => relative(sourceRoot, resolve(dirname(join(sourceRoot, path)), specifier)))
    .filter((target) => !target.includes('generated'));
}

function importPairs(): readonly (readonly [string, string])[] {
  return files.flatMap((file) => file.imports.map((target) => [file.path, target] as const));
}

/** `market/csv/parse.ts` -> `market`; files at the top have none. */
function folderOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '') : '';
}

/** Files at the top (app, main, worker, config) stand right of everything. */
function stepOf(folder: string): number {
  const step = STEPS.findIndex((folders) => folders.includes(folder));
  return step === -1 ? STEPS.length : step;
}

/** The first cycle found, its first file repeated at the end; null when there is none. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const done = new Set<string>();
  const visit = (node: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node];
    if (done.has(node)) return null;
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next, [...trail, node]);
      if (cycle !== null) return cycle;
    }
    done.add(node);
    return null;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node, []);
    if (cycle !== null) return cycle;
  }
  return null;
}
