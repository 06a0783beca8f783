export { default as source } from 'worker:source';
