import { schedule } from './fault/schedule.ts';
import { survives } from './short-form.ts';

survives('in any order of send, subscribe, disconnect, resume, read and expire', [schedule]);
