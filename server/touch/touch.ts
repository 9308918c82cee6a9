export type Touch =
  | { kind: 'file'; path: string; by: string }
  | { kind: 'resource'; name: string; by: string }
  | { kind: 'workTree'; folder: string; by: string }
  | { kind: 'push'; folder: string; branches: string[] | null; by: string };
export function touchesOf(_toolName: string, toolInput: unknown, _cwd: string): Touch[] {
  const path = (toolInput as { file_path?: string })?.file_path;
  return path ? [{ kind: 'file', path, by: _toolName }] : [];
}
