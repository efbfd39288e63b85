/** `npm run generate`: compiles the WebAssembly kernel of the tree engine into a module that carries it as base64. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const SOURCE = fileURLToPath(new URL('src/models/kernel/kernel.as', import.meta.url));
const TARGET = fileURLToPath(new URL('src/models/kernel/kernel.generated.ts', import.meta.url));

const binary = await compile();
const lines =
  Buffer.from(binary)
    .toString('base64')
    .match(/.{1,110}/g) ?? [];
writeFileSync(
  TARGET,
  [
    '// Compiled from kernel.as by compile-kernel.ts: npm run generate.',
    '/** The WebAssembly kernel, base64. */',
    'export const KERNEL_WASM =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};\n`,
  ].join('\n'),
);

/** The compiler asks for files by name and hands results over by name; none of them touches the disk. */
async function compile(): Promise<Uint8Array> {
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
    readFile: (name) => (name === 'kernel.ts' ? readFileSync(SOURCE, 'utf8') : null),
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
