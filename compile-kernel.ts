/** `npm run generate`: compiles what is written in AssemblyScript into modules that carry the WebAssembly as base64. */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** Sources without their ending `.as`, and the constant that holds what they are compiled to. */
const SOURCES = [
  ['src/models/kernel/kernel', 'KERNEL_WASM'],
  ['src/optimize/honesty/scores/loops', 'LOOPS_WASM'],
  ['src/optimize/kernel/nodes', 'NODES_WASM'],
] as const;

for (const [source, constant] of SOURCES) {
  const path = fileURLToPath(new URL(source, import.meta.url));
  const binary = await compile(readFileSync(`${path}.as`, 'utf8'));
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

/** The compiler asks for files by name and hands results over by name; none of them touches the disk. */
async function compile(source: string): Promise<Uint8Array> {
  let compiled: Uint8Array | string | null = null;
  const options = [
    'kernel.ts',
    '--outFile',
    'kernel.wasm',
    '-O3',
    '--runtime',
    'stub',
    '--noAssert',
    '--enable',
    'simd',
  ];
  const errors = asc.createMemoryStream();
  const { error } = await asc.main(options, {
    readFile: (name) => (name === 'kernel.ts' ? source : null),
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
