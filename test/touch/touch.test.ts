import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type Touch, touchesOf } from '../../server/touch/touch.ts';

const ofCommand = (command: string, cwd = '/w') => touchesOf('Bash', { command }, cwd);

/** As a line that is easy to compare: `/w/a`, `docker:web`, `tree /w`, `push main`. */
function line(touch: Touch): string {
  switch (touch.kind) {
    case 'file':
      return touch.path;
    case 'resource':
      return touch.name;
    case 'workTree':
      return `tree ${touch.folder}`;
    case 'push':
      return `push ${touch.branches?.join(' ') ?? 'HEAD'} in ${touch.folder}`;
  }
}

const lines = (command: string, cwd?: string) => ofCommand(command, cwd).map(line);

const composeIn = (folder: string) =>
  ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'].map((name) => `${folder}/${name}`);

describe('tools', () => {
  test.each<[string, unknown, Touch[]]>([
    ['Edit', { file_path: '/w/a.ts' }, [{ kind: 'file', path: '/w/a.ts', by: 'Edit' }]],
    ['MultiEdit', { file_path: 'a.ts' }, [{ kind: 'file', path: '/w/a.ts', by: 'MultiEdit' }]],
    ['Write', { file_path: 'C:\\x\\a.ts' }, [{ kind: 'file', path: 'C:\\x\\a.ts', by: 'Write' }]],
    ['NotebookEdit', { notebook_path: '../a.ipynb' }, [{ kind: 'file', path: '/w/../a.ipynb', by: 'NotebookEdit' }]],
    ['Read', { file_path: '/w/a.ts' }, []],
    ['Edit', { file_path: 7 }, []],
    ['Edit', { file_path: '' }, []],
    ['Edit', { file_path: 'x'.repeat(5_000_000) }, []],
    ['Edit', null, []],
    ['Bash', 'rm a', []],
    ['Bash', { command: ['rm a'] }, []],
    ['Bash', { command: `rm a #${'x'.repeat(65_536)}` }, []],
    ['Bash', { command: `rm ${'ä'.repeat(40_000)}` }, []],
    ['Bash', { command: 'x'.repeat(5_000_000) }, []],
  ])('%s', (tool, input, expected) => {
    expect(touchesOf(tool, input, '/w')).toEqual(expected);
  });

  it('yields nothing relative where the folder is not known', () => {
    expect(touchesOf('Edit', { file_path: 'a' }, 'w')).toEqual([]);
    expect(lines('rm a /b; git push', '')).toEqual(['/b']);
  });

  it('yields each touch once, and at most 200', () => {
    expect(lines('rm a a; rm a; echo >a')).toEqual(['/w/a']);
    expect(ofCommand(`rm ${Array.from({ length: 1000 }, (_, at) => at).join(' ')}`)).toHaveLength(200);
  });

  test.each([
    ['git stash', 'git stash'],
    ['docker compose -p x up', 'docker compose up'],
    ['docker-compose -p x up', 'docker-compose up'],
    ['podman stop x', 'podman stop'],
    ['systemctl restart x', 'systemctl restart'],
    ['sudo rm x', 'rm'],
    ['sed -i s/a/b/ x', 'sed -i'],
    ['echo >x', '> redirection'],
  ])('%s is done by %s', (command, by) => {
    expect([...new Set(ofCommand(command).map((touch) => touch.by))]).toEqual([by]);
  });
});

describe('the shell', () => {
  test.each<[string, string[]]>([
    // Words.
    ['rm $X "$X" a*b ~/x ~ {a,b} $(echo a) `echo a` $((1)) a=~/x [ab] b?', []],
    [
      `rm 'a b' "c d" e\\ f g'h'"i" $'j\\tk' "l\\$m" '~'`,
      ['/w/a b', '/w/c d', '/w/e f', '/w/ghi', '/w/j\tk', '/w/l$m', '/w/~'],
    ],
    ['rm {a} [x /y/z ../q', ['/w/{a}', '/w/[x', '/y/z', '/w/../q']],
    ["rm 'C:\\x'", ['C:\\x']],
    ['$X rm a; "$X" push; git $X push', []],
    // Folders.
    ['cd a; rm b; cd ../c && rm d\nrm e', ['/w/a/b', '/w/a/../c/d', '/w/a/../c/e']],
    ['cd a || exit 1; rm b', ['/w/a/b']],
    ['cd a || { echo no; exit 1; }; rm b', ['/w/a/b']],
    ['cd a || rm b; rm c; rm /d', ['/w/b', '/d']],
    ['cd /a || cd /b; rm c', []],
    ['(cd a; rm b); rm c', ['/w/a/b', '/w/c']],
    ['cd a & rm b', ['/w/b']],
    ['cd a | rm b; rm c', ['/w/b', '/w/c']],
    ['echo $(cd a; rm b); rm c', ['/w/a/b', '/w/c']],
    ['{ cd a; }; rm b', ['/w/a/b']],
    ['cd; rm a; cd /b; rm c', ['/b/c']],
    ['cd -; rm a', []],
    ['cd $X; rm a', []],
    ['cd ~/x; rm a', []],
    ['cd -P a; rm b', ['/w/a/b']],
    ['cd -- a; rm b', ['/w/a/b']],
    ['command cd a; rm b', ['/w/a/b']],
    ['env cd a; rm b', ['/w/b']],
    ['pushd a; rm b; popd; rm c', ['/w/a/b']],
    ['if [ -d a ]; then cd a; fi; rm b', []],
    ['if [ -d a ]; then cd a; else exit; fi; rm b', ['/w/a/b']],
    ['if ! cd a; then rm b; exit 1; fi; rm c', ['/w/b', '/w/a/c']],
    ['if cd a; then rm b; else rm c; fi', ['/w/a/b', '/w/c']],
    ['for i in a b; do cd a; rm b; done; rm c; rm /d', ['/w/a/b', '/d']],
    ['case $X in a) cd a; rm b;; *) rm c;; esac; rm d', ['/w/a/b', '/w/c']],
    // Where commands are.
    ['if rm a; then rm b; elif rm c; then rm d; else rm e; fi', ['/w/a', '/w/b', '/w/c', '/w/d', '/w/e']],
    ['while rm a; do rm b; done; until false; do rm c; done', ['/w/a', '/w/b', '/w/c']],
    ['for i in $(rm a); do rm b $i; done', ['/w/a', '/w/b']],
    ['for ((i=$(rm a); i<1; i++)); do rm b; done', ['/w/a', '/w/b']],
    ['! rm a; time rm b; ! time rm c | tee d', ['/w/a', '/w/b', '/w/c', '/w/d']],
    [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
      '[[ -f $(rm a) ]] && X=$(rm b) echo "$(rm c)" ${X:-$(rm d)} `rm e` <(rm f) > >(tee g)',
      ['/w/a', '/w/b', '/w/c', '/w/d', '/w/e', '/w/f', '/w/g'],
    ],
    ['coproc rm a', ['/w/a']],
    ['f() { rm a; }; f; rm /b; rm c', ['/b']],
    ['git() { echo; }; git push; command git push', []],
    // Texts.
    ['echo "git push"', []],
    ["echo 'a; git push'", []],
    ['echo # git push', []],
    ['git commit -m "git push; rm -rf a > b"', []],
    ["cat <<'EOF'\ngit push\n$(git stash)\nrm a > b\nEOF", []],
    ['cat <<EOF\ngit push\nEOF', []],
    ['cat <<EOF\n$(git push)\nEOF', ['push HEAD in /w']],
    ['bash <<EOF\ngit push\nEOF', []],
    ['cat <<< "git push"', []],
    // Errors.
    ['rm a; if', []],
    ['rm a "', []],
    ['rm a; echo "$(if)"', []],
    ['rm a; echo $(rm b', []],
    // Programs that run others.
    [
      'sudo rm a; env A=b C=d rm b; command rm c; exec rm d; nohup rm e; nice rm f; timeout 5s rm g',
      'abcdefg'.split('').map((name) => `/w/${name}`),
    ],
    [
      'sudo -u x rm a; env -i rm b; timeout -s 9 5 rm c; timeout $X rm d; command -v rm; env $X rm e; nice -n 5 rm f',
      [],
    ],
    ['sudo env A=b nohup /usr/bin/rm a; ./rm b; /x/rm c; \\rm d', ['/w/a', '/w/d']],
    ["bash -c 'cd a; rm b'; sh -lc \"rm c\"; bash -euo pipefail -c 'rm d'; rm e", ['/w/a/b', '/w/c', '/w/d', '/w/e']],
    ['bash -c "rm $X"; bash a.sh; bash -c "git() { :; }; git push"', []],
    [`bash -c 'bash -c "bash -c \\"rm a\\""'`, ['/w/a']],
    [`bash -c 'bash -c "bash -c \\"bash -c \\\\\\"rm a\\\\\\"\\""'`, []],
    ['xargs rm a; find . -exec rm b \\;; ssh x "rm c"; eval "rm d"', []],
  ])('%s', (command, expected) => {
    expect(lines(command)).toEqual(expected);
  });
});

describe('files', () => {
  test.each<[string, string[]]>([
    ['echo >a >>b >|c &>d &>>e 2>f <>g >&h {fd}>i', 'abcdefghi'.split('').map((name) => `/w/${name}`)],
    ['echo <a 2>&1 >&2 >&- 2>/dev/null >$X >"$X/b" <<<c', []],
    ['>a', ['/w/a']],
    ['{ echo; } >a; (echo) >b; if x; then y; fi >c', ['/w/a', '/w/b', '/w/c']],
    ['echo | tee -a a b; echo | tee - /dev/stderr', ['/w/a', '/w/b']],
    ['rm -rf a -- -b; rm --help c', ['/w/a', '/w/-b']],
    ['mv a b', ['/w/a', '/w/b', '/w/b/a']],
    ['mv x/a y/b c/', ['/w/x/a', '/w/y/b', '/w/c/a', '/w/c/b']],
    ['mv -t c a b', ['/w/a', '/w/b', '/w/c/a', '/w/c/b']],
    ['mv a $X', ['/w/a']],
    ['mv -T a b', ['/w/a', '/w/b']],
    ['mv a', []],
    ['cp -r x/a b', ['/w/b', '/w/b/a']],
    ['cp x/a .', ['/w/./a']],
    ['cp ../a/.. /b', ['/b']],
    ['cp $X a', ['/w/a']],
    ['cp a /dev/null', []],
    ['install -m 755 a /b', ['/b', '/b/a']],
    ['install -d a b', []],
    ['touch -d yesterday a; truncate -s 0 b', ['/w/a', '/w/b']],
    ['dd if=a of=b bs=1; dd of=/dev/sda; dd of=~/x', ['/w/b']],
    ['sed s/a/b/ c; sed -n p d', []],
    ['sed -i s/a/b/ c d', ['/w/c', '/w/d']],
    ["sed -i '' s/a/b/ c", ['/w/c']],
    ['sed -Ei.bak -e s/a/b/ -e s/c/d/ c', ['/w/c']],
    ['sed -i "s/$X/b/" c', ['/w/c']],
    ["perl -pi -e 's/a/b/' c d", ['/w/c', '/w/d']],
    ["perl -0777 -i.bak -pe 's/a/b/' c", ['/w/c']],
    ["perl -pe 's/a/b/' c; perl a.pl -i b", []],
  ])('%s', (command, expected) => {
    expect(lines(command)).toEqual(expected);
  });
});

describe('git', () => {
  const tree = ['tree /w'];
  const none: string[] = [];
  const pushed = (branches: string) => [`push ${branches} in /w`];
  test.each<[string, string[]]>([
    ['git push', pushed('HEAD')],
    ['git push -u origin', pushed('HEAD')],
    ['git push origin HEAD', pushed('HEAD')],
    ['git push -f origin main', pushed('main')],
    ['git push origin HEAD:main +a:b :c refs/heads/d', pushed('main b c d')],
    ['git push origin --delete feature/x', pushed('feature/x')],
    ['git push origin HEAD a', ['push a in /w', 'push HEAD in /w']],
    ['git push --all origin; git push --mirror x', pushed('HEAD')],
    ['git push --tags; git push origin tag v1; git push origin refs/tags/v1; git push -n origin main', none],
    ['git push origin $X; git push $X', none],
    ['git push -o ci.skip origin main', pushed('main')],
    ['git -C a push; cd /b && git push', ['push HEAD in /w/a', 'push HEAD in /b']],
    ['git -C a -C /b push; git -C $X push', ['push HEAD in /b']],
    ['git -c user.name=x --no-pager push', pushed('HEAD')],
    ['git --git-dir=x push; git --work-tree x stash; GIT_DIR=x git push; export GIT_DIR=x; git push', none],
    ['git checkout main', tree],
    ['git checkout -; git switch -', tree],
    ['git checkout -b x; git switch -c x; git checkout -B x; git switch --create x; git checkout --orphan x', none],
    ['git checkout -b x main', tree],
    ['git switch -c x main', tree],
    ['git switch main', tree],
    ['git checkout release/v1.x', tree],
    ['git checkout src/app.ts', ['/w/src/app.ts']],
    ['git checkout -- a b; git checkout main -- c; git checkout main d', ['/w/a', '/w/b', '/w/c', '/w/d']],
    ['git checkout .', tree],
    ['git checkout -- .', tree],
    ['git checkout; git checkout $X; git checkout -h', none],
    ['git stash', tree],
    ['git stash -u -m x', tree],
    ['git stash push -m "a b"', tree],
    ['git stash push -- a', ['/w/a']],
    ['git stash save x', tree],
    ['git stash pop', tree],
    ['git stash apply stash@{0}', tree],
    ['git stash branch x', tree],
    ['git stash list; git stash show; git stash drop; git stash clear; git stash $X', none],
    ['git reset --hard HEAD~1', tree],
    ['git reset --keep x', tree],
    ['git reset --merge', tree],
    ['git reset; git reset --soft x; git reset HEAD a', none],
    ['git clean -fdx', tree],
    ['git clean -f -e .env', tree],
    ['git clean -n; git clean -nfd; git clean -d', none],
    ['git commit -am x', tree],
    ['git commit --all -m x', tree],
    ['git commit -m "a -a" ; git commit --amend --no-edit; git commit -ma; git commit --message -a', none],
    ['git restore a --source main', ['/w/a']],
    ['git restore .', tree],
    ...['merge x', 'rebase main', 'pull', 'revert x', 'cherry-pick x', 'am x', 'apply x'].map(
      (args): [string, string[]] => [`git ${args}`, tree],
    ),
    ['git apply --check x; git apply --cached x; git merge-base a b', none],
    ['git add a b/c', ['/w/a', '/w/b/c']],
    ['git add .', tree],
    ['git add :/', tree],
    ['git add -A', tree],
    ['git add --all', tree],
    ['git add -u', tree],
    ['git add -A a', ['/w/a']],
    [`git add '*.ts' ':!x' $X -n`, none],
    ['git rm --cached a; git restore --staged c; git add -N .; git rm -r b', ['/w/b']],
    ['git rebase --continue; git merge --abort; git cherry-pick --quit; git am --skip', none],
    ['git mv a b; git mv c d/', ['/w/a', '/w/b', '/w/b/a', '/w/c', '/w/d/c']],
    ['git status; git log; git diff; git fetch; git branch -D x; git constructor; git', none],
    ['git push --help', none],
  ])('%s', (command, expected) => {
    expect(lines(command)).toEqual(expected);
  });
});

describe('services', () => {
  test.each<[string, string[]]>([
    ['docker compose up -d', [...composeIn('/w/Doc DB.v2'), 'docker:docdbv2']],
    ['docker compose up --build web db', [...composeIn('/w/Doc DB.v2'), 'docker:docdbv2', 'docker:web', 'docker:db']],
    [
      'docker compose -f a.yml --file ../x/b.yml down -v',
      ['/w/Doc DB.v2/a.yml', '/w/Doc DB.v2/../x/b.yml', 'docker:docdbv2'],
    ],
    ['docker compose -f /x/my_app/a.yml restart web', ['/x/my_app/a.yml', 'docker:my_app', 'docker:web']],
    ['docker compose -f - up', ['docker:docdbv2']],
    ['docker compose -p My-App stop -t 5', [...composeIn('/w/Doc DB.v2'), 'docker:my-app']],
    ['docker compose -p "$X" -f a stop', ['/w/Doc DB.v2/a']],
    ['docker compose -f $X stop', []],
    ['docker compose -f "$X" stop web', ['docker:web']],
    ['COMPOSE_PROJECT_NAME=x docker-compose -f a kill -s HUP', ['/w/Doc DB.v2/a', 'docker:x']],
    ['env COMPOSE_PROJECT_NAME=x docker compose -f a kill', ['/w/Doc DB.v2/a', 'docker:x']],
    ['export COMPOSE_PROJECT_NAME=x; docker compose -f a kill', ['/w/Doc DB.v2/a', 'docker:x']],
    ['COMPOSE_PROJECT_NAME=x; docker compose -f a kill', ['/w/Doc DB.v2/a']],
    ['COMPOSE_PROJECT_NAME=x sudo docker compose -f a kill', ['/w/Doc DB.v2/a']],
    ['COMPOSE_FILE=x docker compose up web', ['docker:web']],
    ['docker compose --project-directory /x/_y up', [...composeIn('/x/_y'), 'docker:y']],
    ['cd ..; docker compose -f a up', ['/w/Doc DB.v2/../a', 'docker:w']],
    ['cd $X; docker compose up web', ['docker:web']],
    ['docker compose -p x -f a run --rm -e A=b web npm test', ['/w/Doc DB.v2/a', 'docker:x', 'docker:web']],
    [
      'docker compose -p x -f a scale web=3; docker compose -p x -f a up --scale db=2',
      ['/w/Doc DB.v2/a', 'docker:x', 'docker:web'],
    ],
    ['podman compose -p x -f a pull', ['/w/Doc DB.v2/a', 'docker:x']],
    [
      'docker compose ps; docker compose logs web; docker compose config; docker compose exec web sh; docker compose',
      [],
    ],
    ['docker compose --dry-run up; docker compose up --help', []],
    [
      'docker restart web db; docker stop -t 10 a; docker kill -s HUP b; docker rm -fv c; podman start d',
      ['docker:web', 'docker:db', 'docker:a', 'docker:b', 'docker:c', 'docker:d'],
    ],
    ['docker container stop web; docker pause a; docker unpause b', ['docker:web', 'docker:a', 'docker:b']],
    ['docker stop $(docker ps -q); docker ps; docker run x; docker -H y stop z; docker exec a rm b', []],
    [
      'sudo systemctl restart nginx; systemctl --user stop a@b.service; systemctl reload c.timer',
      ['service:nginx', 'service:a@b', 'service:c.timer'],
    ],
    [`systemctl status nginx; systemctl -H x restart y; systemctl stop 'a*'; systemctl daemon-reload`, []],
  ])('%s', (command, expected) => {
    expect(lines(command, '/w/Doc DB.v2')).toEqual(expected);
  });
});

describe('any command', () => {
  const isAbsolute = (path: string) => /^(\/|[A-Za-z]:[\\/])/.test(path);
  const piece = fc.constantFrom(
    ...[
      'git',
      'push',
      'stash',
      'cd',
      'rm',
      'mv',
      'a',
      '../b',
      '/c',
      '-f',
      '--',
      '$X',
      '"',
      "'",
      '`',
      '$(',
      ')',
      '(',
      '{',
      '}',
    ],
    ...[
      ';',
      '&&',
      '||',
      '|',
      '&',
      '\n',
      '>',
      '<<EOF',
      'EOF',
      'if',
      'then',
      'fi',
      'docker',
      'compose',
      'up',
      'bash',
      '-c',
      'sudo',
    ],
    ...[
      'case',
      'in',
      'esac',
      'do',
      'done',
      'for',
      'while',
      'f()',
      '#',
      '\\',
      '~',
      '*',
      'checkout',
      'add',
      '.',
      'sed',
      '-i',
      '=',
      '[[',
    ],
  );
  const anyCommand = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(' ')),
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
  );

  it('never throws, and yields only absolute paths', () => {
    fc.assert(
      fc.property(anyCommand, fc.constantFrom('/w', 'C:\\w', 'w', ''), (command, cwd) => {
        for (const touch of ofCommand(command, cwd)) {
          if (touch.kind !== 'resource')
            expect(touch.kind === 'file' ? touch.path : touch.folder).toSatisfy(isAbsolute);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('takes any input of any tool', () => {
    const tool = fc.oneof(fc.constantFrom('Edit', 'Write', 'MultiEdit', 'NotebookEdit', 'Bash'), fc.string());
    const input = fc.oneof(
      fc.anything(),
      fc.record({ command: fc.anything(), file_path: fc.anything(), notebook_path: fc.anything() }),
    );
    fc.assert(
      fc.property(tool, input, fc.string(), (name, given, cwd) => {
        expect(touchesOf(name, given, cwd)).toBeInstanceOf(Array);
      }),
    );
  });

  it('reads a path alike however it is quoted', () => {
    const path = fc.string({
      unit: fc.constantFrom(...'abc/.-_ $*?~{}[]()!#;&|<>\\"`äß,=:'),
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(path, (name) => {
        // That would be absolute on Windows.
        fc.pre(!/^[a-z]:[/\\]/i.test(name));
        const single = `'${name}'`;
        const double = `"${name.replace(/[\\"$`]/g, '\\$&')}"`;
        const escaped = name.replace(/[^a-z/.\-_äß]/g, '\\$&');
        const expected = [{ kind: 'file', path: name.startsWith('/') ? name : `/w/${name}`, by: 'rm' }];
        for (const quoted of [single, double, escaped]) {
          const touches = ofCommand(`rm -- ${quoted}`);
          // Escaped, these still look like an assignment of a home.
          if (quoted === escaped && touches.length === 0) expect(name).toMatch(/[=:]~/);
          else expect(touches).toEqual(name.startsWith('/dev/') ? [] : expected);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('finds nothing in texts and comments', () => {
    fc.assert(
      fc.property(anyCommand, (command) => {
        const quoted = command.replaceAll("'", `'\\''`).replaceAll('\0', '');
        expect(ofCommand(`echo '${quoted}'`)).toEqual([]);
        expect(ofCommand(`echo # ${command.replaceAll('\n', ' ')}`)).toEqual([]);
        expect(ofCommand(`cat <<'END'\n${command}\nEND\n`)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    '$(',
    '"$(',
    '`',
    '(',
    '{ ',
    'if x; then ',
    '((1+',
    '${a:-',
    'a && ',
    'a | ',
    '<<E ',
    '!',
    'bash -c ',
    "bash -c '",
  ])('%s, as often as it goes', (text) => {
    const begin = performance.now();
    expect(ofCommand(text.repeat(65_536 / text.length))).toBeInstanceOf(Array);
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});
