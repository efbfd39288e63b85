/** The API: one schema over the use cases, and the pipeline that every transport runs its operations through. */
export type { Caller, GraphQLContext, ProgramInfo, Services } from './context.ts';
export * from './documents.generated.ts';
export { DENIAL_CODES, errorTypeName, PAYLOAD_CODES } from './errors.ts';
export { INTERVAL_NAMES } from './market.ts';
export { createPipeline, type Enveloped, type Pipeline } from './pipeline.ts';
export { schema } from './schema.ts';
export { isUrgent, isUrgentDocument, mayBeUrgent } from './urgent.ts';
