import { comingAndGoing, openTransaction } from './fault/coming-and-going.ts';
import { crowd } from './fault/crowd.ts';
import { race } from './fault/race.ts';
import { repeatedKey } from './fault/repeated-key.ts';
import { survives } from './short-form.ts';

survives('when many act at once', [repeatedKey, race, comingAndGoing, openTransaction, crowd]);
