import { forget, remember } from '../faults/remains.ts';
import { createTestHome, type TestHome } from '../support/home.ts';

/** Makes a temporary home; it goes, with the Postgres in it, even where the benchmark is killed. The caller removes it before. */
export async function ownHome(): Promise<TestHome> {
  const home = await createTestHome();
  remember('home', home.path);
  return {
    path: home.path,
    async remove() {
      await home.remove();
      forget('home', home.path);
    },
  };
}
