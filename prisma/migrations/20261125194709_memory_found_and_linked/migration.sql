-- AlterEnum
ALTER TYPE "clambake"."log_action" ADD VALUE 'SECRET_ALLOWED';

-- DropIndex
DROP INDEX IF EXISTS "clambake"."memory_content_idx";

-- DropIndex
DROP INDEX "clambake"."memory_files_idx";

-- DropIndex
DROP INDEX "clambake"."memory_tags_idx";

-- DropIndex
DROP INDEX IF EXISTS "clambake"."memory_title_idx";

-- AlterTable
ALTER TABLE "clambake"."memory" ADD COLUMN     "source_id" INTEGER,
ADD COLUMN     "uid" UUID NOT NULL DEFAULT gen_random_uuid();

-- AlterTable
ALTER TABLE "clambake"."memory_revision" ADD COLUMN     "replaced_at" TIMESTAMPTZ(3),
ADD COLUMN     "search" tsvector;

-- CreateTable
CREATE TABLE "clambake"."memory_word" (
    "word" TEXT NOT NULL,

    CONSTRAINT "memory_word_pkey" PRIMARY KEY ("word")
);

-- CreateTable
CREATE TABLE "clambake"."citation" (
    "message_id" INTEGER NOT NULL,
    "memory_id" INTEGER NOT NULL,

    CONSTRAINT "citation_pkey" PRIMARY KEY ("message_id","memory_id")
);

-- CreateIndex
CREATE INDEX "citation_memory_id_idx" ON "clambake"."citation"("memory_id");

-- CreateIndex
CREATE UNIQUE INDEX "memory_uid_key" ON "clambake"."memory"("uid");

-- CreateIndex
CREATE INDEX "memory_source_id_idx" ON "clambake"."memory"("source_id");

-- AddForeignKey
ALTER TABLE "clambake"."memory" ADD CONSTRAINT "memory_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "clambake"."message"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."citation" ADD CONSTRAINT "citation_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "clambake"."message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."citation" ADD CONSTRAINT "citation_memory_id_fkey" FOREIGN KEY ("memory_id") REFERENCES "clambake"."memory"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- By hand from here: what schema.prisma cannot say.

-- Text as it is searched. Postgres' parser takes `null_filter` for two words, `src/email/import.py` for one, `POL-358` for a word and
-- a negative number, and a line of Chinese for one word. So that each is found whole and in part, however it is written:
--   search_base     the text cut at every punctuation mark and at the humps of camelCase, without Chinese, Japanese and Korean
--   search_wholes   each name that was cut, in one piece: null_filter, null-filter and nullFilter are `nullfilter`; of a path its
--                   file's name too, with and without the ending
--   search_pairs    each two neighbouring characters of Chinese, Japanese and Korean
-- They do not look at the locale: what they give is stored.
create function clambake.search_base(given text) returns text
  language plpgsql immutable parallel safe strict as $$
declare
  base text := regexp_replace(regexp_replace(given, '([a-z0-9])([A-Z])', '\1 \2', 'g'), '([A-Z])([A-Z][a-z])', '\1 \2', 'g');
begin
  if base ~ '[⺀-鿿가-힯豈-﫿]' then
    base := regexp_replace(base, '[⺀-鿿가-힯豈-﫿]+', ' ', 'g');
  end if;
  return translate(base, E'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~“”‘’„«»…–—•·。、，！？：；（）「」『』', repeat(' ', 80));
end
$$;

create function clambake.search_wholes(given text) returns text
  language plpgsql immutable parallel safe strict as $$
declare
  wholes text := '';
  name text;
  part text;
begin
  for name in
    select trim(both '_./:\@#-' from hit[1])
    from regexp_matches(given, '[^\s"''()<>{},;!?|=*&^%$~+`\[\]“”‘’„«»…–—•·。、，！？：；（）「」『』]+', 'g') as hit
  loop
    continue when length(name) > 200 or name !~ '[_./:\\@#-]|[a-z0-9][A-Z]';
    -- A version or an address has no letter: 1.2.3 is not 123.
    part := case when name ~ '^[0-9_./:\\@#-]+$' then 'x' else '' end;
    wholes := wholes || ' ' || regexp_replace(name, '[_./:\\@#-]+', part, 'g');
    continue when name !~ '[/\\.]';
    -- The file's name, with and without its ending.
    part := regexp_replace(name, '^.*[/\\]', '');
    if part <> name and part ~ '[_.@#-]|[a-z0-9][A-Z]' then
      wholes := wholes || ' ' || translate(part, '_.:@#-', '');
    end if;
    part := regexp_replace(part, '\.[^.]*$', '');
    if part ~ '[_.@#-]|[a-z0-9][A-Z]' then
      wholes := wholes || ' ' || translate(part, '_.:@#-', '');
    end if;
  end loop;
  return wholes;
end
$$;

create function clambake.search_pairs(given text) returns text
  language plpgsql immutable parallel safe strict as $$
begin
  if given !~ '[⺀-鿿가-힯豈-﫿]' then return ''; end if;
  return (
    select string_agg(case when length(run) = 1 then run else substr(run, place, 2) end, ' ' order by number, place)
    from regexp_matches(given, '[⺀-鿿가-힯豈-﫿]+', 'g') with ordinality as matched (hit, number),
      lateral (select hit[1]) as characters (run),
      generate_series(1, greatest(length(run) - 1, 1)) as place
  );
end
$$;

create function clambake.search_vector(given text) returns tsvector
  language plpgsql immutable parallel safe strict as $$
begin
  return to_tsvector('pg_catalog.english',
    clambake.search_base(given) || ' ' || clambake.search_wholes(given) || ' ' || clambake.search_pairs(given));
end
$$;

-- What is searched of a memory, weighed: title (A), tags and files (B), content (C). Beside it, without a place in the text, marks:
-- words have no colon, so that a mark is never taken for one. By them one index answers a search and its filters together.
--   t:word   a word of the title      p:7   its project, p: for a global one      k:issue   its type
--   s:active   its status             g:email   a tag                             a:brisk-otter-4f2a   its author
create function clambake.memory_search(
  project_id int, type clambake.memory_type, status clambake.memory_status, title text, content text, tags text[], files text[],
  author_id text
) returns tsvector
  language plpgsql immutable parallel safe as $$
declare
  named tsvector := clambake.search_vector(title);
  marks text[] := array['p:' || coalesce(project_id::text, ''), 'k:' || lower(type::text collate "C"),
    's:' || lower(status::text collate "C"),
    'a:' || coalesce(author_id, 'human')];
begin
  marks := marks || array(select 't:' || word from unnest(tsvector_to_array(named)) as word)
    || array(select 'g:' || lower(tag) from unnest(tags) as tag);
  return setweight(named, 'A')
    || setweight(clambake.search_vector(array_to_string(tags, ' ; ') || ' ; ' || array_to_string(files, ' ; ')), 'B')
    || setweight(clambake.search_vector(content), 'C')
    || array_to_tsvector(marks);
end
$$;

-- What a new session should know first, in days: the day of the last change, and a head start by what it is about.
create function clambake.memory_priority(type clambake.memory_type, updated_at timestamptz) returns double precision
  language sql immutable parallel safe strict
  return extract(epoch from updated_at at time zone 'UTC') / 86400.0 + case type
    when 'GOTCHA' then 270 when 'CONVENTION' then 270 when 'ARCHITECTURE' then 270 when 'INFRASTRUCTURE' then 270
    when 'PREFERENCE' then 270 when 'ISSUE' then 225 when 'DECISION' then 180 when 'PATTERN' then 180 when 'LESSON' then 180
    when 'TOOL' then 180 when 'CREDENTIAL' then 180 when 'FIX' then 90 when 'FEATURE' then 90 else 0 end;

alter table clambake.memory drop column search;
alter table clambake.memory
  add column search tsvector generated always as (
    clambake.memory_search(project_id, type, status, title, content, tags, files, author_id)
  ) stored,
  add column priority double precision generated always as (clambake.memory_priority(type, updated_at)) stored;
drop function clambake.search_text(text[]);
drop function clambake.search_text(text);

-- Without fastupdate: entries that wait in a list are looked through one by one by every search.
create index memory_search_idx on clambake.memory using gin (search) with (fastupdate = off);
create index memory_project_id_type_status_priority_id_idx on clambake.memory (project_id, type, status, priority, id);
create index memory_type_status_priority_id_idx on clambake.memory (type, status, priority, id);
-- By hash: what is looked for is a whole title, of whatever length.
create index memory_lower_title_idx on clambake.memory using hash (lower(title));
-- How often a word occurs is read from the statistics: many words, looked at often.
alter table clambake.memory alter column search set statistics 500;
alter table clambake.memory set (autovacuum_analyze_scale_factor = 0.05);

-- The versions that are there.
update clambake.memory_revision as revision
set replaced_at = later.created_at,
  search = clambake.memory_search(memory.project_id, memory.type, revision.status, revision.title, revision.content, revision.tags,
    revision.files, memory.author_id)
from clambake.memory_revision as later, clambake.memory
where later.memory_id = revision.memory_id and later.version = revision.version + 1 and memory.id = revision.memory_id;
create index memory_revision_search_idx on clambake.memory_revision using gin (search) with (fastupdate = off);

-- Words of memories, in the order of their bytes: two that write at once never wait for each other both ways.
create function clambake.add_memory_words() returns trigger
  language plpgsql as $$
begin
  insert into clambake.memory_word (word)
  select distinct word collate "C" from written, unnest(tsvector_to_array(written.search)) as word
  where length(word) between 3 and 40 and word !~ '^[0-9]+$' and position(':' in word) = 0
  order by 1
  on conflict do nothing;
  return null;
end
$$;

create trigger memory_words_of_new after insert on clambake.memory
  referencing new table as written for each statement execute function clambake.add_memory_words();
create trigger memory_words_of_changed after update on clambake.memory
  referencing new table as written for each statement execute function clambake.add_memory_words();

insert into clambake.memory_word (word)
select distinct word from clambake.memory, unnest(tsvector_to_array(search)) as word
where length(word) between 3 and 40 and word !~ '^[0-9]+$' and position(':' in word) = 0;

-- Parts of words, by trigrams, where the first migration could have pg_trgm. Looking words up works without, only slower.
do $$
declare
  extension_schema name := (
    select nspname from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'pg_trgm'
  );
begin
  if extension_schema is not null then
    execute format('create index memory_word_word_idx on clambake.memory_word using gin (word %I.gin_trgm_ops)', extension_schema);
  end if;
end
$$;
