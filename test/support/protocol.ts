import { execFileSync, spawnSync } from 'node:child_process';

/** Every bash block of the protocol document, with `clambake` for the call of the program that it replaces. */
export const protocol = String.raw`
# Register with Clambake (do this FIRST, before any work)
clambake register --project <project-name> --dir <working-dir> --model <model>

# Check inbox for messages from other instances
clambake inbox

# Load project context from memory
clambake recall --project <project-name>

# Load global knowledge (infrastructure, conventions)
clambake recall --global

clambake heartbeat --task "Rebuilding email import pipeline" --status busy

# Before Docker operations
clambake send --to @all --type warning \
    --subject "Restarting Docker containers" \
    --body "Taking down doc-db-v2 containers for rebuild. ETA 5 min."

# Before modifying shared files (docker-compose, .env, traefik config)
clambake send --to @all --type blocker \
    --subject "Editing docker-compose.yml for doc-db-v2" \
    --body "Adding new service. Will rebuild after."

# An issue you hit
clambake remember --project doc-db-v2 --type issue \
    --title "JMAP null filter crashes query" \
    --content "Stalwart returns 400 if filter:null is sent. Omit the key entirely."

# A fix for that issue
clambake remember --project doc-db-v2 --type fix \
    --title "JMAP null filter fix" \
    --content "Use 'if filter: params[\"filter\"] = filter' instead of always including it."

# An architecture decision
clambake remember --project doc-db-v2 --type decision \
    --title "Chose pypff over readpst" \
    --content "readpst is non-deterministic on large PSTs. pypff gives consistent results." \
    --tags "email,pst"

# A gotcha for future sessions
clambake remember --global --type infrastructure \
    --title "Ollama must be running for embeddings" \
    --content "Start with 'ollama serve' if not running. Models on F drive."

clambake log --action task_completed \
    --summary "Built email import pipeline with PST extraction" \
    --files "backend/email_import.py,backend/email_client.py"

# Log shutdown
clambake deregister

# All active issues for a project
clambake recall --project doc-db-v2 --type issue

# Search across all memory for a keyword
clambake recall --project doc-db-v2 --search "JMAP"

# All infrastructure knowledge
clambake recall --global --type infrastructure

# Recent activity across all projects
clambake status

# Mark an issue as resolved
clambake update-memory 42 --status resolved

# Update content of a memory entry
clambake update-memory 42 --content "Updated fix: use X instead of Y"

# Deprecate outdated knowledge
clambake update-memory 42 --status deprecated
`;

/** Whether there is a shell that reads the blocks as people mean them. */
export const hasBash = spawnSync('bash', ['--version']).status === 0;

/** Has bash part command lines into arguments: one array for each call of clambake. */
export function argumentsIn(script: string): string[][] {
  // A placeholder such as <model> would be a redirection.
  const plain = script.replace(/<([\w-]+)>/g, '$1');
  const print = 'clambake() { printf "%s\\0" "$@"; printf "\\n\\0"; }\n';
  const output = execFileSync('bash', ['-c', print + plain], { encoding: 'utf8', input: '' });
  return output
    .split('\n\0')
    .filter(Boolean)
    .map((call) => call.split('\0').slice(0, -1));
}

/** The calls of clambake in the blocks, in order, as they are written: a line, and those that go on from it. */
export const protocolLines: readonly string[] = protocol.match(/^clambake (?:.*\\\n)*.*$/gm) ?? [];
