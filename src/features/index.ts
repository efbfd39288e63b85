/**
 * What models see: features of bars, a file per family with its formula, window and source, the labels that they learn,
 * and the rows of both. Pure; no value depends on a later bar, labels apart, which are the future, nor on bars before its
 * window.
 */
export type { FeatureFamily, FeatureInput, FeatureSpec } from './feature.ts';
export { type FeatureConfig, fewestSymbols, parseFeatureConfig, warmUpBars } from './feature-config.ts';
export { planRows, type RowPlan, writeFeatures, writeLabels } from './feature-rows.ts';
export { refuseTooManyTerms, termsPerRow } from './feature-work.ts';
export { LABEL_KINDS, type LabelKind } from './label.ts';
export { FEATURE_FAMILIES, FEATURES_VERSION } from './registry.ts';
