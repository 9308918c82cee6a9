import fc from 'fast-check';
import { expect, test } from 'vitest';
import { projectNameOf } from '../../server/place/place.ts';
import { checkProjectName } from '../../server/project/service.ts';

test.each([
  ['/home/me/web-shop', 'web-shop'],
  ['C:\\work\\Web Shop', 'Web Shop'],
  ['\\\\server\\share\\shop', 'shop'],
  ['/home/human', 'human-project'],
  ['/work/brisk-otter-4f2a', 'brisk-otter-4f2a-project'],
  ['/work/@scope:x\u202e', 'scope-x-'],
  ['/', 'root'],
])('the folder %s is the project %s', (folder, project) => {
  expect(projectNameOf(folder)).toBe(project);
});

test('whatever a folder is called, a project can be called what is made of it', () => {
  const name = fc.string({
    unit: fc.oneof(
      fc.constantFrom(...'@:-ü\u0000\u202e\ud83d 漢'),
      fc.nat(0xffff).map((code) => String.fromCharCode(code)),
    ),
    maxLength: 300,
  });
  fc.assert(
    fc.property(name, (folder) => {
      const project = projectNameOf(`/work/${folder}`);
      expect(checkProjectName('project', project)).toBe(project);
    }),
    { numRuns: 2000 },
  );
});
