/**
 * The kernel as WebAssembly (AssemblyScript). `plain-kernel.ts` says what each function computes and why, and a test holds
 * the two together; these files are about speed. `npm run generate` compiles them into `kernel.generated.ts`.
 */
export { differentiate, measure, quantise } from './derivatives';
export { attach, freeFrom } from './memory';
export { partition, setSteps, setStepsBySide, takeSteps } from './rows';
export { addProfile, search } from './search';
export { build, prepare, subtract } from './sums';
