/** `allowSecret`, the same on every field that has it. */
export const allowSecretArgument = {
  required: true,
  defaultValue: false,
  description:
    'Store it although it holds what looks like a secret, and say so in the log. Not possible where the server can be reached from beyond its machine.',
} as const;
