import { silentListener, spoiledNetwork } from './fault/spoiled-network.ts';
import { unreadStreams } from './fault/unread-streams.ts';
import { survives } from './short-form.ts';

survives('when connections go bad', [silentListener, spoiledNetwork, unreadStreams]);
