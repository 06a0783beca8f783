/**
 * Neural networks for TypeScript: train and run them in Node and the browser.
 * @packageDocumentation
 */
export { type Activation, type ActivationLike, type ActivationName, activations } from './activations/index.js';
export { type Callback, callbacks, type Logs } from './callbacks/index.js';
export { type Constraint, type ConstraintLike, type ConstraintName, constraints } from './constraints/index.js';
export { ConfigError, DataError, EngineError, FormatError, MyelinError, ShapeError } from './core/errors.js';
export { ops } from './core/ops.generated.js';
export { setRandomSeed } from './core/seed.js';
export type { DType, Shape, Tensor, Tracer } from './core/tensor.js';
export type { ArrayLike, NDArray, Nested, TypedArray } from './data/ndarray.js';
export { type Initializer, type InitializerLike, type InitializerName, initializers } from './initializers/index.js';
export { type LoadOptions, loadModel } from './io/load_model.js';
export * as layers from './layers/index.js';
export { defineLayer, type Layer, type LayerDefinition, type LayerOptions, type Scope } from './layers/layer.js';
export { input, type Symbolic } from './layers/symbolic.js';
export { type Loss, type LossLike, type LossName, losses } from './losses/index.js';
export { type Metric, type MetricLike, type MetricName, metrics } from './metrics/index.js';
export { cloneModel } from './model/clone.js';
export type { EvaluateOptions } from './model/evaluate.js';
export type { FitOptions } from './model/fit.js';
export { functional } from './model/functional.js';
export type { Gradients, UpstreamOptions } from './model/gradients.js';
export type { History } from './model/history.js';
export type { PictureOptions } from './model/picture/diagram.js';
export type { Explanation, PlanRecord, Profile, ProfileOptions, ProfileRecord } from './model/inspect.js';
export type { AnyModel, Model } from './model/model.js';
export type { PredictOptions } from './model/predict.js';
export { type Sequential, sequential } from './model/sequential.js';
export type { CompileOptions } from './model/types.js';
export { type Optimizer, type OptimizerLike, type OptimizerName, optimizers } from './optimizers/index.js';
export { type Regularizer, type RegularizerLike, type RegularizerName, regularizers } from './regularizers/index.js';
export { type InitOptions, init, type Limitation, memory, type RuntimeReport, runtime } from './runtime/index.js';
export { type Schedule, schedules } from './schedules/index.js';
export type * from './layers/types.js';
export type * from './types.js';
