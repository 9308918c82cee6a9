// Made by `npm run generate` from cli/operations and schema.graphql. Do not edit.

import type { Tool } from "../tool.ts";

export const tools: readonly Tool[] = [
  {
    "name": "blockers",
    "description": "List what is held, by whom, and until when.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "project": {
          "type": "string",
          "description": "Only blockers that concern this project: held on it, or sent to it or to everybody."
        },
        "resource": {
          "type": "string",
          "description": "Only blockers that hold this, or something above or below it, as in `doc-db-v2:src/` or `port:5432`."
        },
        "open": {
          "type": "boolean",
          "description": "Only those that still hold."
        },
        "first": {
          "type": "integer",
          "description": "How many from the front."
        },
        "after": {
          "type": "string",
          "description": "Only what comes after this cursor."
        }
      }
    },
    "annotations": {
      "readOnlyHint": true
    },
    "document": "query Blockers($project:String$resource:String$open:Boolean$first:Int$after:String){blockers(project:$project resource:$resource open:$open first:$first after:$after){totalCount pageInfo{...Page}nodes{...BlockerLine}}}fragment BlockerLine on Blocker{...BlockerState holder{lastSeenAt}waiters{from since}}fragment BlockerState on Blocker{id heldBy open openedAt expiresAt endedAt end reason resources message{to subject body}}fragment Page on PageInfo{hasNextPage endCursor}"
  },
  {
    "name": "graph",
    "description": "Show a memory, or a message, with all that it is tied to: memories by their links, messages by what came from them, what they cite and what they answer.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "focus": {
          "type": "string",
          "description": "The memory or message to start from: `42`, `memory:42` or `message:7`."
        },
        "project": {
          "type": "string",
          "description": "Where no focus is given: only memories of this project, and the messages around them."
        },
        "depth": {
          "type": "integer",
          "description": "How many edges to go from there, 0 to 5."
        },
        "kinds": {
          "type": "array",
          "items": {
            "type": "string",
            "enum": [
              "contradicts",
              "depends_on",
              "fixes",
              "relates_to",
              "supersedes"
            ]
          },
          "description": "Only links of these kinds; messages are in it all the same."
        },
        "include": {
          "type": "array",
          "items": {
            "type": "string",
            "enum": [
              "files",
              "instances",
              "tags"
            ]
          },
          "description": "What hangs on the nodes and is to be shown too."
        },
        "first": {
          "type": "integer",
          "description": "At most so many nodes, 1 to 500."
        },
        "after": {
          "type": "string",
          "description": "Only what comes after this cursor."
        }
      }
    },
    "annotations": {
      "readOnlyHint": true
    },
    "document": "query Graph($focus:ID$project:String$depth:Int$kinds:[MemoryLinkKind!]$include:[GraphInclude!]$first:Int$after:String){memoryGraph(focus:$focus project:$project depth:$depth kinds:$kinds include:$include first:$first after:$after){truncated nodes{key distance title node{__typename ...on Memory{id type status global project{name}}...on Message{id messageType:type from to}}}edges{from to kind}pageInfo{...Page}}}fragment Page on PageInfo{hasNextPage endCursor}"
  },
  {
    "name": "guard",
    "description": "Before touching shared files or services: does another agent hold them? Example: [\"src/\", \"port:5432\"]",
    "inputSchema": {
      "type": "object",
      "properties": {
        "resources": {
          "type": "array",
          "items": {
            "type": "string"
          },
          "description": "Files, folders/ or kind:name."
        },
        "wait": {
          "type": "string",
          "description": "Wait for it, such as 5m."
        }
      },
      "required": [
        "resources"
      ]
    },
    "annotations": {
      "readOnlyHint": true
    },
    "document": "query Guard($resources:[String!]!$wait:Duration$clientKey:String){guard(resources:$resources wait:$wait clientKey:$clientKey){clear resources held{resource blocker{...BlockerLine}}}}fragment BlockerLine on Blocker{...BlockerState holder{lastSeenAt}waiters{from since}}fragment BlockerState on Blocker{id heldBy open openedAt expiresAt endedAt end reason resources message{to subject body}}",
    "always": true,
    "blocked": [
      "guard.held"
    ]
  },
  {
    "name": "heartbeat",
    "description": "Say what this instance is doing.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "task": {
          "type": "string",
          "description": "What it is working on, up to 500 bytes; empty clears it."
        },
        "status": {
          "type": "string",
          "enum": [
            "active",
            "busy",
            "idle",
            "shutting_down"
          ],
          "description": "How busy it is."
        }
      }
    },
    "annotations": {
      "destructiveHint": false,
      "idempotentHint": true
    },
    "document": "mutation Heartbeat($task:String$status:InstanceStatus){heartbeat(task:$task status:$status){...InstanceLine}}fragment InstanceLine on Instance{id project{name}directory model task status live startedAt lastSeenAt endedAt}"
  },
  {
    "name": "history",
    "description": "Show every version of a memory, newest first: who wrote it, when, and what it changed.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "id": {
          "type": "string",
          "description": "Its number."
        },
        "first": {
          "type": "integer",
          "description": "How many from the front."
        },
        "after": {
          "type": "string",
          "description": "Only what comes after this cursor."
        }
      },
      "required": [
        "id"
      ]
    },
    "annotations": {
      "readOnlyHint": true
    },
    "document": "query History($id:ID!$first:Int$after:String){memory(id:$id){...MemoryLine revisions(first:$first after:$after){totalCount pageInfo{...Page}nodes{version title content status tags files from createdAt}}}}fragment MemoryLine on Memory{id project{name}global type title content status tags files from version createdAt updatedAt}fragment Page on PageInfo{hasNextPage endCursor}"
  },
  {
    "name": "inbox",
    "description": "Your unread messages, open requests first. Look between tasks.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "type": {
          "type": "array",
          "items": {
            "type": "string",
            "enum": [
              "blocker",
              "done",
              "info",
              "request",
              "warning"
            ]
          }
        },
        "all": {
          "type": "boolean",
          "description": "Read ones too."
        },
        "first": {
          "type": "integer"
        }
      }
    },
    "annotations": {
      "readOnlyHint": true
    },
    "document": "query Inbox($type:[MessageType!]$all:Boolean$first:Int$after:String){inbox(type:$type includeRead:$all first:$first after:$after){totalCount pageInfo{...Page}nodes{...MessageLine}}}fragment MessageLine on Message{...PlainMessage deliveredAt readAt own open}fragment Page on PageInfo{hasNextPage endCursor}fragment PlainMessage on Message{id from sender{project{name}}to type subject body createdAt expiresAt threadId replyToId blocker{open}}",
    "always": true
  },
  {
    "name": "instances",
    "description": "List the live instances.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "project": {
          "type": "string",
          "description": "Only instances of this project."
        },
        "live": {
          "type": "boolean",
          "description": "Only those that take part now."
        },
        "first": {
          "type": "integer",
          "description": "How many from the front."
        },
        "after": {
          "type": "string",
          "description": "Only what comes after this cursor."
        }
      }
    },
    "annotations": {
      "readOnlyHint": true
    },
    "document": "query Instances($project:String$live:Boolean$first:Int$after:String){instances(project:$project live:$live first:$first after:$after){totalCount pageInfo{...Page}nodes{...InstanceLine}}}fragment InstanceLine on Instance{id project{name}directory model task status live startedAt lastSeenAt endedAt}fragment Page on PageInfo{hasNextPage endCursor}"
  },
  {
    "name": "link",
    "description": "Link two memories: how the first bears on the second.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "from": {
          "type": "string",
          "description": "The memory it starts at: its number or its title."
        },
        "to": {
          "type": "string",
          "description": "The memory it points to: its number or its title."
        },
        "kind": {
          "type": "string",
          "enum": [
            "contradicts",
            "depends_on",
            "fixes",
            "relates_to",
            "supersedes"
          ],
          "description": "How the first bears on the second."
        }
      },
      "required": [
        "from",
        "to",
        "kind"
      ]
    },
    "annotations": {
      "destructiveHint": false,
      "idempotentHint": true
    },
    "document": "mutation Link($from:ID!$to:ID!$kind:MemoryLinkKind!){linkMemories(from:$from to:$to kind:$kind){...LinkLine}}fragment LinkLine on MemoryLink{kind from{id title}to{id title}createdAt}"
  },
  {
    "name": "log",
    "description": "Log a significant action, for the others and for later.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "action": {
          "type": "string",
          "enum": [
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
          "description": "What kind of action it was."
        },
        "summary": {
          "type": "string",
          "description": "What was done, up to 4 KiB."
        },
        "files": {
          "type": "array",
          "items": {
            "type": "string"
          },
          "description": "The files it touched, at most 500."
        },
        "project": {
          "type": "string",
          "description": "The project it was done on; that of the instance where nothing is said."
        }
      },
      "required": [
        "action",
        "summary"
      ]
    },
    "annotations": {
      "destructiveHint": false
    },
    "document": "mutation Log($action:LogAction!$summary:String!$files:[String!]$project:String$allowSecret:Boolean$clientKey:String){logAction(action:$action summary:$summary files:$files project:$project allowSecret:$allowSecret clientKey:$clientKey){...LogLine}}fragment LogLine on LogEntry{id from project{name}action summary files createdAt}"
  },
  {
    "name": "logs",
    "description": "List what was logged, newest first.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "project": {
          "type": "string",
          "description": "Only what was done on this project."
        },
        "instance": {
          "type": "string",
          "description": "Only what this instance, or `human`, did."
        },
        "action": {
          "type": "array",
          "items": {
            "type": "string",
            "enum": [
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
            ]
          },
          "description": "Only these kinds of action."
        },
        "first": {
          "type": "integer",
          "description": "How many from the front."
        },
        "after": {
          "type": "string",
          "description": "Only what comes after this cursor."
        }
      }
    },
    "annotations": {
      "readOnlyHint": true
    },
    "document": "query Logs($project:String$instance:String$action:[LogAction!]$first:Int$after:String){log(project:$project instance:$instance action:$action first:$first after:$after){totalCount pageInfo{...Page}nodes{...LogLine}}}fragment LogLine on LogEntry{id from project{name}action summary files createdAt}fragment Page on PageInfo{hasNextPage endCursor}"
  },
  {
    "name": "memory",
    "description": "Show one memory with its links, the messages it came from and those that cite it, and its earlier versions.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "id": {
          "type": "string",
          "description": "Its number."
        }
      },
      "required": [
        "id"
      ]
    },
    "annotations": {
      "readOnlyHint": true
    },
    "document": "query Memory($id:ID!){memory(id:$id){...MemoryLine source{id from type subject createdAt}linkCount links{kind direction createdAt memory{id type title status}}citedBy(first:10){totalCount nodes{id from type subject createdAt}}revisions{totalCount nodes{version title content status tags files from createdAt}}}}fragment MemoryLine on Memory{id project{name}global type title content status tags files from version createdAt updatedAt}"
  },
  {
    "name": "message",
    "description": "Show one message in full without marking it read.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "id": {
          "type": "string",
          "description": "Its number."
        }
      },
      "required": [
        "id"
      ]
    },
    "annotations": {
      "readOnlyHint": true
    },
    "document": "query Message($id:ID!){message(id:$id){...MessageThread cites{id type title status}}}fragment BlockerState on Blocker{id heldBy open openedAt expiresAt endedAt end reason resources message{to subject body}}fragment MessageLine on Message{...PlainMessage deliveredAt readAt own open}fragment MessageThread on Message{...MessageLine blocker{...BlockerState}replyTo{id from subject}thread(first:50){totalCount nodes{id from type subject createdAt}}}fragment PlainMessage on Message{id from sender{project{name}}to type subject body createdAt expiresAt threadId replyToId blocker{open}}"
  },
  {
    "name": "messages",
    "description": "List messages, newest first.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "to": {
          "type": "string",
          "description": "Only messages to this address: `@all`, a project or an instance."
        },
        "from": {
          "type": "string",
          "description": "Only messages of this instance, or of `human`."
        },
        "type": {
          "type": "array",
          "items": {
            "type": "string",
            "enum": [
              "blocker",
              "done",
              "info",
              "request",
              "warning"
            ]
          },
          "description": "Only messages of these types."
        },
        "first": {
          "type": "integer",
          "description": "How many from the front."
        },
        "after": {
          "type": "string",
          "description": "Only what comes after this cursor."
        }
      }
    },
    "annotations": {
      "readOnlyHint": true
    },
    "document": "query Messages($to:String$from:String$type:[MessageType!]$first:Int$after:String){messages(to:$to from:$from type:$type first:$first after:$after){totalCount pageInfo{...Page}nodes{...MessageLine}}}fragment MessageLine on Message{...PlainMessage deliveredAt readAt own open}fragment Page on PageInfo{hasNextPage endCursor}fragment PlainMessage on Message{id from sender{project{name}}to type subject body createdAt expiresAt threadId replyToId blocker{open}}"
  },
  {
    "name": "projects",
    "description": "List the known projects.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "first": {
          "type": "integer",
          "description": "How many from the front."
        },
        "after": {
          "type": "string",
          "description": "Only what comes after this cursor."
        }
      }
    },
    "annotations": {
      "readOnlyHint": true
    },
    "document": "query Projects($first:Int$after:String){projects(first:$first after:$after){totalCount pageInfo{...Page}nodes{name createdAt instances{totalCount}memories{totalCount}}}}fragment Page on PageInfo{hasNextPage endCursor}"
  },
  {
    "name": "read",
    "description": "Mark messages read, and show them with their conversation.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "ids": {
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "all": {
          "type": "boolean"
        }
      }
    },
    "annotations": {
      "destructiveHint": false,
      "idempotentHint": true
    },
    "document": "mutation Read($ids:[ID!]$all:Boolean){markRead(ids:$ids all:$all){count messages{...MessageThread cites{id type title status}}}}fragment BlockerState on Blocker{id heldBy open openedAt expiresAt endedAt end reason resources message{to subject body}}fragment MessageLine on Message{...PlainMessage deliveredAt readAt own open}fragment MessageThread on Message{...MessageLine blocker{...BlockerState}replyTo{id from subject}thread(first:50){totalCount nodes{id from type subject createdAt}}}fragment PlainMessage on Message{id from sender{project{name}}to type subject body createdAt expiresAt threadId replyToId blocker{open}}",
    "always": true
  },
  {
    "name": "recall",
    "description": "What was learned before. Without search or file: what a new session should know.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "project": {
          "type": "string",
          "description": "Yours unless given."
        },
        "global": {
          "type": "boolean",
          "description": "What is for every project."
        },
        "type": {
          "type": "array",
          "items": {
            "type": "string",
            "enum": [
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
            ]
          }
        },
        "search": {
          "type": "string",
          "description": "A question or words; \"a phrase\", -without."
        },
        "tags": {
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "file": {
          "type": "string",
          "description": "A path: all about it."
        },
        "budget": {
          "type": "integer",
          "description": "Tokens; 2000 unless given."
        }
      }
    },
    "presets": {
      "budget": 2000
    },
    "annotations": {
      "readOnlyHint": true
    },
    "document": "query Recall($project:String$global:Boolean$type:[MemoryType!]$status:[MemoryStatus!]$search:String$tags:[String!]$file:String$author:String$asOf:DateTime$budget:Int$explain:Boolean!=false$first:Int$after:String){recall(project:$project global:$global type:$type status:$status search:$search tags:$tags file:$file author:$author asOf:$asOf budget:$budget first:$first after:$after){totalCount pageInfo{...Page}nodes{...MemoryLine}edges{cursor cut alike why@include(if:$explain){score pairScore lengthShare statusShare ageShare days words{asked found fields memories score}bearers{kind memory{id title}}}}}}fragment MemoryLine on Memory{id project{name}global type title content status tags files from version createdAt updatedAt}fragment Page on PageInfo{hasNextPage endCursor}",
    "always": true
  },
  {
    "name": "receipts",
    "description": "Show who received a message, and who read it.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "id": {
          "type": "string",
          "description": "Its number."
        },
        "first": {
          "type": "integer",
          "description": "How many from the front."
        },
        "after": {
          "type": "string",
          "description": "Only what comes after this cursor."
        }
      },
      "required": [
        "id"
      ]
    },
    "annotations": {
      "readOnlyHint": true
    },
    "document": "query Receipts($id:ID!$first:Int$after:String){message(id:$id){id to subject receiptCounts{stored delivered read}receipts(first:$first after:$after){totalCount pageInfo{...Page}nodes{state deliveredAt readAt instance{id project{name}live lastSeenAt endedAt}}}}}fragment Page on PageInfo{hasNextPage endCursor}"
  },
  {
    "name": "release",
    "description": "End a blocker.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "id": {
          "type": "string",
          "description": "The number of the message that said it."
        },
        "reason": {
          "type": "string",
          "description": "Why; the operator has to say."
        }
      },
      "required": [
        "id"
      ]
    },
    "annotations": {
      "destructiveHint": false,
      "idempotentHint": true
    },
    "document": "mutation Release($id:ID!$reason:String){releaseBlocker(id:$id reason:$reason){...BlockerLine}}fragment BlockerLine on Blocker{...BlockerState holder{lastSeenAt}waiters{from since}}fragment BlockerState on Blocker{id heldBy open openedAt expiresAt endedAt end reason resources message{to subject body}}"
  },
  {
    "name": "remember",
    "description": "Store what cost time to find out. No secrets. What is known already is refused, with its number.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "project": {
          "type": "string",
          "description": "Yours unless given."
        },
        "global": {
          "type": "boolean",
          "description": "For every project; only infrastructure, convention, tool, preference, credential, lesson."
        },
        "type": {
          "type": "string",
          "enum": [
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
          ]
        },
        "title": {
          "type": "string",
          "description": "One line."
        },
        "content": {
          "type": "string"
        },
        "tags": {
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "files": {
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "fixes": {
          "type": "array",
          "items": {
            "type": "string"
          },
          "description": "Memories it solves: number or title."
        },
        "supersedes": {
          "type": "array",
          "items": {
            "type": "string"
          },
          "description": "Those it replaces."
        },
        "resolve": {
          "type": "boolean",
          "description": "What it fixes is resolved."
        },
        "force": {
          "type": "boolean",
          "description": "Store though known."
        },
        "update": {
          "type": "boolean",
          "description": "Change the memory that has it."
        }
      },
      "required": [
        "type",
        "title",
        "content"
      ]
    },
    "annotations": {
      "destructiveHint": false
    },
    "document": "mutation Remember($project:String$global:Boolean$type:MemoryType!$title:String!$content:String!$tags:[String!]$files:[String!]$fixes:[String!]$supersedes:[String!]$relatesTo:[String!]$dependsOn:[String!]$contradicts:[String!]$resolve:Boolean$source:ID$force:Boolean$update:Boolean$allowSecret:Boolean$clientKey:String){remember(project:$project global:$global type:$type title:$title content:$content tags:$tags files:$files fixes:$fixes supersedes:$supersedes relatesTo:$relatesTo dependsOn:$dependsOn contradicts:$contradicts resolve:$resolve source:$source force:$force update:$update allowSecret:$allowSecret clientKey:$clientKey){...MemoryLine links(first:250){kind direction memory{id type title status}}}}fragment MemoryLine on Memory{id project{name}global type title content status tags files from version createdAt updatedAt}",
    "always": true
  },
  {
    "name": "restore",
    "description": "Bring an earlier version of a memory back, as a new version.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "id": {
          "type": "string",
          "description": "Its number."
        },
        "version": {
          "type": "integer",
          "description": "The version to go back to."
        },
        "ifVersion": {
          "type": "integer",
          "description": "The version that was read: where it is another one by now nothing is changed."
        }
      },
      "required": [
        "id",
        "version"
      ]
    },
    "annotations": {
      "destructiveHint": false
    },
    "document": "mutation Restore($id:ID!$version:Int!$ifVersion:Int$clientKey:String){restoreMemory(id:$id version:$version ifVersion:$ifVersion clientKey:$clientKey){...MemoryLine}}fragment MemoryLine on Memory{id project{name}global type title content status tags files from version createdAt updatedAt}"
  },
  {
    "name": "send",
    "description": "Tell other agents. A warning precedes what disrupts; a blocker holds resources until its done. Example: {\"to\":\"@all\",\"type\":\"blocker\",\"resource\":[\"a.yml\"],\"subject\":\"Editing a.yml\"}",
    "inputSchema": {
      "type": "object",
      "properties": {
        "to": {
          "type": "string",
          "description": "@all, a project or an instance."
        },
        "type": {
          "type": "string",
          "enum": [
            "blocker",
            "done",
            "info",
            "request",
            "warning"
          ],
          "description": "info unless given."
        },
        "subject": {
          "type": "string",
          "description": "One line."
        },
        "body": {
          "type": "string"
        },
        "replyTo": {
          "type": "string",
          "description": "Message it answers; a done ends the blocker it answers."
        },
        "resource": {
          "type": "array",
          "items": {
            "type": "string"
          },
          "description": "Blocker: files, folders/, kind:name."
        },
        "for": {
          "type": "string",
          "description": "Blocker: how long; 1h unless given."
        },
        "wait": {
          "type": "string",
          "description": "Blocker: for its resources; warning: for objections. Such as 5m."
        },
        "cites": {
          "type": "array",
          "items": {
            "type": "string"
          },
          "description": "Memories: number or title."
        }
      },
      "required": [
        "to",
        "subject"
      ]
    },
    "annotations": {
      "destructiveHint": false
    },
    "document": "mutation Send($to:String!$type:MessageType$subject:String!$body:String$replyTo:ID$resource:[String!]$for:Duration$wait:Duration$expires:Duration$cites:[String!]$allowSecret:Boolean$clientKey:String){sendMessage(to:$to type:$type subject:$subject body:$body replyTo:$replyTo resources:$resource for:$for wait:$wait expiresIn:$expires cites:$cites allowSecret:$allowSecret clientKey:$clientKey){addressedTo message{...MessageLine blocker{resources expiresAt}replyTo{id type blocker{heldBy open end}}}objection{...MessageLine}endedBlocker{...BlockerLine}openBlockers{...BlockerLine}}}fragment BlockerLine on Blocker{...BlockerState holder{lastSeenAt}waiters{from since}}fragment BlockerState on Blocker{id heldBy open openedAt expiresAt endedAt end reason resources message{to subject body}}fragment MessageLine on Message{...PlainMessage deliveredAt readAt own open}fragment PlainMessage on Message{id from sender{project{name}}to type subject body createdAt expiresAt threadId replyToId blocker{open}}",
    "always": true,
    "blocked": [
      "sendMessage.objection"
    ]
  },
  {
    "name": "status",
    "description": "Show who works on what, what is blocked, and the latest news.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "project": {
          "type": "string",
          "description": "Only this project."
        }
      }
    },
    "annotations": {
      "readOnlyHint": true
    },
    "document": "query Status($project:String){status(project:$project){viewer{kind name}unread instances{totalCount nodes{...InstanceLine}}requests(first:10){totalCount nodes{...MessageLine}}blockers{totalCount nodes{...BlockerLine}}waiters{from since resources blockers{id heldBy}}messages(first:5){totalCount nodes{...MessageLine}}log(first:10){totalCount nodes{...LogLine}}}}fragment BlockerLine on Blocker{...BlockerState holder{lastSeenAt}waiters{from since}}fragment BlockerState on Blocker{id heldBy open openedAt expiresAt endedAt end reason resources message{to subject body}}fragment InstanceLine on Instance{id project{name}directory model task status live startedAt lastSeenAt endedAt}fragment LogLine on LogEntry{id from project{name}action summary files createdAt}fragment MessageLine on Message{...PlainMessage deliveredAt readAt own open}fragment PlainMessage on Message{id from sender{project{name}}to type subject body createdAt expiresAt threadId replyToId blocker{open}}"
  },
  {
    "name": "unlink",
    "description": "Remove a link between two memories.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "from": {
          "type": "string",
          "description": "The memory it starts at: its number or its title."
        },
        "to": {
          "type": "string",
          "description": "The memory it points to: its number or its title."
        },
        "kind": {
          "type": "string",
          "enum": [
            "contradicts",
            "depends_on",
            "fixes",
            "relates_to",
            "supersedes"
          ],
          "description": "How the first bears on the second."
        }
      },
      "required": [
        "from",
        "to",
        "kind"
      ]
    },
    "annotations": {},
    "document": "mutation Unlink($from:ID!$to:ID!$kind:MemoryLinkKind!){unlinkMemories(from:$from to:$to kind:$kind){removed}}"
  },
  {
    "name": "update-memory",
    "description": "Change a memory.",
    "inputSchema": {
      "type": "object",
      "properties": {
        "id": {
          "type": "string",
          "description": "Its number."
        },
        "status": {
          "type": "string",
          "enum": [
            "active",
            "deprecated",
            "resolved",
            "superseded"
          ],
          "description": "Whether it still holds."
        },
        "title": {
          "type": "string",
          "description": "A new title."
        },
        "content": {
          "type": "string",
          "description": "A new text."
        },
        "tags": {
          "type": "array",
          "items": {
            "type": "string"
          },
          "description": "Tags in place of the old ones."
        },
        "files": {
          "type": "array",
          "items": {
            "type": "string"
          },
          "description": "Paths in place of the old ones."
        },
        "ifVersion": {
          "type": "integer",
          "description": "The version that was read: where it is another one by now nothing is changed, and both are shown."
        }
      },
      "required": [
        "id"
      ]
    },
    "annotations": {
      "destructiveHint": false
    },
    "document": "mutation UpdateMemory($id:ID!$status:MemoryStatus$title:String$content:String$tags:[String!]$files:[String!]$ifVersion:Int$allowSecret:Boolean$clientKey:String){updateMemory(id:$id status:$status title:$title content:$content tags:$tags files:$files ifVersion:$ifVersion allowSecret:$allowSecret clientKey:$clientKey){...MemoryLine}}fragment MemoryLine on Memory{id project{name}global type title content status tags files from version createdAt updatedAt}"
  },
  {
    "name": "whoami",
    "description": "Show who this command line acts as.",
    "inputSchema": {
      "type": "object",
      "properties": {}
    },
    "annotations": {
      "readOnlyHint": true
    },
    "document": "query Whoami{me{kind name instance{...InstanceLine}}}fragment InstanceLine on Instance{id project{name}directory model task status live startedAt lastSeenAt endedAt}"
  }
];
