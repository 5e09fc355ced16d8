/** One file of configuration: read whole or not at all, and written so that nobody ever reads half of it. */
import { constants } from 'node:fs';
import { open, rename, stat, writeFile } from 'node:fs/promises';

/** A file of agents or rules is a few kilobytes; one past this is something else. */
const FILE_BYTES_MAX = 256 * 1024;

export class ConfigFileError extends Error {
  readonly code = 'CONFIG_FILE';
}

/** null where there is none. Throws ConfigFileError when it cannot be read. */
export async function readConfigFile(file: string): Promise<string | null> {
  try {
    return await readText(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (cause instanceof ConfigFileError) throw cause;
    throw new ConfigFileError(`${file} cannot be read (${code ?? String(cause)}); check its permissions`, {
      cause,
    });
  }
}

export async function writeConfigFile(file: string, text: string): Promise<void> {
  const fresh = `${file}.new`;
  await writeFile(fresh, text, { mode: 0o600 });
  await rename(fresh, file);
}

/** Differs when the file was changed or replaced; empty where there is none. */
export async function stampOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return '';
  }
}

/** Not waiting on a pipe that somebody named fleet.yaml, and never more than such a file may have. */
async function readText(file: string): Promise<string> {
  const opened = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await opened.stat()).isFile()) throw new ConfigFileError(`${file} is not a file`);
    const buffer = Buffer.alloc(FILE_BYTES_MAX + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await opened.read(buffer, length, buffer.length - length, length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) break;
    }
    if (length > FILE_BYTES_MAX) {
      throw new ConfigFileError(`${file} has more than ${FILE_BYTES_MAX} bytes; a file of agents has fewer`);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length));
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new ConfigFileError(`${file} is not UTF-8 text; save it as UTF-8`, { cause });
  } finally {
    await opened.close();
  }
}
