// The three steps of an upload, over the network.

export class UploadRefused extends Error {}

const KINDS = [
  [/^\xff\xd8\xff/, 'image/jpeg'],
  [/^\x89PNG\r\n\x1a\n/, 'image/png'],
  [/^RIFF.{4}WEBP/s, 'image/webp'],
  [/^.{4}ftyp(?:.{4}){0,12}avi[fs]/s, 'avif'],
  [/^.{4}ftyp(?:he[iv][cmsx]|mif1|msf1)/s, 'heic'],
];

// By its first bytes: file.type goes by the name alone.
export async function kindOf(file) {
  try {
    const start = String.fromCharCode(...new Uint8Array(await file.slice(0, 64).arrayBuffer()));
    return KINDS.find(([pattern]) => pattern.test(start))?.[1] ?? 'type';
  } catch {
    return 'type'; // a folder, or gone
  }
}

export async function sha256(file) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  return btoa(String.fromCharCode(...digest));
}

async function ask(address, csrf, fields, signal) {
  const body = new URLSearchParams({ csrf, key: crypto.randomUUID(), ...fields });
  const answer = await fetch(address, { method: 'POST', body, signal, headers: { accept: 'application/json' }, redirect: 'error' });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  if (answer.status < 500) throw new UploadRefused(said.detail ?? String(answer.status));
  throw new Error(`answered ${answer.status}`);
}

export function announce({ trip, csrf }, { file, type, checksum, entry, keepsPlace }, signal) {
  const fields = { content_type: type, byte_size: file.size, checksum, keep_place: keepsPlace ? '1' : '' };
  return ask(`/trips/${trip}/photos/uploads`, csrf, entry ? { ...fields, entry_id: entry } : fields, signal);
}

const ATTEMPTS = 5;
const PAUSE_MS = 2_000;

// Looking into a large photo can take longer than a call may; completing is repeatable, and ends once somebody has looked.
export async function complete({ trip, csrf }, photo, signal) {
  for (let left = ATTEMPTS; ; left -= 1) {
    try {
      return await ask(`/trips/${trip}/photos/${photo}/completed`, csrf, {}, signal);
    } catch (error) {
      if (signal.aborted || error instanceof UploadRefused || left === 1) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    signal.throwIfAborted();
  }
}

// fetch tells nothing of what has been sent so far.
export function send(upload, file, signal, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(upload.method, upload.address);
    for (const { name, value } of upload.headers) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(`the storage answered ${request.status}`)));
    request.onerror = () => reject(new Error('the storage was not reached'));
    request.onabort = () => reject(new Error('cancelled'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}
