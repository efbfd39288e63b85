/** What can be tuned: the model types with their parameters, and the features that models may see. */
import { requireScope } from '../access/index.ts';
import { FEATURE_FAMILIES, type FeatureFamily } from '../features/index.ts';
import { engineInfo, MODEL_TYPES, type ModelType } from '../models/index.ts';
import { MODEL_SPACES } from '../optimize/index.ts';
import { parametersJsonSchema } from '../strategies/index.ts';
import { builder } from './builder.ts';
import { EngineRef } from './model-tuning.ts';

const ModelTypeRef = builder.objectRef<ModelType>('ModelType').implement({
  description: 'A kind of model, its parameters and the grid that is searched when a job names none.',
  fields: (t) => ({
    name: t.string({ description: 'As `modelType` takes it.', resolve: (type) => type }),
    engine: t.field({ type: EngineRef, description: 'What trains it.', resolve: (type) => engineInfo(type) }),
    parametersSchema: t.field({
      type: 'JSON',
      description: 'JSON Schema of its parameters, with their ranges and defaults.',
      resolve: (type) => parametersJsonSchema(MODEL_SPACES[type]),
    }),
    defaultGrid: t.field({
      type: 'JSON',
      description: 'Parameter -> values.',
      resolve: (type) => MODEL_SPACES[type].defaultGrid,
    }),
  }),
});

const FamilyRef = builder.objectRef<FeatureFamily>('FeatureFamily').implement({
  description: 'A kind of feature: a column for each choice of its parameters.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'As `featureConfig.features` takes it.' }),
    description: t.exposeString('description', { description: 'What it says.' }),
    formula: t.exposeString('formula', { description: 'How a value comes about; c are closes.' }),
    source: t.exposeString('source', { description: 'Where the definition comes from.' }),
    minSymbols: t.exposeInt('minSymbols', { description: 'Fewest symbols that it can be computed of.' }),
    parametersSchema: t.field({
      type: 'JSON',
      description: 'JSON Schema of its parameters.',
      resolve: (family) => parametersJsonSchema(family),
    }),
    defaults: t.field({
      type: ['JSON'],
      description: 'The parameters of the columns that it has unless told otherwise.',
      resolve: ({ defaults }) => [...defaults],
    }),
  }),
});

builder.queryFields((t) => ({
  modelTypes: t.field({
    type: [ModelTypeRef],
    description: 'Every model type.',
    resolve: (_root, _args, { caller }) => {
      requireScope(caller.principal, 'read');
      return [...MODEL_TYPES];
    },
  }),
  featureFamilies: t.field({
    type: [FamilyRef],
    description: 'Every kind of feature, in the order of the columns that they make.',
    resolve: (_root, _args, { caller }) => {
      requireScope(caller.principal, 'read');
      return [...FEATURE_FAMILIES];
    },
  }),
}));
