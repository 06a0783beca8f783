// Made by the build.
declare module '*/payload.js' {
  export const payload: string;
}
declare module '*/payload-relaxed.js' {
  export const payload: string;
}
declare module 'worker:source' {
  const source: string;
  export default source;
}
