/**
 * A Prisma generator: writes the `///` descriptions of the enums and their values, which the Prisma client and the Pothos
 * generator leave out, so that they reach GraphQL and the command line from the one place where they are written.
 */
import { writeFileSync } from 'node:fs';
import generatorHelper from '@prisma/generator-helper';

generatorHelper.generatorHandler({
  onManifest: () => ({ prettyName: 'Enum descriptions', defaultOutput: 'enum-descriptions.ts' }),
  async onGenerate({ dmmf, generator }) {
    const enums = dmmf.datamodel.enums.map((type) => [
      type.name,
      {
        description: described(type.name, type.documentation),
        values: Object.fromEntries(
          type.values.map((value) => [
            value.name,
            {
              description: described(`${type.name}.${value.name}`, (value as { documentation?: string }).documentation),
            },
          ]),
        ),
      },
    ]);
    if (!generator.output?.value) throw new Error('The generator in schema.prisma names no output.');
    writeFileSync(
      generator.output.value,
      `// Generated from schema.prisma.\nexport const enumDescriptions = ${JSON.stringify(Object.fromEntries(enums), null, 2)} as const;\n`,
    );
  },
});

function described(name: string, documentation: string | undefined): string {
  if (!documentation) throw new Error(`${name} has no description: put one behind /// above it in schema.prisma.`);
  return documentation;
}
