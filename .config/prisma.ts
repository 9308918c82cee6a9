import { defineConfig } from 'prisma/config';

// `prisma migrate …` works on the database named here; `prisma generate` needs none.
export default defineConfig({
  schema: '../prisma/schema.prisma',
  migrations: { path: '../prisma/migrations' },
  datasource: { url: inSchema(process.env.DATABASE_URL ?? '') },
});

/** Prisma keeps its record of migrations in the schema that the address names; Clambake's is in `clambake`. */
function inSchema(url: string): string {
  if (!URL.canParse(url)) return url;
  const named = new URL(url);
  if (!named.searchParams.has('schema')) named.searchParams.set('schema', 'clambake');
  return named.href;
}
