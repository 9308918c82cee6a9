// Preloaded into a server (`npm run bench -- requests --profile FILE`): writes a CPU profile when it ends, for Chrome's developer tools.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.start');
process.once('exit', () => {
  session.post('Profiler.stop', (error, stopped) => {
    if (error) throw error;
    writeFileSync(process.env.BENCH_PROFILE, JSON.stringify(stopped.profile));
  });
});
