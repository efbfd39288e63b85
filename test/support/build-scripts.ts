/** Translates this folder for what tests start outside of vitest; see script-path.ts. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformWithEsbuild } from 'vite';
import { scriptPath } from './script-path.ts';

const support = fileURLToPath(new URL('./', import.meta.url));

/** Translates what is newer than its translation. */
export async function buildScripts(): Promise<void> {
  const names = readdirSync(support, { recursive: true, encoding: 'utf8' }).filter((name) => /\.m?[jt]s$/.test(name));
  await Promise.all(names.map(buildScript));
}

async function buildScript(name: string): Promise<void> {
  const [from, to] = [join(support, name), scriptPath(name)];
  if (existsSync(to) && statSync(to).mtimeMs > statSync(from).mtimeMs) return;
  const text = readFileSync(from, 'utf8');
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, name.endsWith('.ts') ? await translated(text, from) : text);
}

async function translated(text: string, path: string): Promise<string> {
  const options = { loader: 'ts', target: 'es2023', sourcemap: 'inline' } as const;
  const { code } = await transformWithEsbuild(text, path, options);
  return code.replaceAll(/(from |import\()"(\.[^"]+)\.ts"/g, (_, before: string, target: string) => {
    return `${before}"${target.replace('../src/', '../dist/')}.js"`;
  });
}
