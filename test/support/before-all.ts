/** Run by vitest once, before all tests and in a process of its own: builds what is stale, and makes what tests copy. */
import type { TestProject } from 'vitest/node';
import { buildScripts } from './build-scripts.ts';
import { buildWhenStale } from './built-program.ts';

/** @returns what cleans up after all tests */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  buildWhenStale();
  await buildScripts();
  // Loads what may just have been built.
  const { makeTemplates } = await import('./database-templates.ts');
  const { remove, ...templates } = await makeTemplates();
  project.provide('databaseTemplates', templates);
  return remove;
}
