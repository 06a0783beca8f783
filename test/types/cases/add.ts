// Compiled, never run: a stack that grows layer by layer knows its shapes.
import { layers, sequential } from 'myelin';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const isTrue = <T extends true>(value?: T): T | undefined => value;

const grown = sequential([layers.dense({ units: 1, inputShape: [2] })]).add(layers.dense({ units: 4 }));
isTrue<Equal<typeof grown.outputShapes, readonly [null, 4]>>();
const fromNothing = sequential()
  .add(layers.dense({ units: 7, inputShape: [5] }))
  .add(layers.dense({ units: 3 }));
isTrue<Equal<typeof fromNothing.inputShapes, readonly [null, 5]>>();
isTrue<Equal<typeof fromNothing.outputShapes, readonly [null, 3]>>();
// @ts-expect-error a recurrent layer takes sequences
grown.add(layers.lstm({ units: 4 }));
