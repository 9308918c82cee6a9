// Made by `npm run generate` from cli/operations and schema.graphql. Do not edit.

export type ActivityKind = 'BLOCKER_ENDED' | 'INSTANCE_LEFT' | 'INSTANCE_REGISTERED' | 'LOGGED' | 'MEMORY_WRITTEN' | 'MESSAGE_SENT';

export type BlockerEnd = 'DEREGISTERED' | 'DONE' | 'EXPIRED' | 'RELEASED' | 'STALE';

export type GraphEdgeKind = 'CAME_FROM' | 'CITES' | 'CONTRADICTS' | 'DEPENDS_ON' | 'ENDS' | 'FIXES' | 'RELATES_TO' | 'REPLIES_TO' | 'SENT' | 'SUPERSEDES' | 'TAGGED' | 'TOUCHES' | 'WROTE';

export type InstanceStatus = 'ACTIVE' | 'BUSY' | 'IDLE' | 'SHUTTING_DOWN';

export type LinkDirection = 'INCOMING' | 'OUTGOING';

export type LogAction = 'BLOCKER_LAPSED' | 'DOCKER_OPERATION' | 'FILE_MODIFIED' | 'ISSUE_FOUND' | 'ISSUE_RESOLVED' | 'SECRET_ALLOWED' | 'SHUTDOWN' | 'STARTED' | 'TASK_COMPLETED' | 'TASK_STARTED';

export type MemoryLinkKind = 'CONTRADICTS' | 'DEPENDS_ON' | 'FIXES' | 'RELATES_TO' | 'SUPERSEDES';

export type MemoryStatus = 'ACTIVE' | 'DEPRECATED' | 'RESOLVED' | 'SUPERSEDED';

export type MemoryType = 'ARCHITECTURE' | 'CONVENTION' | 'CREDENTIAL' | 'DECISION' | 'FEATURE' | 'FIX' | 'GOTCHA' | 'INFRASTRUCTURE' | 'ISSUE' | 'LESSON' | 'PATTERN' | 'PREFERENCE' | 'TOOL' | 'UPDATE';

export type MessageType = 'BLOCKER' | 'DONE' | 'INFO' | 'REQUEST' | 'WARNING';

export type RecallField = 'CONTENT' | 'LABEL' | 'TITLE';

export type ReceiptState = 'DELIVERED' | 'READ' | 'STORED';

export type ViewerKind = 'INSTANCE' | 'OPERATOR';

/** One blocker in a list. */
export type BlockerLine = BlockerState & {
  holder: {
    lastSeenAt: string;
  } | null;
  waiters: Array<{
    from: string;
    since: string;
  }>;
};

/** What a blocker holds, and how it stands. */
export type BlockerState = {
  id: string;
  heldBy: string;
  open: boolean;
  openedAt: string;
  expiresAt: string | null;
  endedAt: string | null;
  end: BlockerEnd | null;
  reason: string | null;
  resources: Array<string>;
  message: {
    to: string;
    subject: string;
    body: string;
  };
};

/** One instance in a list. */
export type InstanceLine = {
  id: string;
  project: {
    name: string;
  };
  directory: string;
  model: string | null;
  task: string | null;
  status: InstanceStatus;
  live: boolean;
  startedAt: string;
  lastSeenAt: string;
  endedAt: string | null;
};

/** One link between two memories. */
export type LinkLine = {
  kind: MemoryLinkKind;
  from: {
    id: string;
    title: string;
  };
  to: {
    id: string;
    title: string;
  };
  createdAt: string;
};

/** One entry of the work log. */
export type LogLine = {
  id: string;
  from: string;
  project: {
    name: string;
  } | null;
  action: LogAction;
  summary: string;
  files: Array<string>;
  createdAt: string;
};

/** One memory in a list, its text included. */
export type MemoryLine = {
  id: string;
  project: {
    name: string;
  } | null;
  global: boolean;
  type: MemoryType;
  title: string;
  content: string;
  status: MemoryStatus;
  tags: Array<string>;
  files: Array<string>;
  from: string;
  version: number;
  createdAt: string;
  updatedAt: string;
};

/** One message in a list, its text included. */
export type MessageLine = PlainMessage & {
  deliveredAt: string | null;
  readAt: string | null;
  own: boolean;
  open: boolean;
};

/** One message in full, with the conversation it belongs to. */
export type MessageThread = MessageLine & {
  blocker: BlockerState | null;
  replyTo: {
    id: string;
    from: string;
    subject: string;
  } | null;
  thread: {
    totalCount: number;
    nodes: Array<{
      id: string;
      from: string;
      type: MessageType;
      subject: string;
      createdAt: string;
    }>;
  };
};

/** Where a list goes on. */
export type Page = {
  hasNextPage: boolean;
  endCursor: string | null;
};

/** One message in a list, its text included, as all who may see it see it. */
export type PlainMessage = {
  id: string;
  from: string;
  sender: {
    project: {
      name: string;
    };
  } | null;
  to: string;
  type: MessageType;
  subject: string;
  body: string;
  createdAt: string;
  expiresAt: string | null;
  threadId: string;
  replyToId: string | null;
  blocker: {
    open: boolean;
  } | null;
};

export type ActivityResult = {
  activity: {
    kind: ActivityKind;
    at: string;
    from: string;
    project: string | null;
    summary: string;
    message: {
      id: string;
      to: string;
      type: MessageType;
    } | null;
    memory: {
      id: string;
      type: MemoryType;
    } | null;
    logEntry: {
      id: string;
      action: LogAction;
      files: Array<string>;
    } | null;
  };
};

export type BlockersResult = {
  blockers: {
    totalCount: number;
    pageInfo: Page;
    nodes: Array<BlockerLine>;
  };
};

export type CleanupResult = {
  cleanup: {
    dryRun: boolean;
    messages: number;
    logEntries: number;
    instances: number;
  };
};

export type DeregisterResult = {
  deregister: InstanceLine;
};

export type GraphResult = {
  memoryGraph: {
    truncated: boolean;
    nodes: Array<{
      key: string;
      distance: number;
      title: string;
      node: ({
        __typename: 'Instance';
      } | {
        __typename: 'Memory';
        id: string;
        type: MemoryType;
        status: MemoryStatus;
        global: boolean;
        project: {
          name: string;
        } | null;
      } | {
        __typename: 'MemoryFile';
      } | {
        __typename: 'MemoryTag';
      } | {
        __typename: 'Message';
        id: string;
        messageType: MessageType;
        from: string;
        to: string;
      });
    }>;
    edges: Array<{
      from: string;
      to: string;
      kind: GraphEdgeKind;
    }>;
    pageInfo: Page;
  };
};

export type GuardResult = {
  guard: {
    clear: boolean;
    resources: Array<string>;
    held: Array<{
      resource: string;
      blocker: BlockerLine;
    }>;
  };
};

export type HeartbeatResult = {
  heartbeat: InstanceLine;
};

export type HistoryResult = {
  memory: (MemoryLine & {
    revisions: {
      totalCount: number;
      pageInfo: Page;
      nodes: Array<{
        version: number;
        title: string;
        content: string;
        status: MemoryStatus;
        tags: Array<string>;
        files: Array<string>;
        from: string;
        createdAt: string;
      }>;
    };
  });
};

export type InboxResult = {
  inbox: {
    totalCount: number;
    pageInfo: Page;
    nodes: Array<MessageLine>;
  };
};

export type InstancesResult = {
  instances: {
    totalCount: number;
    pageInfo: Page;
    nodes: Array<InstanceLine>;
  };
};

export type LinkResult = {
  linkMemories: LinkLine;
};

export type LogResult = {
  logAction: LogLine;
};

export type LogsResult = {
  log: {
    totalCount: number;
    pageInfo: Page;
    nodes: Array<LogLine>;
  };
};

export type MemoryResult = {
  memory: (MemoryLine & {
    source: {
      id: string;
      from: string;
      type: MessageType;
      subject: string;
      createdAt: string;
    } | null;
    linkCount: number;
    links: Array<{
      kind: MemoryLinkKind;
      direction: LinkDirection;
      createdAt: string;
      memory: {
        id: string;
        type: MemoryType;
        title: string;
        status: MemoryStatus;
      };
    }>;
    citedBy: {
      totalCount: number;
      nodes: Array<{
        id: string;
        from: string;
        type: MessageType;
        subject: string;
        createdAt: string;
      }>;
    };
    revisions: {
      totalCount: number;
      nodes: Array<{
        version: number;
        title: string;
        content: string;
        status: MemoryStatus;
        tags: Array<string>;
        files: Array<string>;
        from: string;
        createdAt: string;
      }>;
    };
  });
};

export type MessageResult = {
  message: (MessageThread & {
    cites: Array<{
      id: string;
      type: MemoryType;
      title: string;
      status: MemoryStatus;
    }>;
  });
};

export type MessagesResult = {
  messages: {
    totalCount: number;
    pageInfo: Page;
    nodes: Array<MessageLine>;
  };
};

export type ProjectsResult = {
  projects: {
    totalCount: number;
    pageInfo: Page;
    nodes: Array<{
      name: string;
      createdAt: string;
      instances: {
        totalCount: number;
      };
      memories: {
        totalCount: number;
      };
    }>;
  };
};

export type ReadResult = {
  markRead: ({
    count: number;
    messages: Array<(MessageThread & {
      cites: Array<{
        id: string;
        type: MemoryType;
        title: string;
        status: MemoryStatus;
      }>;
    })>;
  });
};

export type RecallResult = {
  recall: {
    totalCount: number;
    pageInfo: Page;
    nodes: Array<MemoryLine>;
    edges: Array<{
      cursor: string;
      cut: boolean;
      alike: Array<string>;
      why: {
        score: number;
        pairScore: number;
        lengthShare: number;
        statusShare: number;
        ageShare: number;
        days: number;
        words: Array<{
          asked: string;
          found: string;
          fields: Array<RecallField>;
          memories: number;
          score: number;
        }>;
        bearers: Array<{
          kind: MemoryLinkKind;
          memory: {
            id: string;
            title: string;
          };
        }>;
      } | null;
    }>;
  };
};

export type ReceiptsResult = {
  message: {
    id: string;
    to: string;
    subject: string;
    receiptCounts: {
      stored: number;
      delivered: number;
      read: number;
    };
    receipts: {
      totalCount: number;
      pageInfo: Page;
      nodes: Array<{
        state: ReceiptState;
        deliveredAt: string | null;
        readAt: string | null;
        instance: {
          id: string;
          project: {
            name: string;
          };
          live: boolean;
          lastSeenAt: string;
          endedAt: string | null;
        };
      }>;
    };
  };
};

export type RegisterResult = {
  register: {
    resumed: boolean;
    token: string;
    instance: InstanceLine;
  };
};

export type ReleaseResult = {
  releaseBlocker: BlockerLine;
};

export type RememberResult = {
  remember: (MemoryLine & {
    links: Array<{
      kind: MemoryLinkKind;
      direction: LinkDirection;
      memory: {
        id: string;
        type: MemoryType;
        title: string;
        status: MemoryStatus;
      };
    }>;
  });
};

export type RestoreResult = {
  restoreMemory: MemoryLine;
};

export type SendResult = {
  sendMessage: ({
    addressedTo: number;
    message: (MessageLine & {
      blocker: {
        resources: Array<string>;
        expiresAt: string | null;
      } | null;
      replyTo: {
        id: string;
        type: MessageType;
        blocker: {
          heldBy: string;
          open: boolean;
          end: BlockerEnd | null;
        } | null;
      } | null;
    });
    objection: MessageLine | null;
    endedBlocker: BlockerLine | null;
    openBlockers: Array<BlockerLine>;
  });
};

export type StatusResult = {
  status: {
    viewer: {
      kind: ViewerKind;
      name: string;
    };
    unread: number | null;
    instances: {
      totalCount: number;
      nodes: Array<InstanceLine>;
    };
    requests: {
      totalCount: number;
      nodes: Array<MessageLine>;
    };
    blockers: {
      totalCount: number;
      nodes: Array<BlockerLine>;
    };
    waiters: Array<{
      from: string;
      since: string;
      resources: Array<string>;
      blockers: Array<{
        id: string;
        heldBy: string;
      }>;
    }>;
    messages: {
      totalCount: number;
      nodes: Array<MessageLine>;
    };
    log: {
      totalCount: number;
      nodes: Array<LogLine>;
    };
  };
};

export type UnlinkResult = {
  unlinkMemories: {
    removed: boolean;
  };
};

export type UpdateMemoryResult = {
  updateMemory: MemoryLine;
};

export type WatchResult = {
  messageReceived: {
    cursor: string;
    message: PlainMessage | null;
  };
};

export type WhoamiResult = {
  me: {
    kind: ViewerKind;
    name: string;
    instance: InstanceLine | null;
  };
};

export interface Results {
  Activity: ActivityResult;
  Blockers: BlockersResult;
  Cleanup: CleanupResult;
  Deregister: DeregisterResult;
  Graph: GraphResult;
  Guard: GuardResult;
  Heartbeat: HeartbeatResult;
  History: HistoryResult;
  Inbox: InboxResult;
  Instances: InstancesResult;
  Link: LinkResult;
  Log: LogResult;
  Logs: LogsResult;
  Memory: MemoryResult;
  Message: MessageResult;
  Messages: MessagesResult;
  Projects: ProjectsResult;
  Read: ReadResult;
  Recall: RecallResult;
  Receipts: ReceiptsResult;
  Register: RegisterResult;
  Release: ReleaseResult;
  Remember: RememberResult;
  Restore: RestoreResult;
  Send: SendResult;
  Status: StatusResult;
  Unlink: UnlinkResult;
  UpdateMemory: UpdateMemoryResult;
  Watch: WatchResult;
  Whoami: WhoamiResult;
}
