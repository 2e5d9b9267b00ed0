// The public API of every package as text: names, kinds and types. `--write` accepts the present one.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
export const PACKAGES = ['img4', 'apple-devicetree', 'macho-kc', 'arm64-emu', 'boot-recipes'] as const;

const snapshotFile = (name: string) => `${root}tooling/api/${name}.txt`;
export const acceptedApi = (name: string): string =>
  existsSync(snapshotFile(name)) ? readFileSync(snapshotFile(name), 'utf8') : '';

const FLAGS =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.UseSingleQuotesForStringLiteralType |
  ts.TypeFormatFlags.WriteArrowStyleSignature;

/** The order of a union's members is the compiler's, and changes with code elsewhere. */
const inOrder = (text: string): string =>
  text.replace(/'[^']*'(?: \| '[^']*')+/g, union => union.split(' | ').sort().join(' | '));

function describe(checker: ts.TypeChecker, symbol: ts.Symbol): string[] {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const declaration = target.declarations?.[0];
  if (declaration === undefined) return [`${symbol.name}: missing`];
  const text = (type: ts.Type) => checker.typeToString(type, declaration, FLAGS);
  const member = (property: ts.Symbol) => {
    const optional = property.flags & ts.SymbolFlags.Optional ? '?' : '';
    return `  ${property.name}${optional}: ${text(checker.getTypeOfSymbolAtLocation(property, declaration))}`;
  };
  const visible = (type: ts.Type) =>
    checker
      .getPropertiesOfType(type)
      .filter(property => !property.name.startsWith('#') && !property.name.startsWith('__'))
      .filter(
        property =>
          !property.declarations?.some(
            d => ts.getCombinedModifierFlags(d) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected),
          ),
      )
      // Members of lib types (Error, Array) are not ours.
      .filter(property => property.declarations?.some(d => !/node_modules/.test(d.getSourceFile().fileName)) ?? true)
      .map(member)
      .sort();
  if (target.flags & ts.SymbolFlags.Class) {
    const constructed = checker.getTypeOfSymbolAtLocation(target, declaration);
    const statics = checker
      .getSignaturesOfType(constructed, ts.SignatureKind.Construct)
      .map(s => `  new ${checker.signatureToString(s, declaration, FLAGS)}`);
    return [`class ${symbol.name}`, ...statics, ...visible(checker.getDeclaredTypeOfSymbol(target))];
  }
  if (target.flags & ts.SymbolFlags.Interface)
    return [`interface ${symbol.name}`, ...visible(checker.getDeclaredTypeOfSymbol(target))];
  if (target.flags & ts.SymbolFlags.TypeAlias) {
    const type = checker.getDeclaredTypeOfSymbol(target);
    return [`type ${symbol.name} = ${checker.typeToString(type, declaration, FLAGS | ts.TypeFormatFlags.InTypeAlias)}`];
  }
  if (target.flags & (ts.SymbolFlags.Enum | ts.SymbolFlags.Namespace))
    return [`${target.flags & ts.SymbolFlags.Enum ? 'enum' : 'namespace'} ${symbol.name}`];
  const kind = target.flags & ts.SymbolFlags.Function ? 'function' : 'const';
  return [`${kind} ${symbol.name}: ${text(checker.getTypeOfSymbolAtLocation(target, declaration))}`];
}

/** The API of the named packages, one text each, from their entry points' sources. */
export function publicApi(names: readonly string[] = PACKAGES): Map<string, string> {
  const config = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const entries = new Map(
    names.map(name => {
      const manifest = JSON.parse(readFileSync(`${root}packages/${name}/package.json`, 'utf8')) as {
        exports: Record<string, string>;
      };
      return [
        name,
        Object.entries(manifest.exports).map(
          ([entry, file]) => [entry, `${root}packages/${name}/${file.slice(2)}`] as const,
        ),
      ];
    }),
  );
  const program = ts.createProgram(
    [...entries.values()].flat().map(([, file]) => file),
    options,
  );
  const checker = program.getTypeChecker();
  return new Map(
    [...entries].map(([name, files]) => {
      const parts = files.map(([entry, file]) => {
        const source = program.getSourceFile(file);
        const module = source && checker.getSymbolAtLocation(source);
        const exports = module ? checker.getExportsOfModule(module) : [];
        const lines = exports.sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap(symbol => describe(checker, symbol));
        return [`# ${name}${entry.slice(1)}`, ...lines].join('\n');
      });
      return [name, inOrder(`${parts.join('\n\n')}\n`.replaceAll(root, ''))];
    }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--write')) {
  mkdirSync(`${root}tooling/api`, { recursive: true });
  for (const [name, text] of publicApi()) writeFileSync(snapshotFile(name), text);
}
