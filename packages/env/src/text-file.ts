import { closeSync, openSync, readSync } from 'node:fs';

/** More than any key set, far less than a device file would give. */
const MAX_FILE_BYTES = 1_048_576;

/**
 * Reads a file as UTF-8 text, symbolic links followed, since that is how orchestrators mount secrets. Throws for files that
 * cannot be read, are longer than 1 MiB, or are not UTF-8: a secret of random bytes would silently become another one.
 */
export function readTextFile(path: string): string {
  const buffer = new Uint8Array(MAX_FILE_BYTES + 1);
  const file = openSync(path, 'r');
  let length = 0;
  try {
    let read = -1;
    while (read !== 0 && length < buffer.length) {
      read = readSync(file, buffer, length, buffer.length - length, null);
      length += read;
    }
  } finally {
    closeSync(file);
  }
  if (length > MAX_FILE_BYTES) throw Object.assign(new RangeError('the file is too long'), { code: 'EFBIG' });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length));
  } catch {
    throw Object.assign(new TypeError('the file is not UTF-8'), { code: 'NOT_UTF_8' });
  }
}
