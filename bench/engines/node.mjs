// Nothing but Node itself: what starting a process costs before any library.
const open = async () => ({ train: () => () => {} });

export const engines = { node: { only: ['startup'], version: '', open } };
