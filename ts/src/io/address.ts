// Places for files: paths on servers, idb://, opfs:// and download:// in browsers, http(s) to read.
import { ConfigError, FormatError } from '../core/errors.js';
import { builtin, server } from '../runtime/environment.js';

interface Place {
  read(name: string): Promise<Uint8Array>;
  write?(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open('myelin', 1);
    request.onupgradeneeded = () => request.result.createObjectStore('files');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
async function inStore<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await database();
  try {
    return await new Promise<T>((resolve, reject) => {
      const request = use(db.transaction('files', mode).objectStore('files'));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    db.close();
  }
}

const missing = (address: string, cause?: unknown) => new FormatError(`there is no file at '${address}'`, { cause });

const idb: Place = {
  async read(name) {
    const bytes: unknown = await inStore('readonly', (store) => store.get(name));
    if (!(bytes instanceof Uint8Array)) throw missing(`idb://${name}`);
    return bytes;
  },
  async write(name, bytes) {
    await inStore('readwrite', (store) => store.put(bytes, name));
  },
};

/** The private folder of the page's origin. */
function privateFolder(): Promise<FileSystemDirectoryHandle> {
  const { storage } = navigator as { storage?: StorageManager };
  if (!storage?.getDirectory) throw new ConfigError('opfs://: this browser has no private file system here; use idb://');
  return storage.getDirectory();
}

const opfs: Place = {
  async read(name) {
    const root = await privateFolder();
    const handle = await root.getFileHandle(name).catch((cause: unknown) => {
      throw missing(`opfs://${name}`, cause);
    });
    return new Uint8Array(await (await handle.getFile()).arrayBuffer());
  },
  async write(name, bytes) {
    const handle = await (await privateFolder()).getFileHandle(name, { create: true });
    const stream = await handle.createWritable();
    await stream.write(bytes);
    await stream.close();
  },
};

const download: Place = {
  async read(name) {
    throw new ConfigError(`download://${name} can only be saved to`);
  },
  async write(name, bytes) {
    const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
    const link = Object.assign(document.createElement('a'), { href: url, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  },
};

const web = (scheme: string): Place => ({
  async read(name) {
    const response = await fetch(`${scheme}://${name}`);
    if (!response.ok) throw missing(`${scheme}://${name}`, response.status);
    return new Uint8Array(await response.arrayBuffer());
  },
});

const disk: Place = {
  async read(path) {
    const bytes = await builtin('node:fs/promises')
      .readFile(path)
      .catch((cause: unknown) => {
        throw missing(path, cause);
      });
    return new Uint8Array(bytes);
  },
  /** A new file takes the old one's place only when it's whole. */
  async write(path, bytes) {
    const { mkdir, rename, writeFile } = builtin('node:fs/promises');
    const folder = path.replace(/[^/\\]*$/, '');
    if (folder) await mkdir(folder, { recursive: true });
    const draft = `${path}.${Math.random().toString(36).slice(2)}.tmp`;
    await writeFile(draft, bytes);
    await rename(draft, path);
  },
};

const PLACES: Readonly<Record<string, Place>> = { idb, opfs, download, http: web('http'), https: web('https') };

function placeOf(address: string): [Place, string] {
  const [, scheme, rest] = /^([a-z]+):\/\/(.+)$/.exec(address) ?? [];
  if (scheme && scheme !== 'file') {
    const place = PLACES[scheme];
    if (!place)
      throw new ConfigError(
        `'${address}': unknown place '${scheme}'; known are ${Object.keys(PLACES)
          .map((p) => `${p}://`)
          .join(', ')} and paths`,
      );
    return [place, rest as string];
  }
  if (!server) throw new ConfigError(`'${address}': there are no paths in a browser; use idb://, opfs:// or download://`);
  return [disk, scheme === 'file' ? decodeURIComponent(new URL(address).pathname) : address];
}

export async function read(address: string): Promise<Uint8Array> {
  const [place, name] = placeOf(address);
  return place.read(name);
}
export async function write(address: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const [place, name] = placeOf(address);
  if (!place.write) throw new ConfigError(`'${address}' can only be read`);
  await place.write(name, bytes);
}
