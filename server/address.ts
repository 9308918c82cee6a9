/** How the human who runs the server signs: no project and no instance can be called so. */
export const human = 'human';

/** The address of every instance. */
export const everybody = '@all';

/** What every instance id looks like, as in `brisk-otter-4f2a`. */
export const instanceIdPattern = /^[a-z]+-[a-z]+-[0-9a-f]{4}$/;
