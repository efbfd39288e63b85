/**
 * The kernel of long positions in one symbol as WebAssembly (AssemblyScript). `long-memory.ts` owns it. `npm run generate` compiles
 * it into `long.generated.ts`.
 */
export { courseBytes, follow, open, setCosts } from './course';
export { changeBarsFrom, changeTargetsFrom, closesFrom, freeFrom, opensFrom, stretchFrom } from './memory';
export { measure, sumNodes } from './nodes';
export { scanCrossing, scanReversion, takeChanges } from './scans';
