// Made by `npm run generate` from cli/operations and schema.graphql. Do not edit.

import type { Command } from '../line/table.ts';

export const commands: readonly Command[] = [
  {
    "name": "activity",
    "group": "Work log",
    "operation": "subscription",
    "operationName": "Activity",
    "summary": "Print what all instances do, as it happens.",
    "description": "Print what all instances do, as it happens. It goes on until it is stopped. What happens while nobody listens is not repeated.",
    "examples": [
      "clambake activity"
    ],
    "document": "subscription Activity{activity{kind at from project summary message{id to type}memory{id type}logEntry{id action files}}}",
    "identity": "any",
    "repeatable": false,
    "variables": [],
    "secrets": []
  },
  {
    "name": "blockers",
    "group": "Messages",
    "operation": "query",
    "operationName": "Blockers",
    "summary": "List what is held, by whom, and until when.",
    "description": "List what is held, by whom, and until when.",
    "examples": [
      "clambake blockers",
      "clambake blockers --resource src/",
      "clambake blockers --project doc-db-v2 --no-open"
    ],
    "document": "query Blockers($project:String$resource:String$open:Boolean$first:Int$after:String){blockers(project:$project resource:$resource open:$open first:$first after:$after){totalCount pageInfo{...Page}nodes{...BlockerLine}}}fragment BlockerLine on Blocker{...BlockerState holder{lastSeenAt}waiters{from since}}fragment BlockerState on Blocker{id heldBy open openedAt expiresAt endedAt end reason resources message{to subject body}}fragment Page on PageInfo{hasNextPage endCursor}",
    "identity": "any",
    "repeatable": true,
    "variables": [
      {
        "name": "project",
        "flag": "project",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only blockers that concern this project: held on it, or sent to it or to everybody."
      },
      {
        "name": "resource",
        "flag": "resource",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only blockers that hold this, or something above or below it, as in `doc-db-v2:src/` or `port:5432`.",
        "resource": true
      },
      {
        "name": "open",
        "flag": "open",
        "kind": "boolean",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only those that still hold.",
        "default": "true"
      },
      {
        "name": "first",
        "flag": "first",
        "kind": "int",
        "list": false,
        "required": false,
        "positional": false,
        "description": "How many from the front. At most 100."
      },
      {
        "name": "after",
        "flag": "after",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only what comes after this cursor."
      }
    ],
    "secrets": []
  },
  {
    "name": "cleanup",
    "group": "Server",
    "operation": "mutation",
    "operationName": "Cleanup",
    "summary": "Delete what is old: expired messages and log entries.",
    "description": "Delete what is old: expired messages and log entries. Registrations with no sign of life end too. Memories are kept, and so are the messages that they came from or that cite them.",
    "examples": [
      "clambake cleanup --dry-run",
      "clambake cleanup --older-than 30d"
    ],
    "document": "mutation Cleanup($olderThan:Duration$dryRun:Boolean){cleanup(olderThan:$olderThan dryRun:$dryRun){dryRun messages logEntries instances}}",
    "identity": "operator",
    "repeatable": true,
    "variables": [
      {
        "name": "olderThan",
        "flag": "older-than",
        "kind": "duration",
        "list": false,
        "required": false,
        "positional": false,
        "description": "How long ago at least; 1h or more.",
        "default": "7d"
      },
      {
        "name": "dryRun",
        "flag": "dry-run",
        "kind": "boolean",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only say what would be done.",
        "default": "false"
      }
    ],
    "secrets": []
  },
  {
    "name": "deregister",
    "group": "Lifecycle",
    "operation": "mutation",
    "operationName": "Deregister",
    "summary": "End this instance.",
    "description": "End this instance. Its blockers end with it, and its shutdown is logged.",
    "examples": [
      "clambake deregister"
    ],
    "document": "mutation Deregister($instance:ID){deregister(instance:$instance){...InstanceLine}}fragment InstanceLine on Instance{id project{name}directory model task status live startedAt lastSeenAt endedAt}",
    "identity": "instance",
    "repeatable": true,
    "variables": [
      {
        "name": "instance",
        "flag": "instance",
        "kind": "id",
        "list": false,
        "required": false,
        "positional": true,
        "description": "Which one, for the operator. An instance ends itself."
      }
    ],
    "secrets": []
  },
  {
    "name": "graph",
    "group": "Memory",
    "operation": "query",
    "operationName": "Graph",
    "summary": "Show a memory, or a message, with all that it is tied to: memories by their links, messages by what came from them, what they cite and what they answer.",
    "description": "Show a memory, or a message, with all that it is tied to: memories by their links, messages by what came from them, what they cite and what they answer.\n\nWithout a number every memory is shown that is tied to anything. Of one memory or message at most 1000 ties of a kind are followed, the newest; messages that you may not see are left out.",
    "examples": [
      "clambake graph 42",
      "clambake graph message:7 --depth 3 --include files,tags",
      "clambake graph --project doc-db-v2 --mermaid"
    ],
    "document": "query Graph($focus:ID$project:String$depth:Int$kinds:[MemoryLinkKind!]$include:[GraphInclude!]$first:Int$after:String){memoryGraph(focus:$focus project:$project depth:$depth kinds:$kinds include:$include first:$first after:$after){truncated nodes{key distance title node{__typename ...on Memory{id type status global project{name}}...on Message{id messageType:type from to}}}edges{from to kind}pageInfo{...Page}}}fragment Page on PageInfo{hasNextPage endCursor}",
    "identity": "any",
    "repeatable": true,
    "variables": [
      {
        "name": "focus",
        "flag": "focus",
        "kind": "id",
        "list": false,
        "required": false,
        "positional": true,
        "description": "The memory or message to start from: `42`, `memory:42` or `message:7`."
      },
      {
        "name": "project",
        "flag": "project",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Where no focus is given: only memories of this project, and the messages around them."
      },
      {
        "name": "depth",
        "flag": "depth",
        "kind": "int",
        "list": false,
        "required": false,
        "positional": false,
        "description": "How many edges to go from there, 0 to 5.",
        "default": "2"
      },
      {
        "name": "kinds",
        "flag": "kinds",
        "kind": "enum",
        "list": true,
        "required": false,
        "choices": [
          "contradicts",
          "depends_on",
          "fixes",
          "relates_to",
          "supersedes"
        ],
        "positional": false,
        "description": "Only links of these kinds; messages are in it all the same."
      },
      {
        "name": "include",
        "flag": "include",
        "kind": "enum",
        "list": true,
        "required": false,
        "choices": [
          "files",
          "instances",
          "tags"
        ],
        "positional": false,
        "description": "What hangs on the nodes and is to be shown too. Nothing is reached through it: it would lead everywhere."
      },
      {
        "name": "first",
        "flag": "first",
        "kind": "int",
        "list": false,
        "required": false,
        "positional": false,
        "description": "At most so many nodes, 1 to 500.",
        "default": "100"
      },
      {
        "name": "after",
        "flag": "after",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only what comes after this cursor."
      }
    ],
    "options": [
      {
        "name": "dot",
        "flag": "dot",
        "description": "Print it as a picture in the language of Graphviz."
      },
      {
        "name": "mermaid",
        "flag": "mermaid",
        "description": "Print it as a picture in the language of Mermaid, which Markdown can hold."
      }
    ],
    "secrets": []
  },
  {
    "name": "guard",
    "group": "Messages",
    "operation": "query",
    "operationName": "Guard",
    "summary": "Ask whether files or other resources may be touched.",
    "description": "Ask whether files or other resources may be touched. Exit code 0: nobody else holds them; 3: somebody does, and who is said.\n\nA resource is a file, a folder with all that is below it, or a kind and a name: `port:5432`, `docker:doc-db-v2`, `branch:main`. Files of the repository are the same resource in every clone of it. A name with a colon in it begins with `./`.",
    "examples": [
      "clambake guard docker-compose.yml src/ port:5432",
      "clambake guard .env --wait 5m && clambake send --to @all --type blocker --resource .env --subject \"Editing .env\""
    ],
    "document": "query Guard($resources:[String!]!$wait:Duration$clientKey:String){guard(resources:$resources wait:$wait clientKey:$clientKey){clear resources held{resource blocker{...BlockerLine}}}}fragment BlockerLine on Blocker{...BlockerState holder{lastSeenAt}waiters{from since}}fragment BlockerState on Blocker{id heldBy open openedAt expiresAt endedAt end reason resources message{to subject body}}",
    "identity": "any",
    "repeatable": true,
    "variables": [
      {
        "name": "resources",
        "flag": "resources",
        "kind": "string",
        "list": true,
        "required": true,
        "positional": true,
        "description": "What is to be touched, such as `doc-db-v2:src/app.ts`, `doc-db-v2:src/` (everything below), `/etc/hosts`, `port:5432`, `branch:main`; at most 500.",
        "resource": true
      },
      {
        "name": "wait",
        "flag": "wait",
        "kind": "duration",
        "list": false,
        "required": false,
        "positional": false,
        "description": "How long to wait for what is held, at most 1h; not at all where it is left out.",
        "wait": true
      },
      {
        "name": "clientKey",
        "flag": "client-key",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Names this request: asked again while it waits, it keeps its place.",
        "fill": "clientKey"
      }
    ],
    "secrets": [],
    "blocked": [
      "guard.held"
    ]
  },
  {
    "name": "heartbeat",
    "group": "Lifecycle",
    "operation": "mutation",
    "operationName": "Heartbeat",
    "summary": "Say what this instance is doing.",
    "description": "Say what this instance is doing. Do so above all when a big task begins.",
    "examples": [
      "clambake heartbeat --task \"Rebuilding email import pipeline\" --status busy"
    ],
    "document": "mutation Heartbeat($task:String$status:InstanceStatus){heartbeat(task:$task status:$status){...InstanceLine}}fragment InstanceLine on Instance{id project{name}directory model task status live startedAt lastSeenAt endedAt}",
    "identity": "instance",
    "repeatable": true,
    "variables": [
      {
        "name": "task",
        "flag": "task",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "What it is working on, up to 500 bytes; empty clears it.",
        "stdin": true
      },
      {
        "name": "status",
        "flag": "status",
        "kind": "enum",
        "list": false,
        "required": false,
        "choices": [
          "active",
          "busy",
          "idle",
          "shutting_down"
        ],
        "positional": false,
        "description": "How busy it is."
      }
    ],
    "secrets": []
  },
  {
    "name": "history",
    "group": "Memory",
    "operation": "query",
    "operationName": "History",
    "summary": "Show every version of a memory, newest first: who wrote it, when, and what it changed.",
    "description": "Show every version of a memory, newest first: who wrote it, when, and what it changed.",
    "examples": [
      "clambake history 42"
    ],
    "document": "query History($id:ID!$first:Int$after:String){memory(id:$id){...MemoryLine revisions(first:$first after:$after){totalCount pageInfo{...Page}nodes{version title content status tags files from createdAt}}}}fragment MemoryLine on Memory{id project{name}global type title content status tags files from version createdAt updatedAt}fragment Page on PageInfo{hasNextPage endCursor}",
    "identity": "any",
    "repeatable": true,
    "variables": [
      {
        "name": "id",
        "flag": "id",
        "kind": "id",
        "list": false,
        "required": true,
        "positional": true,
        "description": "Its number."
      },
      {
        "name": "first",
        "flag": "first",
        "kind": "int",
        "list": false,
        "required": false,
        "positional": false,
        "description": "How many from the front. At most 100."
      },
      {
        "name": "after",
        "flag": "after",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only what comes after this cursor."
      }
    ],
    "secrets": []
  },
  {
    "name": "inbox",
    "group": "Messages",
    "operation": "query",
    "operationName": "Inbox",
    "summary": "Show the unread messages for this instance: open requests first, then the newest.",
    "description": "Show the unread messages for this instance: open requests first, then the newest.",
    "examples": [
      "clambake inbox",
      "clambake inbox --type warning,blocker"
    ],
    "document": "query Inbox($type:[MessageType!]$all:Boolean$first:Int$after:String){inbox(type:$type includeRead:$all first:$first after:$after){totalCount pageInfo{...Page}nodes{...MessageLine}}}fragment MessageLine on Message{...PlainMessage deliveredAt readAt own open}fragment Page on PageInfo{hasNextPage endCursor}fragment PlainMessage on Message{id from sender{project{name}}to type subject body createdAt expiresAt threadId replyToId blocker{open}}",
    "identity": "instance",
    "repeatable": true,
    "variables": [
      {
        "name": "type",
        "flag": "type",
        "kind": "enum",
        "list": true,
        "required": false,
        "choices": [
          "blocker",
          "done",
          "info",
          "request",
          "warning"
        ],
        "positional": false,
        "description": "Only messages of these types."
      },
      {
        "name": "all",
        "flag": "all",
        "kind": "boolean",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Also what was marked read.",
        "default": "false"
      },
      {
        "name": "first",
        "flag": "first",
        "kind": "int",
        "list": false,
        "required": false,
        "positional": false,
        "description": "How many from the front. At most 100."
      },
      {
        "name": "after",
        "flag": "after",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only what comes after this cursor."
      }
    ],
    "secrets": []
  },
  {
    "name": "instances",
    "group": "Lifecycle",
    "operation": "query",
    "operationName": "Instances",
    "summary": "List the live instances.",
    "description": "List the live instances. With --no-live, those that left are listed as well.",
    "examples": [
      "clambake instances --project doc-db-v2",
      "clambake instances --no-live"
    ],
    "document": "query Instances($project:String$live:Boolean$first:Int$after:String){instances(project:$project live:$live first:$first after:$after){totalCount pageInfo{...Page}nodes{...InstanceLine}}}fragment InstanceLine on Instance{id project{name}directory model task status live startedAt lastSeenAt endedAt}fragment Page on PageInfo{hasNextPage endCursor}",
    "identity": "any",
    "repeatable": true,
    "variables": [
      {
        "name": "project",
        "flag": "project",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only instances of this project."
      },
      {
        "name": "live",
        "flag": "live",
        "kind": "boolean",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only those that take part now.",
        "default": "true"
      },
      {
        "name": "first",
        "flag": "first",
        "kind": "int",
        "list": false,
        "required": false,
        "positional": false,
        "description": "How many from the front. At most 100."
      },
      {
        "name": "after",
        "flag": "after",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only what comes after this cursor."
      }
    ],
    "secrets": []
  },
  {
    "name": "link",
    "group": "Memory",
    "operation": "mutation",
    "operationName": "Link",
    "summary": "Link two memories: how the first bears on the second.",
    "description": "Link two memories: how the first bears on the second.\n\nWith --kind supersedes the second becomes superseded. No memory can supersede itself, over however many others.",
    "examples": [
      "clambake link 42 17 --kind fixes",
      "clambake link 42 \"Pool exhausted after restarts\" --kind fixes"
    ],
    "document": "mutation Link($from:ID!$to:ID!$kind:MemoryLinkKind!){linkMemories(from:$from to:$to kind:$kind){...LinkLine}}fragment LinkLine on MemoryLink{kind from{id title}to{id title}createdAt}",
    "identity": "instance",
    "repeatable": true,
    "variables": [
      {
        "name": "from",
        "flag": "from",
        "kind": "id",
        "list": false,
        "required": true,
        "positional": true,
        "description": "The memory it starts at: its number or its title."
      },
      {
        "name": "to",
        "flag": "to",
        "kind": "id",
        "list": false,
        "required": true,
        "positional": true,
        "description": "The memory it points to: its number or its title."
      },
      {
        "name": "kind",
        "flag": "kind",
        "kind": "enum",
        "list": false,
        "required": true,
        "choices": [
          "contradicts",
          "depends_on",
          "fixes",
          "relates_to",
          "supersedes"
        ],
        "positional": false,
        "description": "How the first bears on the second."
      }
    ],
    "secrets": []
  },
  {
    "name": "log",
    "group": "Work log",
    "operation": "mutation",
    "operationName": "Log",
    "summary": "Log a significant action, for the others and for later.",
    "description": "Log a significant action, for the others and for later.",
    "examples": [
      "clambake log --action task_completed --summary \"Built email import\" --files \"backend/email_import.py\""
    ],
    "document": "mutation Log($action:LogAction!$summary:String!$files:[String!]$project:String$allowSecret:Boolean$clientKey:String){logAction(action:$action summary:$summary files:$files project:$project allowSecret:$allowSecret clientKey:$clientKey){...LogLine}}fragment LogLine on LogEntry{id from project{name}action summary files createdAt}",
    "identity": "instance",
    "repeatable": true,
    "variables": [
      {
        "name": "action",
        "flag": "action",
        "kind": "enum",
        "list": false,
        "required": true,
        "choices": [
          "blocker_lapsed",
          "docker_operation",
          "file_modified",
          "issue_found",
          "issue_resolved",
          "secret_allowed",
          "shutdown",
          "started",
          "task_completed",
          "task_started"
        ],
        "positional": false,
        "description": "What kind of action it was."
      },
      {
        "name": "summary",
        "flag": "summary",
        "kind": "string",
        "list": false,
        "required": true,
        "positional": false,
        "description": "What was done, up to 4 KiB.",
        "stdin": true
      },
      {
        "name": "files",
        "flag": "files",
        "kind": "string",
        "list": true,
        "required": false,
        "positional": false,
        "description": "The files it touched, at most 500."
      },
      {
        "name": "project",
        "flag": "project",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "The project it was done on; that of the instance where nothing is said."
      },
      {
        "name": "allowSecret",
        "flag": "allow-secret",
        "kind": "boolean",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Store it although it holds what looks like a secret, and say so in the log. Not possible where the server can be reached from beyond its machine.",
        "default": "false"
      },
      {
        "name": "clientKey",
        "flag": "client-key",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Names this request: sent again, it finds the entry instead of writing another.",
        "fill": "clientKey"
      }
    ],
    "secrets": []
  },
  {
    "name": "logs",
    "group": "Work log",
    "operation": "query",
    "operationName": "Logs",
    "summary": "List what was logged, newest first.",
    "description": "List what was logged, newest first.",
    "examples": [
      "clambake logs --project doc-db-v2",
      "clambake logs --action task_completed,issue_found"
    ],
    "document": "query Logs($project:String$instance:String$action:[LogAction!]$first:Int$after:String){log(project:$project instance:$instance action:$action first:$first after:$after){totalCount pageInfo{...Page}nodes{...LogLine}}}fragment LogLine on LogEntry{id from project{name}action summary files createdAt}fragment Page on PageInfo{hasNextPage endCursor}",
    "identity": "any",
    "repeatable": true,
    "variables": [
      {
        "name": "project",
        "flag": "project",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only what was done on this project."
      },
      {
        "name": "instance",
        "flag": "instance",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only what this instance, or `human`, did."
      },
      {
        "name": "action",
        "flag": "action",
        "kind": "enum",
        "list": true,
        "required": false,
        "choices": [
          "blocker_lapsed",
          "docker_operation",
          "file_modified",
          "issue_found",
          "issue_resolved",
          "secret_allowed",
          "shutdown",
          "started",
          "task_completed",
          "task_started"
        ],
        "positional": false,
        "description": "Only these kinds of action."
      },
      {
        "name": "first",
        "flag": "first",
        "kind": "int",
        "list": false,
        "required": false,
        "positional": false,
        "description": "How many from the front. At most 100."
      },
      {
        "name": "after",
        "flag": "after",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only what comes after this cursor."
      }
    ],
    "secrets": []
  },
  {
    "name": "memory",
    "group": "Memory",
    "operation": "query",
    "operationName": "Memory",
    "summary": "Show one memory with its links, the messages it came from and those that cite it, and its earlier versions.",
    "description": "Show one memory with its links, the messages it came from and those that cite it, and its earlier versions.",
    "examples": [
      "clambake memory 42"
    ],
    "document": "query Memory($id:ID!){memory(id:$id){...MemoryLine source{id from type subject createdAt}linkCount links{kind direction createdAt memory{id type title status}}citedBy(first:10){totalCount nodes{id from type subject createdAt}}revisions{totalCount nodes{version title content status tags files from createdAt}}}}fragment MemoryLine on Memory{id project{name}global type title content status tags files from version createdAt updatedAt}",
    "identity": "any",
    "repeatable": true,
    "variables": [
      {
        "name": "id",
        "flag": "id",
        "kind": "id",
        "list": false,
        "required": true,
        "positional": true,
        "description": "Its number."
      }
    ],
    "secrets": []
  },
  {
    "name": "message",
    "group": "Messages",
    "operation": "query",
    "operationName": "Message",
    "summary": "Show one message in full without marking it read.",
    "description": "Show one message in full without marking it read.",
    "examples": [
      "clambake message 17"
    ],
    "document": "query Message($id:ID!){message(id:$id){...MessageThread cites{id type title status}}}fragment BlockerState on Blocker{id heldBy open openedAt expiresAt endedAt end reason resources message{to subject body}}fragment MessageLine on Message{...PlainMessage deliveredAt readAt own open}fragment MessageThread on Message{...MessageLine blocker{...BlockerState}replyTo{id from subject}thread(first:50){totalCount nodes{id from type subject createdAt}}}fragment PlainMessage on Message{id from sender{project{name}}to type subject body createdAt expiresAt threadId replyToId blocker{open}}",
    "identity": "any",
    "repeatable": true,
    "variables": [
      {
        "name": "id",
        "flag": "id",
        "kind": "id",
        "list": false,
        "required": true,
        "positional": true,
        "description": "Its number."
      }
    ],
    "secrets": []
  },
  {
    "name": "messages",
    "group": "Messages",
    "operation": "query",
    "operationName": "Messages",
    "summary": "List messages, newest first.",
    "description": "List messages, newest first. These are all that the caller may see, read or not.",
    "examples": [
      "clambake messages --from human",
      "clambake messages --to doc-db-v2 --type blocker"
    ],
    "document": "query Messages($to:String$from:String$type:[MessageType!]$first:Int$after:String){messages(to:$to from:$from type:$type first:$first after:$after){totalCount pageInfo{...Page}nodes{...MessageLine}}}fragment MessageLine on Message{...PlainMessage deliveredAt readAt own open}fragment Page on PageInfo{hasNextPage endCursor}fragment PlainMessage on Message{id from sender{project{name}}to type subject body createdAt expiresAt threadId replyToId blocker{open}}",
    "identity": "any",
    "repeatable": true,
    "variables": [
      {
        "name": "to",
        "flag": "to",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only messages to this address: `@all`, a project or an instance."
      },
      {
        "name": "from",
        "flag": "from",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only messages of this instance, or of `human`."
      },
      {
        "name": "type",
        "flag": "type",
        "kind": "enum",
        "list": true,
        "required": false,
        "choices": [
          "blocker",
          "done",
          "info",
          "request",
          "warning"
        ],
        "positional": false,
        "description": "Only messages of these types."
      },
      {
        "name": "first",
        "flag": "first",
        "kind": "int",
        "list": false,
        "required": false,
        "positional": false,
        "description": "How many from the front. At most 100."
      },
      {
        "name": "after",
        "flag": "after",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only what comes after this cursor."
      }
    ],
    "secrets": []
  },
  {
    "name": "projects",
    "group": "Lifecycle",
    "operation": "query",
    "operationName": "Projects",
    "summary": "List the known projects.",
    "description": "List the known projects. Each comes with how many live instances and memories it has.",
    "examples": [
      "clambake projects"
    ],
    "document": "query Projects($first:Int$after:String){projects(first:$first after:$after){totalCount pageInfo{...Page}nodes{name createdAt instances{totalCount}memories{totalCount}}}}fragment Page on PageInfo{hasNextPage endCursor}",
    "identity": "any",
    "repeatable": true,
    "variables": [
      {
        "name": "first",
        "flag": "first",
        "kind": "int",
        "list": false,
        "required": false,
        "positional": false,
        "description": "How many from the front. At most 100."
      },
      {
        "name": "after",
        "flag": "after",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only what comes after this cursor."
      }
    ],
    "secrets": []
  },
  {
    "name": "read",
    "group": "Messages",
    "operation": "mutation",
    "operationName": "Read",
    "summary": "Show messages in full and mark them read.",
    "description": "Show messages in full and mark them read. Give their numbers, or --all.",
    "examples": [
      "clambake read 17",
      "clambake read 17 18 21",
      "clambake read --all"
    ],
    "document": "mutation Read($ids:[ID!]$all:Boolean){markRead(ids:$ids all:$all){count messages{...MessageThread cites{id type title status}}}}fragment BlockerState on Blocker{id heldBy open openedAt expiresAt endedAt end reason resources message{to subject body}}fragment MessageLine on Message{...PlainMessage deliveredAt readAt own open}fragment MessageThread on Message{...MessageLine blocker{...BlockerState}replyTo{id from subject}thread(first:50){totalCount nodes{id from type subject createdAt}}}fragment PlainMessage on Message{id from sender{project{name}}to type subject body createdAt expiresAt threadId replyToId blocker{open}}",
    "identity": "instance",
    "repeatable": true,
    "variables": [
      {
        "name": "ids",
        "flag": "ids",
        "kind": "id",
        "list": true,
        "required": false,
        "positional": true,
        "description": "The numbers of the messages, at most 500."
      },
      {
        "name": "all",
        "flag": "all",
        "kind": "boolean",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Everything unread, at most 500 at once.",
        "default": "false",
        "once": true
      }
    ],
    "secrets": [],
    "needsOne": "Give the numbers of the messages, or --all."
  },
  {
    "name": "recall",
    "group": "Memory",
    "operation": "query",
    "operationName": "Recall",
    "summary": "Look things up in the memory.",
    "description": "Look things up in the memory. It holds what a project, or every project, learned before.\n\nWith --search, ask as you would ask somebody: any of the words may match, rare ones count more, names and paths are found whole and in part, slips of the keyboard are forgiven. Without it: what a new session should know first. With --file: what was ever learned about a path.\n\nWithout --project and --global an instance looks into its own project and what is global; the operator looks everywhere.",
    "examples": [
      "clambake recall --project doc-db-v2 --type issue",
      "clambake recall --project doc-db-v2 --search \"JMAP\"",
      "clambake recall --search \"why does the null filter crash\" --explain",
      "clambake recall --global --type infrastructure",
      "clambake recall --file src/email/import.py",
      "clambake recall --project doc-db-v2 --budget 500"
    ],
    "document": "query Recall($project:String$global:Boolean$type:[MemoryType!]$status:[MemoryStatus!]$search:String$tags:[String!]$file:String$author:String$asOf:DateTime$budget:Int$explain:Boolean!=false$first:Int$after:String){recall(project:$project global:$global type:$type status:$status search:$search tags:$tags file:$file author:$author asOf:$asOf budget:$budget first:$first after:$after){totalCount pageInfo{...Page}nodes{...MemoryLine}edges{cursor cut alike why@include(if:$explain){score pairScore lengthShare statusShare ageShare days words{asked found fields memories score}bearers{kind memory{id title}}}}}}fragment MemoryLine on Memory{id project{name}global type title content status tags files from version createdAt updatedAt}fragment Page on PageInfo{hasNextPage endCursor}",
    "identity": "any",
    "repeatable": true,
    "variables": [
      {
        "name": "project",
        "flag": "project",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "What belongs to this project."
      },
      {
        "name": "global",
        "flag": "global",
        "kind": "boolean",
        "list": false,
        "required": false,
        "positional": false,
        "description": "What belongs to no project; beside a project, both. False leaves it out: for the operator every project is what is left."
      },
      {
        "name": "type",
        "flag": "type",
        "kind": "enum",
        "list": true,
        "required": false,
        "choices": [
          "architecture",
          "convention",
          "credential",
          "decision",
          "feature",
          "fix",
          "gotcha",
          "infrastructure",
          "issue",
          "lesson",
          "pattern",
          "preference",
          "tool",
          "update"
        ],
        "positional": false,
        "description": "Only memories of these types."
      },
      {
        "name": "status",
        "flag": "status",
        "kind": "enum",
        "list": true,
        "required": false,
        "choices": [
          "active",
          "deprecated",
          "resolved",
          "superseded"
        ],
        "positional": false,
        "description": "Only memories that hold in these ways: active where nothing is said, in a search resolved too, of a file all."
      },
      {
        "name": "search",
        "flag": "search",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "A question or words, of which any may match, rare ones counting more: by stem, names and paths whole and in part, slips of the keyboard forgiven; \"a phrase\" that has to be there; -without this."
      },
      {
        "name": "tags",
        "flag": "tags",
        "kind": "string",
        "list": true,
        "required": false,
        "positional": false,
        "description": "Only memories with any of these tags."
      },
      {
        "name": "file",
        "flag": "file",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only memories that speak of a path with this in it, by whole names."
      },
      {
        "name": "author",
        "flag": "author",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only memories that this instance, or `human`, first wrote."
      },
      {
        "name": "asOf",
        "flag": "as-of",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "What was known at this time, as it was then."
      },
      {
        "name": "budget",
        "flag": "budget",
        "kind": "int",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Give what fits into so many tokens, 50 to 100000: titles for half of it, then contents, the best first; what says the same only once. The first title is cut where it does not fit. A token is three bytes."
      },
      {
        "name": "explain",
        "flag": "explain",
        "kind": "boolean",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Say of each why it came up: which words were found, where, and what they count.",
        "default": "false"
      },
      {
        "name": "first",
        "flag": "first",
        "kind": "int",
        "list": false,
        "required": false,
        "positional": false,
        "description": "How many from the front. At most 100."
      },
      {
        "name": "after",
        "flag": "after",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only what comes after this cursor."
      }
    ],
    "secrets": []
  },
  {
    "name": "receipts",
    "group": "Messages",
    "operation": "query",
    "operationName": "Receipts",
    "summary": "Show who received a message, and who read it.",
    "description": "Show who received a message, and who read it. Its sender may ask, and the operator.\n\nStored is what waits for an instance, delivered what was handed to it, read what it marked read.",
    "examples": [
      "clambake receipts 17"
    ],
    "document": "query Receipts($id:ID!$first:Int$after:String){message(id:$id){id to subject receiptCounts{stored delivered read}receipts(first:$first after:$after){totalCount pageInfo{...Page}nodes{state deliveredAt readAt instance{id project{name}live lastSeenAt endedAt}}}}}fragment Page on PageInfo{hasNextPage endCursor}",
    "identity": "any",
    "repeatable": true,
    "variables": [
      {
        "name": "id",
        "flag": "id",
        "kind": "id",
        "list": false,
        "required": true,
        "positional": true,
        "description": "Its number."
      },
      {
        "name": "first",
        "flag": "first",
        "kind": "int",
        "list": false,
        "required": false,
        "positional": false,
        "description": "How many from the front. At most 100."
      },
      {
        "name": "after",
        "flag": "after",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only what comes after this cursor."
      }
    ],
    "secrets": []
  },
  {
    "name": "register",
    "group": "Lifecycle",
    "operation": "mutation",
    "operationName": "Register",
    "summary": "Register this session as an instance, before any work.",
    "description": "Register this session as an instance, before any work. Registering again from the same session gives the same instance.",
    "examples": [
      "clambake register --project doc-db-v2",
      "clambake register --project doc-db-v2 --dir /srv/doc-db-v2 --model claude-opus-4"
    ],
    "document": "mutation Register($project:String!$dir:String!$model:String$session:String){register(project:$project directory:$dir model:$model sessionKey:$session){resumed token instance{...InstanceLine}}}fragment InstanceLine on Instance{id project{name}directory model task status live startedAt lastSeenAt endedAt}",
    "identity": "operator",
    "repeatable": true,
    "variables": [
      {
        "name": "project",
        "flag": "project",
        "kind": "string",
        "list": false,
        "required": true,
        "positional": false,
        "description": "The project it works on. It need not be known yet.",
        "fill": "project"
      },
      {
        "name": "dir",
        "flag": "dir",
        "kind": "string",
        "list": false,
        "required": true,
        "positional": false,
        "description": "The folder it works in.",
        "fill": "cwd"
      },
      {
        "name": "model",
        "flag": "model",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "The model it runs on."
      },
      {
        "name": "session",
        "flag": "session",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Names the session: registering again with it is the same instance again, under a fresh token.",
        "fill": "session"
      }
    ],
    "secrets": [
      "register.token"
    ]
  },
  {
    "name": "release",
    "group": "Messages",
    "operation": "mutation",
    "operationName": "Release",
    "summary": "End a blocker.",
    "description": "End a blocker. An instance ends its own; the operator ends any, with a reason.",
    "examples": [
      "clambake release 17",
      "clambake release 17 --reason \"Its holder crashed.\" --as human"
    ],
    "document": "mutation Release($id:ID!$reason:String){releaseBlocker(id:$id reason:$reason){...BlockerLine}}fragment BlockerLine on Blocker{...BlockerState holder{lastSeenAt}waiters{from since}}fragment BlockerState on Blocker{id heldBy open openedAt expiresAt endedAt end reason resources message{to subject body}}",
    "identity": "instance",
    "repeatable": true,
    "variables": [
      {
        "name": "id",
        "flag": "id",
        "kind": "id",
        "list": false,
        "required": true,
        "positional": true,
        "description": "The number of the message that said it."
      },
      {
        "name": "reason",
        "flag": "reason",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Why; the operator has to say.",
        "stdin": true
      }
    ],
    "secrets": []
  },
  {
    "name": "remember",
    "group": "Memory",
    "operation": "mutation",
    "operationName": "Remember",
    "summary": "Store what was learned, for a project or for every project.",
    "description": "Store what was learned, for a project or for every project.\n\nWhat seems to be known already is not stored: the command says which memory has it, and ends in exit code 3. With --update that memory is changed, with --force this one is stored beside it.",
    "examples": [
      "clambake remember --project doc-db-v2 --type gotcha --title \"JMAP null filter\" --content \"Omit the key.\"",
      "clambake remember --global --type tool --title \"Git Bash\" --content \"It rewrites paths.\" --tags \"git,windows\"",
      "clambake remember --type fix --title \"JMAP null filter fix\" --content \"Omit the key.\" --fixes \"JMAP null filter crashes query\" --resolve",
      "clambake remember --project doc-db-v2 --type architecture --title \"Overview\" --content - < overview.md",
      "clambake remember --type fix --title \"Pool of 20\" --content \"Ten were too few.\" --fixes 17 --resolve --source 230"
    ],
    "document": "mutation Remember($project:String$global:Boolean$type:MemoryType!$title:String!$content:String!$tags:[String!]$files:[String!]$fixes:[String!]$supersedes:[String!]$relatesTo:[String!]$dependsOn:[String!]$contradicts:[String!]$resolve:Boolean$source:ID$force:Boolean$update:Boolean$allowSecret:Boolean$clientKey:String){remember(project:$project global:$global type:$type title:$title content:$content tags:$tags files:$files fixes:$fixes supersedes:$supersedes relatesTo:$relatesTo dependsOn:$dependsOn contradicts:$contradicts resolve:$resolve source:$source force:$force update:$update allowSecret:$allowSecret clientKey:$clientKey){...MemoryLine links(first:250){kind direction memory{id type title status}}}}fragment MemoryLine on Memory{id project{name}global type title content status tags files from version createdAt updatedAt}",
    "identity": "instance",
    "repeatable": true,
    "variables": [
      {
        "name": "project",
        "flag": "project",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "The project it belongs to; that of the instance where nothing is said."
      },
      {
        "name": "global",
        "flag": "global",
        "kind": "boolean",
        "list": false,
        "required": false,
        "positional": false,
        "description": "It belongs to no project.",
        "default": "false"
      },
      {
        "name": "type",
        "flag": "type",
        "kind": "enum",
        "list": false,
        "required": true,
        "choices": [
          "architecture",
          "convention",
          "credential",
          "decision",
          "feature",
          "fix",
          "gotcha",
          "infrastructure",
          "issue",
          "lesson",
          "pattern",
          "preference",
          "tool",
          "update"
        ],
        "positional": false,
        "description": "What it is about. Global are infrastructure, convention, tool, preference, credential and lesson; the others belong to a project."
      },
      {
        "name": "title",
        "flag": "title",
        "kind": "string",
        "list": false,
        "required": true,
        "positional": false,
        "description": "One line that says what it is, up to 300 bytes."
      },
      {
        "name": "content",
        "flag": "content",
        "kind": "string",
        "list": false,
        "required": true,
        "positional": false,
        "description": "The text, up to 64 KiB.",
        "stdin": true
      },
      {
        "name": "tags",
        "flag": "tags",
        "kind": "string",
        "list": true,
        "required": false,
        "positional": false,
        "description": "Words to find it by, at most 50."
      },
      {
        "name": "files",
        "flag": "files",
        "kind": "string",
        "list": true,
        "required": false,
        "positional": false,
        "description": "Paths it speaks of, at most 500."
      },
      {
        "name": "fixes",
        "flag": "fixes",
        "kind": "string",
        "list": true,
        "required": false,
        "positional": false,
        "description": "The memories that it is the solution to, by number or title.",
        "titles": true
      },
      {
        "name": "supersedes",
        "flag": "supersedes",
        "kind": "string",
        "list": true,
        "required": false,
        "positional": false,
        "description": "Those whose place it takes: they become SUPERSEDED.",
        "titles": true
      },
      {
        "name": "relatesTo",
        "flag": "relates-to",
        "kind": "string",
        "list": true,
        "required": false,
        "positional": false,
        "description": "Those that it belongs together with.",
        "titles": true
      },
      {
        "name": "dependsOn",
        "flag": "depends-on",
        "kind": "string",
        "list": true,
        "required": false,
        "positional": false,
        "description": "Those that have to hold for it to hold.",
        "titles": true
      },
      {
        "name": "contradicts",
        "flag": "contradicts",
        "kind": "string",
        "list": true,
        "required": false,
        "positional": false,
        "description": "Those that cannot be true where it is.",
        "titles": true
      },
      {
        "name": "resolve",
        "flag": "resolve",
        "kind": "boolean",
        "list": false,
        "required": false,
        "positional": false,
        "description": "The issues that it fixes become RESOLVED."
      },
      {
        "name": "source",
        "flag": "source",
        "kind": "id",
        "list": false,
        "required": false,
        "positional": false,
        "description": "The number of the message that it came from."
      },
      {
        "name": "force",
        "flag": "force",
        "kind": "boolean",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Store it even where it seems to be known already."
      },
      {
        "name": "update",
        "flag": "update",
        "kind": "boolean",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Where it seems to be known already, change that memory instead; tags and files are added to its own."
      },
      {
        "name": "allowSecret",
        "flag": "allow-secret",
        "kind": "boolean",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Store it although it holds what looks like a secret, and say so in the log. Not possible where the server can be reached from beyond its machine.",
        "default": "false"
      },
      {
        "name": "clientKey",
        "flag": "client-key",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Names this request: sent again, it finds the memory instead of storing another.",
        "fill": "clientKey"
      }
    ],
    "secrets": []
  },
  {
    "name": "restore",
    "group": "Memory",
    "operation": "mutation",
    "operationName": "Restore",
    "summary": "Bring an earlier version of a memory back, as a new version.",
    "description": "Bring an earlier version of a memory back, as a new version. What is there now is kept.",
    "examples": [
      "clambake restore 42 --version 3"
    ],
    "document": "mutation Restore($id:ID!$version:Int!$ifVersion:Int$clientKey:String){restoreMemory(id:$id version:$version ifVersion:$ifVersion clientKey:$clientKey){...MemoryLine}}fragment MemoryLine on Memory{id project{name}global type title content status tags files from version createdAt updatedAt}",
    "identity": "instance",
    "repeatable": true,
    "variables": [
      {
        "name": "id",
        "flag": "id",
        "kind": "id",
        "list": false,
        "required": true,
        "positional": true,
        "description": "Its number."
      },
      {
        "name": "version",
        "flag": "version",
        "kind": "int",
        "list": false,
        "required": true,
        "positional": false,
        "description": "The version to go back to."
      },
      {
        "name": "ifVersion",
        "flag": "if-version",
        "kind": "int",
        "list": false,
        "required": false,
        "positional": false,
        "description": "The version that was read: where it is another one by now nothing is changed."
      },
      {
        "name": "clientKey",
        "flag": "client-key",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Names this request: sent again, it changes nothing more.",
        "fill": "clientKey"
      }
    ],
    "secrets": []
  },
  {
    "name": "send",
    "group": "Messages",
    "operation": "mutation",
    "operationName": "Send",
    "summary": "Send a message.",
    "description": "Send a message. It goes to every instance, to those of a project, or to one.\n\nA blocker says that nobody else may touch something, until its `done`. With --resource it holds it as well: of several who ask at once one gets it, and the others are told who and end in exit code 3, or wait in line with --wait.\n\nA warning with --wait waits for objections: one that comes is printed, and ends in exit code 3.",
    "examples": [
      "clambake send --to @all --type warning --subject \"Restarting Docker containers\" --body \"Back in 5 min.\"",
      "clambake send --to @all --type warning --subject \"Rebuilding doc-db-v2\" --wait 10s",
      "clambake send --to @all --type blocker --subject \"Editing docker-compose.yml\" --resource docker-compose.yml --wait 5m",
      "clambake send --to brisk-otter-4f2a --subject \"Your branch\" --body \"Tests pass now.\" --reply-to 17",
      "clambake send --to doc-db-v2 --type done --subject \"The pool is fixed\" --cites 42,17",
      "git diff --stat | clambake send --to doc-db-v2 --type done --subject \"Migration is in\" --body -"
    ],
    "document": "mutation Send($to:String!$type:MessageType$subject:String!$body:String$replyTo:ID$resource:[String!]$for:Duration$wait:Duration$expires:Duration$cites:[String!]$allowSecret:Boolean$clientKey:String){sendMessage(to:$to type:$type subject:$subject body:$body replyTo:$replyTo resources:$resource for:$for wait:$wait expiresIn:$expires cites:$cites allowSecret:$allowSecret clientKey:$clientKey){addressedTo message{...MessageLine blocker{resources expiresAt}replyTo{id type blocker{heldBy open end}}}objection{...MessageLine}endedBlocker{...BlockerLine}openBlockers{...BlockerLine}}}fragment BlockerLine on Blocker{...BlockerState holder{lastSeenAt}waiters{from since}}fragment BlockerState on Blocker{id heldBy open openedAt expiresAt endedAt end reason resources message{to subject body}}fragment MessageLine on Message{...PlainMessage deliveredAt readAt own open}fragment PlainMessage on Message{id from sender{project{name}}to type subject body createdAt expiresAt threadId replyToId blocker{open}}",
    "identity": "instance",
    "repeatable": true,
    "variables": [
      {
        "name": "to",
        "flag": "to",
        "kind": "string",
        "list": false,
        "required": true,
        "positional": false,
        "description": "Who gets it: `@all`, a project or an instance."
      },
      {
        "name": "type",
        "flag": "type",
        "kind": "enum",
        "list": false,
        "required": false,
        "choices": [
          "blocker",
          "done",
          "info",
          "request",
          "warning"
        ],
        "positional": false,
        "description": "What kind of message it is.",
        "default": "info"
      },
      {
        "name": "subject",
        "flag": "subject",
        "kind": "string",
        "list": false,
        "required": true,
        "positional": false,
        "description": "One line that says what it is about, up to 300 bytes."
      },
      {
        "name": "body",
        "flag": "body",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "The text, up to 64 KiB.",
        "stdin": true
      },
      {
        "name": "replyTo",
        "flag": "reply-to",
        "kind": "id",
        "list": false,
        "required": false,
        "positional": false,
        "description": "The number of the message that it answers."
      },
      {
        "name": "resource",
        "flag": "resource",
        "kind": "string",
        "list": true,
        "required": false,
        "positional": false,
        "description": "What a blocker holds, so that nobody else can: `doc-db-v2:src/app.ts`, `doc-db-v2:src/` (everything below), `/etc/hosts`, `port:5432`, `branch:main`; at most 500.",
        "resource": true
      },
      {
        "name": "for",
        "flag": "for",
        "kind": "duration",
        "list": false,
        "required": false,
        "positional": false,
        "description": "How long a blocker lasts at most: 1h where it holds resources, until its `done` where it holds none; up to 7d."
      },
      {
        "name": "wait",
        "flag": "wait",
        "kind": "duration",
        "list": false,
        "required": false,
        "positional": false,
        "description": "How long to wait, at most 1h: a blocker for its resources, in the order of asking; a warning for somebody to object.",
        "wait": true
      },
      {
        "name": "expires",
        "flag": "expires",
        "kind": "duration",
        "list": false,
        "required": false,
        "positional": false,
        "description": "How long it stays in inboxes; 24h where nothing is said. A blocker stays while it is open."
      },
      {
        "name": "cites",
        "flag": "cites",
        "kind": "string",
        "list": true,
        "required": false,
        "positional": false,
        "description": "The memories that it speaks of, by number or title; at most 50.",
        "titles": true
      },
      {
        "name": "allowSecret",
        "flag": "allow-secret",
        "kind": "boolean",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Store it although it holds what looks like a secret, and say so in the log. Not possible where the server can be reached from beyond its machine.",
        "default": "false"
      },
      {
        "name": "clientKey",
        "flag": "client-key",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Names this request: sent again, it finds the message instead of sending another.",
        "fill": "clientKey"
      }
    ],
    "secrets": [],
    "blocked": [
      "sendMessage.objection"
    ]
  },
  {
    "name": "status",
    "group": "Lifecycle",
    "operation": "query",
    "operationName": "Status",
    "summary": "Show who works on what, what is blocked, and the latest news.",
    "description": "Show who works on what, what is blocked, and the latest news. The news are messages and the work log.",
    "examples": [
      "clambake status",
      "clambake status --project doc-db-v2"
    ],
    "document": "query Status($project:String){status(project:$project){viewer{kind name}unread instances{totalCount nodes{...InstanceLine}}requests(first:10){totalCount nodes{...MessageLine}}blockers{totalCount nodes{...BlockerLine}}waiters{from since resources blockers{id heldBy}}messages(first:5){totalCount nodes{...MessageLine}}log(first:10){totalCount nodes{...LogLine}}}}fragment BlockerLine on Blocker{...BlockerState holder{lastSeenAt}waiters{from since}}fragment BlockerState on Blocker{id heldBy open openedAt expiresAt endedAt end reason resources message{to subject body}}fragment InstanceLine on Instance{id project{name}directory model task status live startedAt lastSeenAt endedAt}fragment LogLine on LogEntry{id from project{name}action summary files createdAt}fragment MessageLine on Message{...PlainMessage deliveredAt readAt own open}fragment PlainMessage on Message{id from sender{project{name}}to type subject body createdAt expiresAt threadId replyToId blocker{open}}",
    "identity": "any",
    "repeatable": true,
    "variables": [
      {
        "name": "project",
        "flag": "project",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Only this project."
      }
    ],
    "secrets": []
  },
  {
    "name": "unlink",
    "group": "Memory",
    "operation": "mutation",
    "operationName": "Unlink",
    "summary": "Remove a link between two memories.",
    "description": "Remove a link between two memories.\n\nWhat nothing supersedes any more gets the status that it had before.",
    "examples": [
      "clambake unlink 42 17 --kind fixes",
      "clambake unlink \"JMAP null filter fix\" \"JMAP null filter crashes query\" --kind fixes"
    ],
    "document": "mutation Unlink($from:ID!$to:ID!$kind:MemoryLinkKind!){unlinkMemories(from:$from to:$to kind:$kind){removed}}",
    "identity": "instance",
    "repeatable": false,
    "variables": [
      {
        "name": "from",
        "flag": "from",
        "kind": "id",
        "list": false,
        "required": true,
        "positional": true,
        "description": "The memory it starts at: its number or its title."
      },
      {
        "name": "to",
        "flag": "to",
        "kind": "id",
        "list": false,
        "required": true,
        "positional": true,
        "description": "The memory it points to: its number or its title."
      },
      {
        "name": "kind",
        "flag": "kind",
        "kind": "enum",
        "list": false,
        "required": true,
        "choices": [
          "contradicts",
          "depends_on",
          "fixes",
          "relates_to",
          "supersedes"
        ],
        "positional": false,
        "description": "How the first bears on the second."
      }
    ],
    "secrets": []
  },
  {
    "name": "update-memory",
    "group": "Memory",
    "operation": "mutation",
    "operationName": "UpdateMemory",
    "summary": "Change a memory.",
    "description": "Change a memory. Its earlier versions are kept.",
    "examples": [
      "clambake update-memory 42 --status resolved",
      "clambake update-memory 42 --tags \"jmap,email\" --if-version 3",
      "clambake update-memory 42 --content \"Updated fix: use X instead of Y\""
    ],
    "document": "mutation UpdateMemory($id:ID!$status:MemoryStatus$title:String$content:String$tags:[String!]$files:[String!]$ifVersion:Int$allowSecret:Boolean$clientKey:String){updateMemory(id:$id status:$status title:$title content:$content tags:$tags files:$files ifVersion:$ifVersion allowSecret:$allowSecret clientKey:$clientKey){...MemoryLine}}fragment MemoryLine on Memory{id project{name}global type title content status tags files from version createdAt updatedAt}",
    "identity": "instance",
    "repeatable": true,
    "variables": [
      {
        "name": "id",
        "flag": "id",
        "kind": "id",
        "list": false,
        "required": true,
        "positional": true,
        "description": "Its number."
      },
      {
        "name": "status",
        "flag": "status",
        "kind": "enum",
        "list": false,
        "required": false,
        "choices": [
          "active",
          "deprecated",
          "resolved",
          "superseded"
        ],
        "positional": false,
        "description": "Whether it still holds."
      },
      {
        "name": "title",
        "flag": "title",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "A new title."
      },
      {
        "name": "content",
        "flag": "content",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "A new text.",
        "stdin": true
      },
      {
        "name": "tags",
        "flag": "tags",
        "kind": "string",
        "list": true,
        "required": false,
        "positional": false,
        "description": "Tags in place of the old ones."
      },
      {
        "name": "files",
        "flag": "files",
        "kind": "string",
        "list": true,
        "required": false,
        "positional": false,
        "description": "Paths in place of the old ones."
      },
      {
        "name": "ifVersion",
        "flag": "if-version",
        "kind": "int",
        "list": false,
        "required": false,
        "positional": false,
        "description": "The version that was read: where it is another one by now nothing is changed, and both are shown."
      },
      {
        "name": "allowSecret",
        "flag": "allow-secret",
        "kind": "boolean",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Store it although it holds what looks like a secret, and say so in the log. Not possible where the server can be reached from beyond its machine.",
        "default": "false"
      },
      {
        "name": "clientKey",
        "flag": "client-key",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "Names this request: sent again, it changes nothing more.",
        "fill": "clientKey"
      }
    ],
    "secrets": []
  },
  {
    "name": "watch",
    "group": "Messages",
    "operation": "subscription",
    "operationName": "Watch",
    "summary": "Print messages as they arrive, until it is stopped.",
    "description": "Print messages as they arrive, until it is stopped. A lost connection is taken up again where it broke off.\n\nWith --exec each message goes to a command instead, one at a time and in order, as one line of JSON on its standard input. Its number, type, sender, address and subject are also in the command's environment, as CLAMBAKE_MESSAGE_ID, CLAMBAKE_MESSAGE_TYPE, CLAMBAKE_MESSAGE_FROM, CLAMBAKE_MESSAGE_TO and CLAMBAKE_MESSAGE_SUBJECT; there, each character that a shell might obey is a _. The command is run by the system's shell as it was given: no text of others becomes part of it.\n\nA command that fails is run again up to three times; then watch ends in exit code 1 and says where to go on from. A message counts as done once its command has succeeded. Where watch is killed before it has noted that, the command runs once more for the same message after the next start.",
    "examples": [
      "clambake watch",
      "clambake watch --type blocker,request,warning",
      "clambake watch --json --cursor-file watch.cursor",
      "clambake watch --cursor-file watch.cursor --exec \"jq -r .subject >> subjects.txt\""
    ],
    "document": "subscription Watch($to:String$after:String$type:[MessageType!]){messageReceived(to:$to after:$after type:$type){cursor message{...PlainMessage}}}fragment PlainMessage on Message{id from sender{project{name}}to type subject body createdAt expiresAt threadId replyToId blocker{open}}",
    "identity": "instance",
    "repeatable": false,
    "variables": [
      {
        "name": "to",
        "flag": "to",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "For the operator: the address to follow, `@all` where nothing is said."
      },
      {
        "name": "after",
        "flag": "after",
        "kind": "string",
        "list": false,
        "required": false,
        "positional": false,
        "description": "The cursor to go on from. Begins now where it is left out."
      },
      {
        "name": "type",
        "flag": "type",
        "kind": "enum",
        "list": true,
        "required": false,
        "choices": [
          "blocker",
          "done",
          "info",
          "request",
          "warning"
        ],
        "positional": false,
        "description": "Only messages of these types."
      }
    ],
    "options": [
      {
        "name": "exec",
        "flag": "exec",
        "takes": "command",
        "description": "Run this command for each message instead of printing it. With --json its standard output goes to standard error, and each message is printed once it is done."
      },
      {
        "name": "cursorFile",
        "flag": "cursor-file",
        "takes": "path",
        "description": "Keep in this file how far the messages are done, and go on from there at the next start. Begins now where there is no such file."
      }
    ],
    "secrets": []
  },
  {
    "name": "whoami",
    "group": "Lifecycle",
    "operation": "query",
    "operationName": "Whoami",
    "summary": "Show who this command line acts as.",
    "description": "Show who this command line acts as.",
    "examples": [
      "clambake whoami"
    ],
    "document": "query Whoami{me{kind name instance{...InstanceLine}}}fragment InstanceLine on Instance{id project{name}directory model task status live startedAt lastSeenAt endedAt}",
    "identity": "any",
    "repeatable": true,
    "variables": [],
    "secrets": []
  }
];
