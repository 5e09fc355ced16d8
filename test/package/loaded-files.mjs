// Notes every file that is loaded: `LOADED_FILES=OUT node --import loaded-files.mjs PROGRAM`.
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const loaded = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
process.on('exit', () => writeFileSync(process.env.LOADED_FILES, loaded.join('\n')));
