/** `npm run generate`: compiles what is written in AssemblyScript into modules that carry the WebAssembly as base64. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** Sources without their ending `.as`, and the constant that holds what they are compiled to. */
const SOURCES = [
  ['src/models/binning/loops', 'LOOPS_WASM'],
  ['src/models/kernel/kernel', 'KERNEL_WASM'],
  ['src/optimize/honesty/counting/counter', 'COUNTER_WASM'],
  ['src/optimize/kernel/long', 'LONG_WASM'],
] as const;

for (const [source, constant] of SOURCES) {
  const path = fileURLToPath(new URL(source, import.meta.url));
  const binary = await compile(path);
  writeFileSync(`${path}.generated.ts`, moduleOf(basename(source), constant, binary));
}

function moduleOf(name: string, constant: string, binary: Uint8Array): string {
  const lines =
    Buffer.from(binary)
      .toString('base64')
      .match(/.{1,110}/g) ?? [];
  return [
    `// Compiled from ${name}.as by compile-kernel.ts: npm run generate.`,
    `/** The WebAssembly ${name}, base64. */`,
    `export const ${constant} =`,
    `${lines.map((line) => `  '${line}'`).join(' +\n')};\n`,
  ].join('\n');
}

/**
 * The compiler asks for sources by name, with an ending of its own (`memory.ts` is our `memory.as`), and hands results over by
 * name; what it writes does not touch the disk.
 */
async function compile(path: string): Promise<Uint8Array> {
  let compiled: Uint8Array | string | null = null;
  const options = [
    `${basename(path)}.ts`,
    '--outFile',
    'compiled.wasm',
    '-O3',
    '--runtime',
    'stub',
    '--noAssert',
    '--enable',
    'simd',
  ];
  const errors = asc.createMemoryStream();
  const { error } = await asc.main(options, {
    readFile: (name) => {
      const source = join(dirname(path), name.replace(/\.ts$/, '.as'));
      return existsSync(source) ? readFileSync(source, 'utf8') : null;
    },
    writeFile: (_, contents) => {
      compiled = contents;
    },
    listFiles: () => [],
    stderr: errors,
  });
  if (error !== null) throw new Error(`${error.message}\n${errors.toString()}`);
  if (compiled === null || typeof compiled === 'string') throw new Error('The compiler has written no WebAssembly.');
  return compiled;
}
