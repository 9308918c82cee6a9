-- By hand: the usual "create schema if not exists" asks for a right on the database even where the schema is there.
do $$
begin
  if to_regnamespace('clambake') is null then
    create schema clambake;
  end if;
end
$$;

-- CreateEnum
CREATE TYPE "clambake"."message_type" AS ENUM ('INFO', 'WARNING', 'BLOCKER', 'REQUEST', 'DONE');

-- CreateEnum
CREATE TYPE "clambake"."instance_status" AS ENUM ('ACTIVE', 'IDLE', 'BUSY', 'SHUTTING_DOWN');

-- CreateEnum
CREATE TYPE "clambake"."channel_kind" AS ENUM ('ALL', 'PROJECT', 'INSTANCE');

-- CreateEnum
CREATE TYPE "clambake"."memory_type" AS ENUM ('ARCHITECTURE', 'FEATURE', 'ISSUE', 'FIX', 'DECISION', 'PATTERN', 'GOTCHA', 'UPDATE', 'INFRASTRUCTURE', 'CONVENTION', 'TOOL', 'PREFERENCE', 'CREDENTIAL', 'LESSON');

-- CreateEnum
CREATE TYPE "clambake"."memory_status" AS ENUM ('ACTIVE', 'RESOLVED', 'DEPRECATED', 'SUPERSEDED');

-- CreateEnum
CREATE TYPE "clambake"."memory_link_kind" AS ENUM ('FIXES', 'SUPERSEDES', 'RELATES_TO', 'DEPENDS_ON', 'CONTRADICTS');

-- CreateEnum
CREATE TYPE "clambake"."log_action" AS ENUM ('STARTED', 'TASK_STARTED', 'TASK_COMPLETED', 'ISSUE_FOUND', 'ISSUE_RESOLVED', 'DOCKER_OPERATION', 'FILE_MODIFIED', 'SHUTDOWN');

-- CreateEnum
CREATE TYPE "clambake"."blocker_end" AS ENUM ('DONE', 'RELEASED', 'EXPIRED', 'STALE', 'DEREGISTERED');

-- CreateTable
CREATE TABLE "clambake"."project" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clambake"."instance" (
    "id" TEXT NOT NULL,
    "project_id" INTEGER NOT NULL,
    "directory" TEXT NOT NULL,
    "model" TEXT,
    "task" TEXT,
    "status" "clambake"."instance_status" NOT NULL DEFAULT 'ACTIVE',
    "session_key" TEXT,
    "token_hash" BYTEA,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "instance_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clambake"."channel" (
    "id" SERIAL NOT NULL,
    "kind" "clambake"."channel_kind" NOT NULL,
    "project_id" INTEGER,
    "instance_id" TEXT,
    "last_seq" BIGINT NOT NULL DEFAULT 0,
    "epoch" INTEGER NOT NULL,
    "pruned_seq" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "channel_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clambake"."message" (
    "id" SERIAL NOT NULL,
    "channel_id" INTEGER NOT NULL,
    "seq" BIGINT NOT NULL,
    "sender_id" TEXT,
    "type" "clambake"."message_type" NOT NULL,
    "subject" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "reply_to_id" INTEGER,
    "thread_id" INTEGER NOT NULL,
    "client_key" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clambake"."receipt" (
    "message_id" INTEGER NOT NULL,
    "instance_id" TEXT NOT NULL,
    "delivered_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "read_at" TIMESTAMPTZ(3),

    CONSTRAINT "receipt_pkey" PRIMARY KEY ("message_id","instance_id")
);

-- CreateTable
CREATE TABLE "clambake"."blocker" (
    "message_id" INTEGER NOT NULL,
    "holder_id" TEXT,
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "end" "clambake"."blocker_end",
    "ended_by_id" INTEGER,
    "reason" TEXT,

    CONSTRAINT "blocker_pkey" PRIMARY KEY ("message_id")
);

-- CreateTable
CREATE TABLE "clambake"."memory" (
    "id" SERIAL NOT NULL,
    "project_id" INTEGER,
    "type" "clambake"."memory_type" NOT NULL,
    "title" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "status" "clambake"."memory_status" NOT NULL DEFAULT 'ACTIVE',
    "tags" TEXT[],
    "files" TEXT[],
    "author_id" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "memory_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clambake"."memory_revision" (
    "memory_id" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "content" TEXT NOT NULL,
    "status" "clambake"."memory_status" NOT NULL,
    "tags" TEXT[],
    "files" TEXT[],
    "author_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "client_key" TEXT,

    CONSTRAINT "memory_revision_pkey" PRIMARY KEY ("memory_id","version")
);

-- CreateTable
CREATE TABLE "clambake"."memory_link" (
    "from_id" INTEGER NOT NULL,
    "to_id" INTEGER NOT NULL,
    "kind" "clambake"."memory_link_kind" NOT NULL,
    "author_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "memory_link_pkey" PRIMARY KEY ("from_id","to_id","kind")
);

-- CreateTable
CREATE TABLE "clambake"."log_entry" (
    "id" SERIAL NOT NULL,
    "instance_id" TEXT,
    "project_id" INTEGER,
    "action" "clambake"."log_action" NOT NULL,
    "summary" TEXT NOT NULL,
    "files" TEXT[],
    "client_key" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "log_entry_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "project_key_key" ON "clambake"."project"("key");

-- CreateIndex
CREATE UNIQUE INDEX "instance_session_key_key" ON "clambake"."instance"("session_key");

-- CreateIndex
CREATE UNIQUE INDEX "instance_token_hash_key" ON "clambake"."instance"("token_hash");

-- CreateIndex
CREATE INDEX "instance_project_id_last_seen_at_idx" ON "clambake"."instance"("project_id", "last_seen_at");

-- CreateIndex
CREATE INDEX "instance_last_seen_at_idx" ON "clambake"."instance"("last_seen_at");

-- CreateIndex
CREATE UNIQUE INDEX "channel_project_id_key" ON "clambake"."channel"("project_id");

-- CreateIndex
CREATE UNIQUE INDEX "channel_instance_id_key" ON "clambake"."channel"("instance_id");

-- CreateIndex
CREATE UNIQUE INDEX "message_client_key_key" ON "clambake"."message"("client_key");

-- CreateIndex
CREATE INDEX "message_channel_id_expires_at_idx" ON "clambake"."message"("channel_id", "expires_at");

-- CreateIndex
CREATE INDEX "message_sender_id_id_idx" ON "clambake"."message"("sender_id", "id");

-- CreateIndex
CREATE INDEX "message_thread_id_idx" ON "clambake"."message"("thread_id");

-- CreateIndex
CREATE INDEX "message_reply_to_id_idx" ON "clambake"."message"("reply_to_id");

-- CreateIndex
CREATE UNIQUE INDEX "message_channel_id_seq_key" ON "clambake"."message"("channel_id", "seq");

-- CreateIndex
CREATE INDEX "receipt_instance_id_idx" ON "clambake"."receipt"("instance_id");

-- CreateIndex
CREATE INDEX "blocker_holder_id_idx" ON "clambake"."blocker"("holder_id");

-- CreateIndex
CREATE INDEX "blocker_ended_at_idx" ON "clambake"."blocker"("ended_at");

-- CreateIndex
CREATE INDEX "blocker_ended_by_id_idx" ON "clambake"."blocker"("ended_by_id");

-- CreateIndex
CREATE INDEX "memory_project_id_status_updated_at_idx" ON "clambake"."memory"("project_id", "status", "updated_at");

-- CreateIndex
CREATE INDEX "memory_updated_at_idx" ON "clambake"."memory"("updated_at");

-- CreateIndex
CREATE INDEX "memory_author_id_idx" ON "clambake"."memory"("author_id");

-- CreateIndex
CREATE INDEX "memory_tags_idx" ON "clambake"."memory" USING GIN ("tags");

-- CreateIndex
CREATE INDEX "memory_files_idx" ON "clambake"."memory" USING GIN ("files");

-- CreateIndex
CREATE UNIQUE INDEX "memory_revision_client_key_key" ON "clambake"."memory_revision"("client_key");

-- CreateIndex
CREATE INDEX "memory_revision_author_id_idx" ON "clambake"."memory_revision"("author_id");

-- CreateIndex
CREATE INDEX "memory_link_to_id_idx" ON "clambake"."memory_link"("to_id");

-- CreateIndex
CREATE INDEX "memory_link_author_id_idx" ON "clambake"."memory_link"("author_id");

-- CreateIndex
CREATE UNIQUE INDEX "log_entry_client_key_key" ON "clambake"."log_entry"("client_key");

-- CreateIndex
CREATE INDEX "log_entry_project_id_id_idx" ON "clambake"."log_entry"("project_id", "id");

-- CreateIndex
CREATE INDEX "log_entry_instance_id_id_idx" ON "clambake"."log_entry"("instance_id", "id");

-- AddForeignKey
ALTER TABLE "clambake"."instance" ADD CONSTRAINT "instance_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "clambake"."project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."channel" ADD CONSTRAINT "channel_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "clambake"."project"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."channel" ADD CONSTRAINT "channel_instance_id_fkey" FOREIGN KEY ("instance_id") REFERENCES "clambake"."instance"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."message" ADD CONSTRAINT "message_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "clambake"."channel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."message" ADD CONSTRAINT "message_sender_id_fkey" FOREIGN KEY ("sender_id") REFERENCES "clambake"."instance"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."message" ADD CONSTRAINT "message_reply_to_id_fkey" FOREIGN KEY ("reply_to_id") REFERENCES "clambake"."message"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."receipt" ADD CONSTRAINT "receipt_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "clambake"."message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."receipt" ADD CONSTRAINT "receipt_instance_id_fkey" FOREIGN KEY ("instance_id") REFERENCES "clambake"."instance"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."blocker" ADD CONSTRAINT "blocker_message_id_fkey" FOREIGN KEY ("message_id") REFERENCES "clambake"."message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."blocker" ADD CONSTRAINT "blocker_holder_id_fkey" FOREIGN KEY ("holder_id") REFERENCES "clambake"."instance"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."blocker" ADD CONSTRAINT "blocker_ended_by_id_fkey" FOREIGN KEY ("ended_by_id") REFERENCES "clambake"."message"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."memory" ADD CONSTRAINT "memory_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "clambake"."project"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."memory" ADD CONSTRAINT "memory_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "clambake"."instance"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."memory_revision" ADD CONSTRAINT "memory_revision_memory_id_fkey" FOREIGN KEY ("memory_id") REFERENCES "clambake"."memory"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."memory_revision" ADD CONSTRAINT "memory_revision_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "clambake"."instance"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."memory_link" ADD CONSTRAINT "memory_link_from_id_fkey" FOREIGN KEY ("from_id") REFERENCES "clambake"."memory"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."memory_link" ADD CONSTRAINT "memory_link_to_id_fkey" FOREIGN KEY ("to_id") REFERENCES "clambake"."memory"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."memory_link" ADD CONSTRAINT "memory_link_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "clambake"."instance"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."log_entry" ADD CONSTRAINT "log_entry_instance_id_fkey" FOREIGN KEY ("instance_id") REFERENCES "clambake"."instance"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clambake"."log_entry" ADD CONSTRAINT "log_entry_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "clambake"."project"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- By hand from here: what schema.prisma cannot say.

-- The channel of `@all`. It is there from the start, and once: two would split its readers. Its epoch is drawn here, so that
-- a cursor from another database does not fit.
create unique index channel_all_key on clambake.channel (kind) where kind = 'ALL';
insert into clambake.channel (kind, epoch) values ('ALL', (random() * 2147483646)::int + 1);

-- Search. Postgres keeps a path, an address or a host name as one word; their parts are appended, so that "email_import" finds
-- backend/email_import.py. A generated column takes immutable functions only, and ts_parse and array_to_string are declared
-- stable: on text, and with the parser named, they do not change.
create function clambake.search_text(text) returns text
  language sql immutable parallel safe
  return $1 || ' ' || coalesce((
    select string_agg(translate(word.token, '/\.:_-@', '       '), ' ')
    from ts_parse('default', $1) as word
    where word.tokid in (4, 5, 6, 18, 19) -- email, url, host, url_path, file
  ), '');

create function clambake.search_text(text[]) returns text
  language sql immutable parallel safe
  return clambake.search_text(coalesce(array_to_string($1, ' '), ''));

alter table clambake.memory add column search tsvector generated always as (
  setweight(to_tsvector('pg_catalog.english', clambake.search_text(title)), 'A') ||
  setweight(to_tsvector('pg_catalog.english', clambake.search_text(tags)), 'B') ||
  setweight(to_tsvector('pg_catalog.english', clambake.search_text(files)), 'B') ||
  setweight(to_tsvector('pg_catalog.english', clambake.search_text(content)), 'C')
) stored;

create index memory_search_idx on clambake.memory using gin (search);

-- Parts of words, by trigrams, where the server has pg_trgm and lets us have it. Searching works without, only slower.
do $$
declare
  extension_schema name;
begin
  begin
    if to_regnamespace('public') is null then
      create extension if not exists pg_trgm with schema clambake;
    else
      create extension if not exists pg_trgm with schema public;
    end if;
  exception when insufficient_privilege or undefined_file or feature_not_supported or invalid_parameter_value then
    raise notice 'pg_trgm is not to be had: %', sqlerrm;
  end;
  select nspname into extension_schema
  from pg_extension join pg_namespace on pg_namespace.oid = extnamespace
  where extname = 'pg_trgm';
  if extension_schema is not null then
    execute format('create index memory_title_idx on clambake.memory using gin (title %I.gin_trgm_ops)', extension_schema);
    execute format('create index memory_content_idx on clambake.memory using gin (content %I.gin_trgm_ops)', extension_schema);
  end if;
end
$$;
