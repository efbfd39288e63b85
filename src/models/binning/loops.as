/**
 * The loops of binning as WebAssembly (AssemblyScript). `plain-binning.ts` says what they compute and why, and a test holds
 * the two together; these files are about speed. `npm run generate` compiles them into `loops.generated.ts`.
 */
export { bin, prepare } from './bins';
export { cut } from './cuts';
export { cutsAt, freeFrom } from './memory';
