/** A market that does not exist: reproducible prices for any symbol, for trying the system without a data vendor. */
export { SimulatedProvider } from './provider.ts';
