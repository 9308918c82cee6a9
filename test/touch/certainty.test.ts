import { describe, expect, test } from 'vitest';
import { type Touch, touchesOf } from '../../server/touch/touch.ts';

/** As a line that is easy to compare: `/w/a`, `docker:web`, `tree /w`, `push main`. */
function line(touch: Touch): string {
  if (touch.kind === 'file') return touch.path;
  if (touch.kind === 'resource') return touch.name;
  return touch.kind === 'workTree' ? `tree ${touch.folder}` : `push ${touch.branches?.join(' ') ?? 'HEAD'}`;
}

const lines = (command: string) => touchesOf('Bash', { command }, '/w').map(line);

describe('the folder after a cd that may not have run', () => {
  test.each<[string, string[]]>([
    ['[ -d a ] && cd a; rm b; rm /c', ['/c']],
    ['make && cd a; rm b', []],
    ['make || cd a; rm b', []],
    ['make && cd a && rm b', ['/w/a/b']],
    ['cd a && make; rm b', ['/w/a/b']],
    ['cd a && make || exit 1; rm b', ['/w/a/b']],
    ['cd a && make || cd /x; rm b', []],
    ['[ -d a ] || exit 1; rm b', ['/w/b']],
    ['make || { cd /x; exit 1; }; rm b', ['/w/b']],
    ['cd a || cd b || exit; rm c', []],
    ['cd a || { rm b; exit; }; rm c', ['/w/b', '/w/a/c']],
    ['while cd a; do rm b; done; rm c', ['/w/a/b']],
    ['exit 1 || rm a', []],
    ['pushd a && rm b; popd; rm c', ['/w/a/b']],
    ['pushd +1; rm a', []],
  ])('%s', (command, expected) => {
    expect(lines(command)).toEqual(expected);
  });
});

describe('what is said to be elsewhere', () => {
  test.each([
    'DOCKER_HOST=ssh://x docker compose up',
    'export DOCKER_CONTEXT=x; docker stop a',
    'CONTAINER_HOST=x podman stop a',
    'git -c core.worktree=/x reset --hard',
    'git -c "$X" reset --hard',
    'GIT_INDEX_FILE=/t/x git add -A',
  ])('%s', (command) => {
    expect(lines(command)).toEqual([]);
  });
});

describe('programs', () => {
  test.each<[string, string[]]>([
    ['sudo -n rm a; sudo -nE A=b rm b; sudo -nu x rm c', ['/w/a', '/w/b']],
    ["rm $'a\\\nb' c", ['/w/c']],
    ['chmod +x a; chmod -x b; chmod -R 755 c; chmod "$X" d', ['/w/a', '/w/b', '/w/c', '/w/d']],
    ['chmod --reference=a b; chown -R me:us c; chgrp us d; chmod 755', ['/w/b', '/w/c', '/w/d']],
    ['ln -s ../x/a b', ['/w/b', '/w/b/a']],
    ['ln -sfn a b/; ln -T c d', ['/w/b/a', '/w/d']],
    ['ln -s ../x/a', ['/w/./a']],
    ['patch -p1 a < b; patch -p1 < c; patch -d s d; patch --dry-run e; patch -o f g', ['/w/a', '/w/s/d']],
    ['cp --parents a/b c', []],
    ['git push --recurse-submodules on-demand origin main', ['push main']],
    ['git switch --orphan x', ['tree /w']],
    ['git bisect start main v1', ['tree /w']],
    ['git bisect good; git bisect reset; git bisect start; git bisect start x -- a', []],
    ['git worktree list; git worktree add x', []],
    ['git worktree remove --force ../x', ['/w/../x/']],
    ['docker update --cpus 2 -m 1g x; podman rm -t 10 y', ['docker:x', 'docker:y']],
  ])('%s', (command, expected) => {
    expect(lines(command)).toEqual(expected);
  });
});
