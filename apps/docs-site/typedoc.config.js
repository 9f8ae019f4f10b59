import { readdirSync, readFileSync } from 'node:fs';

const packages = new URL('../../packages/', import.meta.url);

/** Every module that a package exports: what users import, and the source that it is built from. */
export const modules = readdirSync(packages)
  .map((folder) => ({ folder, ...JSON.parse(readFileSync(new URL(`${folder}/package.json`, packages), 'utf8')) }))
  .flatMap(({ folder, name, exports }) =>
    Object.entries(exports)
      .filter(([, target]) => typeof target === 'object')
      .map(([subpath, target]) => ({
        name: name + subpath.slice(1),
        source: target.default.replace('./dist/', `../../packages/${folder}/src/`).replace(/\.js$/, '.ts'),
      })),
  );

/** @type {Partial<import('typedoc').TypeDocOptions & import('typedoc-plugin-markdown').PluginOptions>} */
export default {
  name: 'API reference',
  tsconfig: 'tsconfig.json',
  plugin: ['typedoc-plugin-markdown', './typedoc-module-names.js'],
  entryPoints: modules.map(({ source }) => source),
  basePath: '../../packages',
  displayBasePath: '../..',
  out: 'dist/content/api',
  // TypeDoc wants TypeScript 6, which cannot infer everything that 7, which checks the packages, can.
  skipErrorChecking: true,
  treatWarningsAsErrors: true,
  validation: { invalidLink: true, notExported: false, notDocumented: false },

  readme: 'none',
  outputFileStrategy: 'modules',
  entryFileName: 'index',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
  useHTMLAnchors: true,
  excludeExternals: true,
  excludePrivate: true,
  excludeInternal: true,
  disableGit: true,
  sourceLinkTemplate: 'https://github.com/mcp-bearer-auth/mcp-bearer-auth/blob/main/{path}#L{line}',
};
