import { Converter } from 'typedoc';
import { modules } from './typedoc.config.js';

/** Calls modules what users import (`@auth/http/node`) rather than where their source is (`http/src/node`). */
export function load(application) {
  application.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) {
      const found = modules.find(
        ({ source }) => source.endsWith(`/${module.name}.ts`) || source.endsWith(`/${module.name}/index.ts`),
      );
      if (found) module.name = found.name;
    }
  });
}
